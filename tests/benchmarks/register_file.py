"""Writes a whole register that exists nowhere, in the register's own fields, as its nightly file.

`python -m tests.benchmarks.register_file --entities 1170000 register.json.gz`: the same file for
the same seed, numbers ascending, in a minute or two. Names are put together from invented parts;
sizes, forms, troubles and the length of a row are like the real register's.
"""

import argparse
import gzip
import time
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from random import Random
from typing import IO

from rich.progress import track

SEED = 20_261_101
LEGAL, SUB = "legal", "sub"
_FIRST_STEM = 20_000_000  # fictional numbers begin with 2 or 3
_STEMS = 20_000_000
_WEIGHTS = (3, 2, 7, 6, 5, 4, 3, 2)
_BLOCK = 2000  # rows written at once


def _words(text: str) -> list[str]:
    return text.split()


_BEGINNINGS = _words(
    "Alm Arn Ask Aur Bakk Berg Birk Bjørk Bjørn Blom Bol Brat Brekk Brun Bygd Dal Drag Dyr Egge "
    "Eid Eik Elg Elv Eng Espe Fager Fall Finn Fisk Fjell Fjær Flat Foss Frei Fugl Furu Gamle Gaup "
    "Geit Glim Grav Gran Gras Greip Grim Gros Grøn Gull Hage Hall Halv Hamn Hand Har Haug Hav "
    "Hegg Hei Helg Hell Herr Hest Hjort Hol Holm Hov Hval Høg Hør Ids Ing Is Jar Jern Kald Kalv "
    "Kampe Karl Kars Kil Kirke Kjel Klepp Klov Knut Koll Korn Kors Krok Kråk Kval Kvern Kvit Kyrk "
    "Lade Land Lang Laug Leik Lem Lid Lille Lind Ljos Lok Lom Lund Lyng Lys Løv Mar Mel Mid Mjøl "
    "Mo Mol Mor Mos Mul Myr Mørk Nes Nord Nor Ny Odd Olav Opp Orm Os Ost Otter Rag Ram Rand Raud "
    "Rein Ris Rok Rom Ros Rot Rud Rug Rust Ryd Ryg Rød Røn Sag Salt Sand Sel Set Sig Sjø Skar "
    "Skau Skei Ski Skjel Skog Skor Skot Skre Slett Smed Snø Sol Spon Stad Stang Star Stein Sten "
    "Stok Stor Strand Strøm Stub Sul Sund Svan Svart Sve Syl Sør Tang Tef Tele Tjern Tor Torp "
    "Trol Tun Tus Tve Tyr Ulv Und Ung Ur Utne Vad Val Vang Var Vass Vel Ven Vest Vid Vik Vin Voll "
    "Våg Ytre Ær Øde Øst Å"
)
_HOMES = _words(
    "aker ander ang anger aune bakk bakken bekk bekken berg bergen berget bo bol botn brekke "
    "bråten bu by bø bøen dal dalen eggen eid eide eien eng enga engen fjord fjell foss fossen "
    "gard garden grav grend haga hagen halsen hamar haug haugen heim hei heia helle hol holm "
    "holmen holt hus høgda høy høyden jord jordet kleiv kroken kvam land landet li lia lid lien "
    "lund lunden løkka løkken mark marka mo moen mog myr myra nes neset odden ren ringen rom rud "
    "ruud rygg rød røst sand sanden set seter skar skog skogen slett sletta stad staden stein "
    "strand stranda sund svik sæter tad teig teigen tun tveit tveiten vang vangen vatn vatnet ve "
    "vik vika vin voll vollen vær våg vågen øy øya ås åsen"
)
_SOUNDS = _words(
    "ak al an ar ba be bi bo ca ci co da de di do ek el en er fa fi fo ga ge go ha he hi ik il in "
    "ka ke ki ko la le li lo lu ma me mi mo na ne ni no nu or ox pa pe pi po ra re ri ro sa se si "
    "so ta te ti to tu va ve vi vo"
)
_ENDINGS = _words("bit cor dex fix gen kon lab lux max net nor plan tec tek via vox zen zon")
_GIVEN = _words(
    "Aksel Alf Anders Anja Anne Are Arild Arne Asbjørn Astrid Aud Berit Birger Bjarte Bodil "
    "Camilla Dag Ebba Einar Eirik Eldrid Elin Ellen Emil Endre Erlend Espen Even Frida Frode Geir "
    "Gerd Grete Gro Gunnar Gunvor Guro Hanne Harald Hedda Heidi Helge Henrik Hilde Håkon Håvard "
    "Ida Ingrid Ivar Jens Jon Jorunn Julie Kari Kjell Kjersti Knut Kåre Lars Leif Lene Liv Magnus "
    "Marit Marte Mette Nils Njål Oda Odd Ola Oskar Pål Ragna Randi Roar Rolf Rune Sigrid Sigurd "
    "Siri Solveig Stein Stine Svein Synnøve Sølvi Terje Thea Tiril Tone Tor Torill Trond Turid "
    "Unni Vegard Vibeke Vidar Ylva Øystein Åse Åshild"
)
_TRADES = [
    ("41.000", "Oppføring av bygninger", "Bygg|Byggmester|Bygg og Bolig|Entreprenør|Hytter"),
    ("43.120", "Grunnarbeid", "Anlegg|Grunnarbeid|Graveservice|Maskin|Maskinstasjon"),
    ("43.210", "Elektrisk installasjonsarbeid", "Elektro|Installasjon|Automasjon|El-Service"),
    ("43.221", "Rørleggerarbeid", "Rør|VVS|Rør & Varme|Rørservice|Bad og Rør"),
    ("43.320", "Snekkerarbeid", "Tømrer|Snekkeri|Trearbeid|Møbelverksted|Byggservice"),
    ("43.340", "Maler- og glassarbeid", "Maler|Malermester|Mur & Puss|Glass|Gulv & Flis"),
    ("46.900", "Uspesifisert engroshandel", "Handel|Engros|Import|Trading|Agentur"),
    ("47.110", "Butikkhandel med bredt vareutvalg", "Butikk|Dagligvare|Samvirkelag|Kolonial"),
    ("49.410", "Godstransport på vei", "Transport|Spedisjon|Bilruter|Lastebil|Bud & Bil"),
    ("56.110", "Drift av restauranter og kafeer", "Kafé|Kro|Restaurant|Mat & Vin|Gatekjøkken"),
    ("62.010", "Programmeringstjenester", "Data|Systemer|IT|Software|Digital|Teknologi"),
    ("64.202", "Investeringsselskaper", "Invest|Holding|Kapital|Eierskap|Gruppen|Finans"),
    ("68.209", "Utleie av egen eller leid fast eiendom ellers", "Eiendom|Utleie|Bolig|Næringsbygg"),
    ("69.201", "Regnskap og bokføring", "Regnskap|Økonomi|Revisjon|Regnskapskontor"),
    ("70.220", "Bedriftsrådgivning", "Consulting|Rådgivning|Prosjekt|Ledelse|Strategi"),
    ("71.112", "Arkitekttjenester vedrørende byggverk", "Arkitekter|Arkitektur|Arkitektkontor"),
    ("81.210", "Rengjøring av bygninger", "Renhold|Service|Rengjøring|Vedlikehold"),
    ("96.020", "Frisering og annen skjønnhetspleie", "Frisør|Hudpleie|Salong|Hår og Velvære"),
    ("01.500", "Kombinert husdyrhold og planteproduksjon", "Gård|Gartneri|Landbruk|Mjølk|Samdrift"),
    ("03.111", "Hav- og kystfiske", "Fiske|Kystfiske|Sjømat|Havbruk|Laks"),
    ("35.111", "Produksjon av elektrisitet fra vannkraft", "Kraft|Energi|Kraftverk|Fornybar"),
    ("45.200", "Vedlikehold og reparasjon av motorvogner", "Bil|Bilverksted|Auto|Dekk|Karosseri"),
    ("86.901", "Hjemmesykepleie", "Helse|Omsorg|Terapi|Fysioterapi|Tannklinikk"),
    ("90.010", "Utøvende kunstnere", "Musikk|Kunst|Foto|Film|Design|Media|Forlag|Studio"),
]
_CLUBS = _words(
    "Idrettslag Velforening Grendelag Skytterlag Songlag Musikkforening Jeger_og_Fiskerforening "
    "Bygdekvinnelag Båtforening Historielag Turlag Husflidslag Sanitetsforening Ungdomslag "
    "Fotballklubb Hundeklubb Sjakklubb Pensjonistforening Vassverk Vegforening Amatørteater "
    "Fjellstyre"
)
# Form, what it is called, its share of ten thousand, its sector.
_FORMS = [
    ("AS", "Aksjeselskap", 3720, "2100", "Private aksjeselskaper mv."),
    ("ENK", "Enkeltpersonforetak", 3680, "8200", "Personlig næringsdrivende"),
    ("FLI", "Forening/lag/innretning", 1010, "7000", "Ideelle organisasjoner"),
    ("ESEK", "Eierseksjonssameie", 360, "8300", "Husholdningsforetak"),
    ("NUF", "Norskregistrert utenlandsk foretak", 330, "2100", "Private aksjeselskaper mv."),
    ("SAM", "Tingsrettslig sameie", 210, "8300", "Husholdningsforetak"),
    ("BRL", "Borettslag", 150, "8300", "Husholdningsforetak"),
    ("DA", "Ansvarlig selskap med delt ansvar", 120, "2300", "Personlige foretak"),
    ("STI", "Stiftelse", 90, "7000", "Ideelle organisasjoner"),
    ("ANS", "Ansvarlig selskap med solidarisk ansvar", 90, "2300", "Personlige foretak"),
    ("KBO", "Konkursbo", 80, "2100", "Private aksjeselskaper mv."),
    ("SA", "Samvirkeforetak", 70, "2100", "Private foretak"),
    ("ORGL", "Organisasjonsledd", 60, "6500", "Kommuneforvaltningen"),
    ("ASA", "Allmennaksjeselskap", 10, "2100", "Private aksjeselskaper mv."),
    ("KF", "Kommunalt foretak", 10, "1510", "Kommunale foretak"),
    ("KOMM", "Kommune", 10, "6500", "Kommuneforvaltningen"),
]
_SUB_FORMS = [
    ("BEDR", "Underenhet til næringsdrivende og offentlig forvaltning", 9200, "", ""),
    ("AAFY", "Underenhet til ikke-næringsdrivende", 800, "", ""),
]
_FIRMS = {"AS", "ASA", "NUF", "DA", "ANS", "SA"}
_PURPOSE = (
    "Selskapet skal drive virksomhet innenfor %s, herunder",
    "kjøp og salg av varer og tjenester, og det som dermed står i",
    "forbindelse, samt deltakelse i andre selskaper med lignende formål.",
)


