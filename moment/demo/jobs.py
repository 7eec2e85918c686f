"""What the demo's projects are about: their names, activities and agreements."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import NamedTuple

from customers.models import Customer
from moment.demo import names, places, staff
from moment.projects.models import PriceModel, Project

SEED = 5_000_417
State, Kind, Rates = Project.State, PriceModel.Kind, PriceModel.Rates
# How far back the projects go.
WEEKS = 104


class Work(NamedTuple):
    """A kind of project: what it is called, the tag, and its activities with estimated hours."""

    name: str
    tag: str
    activities: tuple[tuple[str, int], ...]


WORKS = [
    Work("Forprosjekt {root} skole", "Forprosjekt",
         (("Oppstart og programmering", 40), ("Skisser og volumstudier", 90),
          ("Kostnadsoverslag", 35), ("Rapport og presentasjon", 30))),
    Work("Tilstandsanalyse {street}", "Tilstand",
         (("Befaring og registrering", 24), ("Analyse og vurdering", 36), ("Rapport", 20))),
    Work("VA-plan {root}", "",
         (("Datainnsamling", 50), ("Modell av nettet", 110), ("Tiltaksplan", 60),
          ("Møter med kommunen", 20))),
    Work("Detaljprosjektering {root} bru", "BIM",
         (("Prosjekteringsledelse", 60), ("Statikk og beregning", 140), ("Tegning og modell", 160),
          ("Oppfølging i byggetiden", 80))),
    Work("Byggeledelse {root} omsorgssenter", "",
         (("Byggeledelse", 220), ("Byggemøter", 60), ("Kontroll på stedet", 90))),
    Work("Innmåling {root} hytteområde", "",
         (("Feltarbeid", 48), ("Beregning og kart", 30), ("Utsetting av tomter", 26))),
    Work("Rehabilitering av tak, {street}", "Tilstand",
         (("Befaring", 10), ("Beskrivelse og konkurranse", 40), ("Oppfølging av entreprenør", 55))),
    Work("Energirådgivning {root}", "",
         (("Kartlegging", 30), ("Energiberegning", 45), ("Søknad om støtte", 18))),
    Work("Reguleringsplan {root}", "Forprosjekt",
         (("Planprogram", 60), ("Planforslag", 140), ("Medvirkning og merknader", 40))),
    Work("Støyvurdering {street}", "Haster", (("Måling", 12), ("Beregning og rapport", 22))),
    Work("Brannkonsept {street}", "", (("Gjennomgang av grunnlag", 16), ("Konsept og notat", 34))),
    Work("Rassikring {root}", "Haster",
         (("Feltkartlegging", 40), ("Prosjektering av sikring", 85), ("Oppfølging", 30))),
    Work("Uavhengig kontroll {root} terminal", "",
         (("Kontroll av prosjektering", 60), ("Kontroll av utførelse", 40))),
    Work("BIM-koordinering {root} kulturhus", "BIM",
         (("Koordinering", 130), ("Kollisjonskontroll", 60), ("Modell for drift", 45))),
]  # fmt: skip
_RUNNING = Work(
    "Løpende rådgivning {year}", "Rammeavtale", (("Rådgivning", 120), ("Møter og reise", 30))
)
_SERVICE = Work(
    "Serviceavtale geodata", "Rammeavtale", (("Oppdatering av data", 60), ("Brukerstøtte", 25))
)
# What those who own houses together ask for; schools and bridges are not among it.
_OF_OWNERS = (WORKS[1], WORKS[6], WORKS[7], WORKS[9], WORKS[10])
_OWNERS = {
    "Sameiet",
    "Borettslag",
    "Vel",
    "Velforening",
    "Idrettslag",
    "Båtforening",
    "Historielag",
}
INTERNAL = Work("Tilbudsarbeid og oppfølging", "", (("Tilbud", 40), ("Kundebesøk", 20)))


@dataclass
class Job:
    """A project to be made. It has begun on a day, ends so many days later, and is in a state."""

    customer: Customer
    name: str
    work: Work
    kind: PriceModel.Kind
    state: Project.State
    starts_on: date
    days: int
    rng: Random
    rates_from: str = ""
    price_list: str = ""
    # Further customers and what they pay, in per cent.
    shares: list[tuple[Customer, Decimal]] = field(default_factory=list)

    @property
    def ends_on(self) -> date:
        return self.starts_on + timedelta(days=self.days)


# Which customers have which projects for certain: kind, state, weeks since the start, weeks long.
NAMED: dict[str, list[tuple[Work, str, PriceModel.Kind, Project.State, int, int]]] = {
    "Storfjell kommune": [
        (WORKS[0], "Storfjell skole, byggetrinn 2", Kind.HOURLY, State.PROGRESS, 30, 50),
        (WORKS[2], "Hovedplan vann og avløp 2030", Kind.FIXED, State.PROGRESS, 44, 60),
        (WORKS[1], "Tilstandsanalyse rådhuset", Kind.HOURLY, State.FINISHED, 90, 22),
        (_RUNNING, "Rammeavtale 2024-118, avrop", Kind.HOURLY, State.PROGRESS, 100, 130),
        (WORKS[11], "Rassikring Skoddevegen", Kind.FIXED, State.PAUSED, 20, 40),
    ],
    "Fjordkraft Teknikk AS": [
        (WORKS[3], "Adkomstbru Øvre Kvistdal kraftverk", Kind.HOURLY, State.PROGRESS, 26, 48),
        (WORKS[7], "Energioppfølging 12 stasjoner", Kind.SUBSCRIPTION, State.PROGRESS, 60, 120),
        (WORKS[12], "Uavhengig kontroll Lomvatn dam", Kind.FIXED, State.FINISHED, 75, 30),
        (INTERNAL, "Tilbudsarbeid og oppfølging", Kind.NONE, State.PROGRESS, 50, 90),
    ],
    "Skagerrak Geomatikk AS": [
        (WORKS[5], "Innmåling Tjeldodden industriområde", Kind.HOURLY, State.PROGRESS, 18, 30),
        (_SERVICE, "Serviceavtale geodata", Kind.SUBSCRIPTION, State.PROGRESS, 90, 160),
    ],
    "Hallingvik Energiverk SA": [
        (WORKS[7], "Måleravlesning og varmeplan Gol", Kind.HOURLY, State.PLANNED, 1, 26),
        (WORKS[13], "BIM-modell Hallingvik vannverk", Kind.FIXED, State.PROGRESS, 35, 52),
    ],
    "Midtland fylkeskommune": [
        (WORKS[3], "Røskesundet bru, detaljprosjekt", Kind.HOURLY, State.PROGRESS, 52, 90),
        (WORKS[9], "Støyvurdering fv. 114", Kind.FIXED, State.FINISHED, 64, 12),
    ],
    "Østvang Prosjektledelse AS": [
        (WORKS[4], "Byggeledelse Vipelia barnehage", Kind.HOURLY, State.PROGRESS, 40, 64),
    ],
    "Sameiet Storgata 14": [
        (WORKS[6], "Nytt tak og fasade, Storgata 14", Kind.FIXED, State.PROGRESS, 24, 44),
    ],
    "Studio Måke ENK": [
        (WORKS[1], "Lysforhold i butikk, Markveien 12", Kind.HOURLY, State.FINISHED, 96, 14),
    ],
    "Brekke & Sønner Bygg AS": [
        (WORKS[12], "Kontroll av betongarbeider", Kind.HOURLY, State.CANCELLED, 34, 12),
    ],
}  # fmt: skip
# Not for today's table of who can be chosen: from before they were inactive, or blocked.
PAST = ("Studio Måke ENK", "Brekke & Sønner Bygg AS")
_KINDS = [Kind.HOURLY] * 9 + [Kind.FIXED] * 5 + [Kind.SUBSCRIPTION] * 2 + [Kind.NONE]
_STATES = [State.PROGRESS] * 5 + [State.PLANNED, State.PAUSED, State.OFFER, State.CANCELLED]


def of(customers: Sequence[Customer], partners: Sequence[Customer], today: date) -> Iterator[Job]:
    """Yield the projects of these customers, oldest first, some with a partner that pays a part."""
    found = [job for customer in customers for job in _for(customer, today)]
    for place, job in enumerate(found):
        others = [one for one in partners if one != job.customer]
        if others and job.kind != Kind.NONE and place % 6 == 1:
            one = others[place % len(others)]
            job.shares.append((one, Decimal(job.rng.choice((20, 25, 30, 50)))))
            if len(others) > 1 and place % 12 == 1:
                other = others[(place + 1) % len(others)]
                job.shares.append((other, Decimal("12.5")))
    yield from sorted(found, key=lambda job: job.starts_on)


def _for(customer: Customer, today: date) -> Iterator[Job]:
    rng = Random(f"{SEED} {customer.name}")
    if customer.name in NAMED:
        for work, name, kind, state, ago, weeks in NAMED[customer.name]:
            start = _monday(today - timedelta(weeks=ago))
            yield _agreed(Job(customer, name, work, kind, state, start, weeks * 7 - 3, rng))
        return
    for _n in range(rng.choice((0, 1, 1, 2))):
        work = rng.choice(_OF_OWNERS if owns_houses(customer) else [*WORKS, _RUNNING])
        ago, weeks = rng.randrange(2, WEEKS), rng.randrange(20, 90)
        start = _monday(today - timedelta(weeks=ago))
        words = {
            "root": names.root(rng), "street": _street(rng), "year": start.year,
        }  # fmt: skip
        state = State.FINISHED if weeks < ago else rng.choice(_STATES)
        if state in (State.PLANNED, State.OFFER):
            start = _monday(today + timedelta(weeks=rng.randrange(1, 8)))
        kind = rng.choice(_KINDS)
        name = work.name.format(**words)
        yield _agreed(Job(customer, name, work, kind, state, start, weeks * 7 - 3, rng))


def owns_houses(customer: Customer) -> bool:
    """Tell whether a customer is an association, which builds no schools and no bridges."""
    return not _OWNERS.isdisjoint(customer.name.split())


def _agreed(job: Job) -> Job:
    """Say where the prices of hours come from."""
    if job.kind != Kind.HOURLY:
        return job
    if job.customer.currency == "EUR":
        job.rates_from, job.price_list = Rates.PRICE_LIST, staff.EURO
    elif "kommune" in job.customer.name:
        job.rates_from, job.price_list = Rates.PRICE_LIST, staff.PUBLIC
        if "Storfjell" in job.customer.name:  # it has rates of its own
            job.rates_from, job.price_list = Rates.CUSTOMER, ""
    else:
        job.rates_from = job.rng.choice(
            (Rates.CUSTOMER, Rates.CUSTOMER, Rates.EMPLOYEE, Rates.ROLE)
        )
    return job


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _street(rng: Random) -> str:
    """Return a street and number, without who is addressed there."""
    return places.street(rng).splitlines()[-1]
