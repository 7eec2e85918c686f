"""Stores the demo's customers, a batch in a transaction, and remembers how many there are."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from auditlog.models import LogEntry
from django.db import connection, transaction
from django.utils import timezone

from customers.models import Customer, Note, NumberSeries, Tag, UsedNumber
from moment.demo import history, marks, named, notes
from moment.demo.customers import Draft, draft
from moment.models import User
from registry import alerts

BATCH = 2000
# Beyond these, customers are there to fill the house: they come without a change log.
WITH_HISTORY = 1000
_SIX_YEARS = timedelta(days=6 * 365)
_MARK = "demo"
TAGS = {
    "Key account": Tag.Color.VIOLET,
    "Framework agreement": Tag.Color.BLUE,
    "Public sector": Tag.Color.TEAL,
    "Energy": Tag.Color.AMBER,
    "Property": Tag.Color.GREEN,
    "Transport": Tag.Color.ORANGE,
    "Water & sewage": Tag.Color.BLUE,
    "Housing co-op": Tag.Color.PINK,
    "Partner": Tag.Color.RED,
    "Oslo": Tag.Color.GREY,
}


def loaded() -> int:
    """Return how many customers the demo has made so far, whatever became of them since."""
    return marks.reached(_MARK)


def load(total: int, now: datetime, colleagues: dict[str, User]) -> Iterator[int]:
    """Make the customers that are missing up to `total`; yield how many each batch made."""
    first = loaded()
    if first >= total:
        return
    tags = _tags()
    for start in range(first, total, BATCH):
        yield _load_batch(start, min(start + BATCH, total), first, total, now, colleagues, tags)


@transaction.atomic
def _load_batch(
    start: int,
    stop: int,
    first: int,
    total: int,
    now: datetime,
    colleagues: dict[str, User],
    tags: dict[str, Tag],
) -> int:
    series = NumberSeries.objects.select_for_update().get(kind=NumberSeries.Kind.CUSTOMER)
    if loaded() != start:
        return 0  # Another run was here while this one waited for the lock.
    drafts = [
        draft(slot, _created(start + position - first, total - first, now), now, colleagues)
        for position, slot in enumerate(_in_order(start, stop))
    ]
    made = [each.customer for each in drafts]
    moments = [(customer.created_at, customer) for customer in made]
    next_before = series.next
    for customer, number in zip(made, _take_numbers(series, len(made)), strict=True):
        customer.number = number
    Customer.objects.bulk_create(made)
    _set_created(moments)
    UsedNumber.objects.bulk_create(UsedNumber(number=c.number, customer=c) for c in made)
    _tag(drafts, tags)
    # Per only looks.
    authors = {name: user for name, user in colleagues.items() if name != "per"}
    Note.objects.bulk_create(
        note for each in drafts for note in notes.of(each.customer, each.rng, now, authors)
    )
    LogEntry.objects.bulk_create(
        entry
        for each in drafts[: max(0, WITH_HISTORY - start)]
        for entry in history.of(each.customer, each.tags, each.rng, now, list(authors.values()))
    )
    alerts.watch(*(c.org_number for c in made if c.is_norwegian))
    marks.reach(_MARK, stop, series, {"next": [str(next_before), str(series.next)]})
    return len(made)


def _in_order(start: int, stop: int) -> list[int]:
    """Return the slots in the order of their numbers: the named customers get the newest ones."""
    known = range(start, min(stop, len(named.CUSTOMERS)))
    return [*range(start + len(known), stop), *reversed(known)]


def _created(position: int, count: int, now: datetime) -> datetime:
    """Return a working hour of the last six years, later for later positions."""
    day = timezone.localtime(now - _SIX_YEARS * (1 - (position + 1) / count))
    return min(now, day.replace(hour=8 + position % 9, minute=position * 7 % 60))


def _take_numbers(series: NumberSeries, count: int) -> list[str]:
    """Return free numbers of the locked series, extending it by digits where it is too short."""
    numbers: list[str] = []
    while len(numbers) < count:
        if series.next > series.last:
            series.last = 10 ** len(str(series.last + 1)) - 1
        values = range(series.next, min(series.next + count - len(numbers), series.last + 1))
        written = [series.format(value) for value in values]
        used = set(UsedNumber.objects.filter(pk__in=written).values_list("pk", flat=True))
        used |= set(Customer.objects.filter(number__in=written).values_list("number", flat=True))
        numbers += [number for number in written if number not in used]
        series.next = values.stop
    series.save(update_fields=["next", "last"])
    return numbers


def _set_created(moments: list[tuple[datetime, Customer]]) -> None:
    """Date the customers back: creating stamped the present. Several times bulk_update's speed."""
    for moment, customer in moments:
        customer.created_at = moment
    with connection.cursor() as cursor:
        cursor.executemany(
            "UPDATE customers_customer SET created_at = %s WHERE id = %s",
            [(connection.ops.adapt_datetimefield_value(when), c.pk) for when, c in moments],
        )


def _tags() -> dict[str, Tag]:
    """Return the demo's tags by name, made where the company's list has none of that name."""
    here = {tag.name.lower(): tag for tag in Tag.objects.all()}
    missing = [
        Tag(name=name, color=color, order=order)
        for order, (name, color) in enumerate(TAGS.items(), start=1)
        if name.lower() not in here
    ]
    here |= {tag.name.lower(): tag for tag in Tag.objects.bulk_create(missing)}
    return {name: here[name.lower()] for name in TAGS}


def _tag(drafts: list[Draft], tags: dict[str, Tag]) -> None:
    through = Customer.tags.through
    through.objects.bulk_create(
        through(customer_id=each.customer.pk, tag_id=tags[name].pk)
        for each in drafts
        for name in each.tags
    )
