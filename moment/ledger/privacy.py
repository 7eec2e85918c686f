"""What invoices keep about persons: whom they name, and to whom they were sent.

A final invoice is kept by the Bookkeeping Act as it was issued, so erasing leaves it; that it was
sent to a person's address is not part of it, and is forgotten.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from auditlog.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.translation import gettext_lazy

from customers import privacy, traces
from moment.ledger.models import Delivery, Invoice, Statement

# In the place of an address: one that reaches nobody (RFC 2606).
NOBODY = "erased@erased.invalid"


class Invoices(privacy.About):
    def export(self, posts: Collection[int], known: traces.Known) -> dict[str, Any]:
        return {
            "invoices_to": [
                {"invoice": invoice.number or "", "issued_on": invoice.issued_on}
                for invoice in _naming(known).order_by("pk")
            ],
            "deliveries_of_invoices": [
                {
                    "invoice": row.invoice.number,
                    "address": row.to,
                    "copy_to": row.copy_to,
                    "message": row.message,
                    "made_at": row.made_at,
                }
                for row in _sent(Delivery, known.addresses)
            ],
            "statements_of_account": [
                {
                    "balance_at": row.at,
                    "address": row.to,
                    "copy_to": row.copy_to,
                    "message": row.message,
                    "made_at": row.made_at,
                }
                for row in _sent(Statement, known.addresses)
            ],
        }

    def erase(self, posts: Collection[int], known: traces.Known, mine: Collection[str]) -> None:
        for model in (Delivery, Statement):
            for row in _sent(model, mine):
                row.to, row.copy_to = _without(row.to, mine), _without(row.copy_to, mine)
                row.message = row.error = ""
                row.save(update_fields=["to", "copy_to", "message", "error"])
        drafts = list(_naming(known).drafts().values_list("pk", flat=True))
        # Who has a form open is told.
        Invoice.objects.filter(pk__in=drafts).update(contact="", version=F("version") + 1)
        _forget_contacts(drafts)


def _naming(known: traces.Known) -> Any:
    """Return the invoices whose contact is called as the person is or was."""
    said = Q(pk__in=[])
    for name in known.names:
        said |= Q(contact__iexact=name)
    return Invoice.objects.filter(said)


def _sent(model: Any, addresses: Collection[str]) -> list[Any]:
    """Return the deliveries or statements to one of these addresses, in any case of letters."""
    lower = {address.lower() for address in addresses}
    rows = model.objects.annotate(lower_to=Lower("to"), lower_copy=Lower("copy_to"))
    said = Q(pk__in=[])
    for address in lower:
        said |= Q(lower_to__contains=address) | Q(lower_copy__contains=address)
    found = rows.filter(said).order_by("pk")
    # An address can be the end of another one.
    return [row for row in found if lower.intersection(_listed(row.to, row.copy_to))]


def _listed(*texts: str) -> list[str]:
    return [one.strip().lower() for text in texts for one in text.replace(";", ",").split(",")]


def _without(text: str, mine: Iterable[str]) -> str:
    lower = {address.lower() for address in mine}
    kept = [one.strip() for one in text.replace(";", ",").split(",") if one.strip()]
    return ", ".join(NOBODY if one.lower() in lower else one for one in kept)


def _forget_contacts(drafts: Collection[int]) -> None:
    """Have the history of these drafts say no more whom they named."""
    entries = LogEntry.objects.filter(
        content_type=ContentType.objects.get_for_model(Invoice),
        object_id__in=drafts,
        changes__has_key="contact",
    )
    for entry in entries:
        entry.changes = {k: v for k, v in entry.changes.items() if k != "contact"}
        entry.changes_text = ""
        entry.save(update_fields=["changes", "changes_text"])


def _places(rows: QuerySet) -> list[tuple[str, str]]:
    numbers = rows.values_list("number", flat=True)
    return [(number, reverse("ledger:invoice", args=[number])) for number in numbers]


def _drafts(rows: QuerySet) -> list[tuple[str, str]]:
    found = rows.values_list("pk", "customer__name")
    return [(name, reverse("ledger:draft", args=[key])) for key, name in found]


_COLUMNS = ("contact", "buyer_name", "buyer_street", "lines__heading", "lines__text")

TRACES: Mapping[str, traces.Kind] = {
    "invoices": traces.Kind(
        Invoice,
        gettext_lazy("Invoices, kept by the Bookkeeping Act"),
        _COLUMNS,
        places=_places,
        only=Q(number__isnull=False),
    ),
    "invoice_drafts": traces.Kind(
        Invoice,
        gettext_lazy("Drafts of invoices"),
        _COLUMNS,
        places=_drafts,
        only=Q(number=None),
    ),
}
