"""What a customer's history tells of its invoices and payments, to those who may see money."""

from collections.abc import Collection, Mapping

from auditlog.models import LogEntry
from django.db import models
from django.utils.translation import gettext_lazy as _

from customers.history import Kind, Subject
from moment.ledger.models import Invoice, Payment
from moment.projects.models import Project

# Written down as it is finalised, and said by what it is called.
_AS_FINAL = frozenset(
    {
        *(f"buyer_{part}" for part in ("number", "name", "org_number", "street", "postcode")),
        *("buyer_city", "buyer_country", "buyer_endpoint", "finalised_at", "finalised_by"),
        *("net", "vat", "kid", "rate", "part_of"),
    }
)


def _invoices(keys: Collection[int]) -> Mapping[int, str]:
    rows = Invoice.objects.filter(pk__in=keys).values_list("pk", "number", "kind")
    kinds = dict(Invoice.Kind.choices)
    return {pk: f"{kinds[kind]} {number or ''}".strip() for pk, number, kind in rows}


def drafted(invoice: Invoice) -> LogEntry | None:
    """Return the entry of the change log that tells who drafted an invoice, and when. One query."""
    made = LogEntry.objects.get_for_object(invoice).filter(action=LogEntry.Action.CREATE)
    return made.select_related("actor").last()


SUBJECTS: Mapping[type[models.Model], Subject] = {
    Invoice: Subject(
        Kind.INVOICES,
        (_("Invoice drafted"), _("Invoice changed"), _("Draft discarded")),
        frozenset({*Invoice.NOT_IN_HISTORY, *_AS_FINAL}),
        ("ledger.view_invoice",),
        called=_invoices,
        pointing={Project: "name", Invoice: "number"},
    ),
    Payment: Subject(
        Kind.INVOICES,
        (_("Payment entered"), _("Payment changed"), ""),
        frozenset({"made_at", "made_by", "remaining", "is_open", "rate"}),
        ("ledger.view_invoice",),
    ),
}
