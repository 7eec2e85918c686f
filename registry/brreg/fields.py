"""From the register's fields to ours."""

import re
from datetime import date
from typing import Any

from django.utils import timezone

from registry.models import Entity

LONGEST_NAME = 180  # characters the register takes in a search
MOST_FORMER_NAMES = 10

_NUMBER = re.compile(r"[0-9]{9}")
# Anything but a web address: `javascript:`, `mailto:`. A port after a host name is no scheme.
_OTHER_SCHEME = re.compile(r"(?!https?://)[a-z][a-z0-9+.-]*:(?![0-9])", re.IGNORECASE)
_LENGTHS = {field.attname: field.max_length for field in Entity._meta.fields if field.max_length}
_LARGEST_INTEGER = 2_147_483_647
_COMPULSORY_DATES = (
    "tvangsavvikletPgaManglendeSlettingDato",
    "tvangsopplostPgaManglendeDagligLederDato",
    "tvangsopplostPgaManglendeRevisorDato",
    "tvangsopplostPgaManglendeRegnskapDato",
    "tvangsopplostPgaMangelfulltStyreDato",
)


def to_entity(row: object, kind: Entity.Kind) -> Entity:
    """Return the unsaved Entity for one object of the register, from a search, a file or alone.

    Parts that are missing or of the wrong type are left empty, texts cut to their columns.
    ValueError where there is no number or no name. Source: OpenAPI document 1.5.0, version 2.
    """
    if not isinstance(row, dict):
        raise ValueError("not an object")
    org_number, name = row.get("organisasjonsnummer"), text_of(row.get("navn"))
    if not isinstance(org_number, str) or not _NUMBER.fullmatch(org_number):
        raise ValueError("no organisation number")
    if not name:
        raise ValueError("no name")
    parent = text_of(row.get("overordnetEnhet"))
    employees = _number(row.get("antallAnsatte"))
    bankrupt = row.get("konkurs") is True
    winding_up = row.get("underAvvikling") is True
    compulsory = row.get("underTvangsavviklingEllerTvangsopplosning") is True
    compulsory_dates = filter(None, (_date(row.get(field)) for field in _COMPULSORY_DATES))
    fields = {
        "org_number": org_number,
        "kind": kind,
        "parent_org_number": parent if _NUMBER.fullmatch(parent) else "",
        "name": name,
        "former_names": "\n".join(_former_names(row, name)),
        "form_code": text_of(part_of(row.get("organisasjonsform"), "kode")),
        "form_name": text_of(part_of(row.get("organisasjonsform"), "beskrivelse")),
        **_address("business", row.get("forretningsadresse") or row.get("beliggenhetsadresse")),
        **_address("postal", row.get("postadresse")),
        "email": _whole(row.get("epostadresse"), "email"),
        "phone": text_of(row.get("telefon")) or text_of(row.get("mobil")),
        "website": _website(row.get("hjemmeside")),
        "industry_code": text_of(part_of(row.get("naeringskode1"), "kode")),
        "industry_name": text_of(part_of(row.get("naeringskode1"), "beskrivelse")),
        "sector_code": text_of(part_of(row.get("institusjonellSektorkode"), "kode")),
        "employees": employees,
        "has_employees": row.get("harRegistrertAntallAnsatte") is True or bool(employees),
        "vat_registered": row.get("registrertIMvaregisteret") is True,
        "registered_on": _date(row.get("registreringsdatoEnhetsregisteret")),
        "bankrupt": bankrupt,
        "bankrupt_on": _date(row.get("konkursdato")) if bankrupt else None,
        "winding_up": winding_up,
        "winding_up_on": _date(row.get("underAvviklingDato")) if winding_up else None,
        "compulsory_dissolution": compulsory,
        "compulsory_dissolution_on": min(compulsory_dates, default=None) if compulsory else None,
        "deleted_on": _date(row.get("slettedato")) or _closed_on(row.get("nedleggelsesdato")),
        "merger": _merger(row.get("paategninger")),
    }
    return Entity(
        **{
            field: value[: _LENGTHS.get(field)] if isinstance(value, str) else value
            for field, value in fields.items()
        }
    )


def text_of(value: object) -> str:
    """Return text on one line without what databases refuse: NUL, lone surrogates, controls."""
    if not isinstance(value, str):
        return ""
    text = " ".join(value.split())
    # Nearly all texts are printable, and a full file has millions of them.
    return text if text.isprintable() else "".join(filter(str.isprintable, text)).strip()


def part_of(value: object, key: str) -> object:
    return value.get(key) if isinstance(value, dict) else None


def as_list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _number(value: object) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if 0 <= value <= _LARGEST_INTEGER else None


def _date(value: object) -> date | None:
    try:
        return date.fromisoformat(text_of(value)[:10])
    except ValueError:
        return None


def _closed_on(value: object) -> date | None:
    """Return the day a place of business closed; one that is still ahead is open."""
    closing = _date(value)
    return closing if closing and closing <= timezone.localdate() else None


def _former_names(row: dict[str, Any], name: str) -> list[str]:
    """Return the names an entity had, newest first, each once."""
    told = [part for part in as_list(row.get("historiskeNavn")) if isinstance(part, dict)]
    told.sort(key=lambda part: text_of(part.get("tilDato")), reverse=True)
    names = dict.fromkeys(text_of(part.get("navn"))[: _LENGTHS["name"]] for part in told)
    return [former for former in names if former and former != name][:MOST_FORMER_NAMES]


def _merger(remarks: object) -> str:
    """Return the register's remark about a merger. It has no field for it, only its own words."""
    texts = (text_of(part_of(remark, "tekst")) for remark in as_list(remarks))
    return "; ".join(text for text in texts if "fusjon" in text.lower())


def _address(prefix: str, value: object) -> dict[str, str]:
    """Return the four address columns that begin with `prefix`.

    A foreign address has no postcode of its own: it stands in the city, in its country's way
    ("SW1Y 5EA LONDON", "DK-8700 HORSENS"), and stays there.
    """
    lines = (text_of(line) for line in as_list(part_of(value, "adresse")))
    country = text_of(part_of(value, "landkode")).upper()
    return {
        f"{prefix}_address": "\n".join(filter(None, lines)),
        f"{prefix}_postcode": text_of(part_of(value, "postnummer")),
        f"{prefix}_city": text_of(part_of(value, "poststed")),
        f"{prefix}_country": country if len(country) == 2 else "",
    }


def _whole(value: object, field: str) -> str:
    """Return the text, or nothing where it does not fit: half an e-mail address is a wrong one."""
    text = text_of(value)
    return text if len(text) <= _LENGTHS[field] else ""


def _website(value: object) -> str:
    text = _whole(value, "website")
    return "" if _OTHER_SCHEME.match(text) else text
