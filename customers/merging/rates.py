"""Hourly rates of customers that become one: no two of a colleague or role for the same day."""

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import combinations
from typing import Any, NamedTuple

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from customers import invoicing
from customers.merging import log
from customers.merging.relations import label_of
from customers.merging.rules import Decision, Option, Rule, Work
from customers.models import Customer, HourlyRate, MergeMove
from customers.rate_words import amount_words, days_words
from moment.models import User

# The decision on rates in another currency than the merged customer's.
CURRENCY = "rates-currency"
AS_THEY_STAND, LEFT_OUT = "as-they-stand", "left-out"


class _Rate(NamedTuple):
    """What is compared of a rate."""

    pk: int
    customer: int
    user: int | None
    role: int | None
    rate: Decimal
    valid_from: date | None
    valid_until: date | None

    @property
    def key(self) -> str:
        """Return whose rate it is, as `rates.key_of` does."""
        return f"user-{self.user}" if self.user else f"role-{self.role}"

    @property
    def days(self) -> tuple[date, date]:
        return self.valid_from or date.min, self.valid_until or date.max

    @property
    def value(self) -> tuple[Any, ...]:
        return self.rate, self.valid_from, self.valid_until


@dataclass(frozen=True)
class RatesWithoutOverlap(Rule):
    """Where the rates of several hold on the same days it is decided whose hold.

    The rates that give way stay with the customer that is merged, or go there. So do those in
    another currency than the merged customer's, where that is decided: a rate is an amount in the
    currency of its customer.
    """

    def decisions(self, customers: Sequence[Customer], by: User) -> list[Decision]:
        clashes = [(key, some) for key, some in _shared(customers).items() if _clash(some)]
        words = _Words(clashes, by)
        found = _currency_decision(customers)
        for key, some in clashes:
            having = {rate.customer for rate in some}
            options = [
                Option(str(one.pk), words.of(one, key)) for one in customers if one.pk in having
            ]
            question = _("The rates of %(whose)s hold on the same days. Which of them go on?")
            told = question % {"whose": words.whose[key]}
            found.append(Decision(f"rates-{key}", told, options, options[0].value))
        return found

    def begin(self, work: Work, column: Any) -> None:
        """Have the kept customer's own rates stand aside where its currency is another now."""
        if work.kept.pk in _left_out(work):
            log.move(work.merge, column, work.kept.pk, work.others[0].pk)

    def apply(self, work: Work, column: Any, source: int, target: int) -> None:
        if source in _left_out(work):
            return
        staying = _moved_there(work, column, source)
        giving_way: list[int] = []
        for key, some in _shared([target, source]).items():
            mine = [rate for rate in some if rate.customer == target]
            theirs = [rate for rate in some if rate.customer == source and rate.pk not in staying]
            equal = {rate.value for rate in mine}
            left = [rate for rate in theirs if rate.value not in equal]
            staying |= {rate.pk for rate in theirs if rate.value in equal}
            if work.decided.get(f"rates-{key}") == str(source):
                giving_way += [rate.pk for rate in _in_the_way(mine, left)]
            else:
                staying |= {rate.pk for rate in _in_the_way(left, mine)}
        log.move(work.merge, column, source, target, but=staying)
        if giving_way:
            log.move_these(work.merge, column, target, source, giving_way)

    def like(self, stayed: Any, rows: QuerySet) -> Any:
        whose = rows.filter(user=stayed.user_id, role=stayed.role_id)
        return whose.filter(valid_from=stayed.valid_from).first()

    def refusal(self, column: Any, steps: Sequence[MergeMove]) -> str:
        """Return which rates would hold on the same days if all went back."""
        found = _would_clash(steps)
        if not found:
            return ""
        rates = HourlyRate.objects.select_related("user", "role").in_bulk(
            [rate.pk for pair in found for rate in pair]
        )
        text = _("The rates of %(whose)s would hold on the same days again: %(one)s and %(other)s.")
        told = [
            text
            % {
                "whose": rates[one.pk].user or rates[one.pk].role,
                "one": days_words(rates[one.pk]),
                "other": days_words(rates[other.pk]),
            }
            for one, other in found
        ]
        return " ".join([*told, _("Change those of the kept customer first.")])


class _Words:
    """The rates of some colleagues and roles in words, by amount for those who may see it."""

    def __init__(self, of: Sequence[tuple[str, Sequence[_Rate]]], by: User) -> None:
        keys = [rate.pk for _key, some in of for rate in some]
        rows = HourlyRate.objects.select_related("user", "role").in_bulk(keys)
        self._some = {key: [rows[rate.pk] for rate in some] for key, some in of}
        self.whose = {key: some[0].user or some[0].role for key, some in self._some.items()}
        self._say = amount_words if by.has_perm("customers.view_hourlyrate") else days_words

    def of(self, customer: Customer, key: str) -> str:
        rates = [rate for rate in self._some[key] if rate.customer_id == customer.pk]
        return f"{customer.number}: {'; '.join(map(self._say, rates))}"


