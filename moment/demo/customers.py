"""The demo's customers: most are companies of the fictional register, some foreign, some neither.

Customer number 17 of the demo is the same however many are asked for.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from django.utils import timezone
from stdnum.no import kontonr

from customers.models import Customer
from customers.models.address import Address
from moment.demo import entities, named, names, places
from moment.demo.entities import Company
from moment.demo.twins import TWINS, Twin
from moment.models import User

SEED = 7_031_950
_RESPONSIBLE = ["kari", "ola", "marte"] * 2 + ["ida", "jonas", "synne", "admin", ""]
_TOWN_TAGS = {"Oslo"}


@dataclass(frozen=True)
class Draft:
    """A customer that lacks only its number, and the names of its tags."""

    customer: Customer
    tags: tuple[str, ...]
    rng: Random


def draft(slot: int, created: datetime, now: datetime, colleagues: dict[str, User]) -> Draft:
    """Return the demo's customer in this slot, created then."""
    rng = Random(SEED + slot)
    if slot < len(named.CUSTOMERS):
        return _named(slot, rng, created, now, colleagues)
    if slot in TWINS:
        made = _typed_again(TWINS[slot], now, colleagues)
    elif slot % 97 == 90:
        made = _twice(rng, entities.company(slot - 40 - (slot - 40) % 8, now))
    elif slot % 8 != 5:
        made = _from_register(rng, entities.company(slot, now))
    elif rng.random() < 0.6:
        made = _foreign(rng)
    else:
        made = _unregistered(rng)
    customer = made.customer
    customer.responsible = colleagues.get(rng.choice(_RESPONSIBLE))
    shares = (80, 11, 9) if customer.is_norwegian else (50, 40, 10)
    customer.relation = rng.choices(("customer", "participant", "both"), shares)[0]
    tags = list(made.tags)
    if customer.city in _TOWN_TAGS:
        tags.append(customer.city)
    for tag, share in (("Key account", 0.07), ("Framework agreement", 0.1)):
        if rng.random() < share and customer.relation != "participant":
            tags.append(tag)
    if customer.relation == "participant" and rng.random() < 0.6:
        tags.append("Partner")
    _set_times(customer, rng, created, now)
    return Draft(customer, tuple(tags[:3]), rng)


def company_of(slot: int) -> int | None:
    """Return the index of the company that the customer in this slot is, None for most others.

    Those typed once more have the number of a customer that has a slot of its own.
    """
    if slot < len(named.CUSTOMERS):
        return named.CUSTOMERS[slot].company
    return None if slot % 8 == 5 or slot % 97 == 90 else slot


def _named(
    slot: int, rng: Random, created: datetime, now: datetime, colleagues: dict[str, User]
) -> Draft:
    known = named.CUSTOMERS[slot]
    if known.company is not None:
        customer = _from_register(rng, entities.company(known.company, now), sure=True).customer
    elif known.name.endswith(" AB"):
        customer = Customer(
            country="SE",
            language="en",
            phone="+46 31 390 06 12",
            email="info@lindqvist-konstruktion.example",
        )
        _put(customer, "visiting", Address("Östra Hamngatan 17", "411 10", "Göteborg"))
    else:
        customer = Customer()
        _put(customer, "visiting", Address("Kipervikgata 9", "6002", "Ålesund"))
    customer.name, customer.status, customer.relation = known.name, known.status, known.relation
    customer.responsible = colleagues[known.responsible]
    # Their notes go back forty days.
    customer.created_at = min(created, now - timedelta(days=known.idle_days + 45))
    idle = timedelta(days=known.idle_days, hours=3 if known.idle_days else 0)
    customer.last_activity_at = now - idle
    return Draft(customer, known.tags, rng)


def _from_register(rng: Random, company: Company, *, sure: bool = False) -> Draft:
    """Return a customer taken over from the register, where `sure` without what is seldom so."""
    usual = sure or rng.random() > 0.04
    customer = Customer(
        name=company.name,
        org_number=company.entity.org_number if usual else "",
        website=company.website,
        status=_status(rng, company),
    )
    _put(customer, "visiting", company.visiting)
    _put(customer, "postal", company.postal)
    _reach(customer, rng, entities.domain(company.name))
    if rng.random() < 0.5:
        customer.phone = company.entity.phone or places.phone(rng)
    if rng.random() < 0.12:
        customer.bank_account = _bank_account(rng)
    if rng.random() < 0.05:
        customer.language = rng.choice(("nb", "en"))
    if company.form == "NUF" and rng.random() < 0.5:
        customer.currency, customer.language = "EUR", "en"
    town = places.Place(company.visiting.postcode, company.visiting.city)
    if not sure and rng.random() < 0.05:
        box = places.po_box(rng, town)
        _put(
            customer,
            "invoice",
            Address(f"Fakturamottak\n{box.street}", box.postcode, box.city)
            if box
            else Address(places.street(rng), *town),
        )
    if not sure and not customer.postal_street and rng.random() < 0.04:
        _put(customer, "postal", places.po_box(rng, town))
    return Draft(customer, (company.trade.tag,) if company.trade.tag else (), rng)


def _twice(rng: Random, company: Company) -> Draft:
    """Return a company that is customer already, as someone has typed it once more."""
    customer = Customer(name=names.misspelt(rng, company.name), status="active")
    if rng.random() < 0.5:
        customer.org_number = company.entity.org_number
    place = company.visiting if rng.random() < 0.6 else Address()
    _put(customer, "visiting", place)
    _reach(customer, rng, entities.domain(company.name))
    return Draft(customer, (), rng)


