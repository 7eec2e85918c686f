"""The spreadsheet of where our Norwegian customers stand on the way to electronic invoices."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from django.utils.translation import gettext as _

from customers.einvoicing import reach_of, reachability_of, standing_of
from customers.models import Customer
from customers.models.customer import CustomerQuerySet
from moment.models import CompanySettings, InvoiceType
from moment.tabular import Column

_BATCH = 1000
_FIELDS = ("number", "name", "org_number", "status", "email", "invoice_email", "invoice_type")


def columns() -> list[Column]:
    return [
        Column(_("Number"), 12),
        Column(_("Name"), 40),
        Column(_("Company reg. no."), 16),
        Column(_("Status"), 12),
        Column(_("E-mail for invoices"), 34),
        Column(_("Invoice type"), 14),
        Column(_("Can receive EHF invoice"), 16),
        Column(_("Can receive EHF credit note"), 16),
        Column(_("SMP"), 30),
        Column(_("Checked"), 17),
        Column(_("Group"), 24),
    ]


def rows(customers: CustomerQuerySet) -> Iterator[tuple[Any, ...]]:
    """Yield the cells of each of these Norwegian customers, by number.

    A thousand at a time, so that memory stays the same; one query more for each thousand.
    """
    standard = CompanySettings.current().invoice_type
    statuses = {value: str(label) for value, label in Customer.Status.choices}
    types = {value: str(label) for value, label in InvoiceType.choices}
    answers = {True: _("Yes"), False: _("No"), None: _("Not known")}
    found = customers.order_by("sort_number", "pk").values(*_FIELDS).iterator(_BATCH)
    for batch in _in_batches(found):
        known = reachability_of(customer["org_number"] for customer in batch)
        for customer in batch:
            number = customer["org_number"]
            answer = known.get(number)
            kind = customer["invoice_type"] or standard
            invoice, credit_note = (answer.invoice, answer.credit_note) if answer else (None, None)
            yield (
                customer["number"],
                customer["name"],
                number,
                statuses[customer["status"]],
                customer["invoice_email"] or customer["email"],
                types[kind],
                answers[invoice] if number else "",
                answers[credit_note] if number else "",
                answer.smp if answer else "",
                answer.checked_at if answer else None,
                str(standing_of(reach_of(number, answer), kind).label),
            )


def _in_batches(rows: Iterable[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    iterator = iter(rows)
    while batch := list(islice(iterator, _BATCH)):
        yield batch