# In several currencies


def _currency_decision(customers: Sequence[Customer]) -> list[Decision]:
    currencies = _currencies(customers)
    if len(set(currencies.values())) == 1 or not _of(customers).exists():
        return []
    named = ", ".join(f"{one.number} {currencies[one.pk]}" for one in customers)
    question = _(
        "Hourly rates are in the currency of their customer, and these have several: %(named)s. "
        "What becomes of the rates in another currency than the merged customer's?"
    )
    options = [
        Option(LEFT_OUT, _("They are left out")),
        Option(AS_THEY_STAND, _("They go on, the same figures in its currency")),
    ]
    return [Decision(CURRENCY, question % {"named": named}, options)]


def _left_out(work: Work) -> set[int]:
    """Return the customers whose rates are left out, being in another currency than the merged."""
    if work.decided.get(CURRENCY) != LEFT_OUT:
        return set()
    after = Customer(currency=work.values["currency"] or "")
    currencies = _currencies([work.kept, *work.others, after])
    return {pk for pk, currency in currencies.items() if currency != currencies[after.pk]}


def _currencies(customers: Sequence[Customer]) -> dict[int, str]:
    """Return the currencies in force, by key; one query."""
    found = invoicing.effective_of(customers)
    return {pk: effective.value("currency") for pk, effective in found.items()}


# For the same days


def _of(customers: Iterable[Customer | int]) -> QuerySet[HourlyRate]:
    return HourlyRate.objects.filter(customer__in=customers).order_by()


def _shared(customers: Sequence[Customer | int]) -> dict[str, list[_Rate]]:
    """Return the rates of those who have some at several of the customers, by whose they are.

    Two queries.
    """
    # Counted here: the database would sort every rate for it.
    places = _of(customers).values_list("user", "role", "customer").distinct()
    of = Counter((user, role) for user, role, _customer in places)
    several = [key for key, count in of.items() if count > 1]
    if not several:
        return {}
    users, roles = ([key for key in keys if key] for keys in zip(*several, strict=True))
    rows = _of(customers).filter(Q(user__in=users) | Q(role__in=roles)).order_by("pk")
    found: dict[str, list[_Rate]] = defaultdict(list)
    for row in rows.values_list(*_Rate._fields):
        rate = _Rate._make(row)
        found[rate.key].append(rate)
    for some in found.values():
        some.sort(key=lambda rate: rate.days)
    return found


def _clash(some: Sequence[_Rate]) -> bool:
    """Tell whether rates of different customers, and not the same, hold on the same days."""
    of: dict[int, list[_Rate]] = defaultdict(list)
    for rate in some:
        of[rate.customer].append(rate)
    for mine, theirs in combinations(of.values(), 2):
        equal = {rate.value for rate in mine}
        if _in_the_way([rate for rate in theirs if rate.value not in equal], mine):
            return True
    return False


def _in_the_way(some: Iterable[_Rate], others: Iterable[_Rate]) -> list[_Rate]:
    """Return those that hold on a day of the others, no two of which do on the same day."""
    days = sorted(rate.days for rate in others)
    begins = [begin for begin, _end in days]
    found = []
    for rate in some:
        first, last = rate.days
        # The last of the others to begin in time ends the latest of those that do.
        place = bisect_right(begins, last) - 1
        if place >= 0 and days[place][1] >= first:
            found.append(rate)
    return found


# Taking it back


def _moved_there(work: Work, column: Any, customer: int) -> set[int]:
    """Return the rates that this merge has sent to a customer."""
    steps = work.merge.moves.filter(relation=label_of(column), target=customer)
    return {key for step in steps for key in log.keys_of(step)}


def _would_clash(steps: Sequence[MergeMove]) -> list[tuple[_Rate, _Rate]]:
    """Return pairs of rates that would hold on the same days once all has gone back."""
    customers = {place for step in steps for place in (step.source, step.target)}
    some = [rate for rates in _shared(list(customers)).values() for rate in rates]
    if not some:
        return []
    places = {rate.pk: rate.customer for rate in some}
    for step in reversed(steps):
        for key in places.keys() & log.keys_of(step):
            if places[key] == step.target:
                places[key] = step.source
    there: dict[tuple[int, str], _Rate] = {}
    found = []
    for rate in sorted(some, key=lambda rate: rate.days):
        last = there.get(at := (places[rate.pk], rate.key))
        if last and last.days[1] >= rate.days[0]:
            found.append((last, rate))
        if not last or last.days[1] < rate.days[1]:
            there[at] = rate
    return found
