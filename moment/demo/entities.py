"""A small fictional register: what `registry` would have heard from Brønnøysund.

Company number 17 is the same company however many are asked for, so that more can be added later.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from random import Random

from customers.models.address import Address
from moment.demo import named, names, places
from moment.names import name_key
from registry import typos
from registry.models import Entity
from registry.org_number import with_check_digit

SEED = 20_260_101
BATCH = 2000

FORMS = {
    "AS": "Aksjeselskap",
    "ASA": "Allmennaksjeselskap",
    "ENK": "Enkeltpersonforetak",
    "NUF": "Norskregistrert utenlandsk foretak",
    "SA": "Samvirkeforetak",
    "DA": "Ansvarlig selskap med delt ansvar",
    "ANS": "Ansvarlig selskap med solidarisk ansvar",
    "ESEK": "Eierseksjonssameie",
    "SAM": "Tingsrettslig sameie",
    "BRL": "Borettslag",
    "KOMM": "Kommune",
    "FYLK": "Fylkeskommune",
    "ORGL": "Organisasjonsledd",
    "KF": "Kommunalt foretak",
    "IKS": "Interkommunalt selskap",
    "STI": "Stiftelse",
    "FLI": "Forening/lag/innretning",
    "KBO": "Konkursbo",
    "BEDR": "Underenhet til næringsdrivende og offentlig forvaltning",
    "AAFY": "Underenhet til ikke-næringsdrivende",
}
_HOW_OFTEN = {
    "AS": 600,
    "ENK": 150,
    "NUF": 35,
    "ASA": 6,
    "SA": 20,
    "DA": 18,
    "ANS": 12,
    "ESEK": 35,
    "BRL": 30,
    "SAM": 10,
    "KOMM": 16,
    "FYLK": 3,
    "ORGL": 18,
    "KF": 8,
    "IKS": 10,
    "STI": 12,
    "FLI": 30,
}
_DRAWN, _WEIGHTS = list(_HOW_OFTEN), list(_HOW_OFTEN.values())
PUBLIC = {"KOMM", "FYLK", "ORGL", "KF", "IKS"}
# Those that can go bankrupt and be dissolved; nobody winds up a municipality.
FIRMS = {"AS", "ASA", "ENK", "NUF", "SA", "DA", "ANS"}
_WITHOUT_TRADE = {"BRL", "ESEK", "SAM", "FLI", "STI"}
_SECTORS = {
    "ENK": "8200",
    "BRL": "8300",
    "ESEK": "8300",
    "SAM": "8300",
    "FLI": "7000",
    "STI": "7000",
    "KOMM": "6500",
    "FYLK": "6500",
    "ORGL": "6500",
    "KF": "1510",
    "DA": "2300",
    "ANS": "2300",
}


@dataclass(frozen=True)
class Company:
    """One company: the register's row, and what people write of it."""

    entity: Entity
    name: str
    trade: names.Trade
    visiting: Address
    postal: Address
    website: str

    @property
    def form(self) -> str:
        return self.entity.form_code


def org_number(index: int) -> str:
    """Return this company's own number: it begins with 2 or 3 and its check digit is right."""
    stem = 2_000_000 + (index * 1_234_577 + 817_203) % 2_000_000
    return next(
        number for last in range(10) if (number := with_check_digit(f"{stem}{last}")) is not None
    )


def company(index: int, now: datetime) -> Company:
    """Return the company with this index, unsaved. Dates are counted back from now."""
    rng = Random(SEED + index)
    if index < len(named.COMPANIES):
        return _named(index, rng, now)
    match index % 8:
        case 5:
            return _place_of_business(index, rng, now, company(index - 1, now))
        case 7 if (failed := company(index - 1, now)).entity.bankrupt:
            return _estate(index, now, failed)
    form = rng.choices(_DRAWN, _WEIGHTS)[0]
    trade = names.trade_for(rng, form)
    place = rng.choice(places.PLACES)
    return _register(
        index,
        rng,
        now,
        form=form,
        trade=trade,
        name=names.company_name(rng, form, trade, place),
        place=place,
        trouble=_draw_trouble(rng, form, more=index % 8 == 6),
    )


