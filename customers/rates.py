"""What an hour costs a customer: whose rate holds when, without any two for the same day."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from django.db.models import Q
from django.utils import timezone

from customers import holding
from customers.holding import held
from customers.models import Customer, HourlyRate, ProjectRole
from moment.models import User
from moment.names import sort_key

SHOWN = ("user", "role", "rate", "valid_from", "valid_until")
_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Ending:
    """How an earlier rate would make way for a new one: by ending on a day."""

    rate: HourlyRate
    last_day: date
    # The first day that has no rate then, where the new one ends before the earlier one would.
    gap_from: date | None

    @property
    def token(self) -> str:
        """What a form sends back to agree to exactly this."""
        return f"{self.rate.pk}-{self.last_day.isoformat()}"


class Overlap(Exception):
    """Another rate of the same colleague or role holds on some of the days.

    `ending` is how that one could make way, None where it cannot by merely ending earlier.
    """

    def __init__(self, other: HourlyRate, ending: Ending | None) -> None:
        super().__init__(other)
        self.other, self.ending = other, ending


def save(rate: HourlyRate, *, shown: str | None = None, ending: str = "") -> HourlyRate:
    """Save a valid rate, unless another one of the same colleague or role holds at the same time.

    `shown` is what `holding.seen` told of the rate when the form was made. `ending` is the token of
    an Ending that the person has agreed to: that rate ends with the day, in the same transaction.
    Raises Overlap or ChangedMeanwhile; then nothing is saved.
    """
    with held(rate.customer):
        holding.check_as_seen(rate, SHOWN, shown)
        others = list(overlapping(rate))
        if others:
            possible = _ending(rate, others)
            if possible is None or possible.token != ending:
                raise Overlap(others[0], possible)
            earlier = possible.rate
            earlier.valid_until = possible.last_day
            earlier.save()
        rate.save()
    return rate


def overlapping(rate: HourlyRate) -> Iterable[HourlyRate]:
    """Return the other rates of the same colleague or role with a day in common, earliest first.

    An empty end reaches for ever in its direction. One query.
    """
    others = HourlyRate.objects.filter(
        customer=rate.customer_id, user=rate.user_id, role=rate.role_id
    ).exclude(pk=rate.pk)
    if rate.valid_until:
        others = others.filter(Q(valid_from=None) | Q(valid_from__lte=rate.valid_until))
    if rate.valid_from:
        others = others.filter(Q(valid_until=None) | Q(valid_until__gte=rate.valid_from))
    rows = others.select_related("user", "role").order_by("pk")
    return sorted(rows, key=lambda other: other.valid_from or date.min)


def _ending(rate: HourlyRate, others: Sequence[HourlyRate]) -> Ending | None:
    """Return how the only rate in the way could end before this one begins."""
    other, begins = others[0], rate.valid_from
    if len(others) > 1 or begins is None or begins == date.min:
        return None
    if other.valid_from is not None and other.valid_from >= begins:
        return None
    gap_from = None
    if rate.valid_until and (other.valid_until is None or other.valid_until > rate.valid_until):
        gap_from = rate.valid_until + _ONE_DAY
    return Ending(other, begins - _ONE_DAY, gap_from)


def rate_for(
    customer: Customer, user: User | None, role: ProjectRole | None, on: date
) -> HourlyRate | None:
    """Return the rate of a colleague in a role at a customer on a day, in one query.

    The colleague's own goes before the role's. None: the customer has no rate of its own for them.
    """
    whose = Q()
    if user is not None:
        whose |= Q(user=user)
    if role is not None:
        whose |= Q(role=role)
    if not whose:
        return None
    found = list(HourlyRate.objects.filter(whose, _holds(on), customer=customer))
    return min(found, key=lambda rate: rate.user_id is None, default=None)


def _holds(on: date) -> Q:
    begun = Q(valid_from=None) | Q(valid_from__lte=on)
    return begun & (Q(valid_until=None) | Q(valid_until__gte=on))


# What the page shows


@dataclass(frozen=True)
class Line:
    """A rate and whether it is in force: `now`, `coming` or `past`."""

    rate: HourlyRate
    state: str


@dataclass(frozen=True)
class Group:
    """The rates of one colleague or role, the newest first."""

    whose: User | ProjectRole
    is_role: bool
    lines: list[Line]

    @property
    def key(self) -> str:
        """Return what stands for whose rates they are in forms and addresses: `user-3`."""
        return key_of(self.lines[0].rate)


def groups_of(customer: Customer, on: date | None = None) -> list[Group]:
    """Return a customer's rates by colleague and then by role, in one query."""
    on = on or timezone.localdate()
    rates = list(customer.hourly_rates.select_related("user", "role"))
    # Sorting keeps the order by date that they come in.
    rates.sort(key=_whose)
    groups = []
    for _key, some in groupby(rates, key=_whose):
        lines = [Line(rate, state(rate, on)) for rate in some]
        whose = lines[0].rate.user or lines[0].rate.role
        assert whose is not None
        groups.append(Group(whose, isinstance(whose, ProjectRole), lines))
    return groups


def key_of(rate: HourlyRate) -> str:
    """Return what stands for whose rate it is: `user-3` or `role-2`; empty for nobody's."""
    if rate.user_id:
        return f"user-{rate.user_id}"
    return f"role-{rate.role_id}" if rate.role_id else ""


def state(rate: HourlyRate, on: date) -> str:
    """Return how a rate stands to a day: `now`, `coming` or `past`."""
    if rate.valid_from and rate.valid_from > on:
        return "coming"
    return "past" if rate.valid_until and rate.valid_until < on else "now"


def _whose(rate: HourlyRate) -> tuple[bool, int, str, int]:
    """Colleagues by name, then roles in the company's own order."""
    if rate.role is not None:
        return True, rate.role.order, rate.role.name.casefold(), rate.role.pk
    assert rate.user is not None
    return False, 0, sort_key(str(rate.user)), rate.user.pk
