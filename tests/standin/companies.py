"""Companies that exist nowhere, as the register writes them: in its own words and fields."""

import itertools
from typing import Any

from registry.org_number import with_check_digit

_FORMS = {
    "AS": "Aksjeselskap",
    "ASA": "Allmennaksjeselskap",
    "ENK": "Enkeltpersonforetak",
    "KOMM": "Kommune",
    "NUF": "Norskregistrert utenlandsk foretak",
    "BEDR": "Underenhet til næringsdrivende og offentlig forvaltning",
}
_serial = itertools.count()


def fictional_number(index: int) -> str:
    """Return the index-th organisation number that begins with 31: never given to a company."""
    numbers = filter(None, (with_check_digit(f"31{n:06}") for n in itertools.count()))
    return next(itertools.islice(numbers, index, None))


def adresse(gate: str = "Storgata 1", postnummer: str = "9008", poststed: str = "TROMSØ") -> dict:
    return {
        "land": "Norge",
        "landkode": "NO",
        "postnummer": postnummer,
        "poststed": poststed,
        "adresse": [gate],
        "kommune": poststed,
        "kommunenummer": "5501",
    }


def enhet(navn: str, nummer: str | None = None, form: str = "AS", **overrides: Any) -> dict:
    """Return a legal entity as the register writes it. An override of None leaves the field out."""
    return _without_nones(
        {
            "organisasjonsnummer": nummer or fictional_number(1000 + next(_serial)),
            "navn": navn,
            "organisasjonsform": {"kode": form, "beskrivelse": _FORMS.get(form, form)},
            "registreringsdatoEnhetsregisteret": "2015-03-02",
            "registrertIMvaregisteret": True,
            "naeringskode1": {"kode": "62.100", "beskrivelse": "Programmeringstjenester"},
            "antallAnsatte": 12,
            "harRegistrertAntallAnsatte": True,
            "forretningsadresse": adresse(),
            "institusjonellSektorkode": {"kode": "2100", "beskrivelse": "Private aksjeselskaper"},
            "registrertIForetaksregisteret": True,
            "registrertIStiftelsesregisteret": False,
            "registrertIFrivillighetsregisteret": False,
            "konkurs": False,
            "underAvvikling": False,
            "underTvangsavviklingEllerTvangsopplosning": False,
            "maalform": "Bokmål",
            "respons_klasse": "Enhet",
        }
        | overrides
    )


def underenhet(navn: str, overordnet: str, nummer: str | None = None, **overrides: Any) -> dict:
    """Return a place of business of the legal entity `overordnet` as the register writes it."""
    return _without_nones(
        {
            "organisasjonsnummer": nummer or fictional_number(1000 + next(_serial)),
            "navn": navn,
            "organisasjonsform": {"kode": "BEDR", "beskrivelse": _FORMS["BEDR"]},
            "registreringsdatoEnhetsregisteret": "2016-01-04",
            "registrertIMvaregisteret": False,
            "antallAnsatte": 7,
            "harRegistrertAntallAnsatte": True,
            "overordnetEnhet": overordnet,
            "oppstartsdato": "2016-01-04",
            "beliggenhetsadresse": adresse("Sjøgata 2"),
            "respons_klasse": "Underenhet",
        }
        | overrides
    )


def slettet(entity: dict, slettedato: str = "2024-03-09") -> dict:
    """Return what remains of an entity when it is deleted from the register."""
    kept = ("organisasjonsnummer", "navn", "organisasjonsform")
    rest = {field: entity[field] for field in kept}
    return rest | {"slettedato": slettedato, "respons_klasse": "SlettetEnhet"}


def examples() -> list[dict]:
    """Return a handful of companies that exist nowhere, one of each sort that matters."""
    teknikk = enhet(
        "VARDEFJORD TEKNIKK AS",
        fictional_number(0),
        epostadresse="post@vardefjord-teknikk.example",
        telefon="77 00 00 01",
        hjemmeside="www.vardefjord-teknikk.example",
        postadresse=adresse("Postboks 17", "9251"),
    )
    return [
        teknikk,
        underenhet("VARDEFJORD TEKNIKK AVD NARVIK", fictional_number(0), fictional_number(1)),
        enhet("VARDEFJORD EIENDOM AS", fictional_number(2), antallAnsatte=None),
        enhet(
            "VARDEFJORD GJENBRUK AS", fictional_number(3), konkurs=True, konkursdato="2026-02-03"
        ),
        slettet(enhet("VARDEFJORD ARKIV AS", fictional_number(4))),
        enhet("NORDLYSVIKA KOMMUNE", fictional_number(5), "KOMM", antallAnsatte=2100),
        enhet("BJØRKELØSE HANDEL AS", fictional_number(6)),
        enhet("ÅSMUND TENKT SNEKKER", fictional_number(7), "ENK", antallAnsatte=None),
        enhet(
            "NOWHERE SYSTEMS LTD",
            fictional_number(8),
            "NUF",
            forretningsadresse={
                "land": "Storbritannia",
                "landkode": "GB",
                "poststed": "SW1Y 5EA LONDON",
                "adresse": ["1 Nowhere Square"],
            },
        ),
    ]


def _without_nones(entity: dict) -> dict:
    return {field: value for field, value in entity.items() if value is not None}
