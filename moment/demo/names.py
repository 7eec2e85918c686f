"""Names of companies and people that exist nowhere, put together from invented parts."""

from random import Random
from typing import NamedTuple

from moment.demo.places import Place, words

_FIRST = words(
    "Bisp Bris Draug Dverg Eld Fnugg Frost Gaupe Glim Gnist Grevling Hegre Hildr Hubro Hulder "
    "Ilder Jerv Jutul Kilde Klo Knart Kobbe Krage Kvist Lemen Lerke Lom Lyr Mjød Munin Måne Mår "
    "Nøkk Orre Oter Pil Pukk Rim Rype Røsk Røys Sild Skarv Skjør Skodde Skrei Spove Stær Sval "
    "Teist Tjeld Trane Troll Tusk Ugle Ulk Urd Varde Vette Vipe Ylv Ær Ørne Åre"
)
_LAST = words(
    "botn bråten bøen dokka eid fjell gard grend hamar heim holmen hylla kleiva kollen lia lund "
    "mark mogen myra nes odden rud skaret sletta stad sund teigen tind trøa tun vang vik voll øya "
    "åsen"
)
_GIVEN = words(
    "Aud Birger Eldrid Even Gro Guro Halvor Idunn Ingunn Jorunn Kåre Leif Magnhild Njål Oddny Pål "
    "Ragna Sigve Solveig Torgeir Tøger Vebjørn Ylva Øystein Åshild Ánte Máret"
)
_SAMI = words("Čuoika Đuoddar Guovža Luossa Ŋávdi Rievssat Šaldi Ŧievá Máđii Žiivva")
_SAMI_TRADES = words("Duodji Energiija Guolli Huksen Mihtideapmi Mátki")
_TINY = ("Æ", "Øk", "Q7", "Åt", "Ŋ", "Io", "Zx", "Ny8", "Ær", "A–Å")
_STREETS = words("Lomgata Ørnevegen Kvistveien Skoddegata Tjeldveien Røskebakken Strandgata")


class Trade(NamedTuple):
    """What a company lives of: words for its name, and the register's industry."""

    words: tuple[str, ...]
    industry_code: str
    industry_name: str
    tag: str = ""


