"""The rows of a customer's ledger at a date, page by page, with what is open of each.

Invoices, credit notes and payments stand in one order: by day, and on one day by number, payments
last. Amounts are positive where the customer owes them, so a balance is the sum of its rows.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from heapq import merge
from itertools import islice
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum, Value
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from customers.overview import Page
from moment.keyset import beyond, is_key
from moment.ledger import ageing
from moment.ledger.models import Invoice, Match, Payment
from moment.templatetags.moment import short_date

NOTHING = Decimal(0)
# How a place in the order is written in an address.
_KINDS = {"i": Invoice, "p": Payment}
# So many of what a row was matched with are named.
NAMED = 3


@dataclass(frozen=True)
class Other:
    """What an entry was matched with."""

    words: str
    invoice: str = ""  # its number
    payment: int = 0  # its key


@dataclass
class Entry:
    """One row. `left` is what is open of its `amount`, `running` the balance after it."""

    item: Invoice | Payment
    day: date
    amount: Decimal
    left: Decimal
    running: Decimal = NOTHING
    others: Sequence[Other] = ()
    more: int = 0  # how many others are not named
    state: str = ""  # what the look goes by
    words: str = ""

    @property
    def is_payment(self) -> bool:
        return isinstance(self.item, Payment)

    @property
    def customer(self) -> int:
        return self.item.customer_id

    @property
    def currency(self) -> str:
        return self.item.currency

    @property
    def kind(self) -> str:
        if isinstance(self.item, Invoice):
            return self.item.get_kind_display()
        if self.item.reverses_id:
            return _("Reversal")
        return _("Payment") if self.item.amount > 0 else _("Repayment")

    @property
    def number(self) -> str:
        return self.item.number or "" if isinstance(self.item, Invoice) else ""

    @property
    def due_on(self) -> date | None:
        item = self.item
        return None if isinstance(item, Payment) or item.is_credit_note else item.due_on

    @property
    def paid(self) -> Decimal:
        return self.amount - self.left

    @property
    def place(self) -> tuple[Any, ...]:
        """Where it stands in the order."""
        if isinstance(self.item, Payment):
            return (self.day, 1, "", self.item.pk)
        return (self.day, 0, self.item.sort_number, self.item.pk)

    @property
    def key(self) -> str:
        return f"{'p' if self.is_payment else 'i'}{self.item.pk}"


@dataclass
class Entries:
    """The entries of customers at a date: all, since a day, or only what is open then."""

    customers: Collection[int]
    on: date
    only_open: bool = True
    since: date | None = None
    later: bool = field(init=False)

    def __post_init__(self) -> None:
        self.later = ageing.settled_later(self.on)

    # What there is

    def _rows(self, model: type[Invoice] | type[Payment]) -> QuerySet:
        day = _day_of(model)
        rows = model.objects.filter(customer__in=self.customers, **{f"{day}__lte": self.on})
        rows = rows.filter(number__isnull=False) if model is Invoice else rows
        rows = ageing.with_left(rows, self.on, later=self.later)
        return ageing.still_open(rows, self.on, later=self.later) if self.only_open else rows

    def _shown(self, model: type[Invoice] | type[Payment]) -> QuerySet:
        rows = self._rows(model)
        return rows.filter(**{f"{_day_of(model)}__gte": self.since}) if self.since else rows

    @cached_property
    def count(self) -> int:
        return sum(self._shown(model).order_by().count() for model in _KINDS.values())

    def before(self, place: tuple[Any, ...] | None) -> dict[str, Decimal]:
        """Return what the entries before a place add up to, by currency; None: before the first."""
        if place is None and self.since is None:
            return {}
        sums: dict[str, Decimal] = {}
        for model in (Invoice, Payment):
            rows = self._rows(model)
            if place is None:
                rows = rows.filter(**{f"{_day_of(model)}__lt": self.since})
            else:
                rows = rows.filter(_beyond(model, place, descending=True))
            added = rows.order_by().values_list("currency").annotate(sum=Sum(self._amount(model)))
            for currency, amount in added:
                sums[currency] = sums.get(currency, NOTHING) + ageing.exact(amount)
        return sums

    def _amount(self, model: type[Invoice] | type[Payment]) -> Any:
        if self.only_open:
            return F("left")
        return F("gross") if model is Invoice else F("amount") * Value(-1)

    # Rows

    def all(self) -> Iterator[Entry]:
        """Yield every entry, oldest first, with the balance after each."""
        sums = self.before(None)
        for entry in self.in_order():
            yield self.with_running(entry, sums)

    def page(self, size: int, *, descending: bool, after: str, backwards: bool) -> list[Entry]:
        """Return up to so many entries beyond one, or from the start or, backwards, the end.

        They come in the order of the page, with the balance after each.
        """
        towards = descending != backwards
        found = list(islice(self.in_order(descending=towards, after=after, size=size), size))
        oldest_first = found[::-1] if towards else found
        if oldest_first:
            sums = self.before(oldest_first[0].place)
            for entry in oldest_first:
                self.with_running(entry, sums)
        return oldest_first[::-1] if descending else oldest_first

    def explained(self, entries: Sequence[Entry]) -> list[Entry]:
        """Return the entries with their state and what they were matched with. One query."""
        others = self._others(entries)
        for entry in entries:
            found = others.get(entry.key, [])
            entry.others, entry.more = found[:NAMED], max(0, len(found) - NAMED)
            entry.state, entry.words = state_of(entry, self.on, by_payment=_paid(found))
        return list(entries)

    def in_order(
        self, *, descending: bool = False, after: str = "", size: int | None = None
    ) -> Iterator[Entry]:
        place = self.place_of(after)
        found = []
        for model in (Invoice, Payment):
            rows = self._shown(model)
            if place is not None:
                rows = rows.filter(_beyond(model, place, descending=descending))
            sign = "-" if descending else ""
            rows = rows.order_by(*(f"{sign}{name}" for name in _order(model)))
            rows = (
                rows.defer("invoice_settings", "seller", "search_text")
                if model is Invoice
                else rows
            )
            rows = rows[:size] if size else rows
            found.append([self._entry(row) for row in rows])
        return merge(*found, key=lambda entry: entry.place, reverse=descending)

    def place_of(self, key: str) -> tuple[Any, ...] | None:
        """Return where the entry with a key stands; None where the key makes no sense."""
        model = _KINDS.get(key[:1])
        if model is None or not is_key(key[1:]):
            return None
        row = model.objects.filter(customer__in=self.customers, pk=key[1:]).first()
        if row is None or (isinstance(row, Invoice) and not row.is_final):
            return None
        row.left = NOTHING
        return self._entry(row).place

    def _entry(self, row: Any) -> Entry:
        if isinstance(row, Payment):
            return Entry(row, row.paid_on, -row.amount, ageing.exact(row.left))
        return Entry(row, row.issued_on, row.gross, ageing.exact(row.left))

    def with_running(self, entry: Entry, sums: dict[str, Decimal]) -> Entry:
        amount = entry.left if self.only_open else entry.amount
        currency = entry.item.currency
        entry.running = sums[currency] = sums.get(currency, NOTHING) + amount
        return entry

    def _others(self, entries: Iterable[Entry]) -> dict[str, list[Other]]:
        """Return what entries were matched with by the date, the first first."""
        keys: dict[bool, list[int]] = {True: [], False: []}
        for entry in entries:
            keys[entry.is_payment].append(entry.item.pk)
        sides = Q(invoice__in=keys[False]) | Q(credit_note__in=keys[False])
        sides |= Q(payment__in=keys[True]) | Q(repayment__in=keys[True])
        rows = Match.objects.filter(sides, matched_on__lte=self.on).order_by()
        names = ("invoice", "repayment", "payment", "credit_note")
        more = ("invoice__number", "repayment__paid_on", "payment__paid_on", "credit_note__number")
        together = rows.values_list(*names, *more).annotate(sum=Sum("amount"), count=Count("pk"))
        found: dict[str, list[Other]] = {}
        for (
            debit,
            repaid,
            credit,
            note,
            number,
            repaid_on,
            paid_on,
            noted,
            amount,
            _n,
        ) in together.order_by("repayment__paid_on", "payment__paid_on", *names):
            if ageing.exact(amount) <= 0:  # taken back
                continue
            one = ("i", debit, Other(number or "", invoice=number or "")) if debit else (
                "p", repaid, Other(_on(repaid_on), payment=repaid or 0)
            )  # fmt: skip
            two = ("i", note, Other(noted or "", invoice=noted or "")) if note else (
                "p", credit, Other(_on(paid_on), payment=credit or 0)
            )  # fmt: skip
            found.setdefault(f"{one[0]}{one[1]}", []).append(two[2])
            found.setdefault(f"{two[0]}{two[1]}", []).append(one[2])
        return found


def state_of(entry: Entry, on: date, *, by_payment: bool = False) -> tuple[str, str]:
    """Return the state of an entry at a date: a word for the look, and words for people.

    `by_payment`: what settled it is money, as far as anything did.
    """
    item = entry.item
    if not entry.left:
        last = item.settled_on if isinstance(item, Invoice) and by_payment else None
        if entry.due_on and last and last <= on:
            return "settled", _("paid %(day)s") % {"day": short_date(last)}
        return "settled", _("settled")
    if entry.due_on is None:
        return "credit", _("not matched") if entry.left < 0 else _("to be settled")
    days = (on - entry.due_on).days
    if days > 0:
        words = ngettext("%(days)s day overdue", "%(days)s days overdue", days)
        return "overdue", words % {"days": days}
    if days == 0:
        return "due", _("due today")
    return "due", ngettext("due in %(days)s day", "due in %(days)s days", -days) % {"days": -days}


def _paid(others: Iterable[Other]) -> bool:
    return any(other.payment for other in others)


def _on(day: date | None) -> str:
    return _("payment %(day)s") % {"day": short_date(day)} if day else ""


# The order


def _day_of(model: type[Invoice] | type[Payment]) -> str:
    return "issued_on" if model is Invoice else "paid_on"


def _order(model: type[Invoice] | type[Payment]) -> tuple[str, ...]:
    return ("issued_on", "sort_number", "id") if model is Invoice else ("paid_on", "id")


def _beyond(
    model: type[Invoice] | type[Payment], place: tuple[Any, ...], *, descending: bool
) -> Any:
    """Return the condition that rows of a model come after a place, which may be of the other."""
    day, of_payment, number, pk = place
    if (model is Payment) == bool(of_payment):
        values = (day, number, pk) if model is Invoice else (day, pk)
        return beyond(_order(model), values, descending=descending)
    # Of the same day, payments come last.
    includes = descending != (model is Payment)
    return Q(**{f"{_day_of(model)}__{'lt' if descending else 'gt'}{'e' if includes else ''}": day})


def page_of(entries: Entries, *, size: int, descending: bool, data: Any, url: Any) -> Page:
    """Return the page of the entries that an address asks for; `url` makes such addresses."""
    backwards = "before" in data or "last" in data
    after = data.get("after") or data.get("before") or ""
    started = entries.place_of(after) is not None
    found = entries.page(size + 1, descending=descending, after=after, backwards=backwards)
    more = len(found) > size
    found = (found[1:] if backwards else found[:-1]) if more else found
    page = Page(rows=entries.explained(found))
    if not found:
        return page
    at_start = not more if backwards else not started
    at_end = not started if backwards else not more
    if at_start:
        page.first = 1
    elif at_end:
        page.first = entries.count - len(found) + 1
    else:
        row = data.get("row", "")
        page.first = int(row) if is_key(row) and int(row) + len(found) <= entries.count else 0
    if not at_start:
        page.first_url = url()
        page.previous_url = url(before=found[0].key, row=max(page.first - size, 0) or None)
    if not at_end:
        row = page.first and page.first + len(found)
        page.next_url, page.last_url = url(after=found[-1].key, row=row), url(last=1)
    return page
