"""Changes in the register to the numbers that somebody watches.

An alert comes from comparing our copy with what the register says now, in the transaction that
stores the new copy: the same change seen twice differs from nothing and raises one alert.
"""

from collections.abc import Iterable, Iterator, Mapping
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


def watch(*org_numbers: str) -> None:
    """Have changes to these numbers raise alerts from now on. Safe to repeat."""
    numbers = sorted({number for number in org_numbers if number})
    Watch.objects.bulk_create((Watch(org_number=n) for n in numbers), ignore_conflicts=True)


def unwatch(*org_numbers: str) -> None:
    """Hear no more of these numbers, and drop what nobody has answered."""
    Watch.objects.filter(pk__in=org_numbers).delete()
    Alert.objects.open().filter(org_number__in=org_numbers).delete()


def raise_for(
    pairs: Iterable[tuple[Entity, Entity]], dates: Mapping[str, date] | None = None
) -> int:
    """Raise the alerts of these entities, each as (before, now); return how many there were.

    Within the caller's transaction, which has the rows locked. `dates` holds, by number, the day on
    which the register changed them; a date of the fact itself goes first, today comes last.
    """
    changed = [(before, now) for before, now in pairs if _differ(before, now)]
    watched = set(
        Watch.objects.filter(pk__in=[now.pk for _before, now in changed]).values_list(
            "pk", flat=True
        )
    )
    today = timezone.localdate()
    count = 0
    for before, now in changed:
        if now.pk not in watched:
            continue
        for kind, old, new, fact_on in _changes(before, now):
            day = fact_on or (dates or {}).get(now.pk) or today
            _raise(now.org_number, kind, old, new, day)
            count += 1
    return count


def raise_withdrawn(org_numbers: Iterable[str], on: date | None = None) -> None:
    """Tell that the register has withdrawn these, and forget what earlier alerts told of them."""
    numbers = list(org_numbers)
    Alert.objects.filter(org_number__in=numbers).delete()
    for watched in Watch.objects.filter(pk__in=numbers):
        _raise(watched.pk, Kind.WITHDRAWN, "", "", on or timezone.localdate())


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


def _raise(org_number: str, kind: str, old: str, new: str, day: date) -> None:
    before = Alert.objects.select_for_update().open().filter(org_number=org_number, kind=kind)
    waiting = before.first()
    if waiting is None:
        Alert.objects.create(
            org_number=org_number, kind=kind, old=old[:2000], new=new[:2000], changed_on=day
        )
    elif waiting.old == new:
        waiting.delete()  # changed back before anybody looked
    else:
        waiting.new, waiting.changed_on = new[:2000], day
        waiting.raised_at = timezone.now()
        waiting.save()


def _differ(before: Entity, now: Entity) -> bool:
    return next(_changes(before, now), None) is not None


def _changes(before: Entity, now: Entity) -> Iterator[tuple[str, str, str, date | None]]:
    """Yield (kind, old, new, date of the fact) for all that differs, the gravest first."""
    for kind, (flag, dated) in _DATED.items():
        was, is_now = getattr(before, flag), getattr(now, flag)
        if was != is_now:
            yield kind, "1" if was else "", "1" if is_now else "", getattr(now, dated)
    if before.deleted_on != now.deleted_on:
        yield Kind.DELETED, _iso(before.deleted_on), _iso(now.deleted_on), now.deleted_on
    if now.merger and before.merger != now.merger:
        yield Kind.MERGER, before.merger, now.merger, None
    for kind, old, new in (
        (Kind.NAME, before.name, now.name),
        (Kind.ADDRESS, _address(before, "business"), _address(now, "business")),
        (Kind.POSTAL, _address(before, "postal"), _address(now, "postal")),
        (Kind.OWNER, before.parent_org_number, now.parent_org_number),
        (Kind.FORM, before.form_code, now.form_code),
        (Kind.INDUSTRY, before.industry_code, now.industry_code),
        (Kind.VAT, "1" if before.vat_registered else "", "1" if now.vat_registered else ""),
    ):
        if old != new:
            yield kind, old, new, None


def _address(entity: Entity, prefix: str) -> str:
    """Return street lines, postcode and city, and country where it is abroad, with commas."""
    place = f"{getattr(entity, f'{prefix}_postcode')} {getattr(entity, f'{prefix}_city')}".strip()
    country = getattr(entity, f"{prefix}_country")
    lines = [*getattr(entity, f"{prefix}_address").splitlines(), place]
    return ", ".join(filter(None, [*lines, "" if country == "NO" else country]))


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""