TRADES = [
    Trade(("Bygg", "Byggmester", "Bygg og Bolig"), "41.000", "Oppføring av bygninger"),
    Trade(("Anlegg", "Grunnarbeid", "Graveservice"), "43.120", "Grunnarbeid"),
    Trade(("Veg", "Samferdsel", "Bru og Tunnel"), "42.110", "Bygging av veier og motorveier",
          "Transport"),
    Trade(("Bane", "Baneteknikk"), "42.120", "Bygging av jernbaner og undergrunnsbaner",
          "Transport"),
    Trade(("Elektro", "Installasjon", "Automasjon"), "43.210", "Elektrisk installasjonsarbeid"),
    Trade(("Rør", "VVS", "Rør & Varme"), "43.221", "Rørleggerarbeid"),
    Trade(("Tak", "Blikk & Tak"), "43.911", "Blikkenslagerarbeid på tak"),
    Trade(("Tømrer", "Snekkeri"), "43.320", "Snekkerarbeid"),
    Trade(("Maler", "Mur & Puss"), "43.340", "Maler- og glassarbeid"),
    Trade(("Grunnboring", "Fjellsikring"), "43.130", "Prøveboring"),
    Trade(("Arkitekter", "Arkitektkontor", "Arkitektur"), "71.112",
          "Arkitekttjenester vedrørende byggverk"),
    Trade(("Landskap", "Landskapsarkitekter"), "71.113", "Landskapsarkitekttjenester"),
    Trade(("Rådgivende Ingeniører", "Byggteknikk", "Statikk"), "71.121",
          "Byggeteknisk konsulentvirksomhet"),
    Trade(("Geomatikk", "Oppmåling", "Geodata", "Geo-Skann"), "71.122",
          "Geologiske undersøkelser"),
    Trade(("Prosjektledelse", "Prosjekt", "Teknikk", "Akustikk"), "71.129",
          "Annen teknisk konsulentvirksomhet"),
    Trade(("Eiendom", "Næringseiendom", "Gårdsselskap"), "68.200",
          "Utleie av egen eller leid fast eiendom", "Property"),
    Trade(("Eiendomsutvikling", "Boligutvikling", "Tomteselskap"), "68.120",
          "Utvikling av byggeprosjekter", "Property"),
    Trade(("Eiendomsforvaltning", "Drift & Forvaltning"), "68.320", "Eiendomsforvaltning",
          "Property"),
    Trade(("Energi", "Kraft", "Vannkraft"), "35.111", "Produksjon av elektrisitet fra vannkraft",
          "Energy"),
    Trade(("Nett", "Kraftnett"), "35.140", "Distribusjon av elektrisitet", "Energy"),
    Trade(("Fjernvarme", "Bioenergi"), "35.300", "Damp- og varmtvannsforsyning", "Energy"),
    Trade(("Vindkraft", "Sol & Vind"), "35.112", "Produksjon av elektrisitet fra vindkraft",
          "Energy"),
    Trade(("Vann og Avløp", "Vannverk", "VA-Teknikk"), "36.000",
          "Uttak fra kilde, rensing og distribusjon av vann", "Water & sewage"),
    Trade(("Renovasjon", "Gjenvinning"), "38.110", "Innsamling av ikke-farlig avfall"),
    Trade(("Transport", "Spedisjon & Transport"), "49.410", "Godstransport på vei", "Transport"),
    Trade(("Logistikk", "Terminal"), "52.100", "Lagring", "Transport"),
    Trade(("Havneservice", "Kai & Havn"), "52.220", "Tjenester tilknyttet sjøtransport",
          "Transport"),
    Trade(("Rederi", "Shipping"), "50.201", "Utenriks sjøfart med gods", "Transport"),
    Trade(("Havbruk", "Laks"), "03.211", "Produksjon av matfisk i hav- og kystbasert akvakultur"),
    Trade(("Trevare", "Treindustri"), "16.230", "Produksjon av bygningsartikler av tre"),
    Trade(("Betong", "Betongelement"), "23.610",
          "Produksjon av betongprodukter for bygge- og anleggsvirksomhet"),
    Trade(("Stål", "Stålkonstruksjon"), "25.110", "Produksjon av metallkonstruksjoner og deler"),
    Trade(("Mekaniske Verksted", "Sveis"), "25.620", "Bearbeiding av metaller"),
    Trade(("Skog", "Skogsdrift"), "02.100", "Skogskjøtsel og andre skogbruksaktiviteter"),
    Trade(("Gård", "Gårdsdrift"), "01.500", "Kombinert husdyr- og planteproduksjon"),
    Trade(("Hotell", "Fjellstue"), "55.101",
          "Drift av hoteller, pensjonater og moteller med restaurant"),
    Trade(("Data", "Programvare", "BIM-Verktøy"), "62.100", "Programmeringstjenester"),
    Trade(("Consult", "Rådgivning"), "70.200",
          "Bedriftsrådgivning og annen administrativ rådgivning"),
    Trade(("Interiør", "Interiørdesign"), "74.103",
          "Interiørarkitekt- og interiørdesignvirksomhet"),
    Trade(("Maskinutleie", "Kran & Lift"), "77.320",
          "Utleie og leasing av bygge- og anleggsmaskiner og -utstyr"),
    Trade(("Invest", "Holding"), "64.220", "Spesielle holdingselskaper"),
]  # fmt: skip
PUBLIC = Trade((), "84.110", "Generell offentlig administrasjon", "Public sector")
HOUSING = Trade((), "68.202", "Borettslag og boligsameier", "Housing co-op")
WATER = Trade((), "36.000", "Uttak fra kilde, rensing og distribusjon av vann", "Water & sewage")
CLUB = Trade((), "94.991", "Aktiviteter i andre interesseorganisasjoner")
FOUNDATION = Trade((), "94.992", "Fond og legater som støtter veldedige og allmennyttige formål")
_DEPARTMENTS = (
    "Eiendom", "Teknisk drift", "Plan og byggesak", "Vann og avløp", "Kultur og oppvekst",
    "Sentraladministrasjonen", "Brann og redning", "Samferdsel",
)  # fmt: skip
_CLUBS = ("Vel", "Velforening", "Båtforening", "Idrettslag", "Historielag", "Hytteforening")


def root(rng: Random) -> str:
    """Return an invented place or family name: Huldervang, Oteråsen."""
    first, last = rng.choice(_FIRST), rng.choice(_LAST)
    # Norwegian writes no letter three times in a row.
    return first[:-1] + last if first[-2:] == last[0] * 2 else first + last


def person(rng: Random) -> str:
    return f"{rng.choice(_GIVEN)} {root(rng)}"