def numbers(kind: str = LEGAL) -> Iterator[str]:
    """Yield 1.3 million numbers with right check digits, ascending; no two kinds share any."""
    for stem in range(_FIRST_STEM + (kind == SUB) * 7, _FIRST_STEM + _STEMS, 14):
        digits = str(stem)
        rest = 11 - sum(int(d) * w for d, w in zip(digits, _WEIGHTS, strict=True)) % 11
        if rest != 10:
            yield digits + str(rest % 11)


class _Maker:
    """Makes rows, each as a line of JSON. All its texts are free of quotes and backslashes."""

    def __init__(self, kind: str, seed: int) -> None:
        self.kind = kind
        self.rng = rng = Random(seed + (kind == SUB))
        self.homes = [a + b for a in _BEGINNINGS for b in _HOMES]
        self.brands = [(a + b + c).title() for a in _SOUNDS for b in _SOUNDS for c in _ENDINGS]
        rng.shuffle(self.homes)
        rng.shuffle(self.brands)
        self.towns = [
            (f"{n:04}", rng.choice(self.homes[:1500]).upper(), f"{rng.randrange(301, 5636):04}")
            for n in range(150, 9991, 5)
        ]
        self.forms = _FORMS if kind == LEGAL else _SUB_FORMS
        self.shares = [form[2] for form in self.forms]
        self.parents = numbers()

    def often(self, things: list[str]) -> str:
        """Return one of these: the first far oftener than the last, as with real names."""
        return things[int(len(things) * self.rng.random() ** 2.2)]

    def name(self, form: str, trade: str) -> str:
        rng, often = self.rng, self.often
        draw = rng.random()
        if form == "ENK":
            person = f"{rng.choice(_GIVEN)} {often(self.homes)}"
            return person if draw < 0.55 else f"{often(self.homes)} {trade} {person}"
        if form == "FLI":
            return f"{often(self.homes)} {rng.choice(_CLUBS).replace('_', ' ')}"
        if form in ("ESEK", "SAM", "BRL"):
            kind = {"ESEK": "Sameiet", "SAM": "Sameiet", "BRL": "Borettslaget"}[form]
            return f"{kind} {often(self.homes)}veien {rng.randint(1, 99)}"
        if form in ("KOMM", "KF"):
            return f"{often(self.homes)} kommune{' ' + trade + ' KF' if form == 'KF' else ''}"
        if form == "STI":
            return f"Stiftelsen {often(self.homes)} {often(self.brands)}"
        end = {"KBO": "AS KONKURSBO", "ORGL": "avdeling", "BEDR": "", "AAFY": ""}.get(form, form)
        if draw < 0.3:
            begin = f"{often(self.homes)} {trade}"
        elif draw < 0.5:
            begin = f"{often(self.brands)} {trade}"
        elif draw < 0.65:
            begin = f"{often(self.homes)} & {often(self.homes)}"
        elif draw < 0.8:
            begin = f"{often(self.brands)} {often(self.homes)}"
        elif draw < 0.9:
            begin = f"{rng.choice(_GIVEN)} {often(self.homes)} {trade}"
        else:
            begin = often(self.brands)
        return f"{begin} {end}".rstrip()

    def row(self, number: str) -> str:
        """Return one entity as its line in the file, about 1.8 kB for a legal entity."""
        rng = self.rng
        form, called, _share, sector, sector_name = rng.choices(self.forms, self.shares)[0]
        code, industry, kinds = rng.choice(_TRADES)
        trade = rng.choice(kinds.split("|"))
        name = self.name(form, trade)
        if rng.random() < 0.85:
            name = name.upper()
        year, day = rng.randint(1995, 2025), f"{rng.randint(1, 12):02}-{rng.randint(1, 28):02}"
        parts = [
            f'"organisasjonsnummer":"{number}","navn":"{name}"',
            f'"organisasjonsform":{{"kode":"{form}","beskrivelse":"{called}","links":[]}}',
            f'"registreringsdatoEnhetsregisteret":"{year}-{day}"',
            f'"naeringskode1":{{"kode":"{code}","beskrivelse":"{industry}"}}',
            self._size(form),
        ]
        if rng.random() < 0.2:
            parts.append(self._address("postadresse", f"Postboks {rng.randint(1, 4000)}"))
        street = f"{self.often(self.homes)}veien {rng.randint(1, 120)}"
        if self.kind == SUB:
            # About seven in ten legal entities have a place of business, the larger ones several.
            if rng.random() < 0.9:
                self.parent = next(self.parents)
            parts += [
                f'"overordnetEnhet":"{self.parent}","oppstartsdato":"{year}-{day}"',
                self._address("beliggenhetsadresse", street),
                '"registrertIMvaregisteret":false,"respons_klasse":"Underenhet","links":[]',
            ]
            return "{" + ",".join(parts) + "}"
        if form != "FLI" and rng.random() < 0.35:
            parts.append(f'"epostadresse":"post@{number}.example"')
        if rng.random() < 0.4:
            parts.append(f'"telefon":"{rng.randint(21, 79)} {rng.randint(10, 99)} 00 00"')
        if rng.random() < 0.25:
            parts.append(f'"hjemmeside":"www.{number}.example"')
        parts += [
            self._address("forretningsadresse", street),
            f'"institusjonellSektorkode":{{"kode":"{sector}","beskrivelse":"{sector_name}"}}',
            self._registrations(form, year, day),
            self._trouble(form),
        ]
        if rng.random() < 0.03:
            before = self.name(form, trade).upper()
            parts.append(
                f'"historiskeNavn":[{{"navn":"{before}","fraDato":"{year}-{day} 00:00:00",'
                f'"tilDato":"{year + 1}-{day} 00:00:00"}}]'
            )
        if form in _FIRMS:
            purpose = '","'.join(_PURPOSE) % industry.lower()
            parts.append(
                f'"vedtektsdato":"{year}-{day}","vedtektsfestetFormaal":["{purpose}"],'
                f'"aktivitet":["{purpose}"],"kapital":{{"belop":{rng.randint(3, 900)}000.00,'
                '"antallAksjer":3000,"type":"Aksjekapital","valuta":"NOK",'
                f'"innfortDato":"{year}-{day}"}},"sisteInnsendteAarsregnskap":"2024"'
            )
        parts.append('"maalform":"Bokmål","paategninger":[],"respons_klasse":"Enhet","links":[]')
        return "{" + ",".join(parts) + "}"

    def _size(self, form: str) -> str:
        """Return the headcount: of all, one in 20 has ten or more and one in 230 a hundred."""
        rng, more = self.rng, 2.1 if form in _FIRMS or form in ("ORGL", "KOMM", "BEDR") else 0.12
        draw = rng.random() / more
        if draw < 0.053:
            count = min(25_000, int(10 * rng.random() ** -0.926))
            return f'"antallAnsatte":{count},"harRegistrertAntallAnsatte":true'
        if draw < 0.09:
            return f'"antallAnsatte":{rng.randint(5, 9)},"harRegistrertAntallAnsatte":true'
        return f'"harRegistrertAntallAnsatte":{"true" if draw < 0.2 else "false"}'

    def _address(self, field: str, street: str) -> str:
        postcode, town, municipality = self.rng.choice(self.towns)
        return (
            f'"{field}":{{"land":"Norge","landkode":"NO","postnummer":"{postcode}","poststed":'
            f'"{town}","adresse":["{street}"],"kommune":"{town}","kommunenummer":"{municipality}"}}'
        )

    def _registrations(self, form: str, year: int, day: str) -> str:
        taxed = self.rng.random() < (0.75 if form in _FIRMS else 0.2)
        since = f'"registreringsdatoMerverdiavgiftsregisteret":"{year}-{day}",' if taxed else ""
        firm = "true" if form in _FIRMS else "false"
        return (
            f'"registrertIMvaregisteret":{"true" if taxed else "false"},{since}'
            f'"registrertIForetaksregisteret":{firm},"registrertIStiftelsesregisteret":false,'
            '"registrertIFrivillighetsregisteret":false,"registrertIPartiregisteret":false,'
            f'"registreringsdatoForetaksregisteret":"{year}-{day}","stiftelsesdato":"{year}-{day}",'
            '"erIKonsern":false'
        )

    def _trouble(self, form: str) -> str:
        draw = self.rng.random() if form in _FIRMS or form == "ENK" else 1.0
        day = f"2026-{self.rng.randint(1, 10):02}-{self.rng.randint(1, 28):02}"
        bankrupt, winding_up, compulsory = draw < 0.005, 0.005 <= draw < 0.015, 0.015 <= draw < 0.02
        told = [
            f'"konkurs":{"true" if bankrupt else "false"}',
            f'"underAvvikling":{"true" if winding_up else "false"}',
            f'"underTvangsavviklingEllerTvangsopplosning":{"true" if compulsory else "false"}',
        ]
        if bankrupt:
            told.append(f'"konkursdato":"{day}"')
        if winding_up:
            told.append(f'"underAvviklingDato":"{day}"')
        if compulsory:
            told.append(f'"tvangsopplostPgaManglendeRegnskapDato":"{day}"')
        return ",".join(told)