def _typed_again(twin: Twin, now: datetime, colleagues: dict[str, User]) -> Draft:
    """Return one of the named customers as someone has typed it once more."""
    first = draft(twin.of, now, now, colleagues).customer
    typed = {column: getattr(first, column) for column in twin.same}
    return Draft(Customer(name=twin.name, status="active", **typed, **twin.also), (), Random(SEED))


def _unregistered(rng: Random) -> Draft:
    """Return a Norwegian customer without reg. no.: a person, a site, an association."""
    place = rng.choice(places.PLACES)
    form = rng.choice(("FLI", "ESEK", "SAM", "", ""))
    trade = names.trade_for(rng, form)
    name = names.company_name(rng, form, trade, place) if form else names.person(rng)
    customer = Customer(name=name, status=_status(rng, None))
    _put(customer, "visiting", Address(places.street(rng), *place))
    _reach(customer, rng, entities.domain(name))
    customer.phone = places.phone(rng) if rng.random() < 0.6 else ""
    return Draft(customer, (trade.tag,) if form and trade.tag else (), rng)


def _foreign(rng: Random) -> Draft:
    """Return a customer abroad; its number follows its own country's form, from unissued ranges."""
    place = rng.choice(places.FOREIGN_PLACES)
    root = names.root(rng).translate(str.maketrans("æøÆØ", "äöÄÖ") if place.country == "SE" else {})
    digits = f"{rng.randrange(10**6):06}"
    match place.country:
        case "SE":
            word = rng.choice(("Konstruktion", "Arkitektur", "Mätteknik", "Fastigheter", "Energi"))
            name, currency = f"{root} {word} AB", "SEK"
            number = _luhn(f"55{rng.randint(2, 4)}{digits}")
            number = f"{number[:6]}-{number[6:]}"
        case "DK":
            word = rng.choice(("Rådgivning", "Landinspektører", "Byg", "Havn", "Tegnestue"))
            name, currency = f"{root} {word} {rng.choice(('A/S', 'ApS'))}", "DKK"
            number = _cvr(f"9{digits}")
        case "GB":
            word = rng.choice(("Surveying", "Engineering", "Marine", "Design", "Offshore"))
            name, currency = f"{root.translate(str.maketrans('æøå', 'aoa'))} {word} Ltd", "GBP"
            number = f"99{digits}"
        case _:
            name, currency = f"{root} {rng.choice(('Bautechnik', 'Planung'))} GmbH", "EUR"
            number = f"HRB 9{digits[:5]}"
    customer = Customer(
        name=name,
        country=place.country,
        status=_status(rng, None),
        org_number=number if rng.random() < 0.75 else "",
        currency=currency if rng.random() < 0.6 else "",
        language="en" if rng.random() < 0.8 else "",
        phone=place.phone.format(rng.randint(0, 99)) if rng.random() < 0.7 else "",
    )
    street = place.street.format(rng.randint(1, 99))
    _put(customer, "visiting", Address(street, place.postcode, place.city))
    _reach(customer, rng, entities.domain(name))
    return Draft(customer, (), rng)


def _put(customer: Customer, kind: str, address: Address) -> None:
    customer.__dict__.update(
        {
            f"{kind}_street": address.street,
            f"{kind}_postcode": address.postcode,
            f"{kind}_city": address.city,
        }
    )
    setattr(customer, f"{kind}_country", address.country)


def _reach(customer: Customer, rng: Random, domain: str) -> None:
    """Give the customer e-mail addresses, some for invoices too, and perhaps a website."""
    if rng.random() < 0.75:
        customer.email = f"{rng.choice(('post', 'post', 'firmapost', 'kontor', 'info'))}@{domain}"
    if rng.random() < 0.35:
        customer.invoice_email = f"{rng.choice(('faktura', 'regnskap', 'invoice'))}@{domain}"
    if not customer.website and rng.random() < 0.2:
        customer.website = f"https://www.{domain}"


def _status(rng: Random, company: Company | None) -> str:
    if company and (company.entity.bankrupt or company.entity.deleted_on):
        return rng.choices(("active", "inactive", "blocked"), (35, 45, 20))[0]
    return rng.choices(("active", "potential", "inactive", "blocked"), (755, 92, 140, 13))[0]


def _set_times(customer: Customer, rng: Random, created: datetime, now: datetime) -> None:
    """Set when the customer was created and when something last happened there."""
    customer.created_at = created
    if customer.status == "inactive":
        idle = timedelta(days=rng.triangular(200, 1500, 400))
    elif rng.random() < 0.07:
        local = timezone.localtime(now)
        idle = rng.random() * (local - local.replace(hour=0, minute=0, second=0))
    else:
        idle = timedelta(days=rng.expovariate(1 / 50))
    customer.last_activity_at = max(created, now - idle)


def _bank_account(rng: Random) -> str:
    """Return an account number with a right check digit, of a bank number nobody has."""
    while True:
        stem = f"9990{rng.randrange(10**6):06}"
        for last in "0123456789":
            if kontonr.is_valid(stem + last):
                return stem + last


def _luhn(digits: str) -> str:
    """Return the digits with the check digit of Swedish numbers."""
    total = sum(sum(divmod(int(d) * (2 - i % 2), 10)) for i, d in enumerate(digits))
    return f"{digits}{-total % 10}"


def _cvr(seven: str) -> str:
    """Return eight digits, the seven or near them, that pass Denmark's check modulo 11."""
    for value in range(int(seven), int(seven) + 20):
        total = sum(int(d) * w for d, w in zip(str(value), (2, 7, 6, 5, 4, 3, 2), strict=True))
        if total % 11 != 1:
            return f"{value}{-total % 11}"
    raise AssertionError("One number in eleven has no check digit, never twenty in a row.")