def trade_for(rng: Random, form: str) -> Trade:
    """Return what a company of this form does."""
    if form in ("KOMM", "FYLK", "ORGL", "KF"):
        return PUBLIC
    if form in ("BRL", "ESEK"):
        return HOUSING
    fixed = {"IKS": WATER, "FLI": CLUB, "STI": FOUNDATION}
    return fixed.get(form) or rng.choice(TRADES)


def company_name(rng: Random, form: str, trade: Trade, place: Place) -> str:
    """Return the name as people write it, with its form where names carry that."""
    name = root(rng)
    match form:
        case "ENK":
            return _sole_trader(rng, trade)
        case "KOMM":
            return f"{name} kommune"
        case "FYLK":
            return f"{name} fylkeskommune"
        case "ORGL":
            return f"{name} kommune {rng.choice(_DEPARTMENTS)}"
        case "KF":
            return f"{name} {rng.choice(('Eiendom', 'Kulturhus', 'Havn', 'Parkering'))} KF"
        case "IKS":
            return f"{name} {rng.choice(('Vann', 'Renovasjon', 'Avløp', 'Brann og redning'))} IKS"
        case "BRL":
            return f"{name} {rng.choice(('Borettslag', 'Borettslag 2', 'Boligbyggelag Brl'))}"
        case "ESEK":
            return f"Sameiet {rng.choice((name, _street(rng), _street(rng)))}"
        case "SAM":
            return f"{name} {rng.choice(('Veglag', 'Grunneierlag', 'Utmarkslag', 'Tomtesameie'))}"
        case "FLI":
            return f"{name} {rng.choice(_CLUBS)}"
        case "STI":
            return _long_name(rng) if rng.random() < 0.3 else f"Stiftelsen {name}"
    if rng.random() < 0.006:
        return f"{rng.choice(_TINY)} {form}"
    if rng.random() < 0.006:
        return f"{_long_name(rng).removeprefix('Stiftelsen for ').capitalize()} {form}"
    if rng.random() < 0.012:
        return f"{rng.choice(_SAMI)} {rng.choice(_SAMI_TRADES)} {form}"
    return f"{_trading_name(rng, name, rng.choice(trade.words), place)} {form}"


def _trading_name(rng: Random, name: str, word: str, place: Place) -> str:
    match rng.randrange(20):
        case 0:
            return f"{name} & Sønner {word}"
        case 1:
            return f"{name} & {root(rng)} {word}"
        case 2:
            return f"{name}-{root(rng)} {word}"
        case 3 | 4:
            return f"{name} {word} {place.city}"
        case 5:
            return f"{name} {word} {rng.choice(('Nord', 'Vest', 'Øst', 'Sør', 'Midt', 'Norge'))}"
        case 6:
            return f"{rng.choice(('Nye', 'Gamle', 'Store'))} {name} {word}"
        case 7:
            return f"{rng.choice(_GIVEN)} {name} {word}"
        case _:
            return f"{name} {word}"


def _sole_trader(rng: Random, trade: Trade) -> str:
    owner, word = person(rng), rng.choice(trade.words)
    return rng.choice(
        (f"{word} {owner}", f"{owner} {word}", f"{owner.split()[1]} {word} {owner}", owner,
         f"Studio {root(rng)} {owner}")
    )  # fmt: skip


def _long_name(rng: Random) -> str:
    """Return a name near the register's limit of 180 letters, as some foundations have."""
    name = f"Stiftelsen for bevaring og videre utvikling av {root(rng)}, {root(rng)} og {root(rng)}"
    for more in (f"med tilhørende bygninger ved {_street(rng)}", f"samt kaianlegget på {root(rng)}",
                 "og dets venner"):  # fmt: skip
        if len(name) + len(more) < 172:
            name += f" {more}"
    return name


def _street(rng: Random) -> str:
    return f"{rng.choice(_STREETS)} {rng.randint(1, 90)}"


def misspelt(rng: Random, name: str) -> str:
    """Return the same company's name as another colleague would have written it."""
    words = name.split()
    if "&" in words:
        return " ".join("og" if word == "&" else word for word in words)
    if len(words) > 1 and words[-1] in ("AS", "SA", "DA"):
        stem = " ".join(words[:-1])
        return rng.choice((stem, f"{stem} A/S" if words[-1] == "AS" else stem, name.upper()))
    spot = rng.randrange(1, max(2, len(words[0]) - 1))
    return name[:spot] + name[spot - 1] + name[spot:]