def load(total: int, now: datetime) -> Iterator[int]:
    """Make those of the first `total` entities that are missing; yield how many, by batch."""
    for start in range(0, total, BATCH):
        numbers = {org_number(index): index for index in range(start, min(start + BATCH, total))}
        here = dict(Entity.objects.filter(pk__in=list(numbers)).values_list("pk", "words"))
        missing = sorted(numbers[number] for number in numbers.keys() - here.keys())
        # A lookup may store one of them meanwhile; then the register's own word stays.
        made = [company(index, now).entity for index in missing]
        Entity.objects.bulk_create(made, ignore_conflicts=True)
        # Also of those made by a version that had no dictionary yet.
        words = [*here.values(), *(entity.words for entity in made)]
        typos.learn(word for text in words for word in text.split())
        yield len(missing)


def _named(index: int, rng: Random, now: datetime) -> Company:
    known = named.COMPANIES[index]
    trade = next((t for t in names.TRADES if known.word in t.words), names.TRADES[0])
    if known.form not in FIRMS:
        trade = names.trade_for(rng, known.form)
    return _register(
        index,
        rng,
        now,
        form=known.form,
        trade=trade,
        name=known.name,
        place=places.Place(known.postcode, known.city),
        street=known.street,
        trouble="bankrupt" if known.bankrupt else "",
        days_ago=3 if known.bankrupt else None,
    )


def _register(
    index: int,
    rng: Random,
    now: datetime,
    *,
    form: str,
    trade: names.Trade,
    name: str,
    place: places.Place,
    trouble: str = "",
    street: str = "",
    days_ago: int | None = None,
) -> Company:
    """Return a legal entity with everything that the register tells of one."""
    today = now.date()
    registered = today - timedelta(days=int(rng.triangular(40, 11_000, 2500)))
    visiting, postal = Address(street or places.street(rng), *place), Address()
    if not street and rng.random() < 0.22:
        postal = places.po_box(rng, place)
    if form == "NUF":
        visiting, postal = _foreign_owner(rng, visiting)
    site = f"www.{domain(name)}" if rng.random() < 0.6 else ""
    entity = Entity(
        org_number=org_number(index),
        # Newer names keep the case they were sent in, and many people's own do.
        name=name if _keeps_case(rng, form, today - registered) else name.upper(),
        form_code=form,
        form_name=FORMS[form],
        industry_code=trade.industry_code,
        industry_name=trade.industry_name,
        sector_code=_SECTORS.get(form, "2100"),
        registered_on=registered,
        email=f"post@{domain(name)}" if rng.random() < 0.45 else "",
        phone=places.phone(rng) if rng.random() < 0.5 else "",
        website=site,
        vat_registered=rng.random() < (0.06 if form in _WITHOUT_TRADE else 0.78),
        fetched_at=now - timedelta(seconds=rng.randrange(20 * 3600)),
        **columns("business", visiting),
        **columns("postal", postal),
        **_employees(rng, form),
    )
    if trouble:
        since = days_ago if days_ago is not None else int(rng.triangular(2, 900, 40))
        entity = _in_trouble(entity, trouble, max(today - timedelta(days=since), registered))
    return Company(entity, name, trade, visiting, postal, f"https://{site}" if site else "")


def _draw_trouble(rng: Random, form: str, *, more: bool) -> str:
    """Return what befell the company; empty for nineteen in twenty.

    `more` bankruptcies happen where the next number is free for the estate.
    """
    draw = rng.random()
    if form not in FIRMS:
        return "deleted" if draw < 0.008 else ""
    for share, trouble in (
        (0.03 if more else 0.004, "bankrupt"),
        (0.012, "winding_up"),
        (0.008, "compulsory_dissolution"),
        (0.02, "deleted"),
    ):
        if draw < share:
            return trouble
        draw -= share
    return ""


