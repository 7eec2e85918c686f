"""The spans of days that figures are of, and those beside them."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urlencode

from django.db.models import TextChoices
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

ONE_DAY = timedelta(days=1)
MONTHS_A_YEAR = 12


class Name(TextChoices):
    LAST_12 = "last_12_months", _("Last 12 months")
    THIS_YEAR = "this_year", _("This year")
    LAST_YEAR = "last_year", _("Last year")
    OWN = "own", _("Own period")


@dataclass(frozen=True)
class Period:
    """The days from the first to the last.

    One that goes on ends today; `whole` is the last day that it will have.
    """

    name: Name
    first: date
    last: date
    whole: date

    @property
    def before(self) -> "Period":
        """The same days one year earlier."""
        last = _years(self.last, -1)
        if _is_end_of_month(self.last):
            last = _end_of_month(last)
        last = min(last, self.first - ONE_DAY) if self._is_a_year else last
        return _own(_years(self.first, -1), last)

    @property
    def previous(self) -> "Period":
        """The period of the same length that ends where this begins."""
        return self._moved(-1)

    @property
    def next(self) -> "Period | None":
        """The period of the same length that comes after; None while it has not begun."""
        found = self._moved(1)
        return found if found.first <= timezone.localdate() else None

    @property
    def months(self) -> list[str]:
        """The months that it touches, as `2026-11`."""
        count = _months_between(self.first, self.last) + 1
        return [f"{_months(self.first.replace(day=1), n):%Y-%m}" for n in range(count)]

    @property
    def query(self) -> str:
        """What asks for it in an address."""
        if self.name != Name.OWN:
            return urlencode({"period": self.name.value})
        days = {"from": self.first.isoformat(), "until": self.last.isoformat()}
        return urlencode({"period": self.name.value, **days})

    @property
    def _is_a_year(self) -> bool:
        return self.last <= _months(self.first, MONTHS_A_YEAR)

    def _moved(self, by: int) -> "Period":
        if self.first.day == 1 and _is_end_of_month(self.whole):
            count = by * (_months_between(self.first, self.whole) + 1)
            first = _months(self.first, count)
            return between(first, _end_of_month(_months(self.whole.replace(day=1), count)))
        days = by * ((self.whole - self.first) + ONE_DAY)
        return between(self.first + days, self.whole + days)


def named(name: Name) -> Period:
    """Return a period by its name, as it is today."""
    today = timezone.localdate()
    if name == Name.THIS_YEAR:
        return Period(name, today.replace(month=1, day=1), today, date(today.year, 12, 31))
    if name == Name.LAST_YEAR:
        last = date(today.year - 1, 12, 31)
        return Period(name, date(today.year - 1, 1, 1), last, last)
    first = _months(today.replace(day=1), 1 - MONTHS_A_YEAR)
    return Period(Name.LAST_12, first, today, _end_of_month(today))


def between(first: date, last: date) -> Period:
    """Return the period between two days, by its name where it has one."""
    for name in (Name.LAST_12, Name.THIS_YEAR, Name.LAST_YEAR):
        known = named(name)
        if known.first == first and last in (known.last, known.whole):
            return known
    return _own(first, last)


def _own(first: date, last: date) -> Period:
    return Period(Name.OWN, first, last, last)


def _months(day: date, count: int) -> date:
    """Return the day so many months later, or earlier; the last of a month that is too short."""
    year, month = divmod(day.year * MONTHS_A_YEAR + day.month - 1 + count, MONTHS_A_YEAR)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _years(day: date, count: int) -> date:
    return _months(day, count * MONTHS_A_YEAR)


def _months_between(first: date, last: date) -> int:
    return (last.year - first.year) * MONTHS_A_YEAR + last.month - first.month


def _end_of_month(day: date) -> date:
    return day.replace(day=monthrange(day.year, day.month)[1])


def _is_end_of_month(day: date) -> bool:
    return day == _end_of_month(day)
