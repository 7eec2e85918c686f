"""The state of an invoice as people see it, as it is today."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from moment.ledger.models import Invoice
from moment.projects.sums import exact
from moment.templatetags.moment import full_date, short_date


@dataclass(frozen=True)
class State:
    key: str  # draft, open, overdue, settled or credited
    words: str
    since: str = ""  # when it was settled, in a sentence of its own


def of(invoice: Invoice, credited: Decimal = Decimal(0), on: date | None = None) -> State:
    """Return the state of an invoice. `credited` is what final credit notes take of it, above 0."""
    if not invoice.is_final:
        return State("draft", _("Draft"))
    if not invoice.is_open:
        return _settled(invoice, credited)
    today = on or timezone.localdate()
    if invoice.is_credit_note:
        return State("open", _("open"))
    assert invoice.due_on is not None
    days = (invoice.due_on - today).days
    if invoice.is_overdue(today):
        words = ngettext("%(days)s day overdue", "%(days)s days overdue", -days)
        return State("overdue", words % {"days": -days})
    if days == 0:
        return State("open", _("due today"))
    words = ngettext("due in %(days)s day", "due in %(days)s days", days)
    return State("open", words % {"days": days})


def credited_of(invoices: Collection[int]) -> Mapping[int, Decimal]:
    """Return what final credit notes take of invoices, VAT included, by key; one query."""
    notes = Invoice.objects.final().filter(credits__in=invoices).order_by()
    sums = notes.values_list("credits").annotate(Sum("gross"))
    return {key: -exact(amount) for key, amount in sums}


def _settled(invoice: Invoice, credited: Decimal) -> State:
    if not invoice.is_credit_note and invoice.gross and credited >= invoice.gross:
        return State("credited", _("credited"), _on(invoice.settled_on))
    if invoice.is_credit_note or not invoice.gross:
        return State("settled", _("settled"), _on(invoice.settled_on))
    assert invoice.settled_on is not None
    words = _("paid %(day)s") % {"day": short_date(invoice.settled_on)}
    return State("settled", words, _on(invoice.settled_on))


def _on(day: date | None) -> str:
    return _("Settled on %(day)s") % {"day": full_date(day)} if day else ""
