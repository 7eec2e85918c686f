"""What the demo's offers are about: their lines, texts, and what became of each."""

from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from moment.offers.models import Offer, OfferLine, OfferTag, TextTemplate

State, Kind = Offer.State, OfferLine.Kind
HOURLY, FIXED = Kind.HOURLY, Kind.FIXED
TAGS = {
    "Anbud": OfferTag.Color.BLUE,
    "Minikonkurranse": OfferTag.Color.TEAL,
    "Tillegg": OfferTag.Color.AMBER,
}
INTRODUCTIONS = (
    "Takk for forespørselen. Vi tilbyr med dette vår bistand, med de personene som kjenner "
    "oppdraget best.",
    "Vi viser til hyggelig møte og befaring, og tilbyr følgende.",
    "Takk for at vi fikk komme med tilbud. Omfanget er slik vi har forstått grunnlaget dere "
    "sendte; si gjerne fra om noe skal tas ut eller legges til.",
)
CALL_OFF = "Vi viser til rammeavtalen og tilbyr følgende ved dette avropet."
TERMS = (
    "Arbeidet utføres etter NS 8401. Timer faktureres månedlig etter medgått tid, fastpris etter "
    "fremdrift. Reiser og utlegg dekkes etter regning med ti prosent påslag.\n"
    "Oppstart kan skje to uker etter at tilbudet er akseptert."
)
FIXED_TERMS = (
    "Prisen er fast og gjelder omfanget som er beskrevet, etter NS 8402. Endringer avtales "
    "skriftlig før de utføres. Halvparten faktureres ved oppstart, resten ved levering."
)
_ENGLISH_INTRODUCTION = "Thank you for asking us. We are glad to offer the following."
_ENGLISH_TERMS = "Hours are invoiced monthly, fixed prices as the work proceeds. Travel at cost."
TEXTS = [
    (TextTemplate.Kind.INTRODUCTION, "Vanlig innledning", "nb", INTRODUCTIONS[0]),
    (TextTemplate.Kind.INTRODUCTION, "Etter befaring", "nb", INTRODUCTIONS[1]),
    (TextTemplate.Kind.INTRODUCTION, "Rammeavtale", "nb", CALL_OFF),
    (TextTemplate.Kind.INTRODUCTION, "Usual introduction", "en", _ENGLISH_INTRODUCTION),
    (TextTemplate.Kind.TERMS, "Vanlige vilkår", "nb", TERMS),
    (TextTemplate.Kind.TERMS, "Fastpris", "nb", FIXED_TERMS),
    (TextTemplate.Kind.TERMS, "Usual terms", "en", _ENGLISH_TERMS),
]
REASONS = (
    "Vi har valgt en leverandør med kortere leveringstid.",
    "Prosjektet er utsatt til neste år.",
    "Prisen ble for høy for budsjettet i år.",
    "Vi gjør dette selv denne gangen, men kommer gjerne tilbake til dere.",
    "",
)


class Line(NamedTuple):
    """A line; the role is a place among the roles, which have prices of their own.

    The quantity is hours of what is hourly, the price that of what is fixed.
    """

    kind: OfferLine.Kind
    title: str
    quantity: int
    price: int = 0
    role: int | None = None
    optional: bool = False
    text: str = ""


class Proposal(NamedTuple):
    """A kind of work: what offers of it are called, their lines and their texts."""

    name: str
    lines: list[Line]
    introduction: str = ""
    terms: str = ""


def _hours(title: str, hours: int, role: int, text: str = "", *, optional: bool = False) -> Line:
    return Line(HOURLY, title, hours, role=role, optional=optional, text=text)


def _fixed(title: str, price: int, text: str = "", *, n: int = 1, optional: bool = False) -> Line:
    return Line(FIXED, title, n, price, optional=optional, text=text)


