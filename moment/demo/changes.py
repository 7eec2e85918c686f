"""What the register has changed lately about companies that are customers of the demo."""

from collections.abc import Mapping
from copy import copy
from datetime import date, datetime, timedelta
from random import Random
from typing import NamedTuple

from django.utils import timezone

from customers.alerting import Act
from customers.models import Customer
from customers.models.address import Address
from moment.demo import entities, named, names, places
from moment.demo.entities import FIRMS, Company, columns
from registry.models import Alert, Entity

SEED = 20_261_122
# Beyond these, customers are there to fill the house: the register changes fewer of them.
_LIVELY = 1000
_NEW_WORDS = ("Gruppen", "Norge", "Partner", "Drift", "Prosjekt")
_ALIVE = (Customer.Status.ACTIVE, Customer.Status.POTENTIAL)
Kind = Alert.Kind


class Change(NamedTuple):
    """One change: the company as it was and as it is now, when, and what was done about it."""

    before: Entity
    now: Entity
    on: date
    act: Act | None  # None: nobody has answered yet


# In turn, as customers come; what cannot happen to one of them is a postal address instead.
_WAITING = (
    *(Kind.ADDRESS, Kind.POSTAL, Kind.NAME, Kind.INDUSTRY, Kind.DISSOLUTION, Kind.DELETED),
    *(Kind.VAT, Kind.WINDING_UP, Kind.BANKRUPT, Kind.POSTAL, Kind.ADDRESS, Kind.MERGER),
    *(Kind.INDUSTRY, Kind.ADDRESS),
)
_ANSWERED = (
    *((Kind.NAME, Act.KEEP), (Kind.POSTAL, Act.TAKE), (Kind.ADDRESS, Act.KEEP)),
    *((Kind.VAT, Act.NOTE), (Kind.BANKRUPT, Act.BLOCK), (Kind.ADDRESS, Act.TAKE)),
    *((Kind.INDUSTRY, Act.NOTE), (Kind.NAME, Act.TAKE)),
)
# Of the customers that the guide and its pictures tell of: days ago, and what has changed.
_NAMED = {
    "Brekke & Sønner Bygg AS": (3, {}),
    "Storfjell kommune": (
        2,
        columns("postal", Address("Postboks 690 Langnes", "9253", "Tromsø")),
    ),
    "Skagerrak Geomatikk AS": (
        5,
        columns("business", Address("Dronningens gate 12", "4610", "Kristiansand S")),
    ),
    "Østvang Prosjektledelse AS": (
        1,
        {
            "name": "Østvang Prosjekt og Rådgivning AS",
            "former_names": "ØSTVANG PROSJEKTLEDELSE AS",
        },
    ),
}


def of(slot: int, customer: Customer, entity: Entity, now: datetime) -> Change | None:
    """Return what has happened to the company of the customer in this slot; mostly nothing."""
    today = timezone.localtime(now).date()
    if slot < len(named.CUSTOMERS):
        return _of_named(named.CUSTOMERS[slot].name, entity, today)
    turn, place = divmod(slot, 20 if slot < _LIVELY else 100)
    rng = Random(SEED + slot)
    if place == 4:
        kind, act = _WAITING[turn % len(_WAITING)], None
        on = today - timedelta(days=1 + turn % 6)
    elif place == 12 and slot < _LIVELY:
        kind, act = _ANSWERED[turn % len(_ANSWERED)]
        on = today - timedelta(days=10 + turn * 3 % 25)
    else:
        return None
    known_since = timezone.localtime(customer.created_at).date()
    if customer.status not in _ALIVE or entity.in_trouble or known_since >= on:
        return None
    if not _can_happen(kind, entity):
        kind, act = Kind.POSTAL, act and Act.TAKE
    changed = copy(entity)
    for column, value in _news(rng, kind, entities.company(slot, now), on).items():
        setattr(changed, column, value)
    return Change(entity, changed, on, act)


def told_at(on: date, now: datetime) -> datetime:
    """Return when an alert of that day is raised: early the next morning."""
    morning = timezone.localtime(now).replace(hour=5, minute=40, second=0, microsecond=0)
    days = (morning.date() - on).days - 1
    return min(morning - timedelta(days=days), now)


def _of_named(name: str, entity: Entity, today: date) -> Change | None:
    if name not in _NAMED:
        return None
    days, news = _NAMED[name]
    before, changed = copy(entity), copy(entity)
    for column, value in news.items():
        setattr(changed, column, value)
    if not news:  # it is as it was when its copy was made; nobody has been told
        before.bankrupt, before.bankrupt_on = False, None
    return Change(before, changed, today - timedelta(days=days), None)


def _can_happen(kind: str, entity: Entity) -> bool:
    if kind == Kind.POSTAL:
        return True
    if kind == Kind.ADDRESS:
        return entity.business_country == "NO"
    if kind == Kind.NAME:
        return entity.form_code in FIRMS - {"ENK"}
    return entity.form_code in FIRMS


def _news(rng: Random, kind: str, company: Company, on: date) -> Mapping[str, object]:
    """Return the columns of the company's copy that are others now."""
    town = places.Place(company.visiting.postcode, company.visiting.city)
    if not town.postcode:  # abroad
        town = rng.choice(places.PLACES)
    entity = company.entity
    match kind:
        case Kind.NAME:
            kept = company.name.split()[:-2] or company.name.split()[:1]
            new = " ".join([*kept, rng.choice(_NEW_WORDS), company.form])
            return {"name": new.upper(), "former_names": entity.name}
        case Kind.ADDRESS:
            return columns("business", Address(places.street(rng), *town))
        case Kind.POSTAL:
            box = places.po_box(rng, town) or Address(places.street(rng), *town)
            return columns("postal", box)
        case Kind.INDUSTRY:
            # The list keeps related ones together.
            here = names.TRADES.index(company.trade) if company.trade in names.TRADES else 1
            trade = names.TRADES[here - 1]
            return {"industry_code": trade.industry_code, "industry_name": trade.industry_name}
        case Kind.VAT:
            return {"vat_registered": not entity.vat_registered}
        case Kind.MERGER:
            taker = names.company_name(rng, "AS", company.trade, town)
            return {"merger": f"Fusjon besluttet. Overtakende selskap: {taker}."}
        case Kind.BANKRUPT:
            return {"bankrupt": True, "bankrupt_on": on}
        case Kind.WINDING_UP:
            return {"winding_up": True, "winding_up_on": on}
        case Kind.DISSOLUTION:
            return {"compulsory_dissolution": True, "compulsory_dissolution_on": on}
        case _deleted:
            return {"deleted_on": on}