def _in_trouble(entity: Entity, trouble: str, since: date) -> Entity:
    if trouble != "deleted":
        setattr(entity, trouble, True)
        setattr(entity, f"{trouble}_on", since)
        return entity
    # Of a deleted entity the register tells its name, its form and the day, nothing else.
    return Entity(
        org_number=entity.org_number,
        name=entity.name,
        form_code=entity.form_code,
        form_name=entity.form_name,
        deleted_on=since,
        fetched_at=entity.fetched_at,
    )


def _place_of_business(index: int, rng: Random, now: datetime, owner: Company) -> Company:
    """Return a place of business: often its owner's name and a town."""
    place = rng.choice(places.PLACES)
    name = owner.name if rng.random() < 0.45 else f"{owner.name} avd {place.city}"
    made = _register(
        index,
        rng,
        now,
        form="AAFY" if owner.form in _WITHOUT_TRADE else "BEDR",
        trade=owner.trade,
        name=name,
        place=place,
    )
    made.entity.kind = Entity.Kind.SUB
    made.entity.parent_org_number = owner.entity.org_number
    made.entity.vat_registered = False
    made.entity.sector_code = ""
    return made


def _estate(index: int, now: datetime, failed: Company) -> Company:
    """Return the estate of a bankrupt company, which the register keeps as an entity of its own."""
    trustee = Address("c/o Advokatfirmaet Skarvmogen DA\nTorggata 8", "0181", "Oslo")
    entity = Entity(
        org_number=org_number(index),
        name=f"{failed.name} KONKURSBO".upper(),
        form_code="KBO",
        form_name=FORMS["KBO"],
        registered_on=failed.entity.bankrupt_on,
        industry_code=failed.entity.industry_code,
        industry_name=failed.entity.industry_name,
        fetched_at=failed.entity.fetched_at,
        **columns("business", trustee),
    )
    return replace(
        failed,
        entity=entity,
        name=f"{failed.name} konkursbo",
        visiting=trustee,
        postal=Address(),
        website="",
    )


def _foreign_owner(rng: Random, norwegian: Address) -> tuple[Address, Address]:
    """Return the addresses of a foreign firm's branch: its postcode stands inside the city."""
    home = rng.choice(places.FOREIGN_PLACES)
    postcode = f"DK-{home.postcode}" if home.country == "DK" else home.postcode
    street = home.street.format(rng.randint(1, 99))
    abroad = Address(street, "", f"{postcode} {home.city}", home.country)
    return abroad, norwegian if rng.random() < 0.4 else Address()


def columns(kind: str, address: Address) -> dict[str, str]:
    """Return an address as the register writes it: towns in capitals, the country always named."""
    if not address:
        return {}
    return {
        f"{kind}_address": address.street,
        f"{kind}_postcode": address.postcode,
        f"{kind}_city": address.city.upper(),
        f"{kind}_country": address.country or "NO",
    }


def _employees(rng: Random, form: str) -> dict[str, int | bool | None]:
    """Return the headcount: none, withheld because it is 1 to 4, or five and more."""
    none, withheld = {"ENK": (0.82, 0.96), "NUF": (0.5, 0.75)}.get(form, (0.28, 0.62))
    if form in _WITHOUT_TRADE:
        none, withheld = 0.85, 0.97
    draw = 1.0 if form in PUBLIC | {"ASA"} else rng.random()
    if draw < none:
        return {}
    if draw < withheld:
        return {"has_employees": True}
    typical = {"KOMM": 900, "FYLK": 2400, "ASA": 600}.get(form, 12)
    return {"has_employees": True, "employees": max(5, int(rng.lognormvariate(0, 0.9) * typical))}


def _keeps_case(rng: Random, form: str, age: timedelta) -> bool:
    return rng.random() < (0.65 if form == "ENK" else 0.4 if age.days < 700 else 0.02)


def domain(name: str) -> str:
    """Return a domain made from a name; nothing under .example ever exists."""
    words = name_key(name).encode("ascii", "ignore").decode().split()
    return f"{'-'.join(words[:3])[:50].strip('-') or 'firma'}.example"