SETS = [
    Proposal("Skredfarevurdering {root}", [
        _hours("Prosjektledelse", 12, 0),
        _hours("Feltarbeid og kartlegging", 32, 1, "To personer, to dager i felt."),
        _fixed("Rapport med faresonekart", 48_000, "Etter NVEs veileder, sikkerhetsklasse S1–S3."),
        _fixed("Presentasjon for utvalget", 9500, optional=True),
    ]),
    Proposal("Tilstandsanalyse {street}", [
        _fixed("Befaring og registrering", 28_000, "Nivå 1 etter NS 3424."),
        _hours("Analyse og vurdering", 30, 1),
        _fixed("Kostnadsoverslag for tiltak", 16_500, optional=True),
    ]),
    Proposal("Prosjektering av VA-anlegg, {root}", [
        _hours("Prosjekteringsledelse", 40, 0),
        _hours("Prosjektering", 160, 1, "Ledningstraseer, overvann og pumpestasjon."),
        _hours("Tegning og modell", 120, 3),
        _fixed("Innmåling av eksisterende anlegg", 62_000),
        _hours("Oppfølging i byggetiden", 60, 1, optional=True),
    ]),
    Proposal("Energirådgivning {root}", [
        _fixed("Kartlegging av bygningsmassen", 34_000),
        _fixed("Energimerking", 4200, n=6),
        _hours("Søknad om støtte", 16, 2, "Til Enova, med vedlegg.", optional=True),
        _hours("Oppfølging første driftsår", 24, 2, optional=True),
    ]),
    Proposal("BIM-koordinering {root} skole", [
        _hours("Koordinering", 120, 1, "Ukentlige møter i prosjekteringsgruppen."),
        _hours("Kollisjonskontroll", 48, 2),
        _fixed("Modell for forvaltning og drift", 54_000, optional=True),
    ]),
    Proposal("Uavhengig kontroll, {street}", [
        _fixed("Kontroll av prosjektering", 46_000, "Konstruksjonssikkerhet og bygningsfysikk."),
        _fixed("Kontroll av utførelse", 39_000, "To kontroller på byggeplass."),
    ]),
    Proposal("Reguleringsplan {root}", [
        _hours("Planprogram og oppstart", 48, 0),
        _hours("Planforslag med bestemmelser", 140, 1),
        _hours("Plankart og illustrasjoner", 60, 3),
        _fixed("Støyutredning", 58_000),
        _fixed("Naturmangfold, kartlegging", 44_000, "Utføres av underleverandør.", optional=True),
    ]),
    Proposal("Innmåling og utsetting {root}", [
        _fixed("Etablering av fastmerker", 12_500),
        _hours("Feltarbeid", 40, 2, "Inkludert utstyr og bil."),
        _hours("Beregning og kart", 18, 3),
    ]),
    Proposal("Brannkonsept {street}", [
        _fixed("Gjennomgang av grunnlag", 14_000),
        _fixed("Brannkonsept med tegninger", 52_000, "Risikoklasse 5, brannklasse 2."),
        _hours("Oppfølging mot kommunen", 12, 1, optional=True),
    ]),
    Proposal("Byggeledelse, {street}", [
        _hours("Byggeledelse", 240, 0, "Seks måneder, ti timer i uken."),
        _hours("Byggemøter og referater", 48, 1),
        _hours("Kontroll på byggeplass", 80, 2),
        _fixed("SHA-plan", 24_000),
    ]),
    Proposal("Støyvurdering, {street}", [
        _fixed("Måling på stedet", 11_500),
        _fixed("Beregning og rapport", 26_500, "Etter T-1442."),
    ]),
]  # fmt: skip
# What those who own houses together ask for.
FOR_OWNERS = [SETS[1], SETS[3], SETS[8]]
ENGLISH = Proposal("Peer review", [
    _hours("Review of the design basis", 24, 0),
    _fixed("Independent calculation", 88_000, "Finite element model of deck and piers."),
    _fixed("Report", 32_000),
    _hours("Attendance at design meetings", 16, 1, optional=True),
], _ENGLISH_INTRODUCTION, _ENGLISH_TERMS)  # fmt: skip


@dataclass(frozen=True)
class Wish:
    """What is to become of an offer: issued so many days ago, valid for so many."""

    ago: int
    state: Offer.State
    valid: int = 30
    # A new version that replaces it comes to this, after it was sent or rejected.
    then: Offer.State | None = None
    project: bool = False
    discount: Decimal = Decimal(0)
    # Its letter comes back.
    bounced: bool = False


# Named customers first: what is on top of the list is known from the guide.
NAMED: list[tuple[str, str, Proposal, Wish]] = [
    ("Nordlys Arkitekter AS", "Lysstudie og energiberegning, Kirkegata 21", SETS[3],
     Wish(2, State.SENT, 21)),
    ("Storfjell kommune", "Skredfarevurdering Skoddevegen", SETS[0], Wish(9, State.SENT, 30)),
    ("Storfjell kommune", "Storfjell skole, byggetrinn 3", SETS[2], Wish(4, State.DRAFT)),
    ("Storfjell kommune", "Tilstandsanalyse svømmehallen", SETS[1],
     Wish(190, State.REJECTED, 30)),
    ("Fjordkraft Teknikk AS", "Tillegg: adkomstbru, oppfølging", SETS[4],
     Wish(46, State.ACCEPTED, 30, project=True)),
    ("Fjordkraft Teknikk AS", "Uavhengig kontroll, Lomvatn dam 2", SETS[5],
     Wish(1, State.READY)),
    ("Hallingvik Energiverk SA", "Varmeplan Gol, trinn 2", SETS[3],
     Wish(30, State.REPLACED, 30, then=State.SENT, discount=Decimal(5))),
    ("Midtland fylkeskommune", "Røskesundet bru, tilleggsmodell", SETS[4],
     Wish(70, State.REPLACED, 30, then=State.ACCEPTED, project=True)),
    ("Østvang Prosjektledelse AS", "Innmåling og kontroll Vipelia", SETS[7],
     Wish(55, State.REJECTED)),
    ("Skagerrak Geomatikk AS", "VA-kartlegging Tjeldodden", SETS[2], Wish(64, State.SENT, 30)),
    ("Lindqvist Konstruktion AB", "Peer review of bridge deck, Tjeldbrua", ENGLISH,
     Wish(7, State.SENT, 45)),
]  # fmt: skip
OTHERS = [
    Wish(1, State.DRAFT), Wish(3, State.DRAFT), Wish(6, State.READY), Wish(5, State.SENT),
    Wish(12, State.SENT, 45), Wish(16, State.SENT, bounced=True), Wish(58, State.SENT),
    Wish(90, State.SENT), Wish(33, State.ACCEPTED, project=True),
    Wish(80, State.ACCEPTED, project=True),
    Wish(120, State.ACCEPTED, discount=Decimal(10), project=True), Wish(15, State.ACCEPTED),
    Wish(210, State.ACCEPTED, project=True), Wish(330, State.ACCEPTED, project=True),
    Wish(24, State.REJECTED), Wish(140, State.REJECTED), Wish(400, State.REJECTED),
    Wish(62, State.REPLACED, then=State.REJECTED), Wish(20, State.REPLACED, then=State.DRAFT),
    Wish(470, State.ACCEPTED, project=True), Wish(540, State.REJECTED),
    Wish(620, State.ACCEPTED, project=True), Wish(690, State.ACCEPTED, project=True),
    Wish(265, State.REJECTED), Wish(165, State.ACCEPTED, project=True),
    Wish(8, State.SENT, 21), Wish(102, State.REJECTED),
]  # fmt: skip
