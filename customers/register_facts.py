"""What the register says of our customers, in words."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from moment.templatetags.moment import short_date
from registry.models import Alert, Entity
from registry.names import display_name
from registry.org_number import formatted

Kind = Alert.Kind
# A Norwegian place as the register writes it: 9008 TROMSØ.
_PLACE = re.compile(r"\b(\d{4}) ([^,\d]+)")


def trouble(entity: Entity) -> str:
    """Return the worst that the register says, with its date: `Bankrupt since 19 Nov`."""
    if entity.deleted_on:
        return _("Deleted %(date)s") % {"date": short_date(entity.deleted_on)}
    if entity.bankrupt:
        return _bankrupt(entity.bankrupt_on)
    if entity.compulsory_dissolution:
        return _being_dissolved(entity.compulsory_dissolution_on)
    if entity.winding_up:
        return _being_wound_up(entity.winding_up_on)
    return ""


def trouble_of(org_numbers: list[str]) -> dict[str, str]:
    """Return the troubles of these reg. nos. that have any, in one query."""
    entities = Entity.objects.in_trouble().filter(org_number__in=[n for n in org_numbers if n])
    return {entity.org_number: trouble(entity) for entity in entities}


@dataclass(frozen=True)
class AlertWords:
    """What an alert tells: a fact in a sentence, or how the value of something changed."""

    label: str  # what it is about
    fact: str = ""  # `Bankrupt since 19 Nov`
    old: str = ""  # empty where it says nothing
    new: str = ""
    is_bad: bool = False

    def __str__(self) -> str:
        return self.fact or f"{self.label}: {self.new}"


def alert_words(alert: Alert, names: Mapping[str, str] | None = None) -> AlertWords:
    """Return an alert in words. `names` are those of `names_in`."""
    label = str(alert.get_kind_display())
    if fact := _fact(alert):
        return AlertWords(label, fact=fact, is_bad=alert.kind in _BAD and bool(alert.new))
    if alert.kind == Kind.MERGER:
        return AlertWords(label, new=alert.new)
    return AlertWords(
        label, old=_value(alert, alert.old, names or {}), new=_value(alert, alert.new, names or {})
    )


def names_in(alerts: Iterable[Alert]) -> dict[str, str]:
    """Return the names of the owners and industries that these alerts tell of, in one query."""
    owners, industries = set(), set()
    for alert in alerts:
        if alert.kind == Kind.OWNER:
            owners |= {alert.old, alert.new}
        elif alert.kind == Kind.INDUSTRY:
            industries.add(alert.org_number)
    names = {}
    for entity in Entity.objects.filter(pk__in=owners | industries):
        names[entity.org_number] = entity.display_name
        if entity.org_number in industries:
            names[entity.industry_code] = entity.industry_name
    return names


_BAD = frozenset({Kind.BANKRUPT, Kind.DISSOLUTION, Kind.WINDING_UP, Kind.DELETED})


def _fact(alert: Alert) -> str:
    """Return what an alert of something that is or is not says, empty for other kinds."""
    true, since = bool(alert.new), alert.changed_on
    match alert.kind:
        case Kind.BANKRUPT:
            return _bankrupt(since) if true else _("No longer bankrupt")
        case Kind.DISSOLUTION:
            return _being_dissolved(since) if true else _("No longer being dissolved")
        case Kind.WINDING_UP:
            return _being_wound_up(since) if true else _("No longer being wound up")
        case Kind.DELETED if true:
            return _("Deleted from the register %(date)s") % {"date": short_date(since)}
        case Kind.DELETED:
            return _("In the register again")
        case Kind.WITHDRAWN:
            return _("Withdrawn: the register no longer gives out anything about this number")
        case Kind.VAT:
            return _("Registered for VAT") if true else _("No longer registered for VAT")
    return ""


def _value(alert: Alert, value: str, names: Mapping[str, str]) -> str:
    """Return a value as people write it: names out of capitals, numbers with what they mean."""
    if not value:
        return _("none")
    match alert.kind:
        case Kind.NAME:
            return display_name(value)
        case Kind.ADDRESS | Kind.POSTAL:
            return _PLACE.sub(lambda place: f"{place[1]} {display_name(place[2])}", value)
        case Kind.OWNER:
            return " ".join(filter(None, [names.get(value), formatted(value)]))
        case Kind.INDUSTRY:
            return " ".join(filter(None, [value, names.get(value)]))
    return value


def _bankrupt(since: date | None) -> str:
    return _dated(_("Bankrupt since %(date)s"), since) or _("Bankrupt")


def _being_dissolved(since: date | None) -> str:
    return _dated(_("Compulsory dissolution since %(date)s"), since) or _("Compulsory dissolution")


def _being_wound_up(since: date | None) -> str:
    return _dated(_("Being wound up since %(date)s"), since) or _("Being wound up")


def _dated(words: str, since: date | None) -> str:
    return words % {"date": short_date(since)} if since else ""
