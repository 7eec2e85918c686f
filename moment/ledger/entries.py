"""The rows of a customer's ledger at a date, page by page, with what is open of each.

Invoices, credit notes and payments stand in one order: by day, and on one day as they were made,
payments last. Amounts are positive where the customer owes them, so a balance is the sum of rows.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache, cached_property
from typing import Any

from django.db.models import Count, Q, Sum
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from customers.overview import Page
from moment.keyset import is_key
from moment.ledger import items
from moment.ledger.models import Invoice, Match, Payment
from moment.projects.sums import exact
from moment.templatetags.moment import short_date

NOTHING = Decimal(0)
# How a place in the order is written in an address.
_KINDS: Mapping[str, type[Invoice] | type[Payment]] = {"i": Invoice, "p": Payment}
# So many of what a row was matched with are named.
NAMED = 3
_BATCH = 500  # rows of one query
_NOT_SHOWN = {Invoice: ("invoice_settings", "seller", "search_text"), Payment: ()}


@dataclass(frozen=True)
class Other:
    """What an entry was matched with."""

    words: str
    invoice: str = ""  # its number
    payment: int = 0  # its key

    @property
    def url(self) -> str:
        if self.invoice:
            return reverse("ledger:invoice", args=[self.invoice])
        return reverse("ledger:payment", args=[self.payment])


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
    url: str = ""
    days: tuple[str, str] = ("", "")  # its own and when it is due, as people say them

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
        return (self.day, int(self.is_payment), self.item.pk)

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
    # How many there are, and what they come to, where that is known already.
    _count: int | None = None
    total: Mapping[tuple[int, str], Decimal] | None = None

    @property
    def count(self) -> int:
        """How many there are."""
        if self._count is None:
            sql, params = self._placed
            where = "WHERE day >= %s" if self.since else ""
            more = [items.day(self.since)] if self.since else []
            ((count,),) = items.rows_of(
                f"{sql} SELECT COUNT(*) FROM placed {where}",  # noqa: S608
                [*params, *more],
            )
            self._count = count
        return self._count or 0

    def all(self) -> list[Entry]:
        """Return every entry, oldest first, with the balance after each. Few queries."""
        return self.fetch()

    def opening(self) -> dict[str, Decimal]:
        """Return the balances before the first entry that is shown, by currency."""
        if self.since is None:
            return {}
        sql, params = items.all_items(self.on, self.customers)
        sql += " SELECT currency, SUM(amount) FROM all_items WHERE day < %s GROUP BY currency"
        found = items.rows_of(sql, [*params, items.day(self.since)])
        return {currency: exact(sums) for currency, sums in found}

    def fetch(
        self,
        size: int | None = None,
        *,
        descending: bool = False,
        after: tuple[Any, ...] | None = None,
    ) -> list[Entry]:
        """Return so many entries beyond a place in the order, or from its start."""
        sql, params = self._placed
        conditions, more = self._conditions(descending, after)
        way = "DESC" if descending else "ASC"
        sql += (
            f" SELECT item, amount FROM placed WHERE {conditions} "  # noqa: S608
            f"ORDER BY day {way}, paid {way}, id {way}{' LIMIT %s' if size else ''}"
        )
        rows = items.rows_of(sql, [*params, *more, *([size] if size else [])])
        entries = self._entries(rows)
        oldest_first = entries[::-1] if descending else entries
        if oldest_first:
            sums = self._sums(oldest_first, descending=descending, after=after)
            for entry in oldest_first:
                key = (entry.customer, entry.currency)
                entry.running = sums[key] = sums.get(key, NOTHING) + self._counted(entry)
        return entries

    def _sums(
        self, oldest_first: Sequence[Entry], *, descending: bool, after: tuple[Any, ...] | None
    ) -> dict[tuple[int, str], Decimal]:
        """Return what the items before these entries come to, by customer and currency."""
        if not (descending or after or self.since):
            return {}
        if self.total is None or after or not descending:
            return self._before(oldest_first[0].place)
        # The newest: all there is without these.
        sums = dict(self.total)
        for entry in oldest_first:
            key = (entry.customer, entry.currency)
            sums[key] = sums.get(key, NOTHING) - self._counted(entry)
        return sums

    def _counted(self, entry: Entry) -> Decimal:
        return entry.left if self.only_open else entry.amount

    @cached_property
    def _placed(self) -> tuple[str, list[Any]]:
        """The beginning of a query that names the items `placed`, with their order."""
        source = items.open_items if self.only_open else items.all_items
        sql, params = source(self.on, self.customers)
        table = "open_items" if self.only_open else "all_items"
        paid = "CASE WHEN item < 0 THEN 1 ELSE 0 END"
        sql += (
            ", placed AS (SELECT item, customer_id, currency, day, amount, "  # noqa: S608
            f"{paid} AS paid, ABS(item) AS id FROM {table})"
        )
        return sql, params

    def _before(self, place: tuple[Any, ...]) -> dict[tuple[int, str], Decimal]:
        """Return what the items before a place come to, by customer and currency; count all."""
        sql, params = self._placed
        shown, since = ("day >= %s", [items.day(self.since)]) if self.since else ("1 = 1", [])
        sql += (
            " SELECT customer_id, currency, "  # noqa: S608
            "SUM(CASE WHEN (day, paid, id) < (%s, %s, %s) THEN amount ELSE 0 END), "
            f"SUM(CASE WHEN {shown} THEN 1 ELSE 0 END) FROM placed GROUP BY customer_id, currency"
        )
        rows = items.rows_of(sql, [*params, items.day(place[0]), *place[1:], *since])
        self._count = sum(int(count) for *_rest, count in rows)
        return {(customer, of): exact(sums) for customer, of, sums, _n in rows}

    def _conditions(self, descending: bool, after: tuple[Any, ...] | None) -> tuple[str, list[Any]]:
        conditions, params = ["1 = 1"], []
        if self.since:
            conditions, params = ["day >= %s"], [items.day(self.since)]
        if after:
            conditions.append(f"(day, paid, id) {'<' if descending else '>'} (%s, %s, %s)")
            params += [items.day(after[0]), *after[1:]]
        return " AND ".join(conditions), params

    def _entries(self, rows: Sequence[tuple[Any, ...]]) -> list[Entry]:
        """Return the entries of these items with their amounts and the balances after them."""
        keys = [item for item, *_rest in rows]
        found: dict[int, Any] = {}
        for model, some in (
            (Invoice, [key for key in keys if key > 0]),
            (Payment, [-key for key in keys if key < 0]),
        ):
            # Of what is open, the amounts say it already.
            every: Any = model.objects.defer(*_NOT_SHOWN[model])
            every = every if self.only_open else items.with_left(every, self.on)
            sign = 1 if model is Invoice else -1
            for start in range(0, len(some), _BATCH):
                rows_of = every.filter(pk__in=some[start : start + _BATCH])
                found |= {sign * row.pk: row for row in rows_of}
        entries = []
        for item, amount in rows:
            row = found[item]
            left = exact(amount if self.only_open else row.left)
            entries.append(_entry(row, left))
        return entries

    def page(self, size: int, *, descending: bool, after: str, backwards: bool) -> list[Entry]:
        """Return up to so many entries beyond one, or from the start or, backwards, the end.

        They come in the order of the page, with the balance after each.
        """
        towards = descending != backwards
        found = self.fetch(size, descending=towards, after=self.place_of(after))
        return found[::-1] if backwards else found

    def place_of(self, key: str) -> tuple[Any, ...] | None:
        """Return where the entry with a key stands; None where the key makes no sense."""
        model = _KINDS.get(key[:1])
        if model is None or not is_key(key[1:]):
            return None
        row = model.objects.filter(customer__in=self.customers, pk=key[1:]).first()
        if row is None or (isinstance(row, Invoice) and not row.is_final):
            return None
        return _entry(row, NOTHING).place

    def explained(self, entries: Sequence[Entry]) -> list[Entry]:
        """Return the entries with their state and what they were matched with. One query."""
        others = self._others(entries)
        # A page has few different days, and each of its addresses begins alike.
        said = cache(short_date)
        invoices = reverse("ledger:invoice", args=["0"]).removesuffix("0/")
        payments = reverse("ledger:payment", args=[0]).removesuffix("0/")
        for entry in entries:
            entry.url = (
                f"{payments}{entry.item.pk}/" if entry.is_payment else f"{invoices}{entry.number}/"
            )
            entry.days = said(entry.day), said(entry.due_on) if entry.due_on else ""
            found = others.get(entry.key, [])
            entry.others, entry.more = found[:NAMED], max(0, len(found) - NAMED)
            entry.state, entry.words = state_of(entry, self.on, by_payment=_paid(found))
        return list(entries)

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
            if exact(amount) <= 0:  # taken back
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


def _entry(row: Invoice | Payment, left: Decimal) -> Entry:
    if isinstance(row, Payment):
        return Entry(row, row.paid_on, -row.amount, left)
    assert row.issued_on is not None
    return Entry(row, row.issued_on, row.gross, left)


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
