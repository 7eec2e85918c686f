"""Changes in the register to the numbers that somebody watches.

An alert comes from comparing our copy with what the register says now, in the transaction that
stores the new copy: the same change seen twice differs from nothing and raises one alert.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date

from django.db import transaction
from django.utils import timezone

from moment.models import User
from registry.models import Alert, Entity, Watch

Kind = Alert.Kind
# What an entity is asked for by kind; the texts are what alerts keep.
_DATED = {
    Kind.BANKRUPT: ("bankrupt", "bankrupt_on"),
    Kind.DISSOLUTION: ("compulsory_dissolution", "compulsory_dissolution_on"),
    Kind.WINDING_UP: ("winding_up", "winding_up_on"),
}
LONGEST_VALUE = 2000  # characters of what was and what is


@dataclass(frozen=True)
class _Change:
    """What an alert tells, in its own columns."""

    org_number: str
    kind: str
    old: str
    new: str
    changed_on: date


def watch(*org_numbers: str) -> None:
    """Have changes to these numbers raise alerts from now on. Safe to repeat."""
    numbers = sorted({number for number in org_numbers if number})
    Watch.objects.bulk_create((Watch(org_number=n) for n in numbers), ignore_conflicts=True)


@transaction.atomic
def unwatch(*org_numbers: str) -> None:
    """Hear no more of these numbers, and drop what nobody has answered."""
    Watch.objects.filter(pk__in=hold(org_numbers)).delete()
    Alert.objects.open().filter(org_number__in=org_numbers).delete()


def raise_for(
    pairs: Iterable[tuple[Entity | None, Entity]], dates: Mapping[str, date] | None = None
) -> int:
    """Raise the alerts of these entities, each as (before, now); return how many there were.

    Within the caller's transaction, which has the rows locked. Without a copy from before there is
    nothing to compare with. `dates` holds, by number, the day on which the register changed them;
    a date of the fact itself goes first, today comes last.
    """
    found: dict[str, list[_Change]] = {}
    back = []
    today = timezone.localdate()
    for before, now in pairs:
        if before is None:
            back.append(now.pk)
            continue
        day = (dates or {}).get(now.pk) or today
        if changes := list(_changes(before, now, day)):
            found[now.pk] = changes
    # Before any alert is touched, as everyone does it.
    watched = hold([*found, *back])
    if back:
        # Published again before anybody heard that it was withdrawn.
        Alert.objects.open().filter(kind=Kind.WITHDRAWN, org_number__in=back).delete()
    return _tell([change for number in watched for change in found.get(number, ())])


def raise_withdrawn(
    org_numbers: Iterable[str],
    dates: Mapping[str, date] | None = None,
    known: Collection[str] = (),
) -> int:
    """Tell that the register has withdrawn these, and forget what earlier alerts told of them.

    Return how many alerts there were. A number is told of once, until we have a copy again:
    `known` are those of which there was one until now.
    """
    numbers = list(org_numbers)
    watched = hold(numbers)
    earlier = Alert.objects.select_for_update().filter(org_number__in=numbers).order_by("pk")
    told, waiting, forget = set(), set(), []
    for alert in earlier:
        if alert.kind != Kind.WITHDRAWN:
            forget.append(alert.pk)
        elif alert.handled_at:
            told.add(alert.org_number)
        else:
            waiting.add(alert.org_number)
    Alert.objects.filter(pk__in=forget).delete()
    today = timezone.localdate()
    new = [
        Alert(org_number=number, kind=Kind.WITHDRAWN, changed_on=(dates or {}).get(number) or today)
        for number in watched
        if number not in waiting and (number in known or number not in told)
    ]
    return len(Alert.objects.bulk_create(new))


def hold(org_numbers: Iterable[str]) -> list[str]:
    """Return those of the numbers that somebody watches, in order, locked.

    Until the transaction ends none of their alerts changes, so that two who see the same change
    raise one. Copies are locked before this and alerts after it, by everyone who locks several.
    """
    rows = Watch.objects.select_for_update().filter(pk__in=list(org_numbers)).order_by("pk")
    return list(rows.values_list("pk", flat=True))


@transaction.atomic
def answer(alerts: Iterable[Alert], how: str, by: User) -> list[Alert]:
    """Close these alerts with an `Alert.Answer`; return those that were still open.

    Of two people who answer at once, the second gets the alert no more.
    """
    numbers = [alert.pk for alert in alerts]
    still_open = list(
        Alert.objects.select_for_update().open().filter(pk__in=numbers).order_by("pk")
    )
    for alert in still_open:
        alert.handled_at, alert.handled_by, alert.answer = timezone.now(), by, how
    Alert.objects.bulk_update(still_open, ["handled_at", "handled_by", "answer"])
    return still_open


def _tell(changes: list[_Change]) -> int:
    """Raise or renew an alert for each change, or take it away; return how many are new."""
    if not changes:
        return 0
    numbers = {change.org_number for change in changes}
    waiting = {
        (alert.org_number, alert.kind): alert
        for alert in Alert.objects.select_for_update()
        .open()
        .filter(org_number__in=numbers)
        .order_by("pk")
    }
    new, renewed, undone = [], [], []
    for change in changes:
        before = waiting.get((change.org_number, change.kind))
        # That there is no talk of a merger any more is nothing to act on.
        ends = change.kind == Kind.MERGER and not change.new
        if before is None:
            if not ends:
                new.append(Alert(**asdict(change)))
        elif ends or before.old == change.new:
            undone.append(before.pk)  # changed back before anybody looked
        else:
            before.new, before.changed_on = change.new, change.changed_on
            before.raised_at = timezone.now()
            renewed.append(before)
    Alert.objects.filter(pk__in=undone).delete()
    Alert.objects.bulk_update(renewed, ["new", "changed_on", "raised_at"])
    Alert.objects.bulk_create(new)
    return len(new) + len(renewed)


def _changes(before: Entity, now: Entity, day: date) -> Iterator[_Change]:
    """Yield all that differs, the gravest first, dated `day` where the fact has no date."""
    for kind, old, new, fact_on in _differences(before, now):
        old, new = old[:LONGEST_VALUE], new[:LONGEST_VALUE]
        if old != new:
            yield _Change(now.org_number, kind, old, new, fact_on or day)


def _differences(before: Entity, now: Entity) -> Iterator[tuple[str, str, str, date | None]]:
    """Yield (kind, old, new, date of the fact) for every kind but withdrawal, alike or not."""
    for kind, (flag, dated) in _DATED.items():
        yield kind, _flag(getattr(before, flag)), _flag(getattr(now, flag)), getattr(now, dated)
    # That the register corrects the day is no second deletion.
    if bool(before.deleted_on) != bool(now.deleted_on):
        yield Kind.DELETED, _iso(before.deleted_on), _iso(now.deleted_on), now.deleted_on
    yield Kind.MERGER, before.merger, now.merger, None
    yield Kind.NAME, before.name, now.name, None
    yield Kind.ADDRESS, _address(before, "business"), _address(now, "business"), None
    yield Kind.POSTAL, _address(before, "postal"), _address(now, "postal"), None
    yield Kind.OWNER, before.parent_org_number, now.parent_org_number, None
    yield Kind.FORM, before.form_code, now.form_code, None
    yield Kind.INDUSTRY, before.industry_code, now.industry_code, None
    yield Kind.VAT, _flag(before.vat_registered), _flag(now.vat_registered), None


def _address(entity: Entity, prefix: str) -> str:
    """Return street lines, postcode and city, and country where it is abroad, with commas."""
    place = f"{getattr(entity, f'{prefix}_postcode')} {getattr(entity, f'{prefix}_city')}".strip()
    country = getattr(entity, f"{prefix}_country")
    lines = [*getattr(entity, f"{prefix}_address").splitlines(), place]
    return ", ".join(filter(None, [*lines, "" if country == "NO" else country]))


def _flag(value: bool) -> str:
    return "1" if value else ""


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""