def lines(entities: int, kind: str = LEGAL, seed: int = SEED) -> Iterator[str]:
    """Yield so many entities, each as one object of the file."""
    maker = _Maker(kind, seed)
    yield from map(maker.row, islice(numbers(kind), entities))


def write(
    path: Path,
    entities: int,
    kind: str = LEGAL,
    seed: int = SEED,
    shown: Callable[[Iterator[int]], Iterator[int]] = iter,
) -> None:
    """Write the file; gzipped where its name ends so."""
    rows = lines(entities, kind, seed)
    packed = path.suffix == ".gz"
    # Without a time stamp, so that the same seed gives the same bytes.
    with (
        path.open("wb") as raw,
        gzip.GzipFile("", "wb", 1, raw, mtime=0) if packed else raw as file,
    ):
        _write(file, rows, entities, shown)


def _write(file: IO[bytes], rows: Iterator[str], entities: int, shown: Callable) -> None:
    file.write(b"[")
    for start in shown(range(0, entities, _BLOCK)):
        block = list(islice(rows, min(_BLOCK, entities - start)))
        file.write((",\n" * bool(start) + ",\n".join(block)).encode())
    file.write(b"]")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("path", type=Path)
    parser.add_argument("--entities", type=int, default=1_170_000)
    parser.add_argument("--kind", choices=[LEGAL, SUB], default=LEGAL)
    parser.add_argument("--seed", type=int, default=SEED)
    chosen = parser.parse_args()
    began = time.perf_counter()
    write(chosen.path, chosen.entities, chosen.kind, chosen.seed, lambda n: track(n, "Writing"))
    size, seconds = chosen.path.stat().st_size / 1e6, time.perf_counter() - began
    print(f"{chosen.path}: {chosen.entities:,} entities, {size:.0f} MB, {seconds:.0f} s")


if __name__ == "__main__":
    main()
