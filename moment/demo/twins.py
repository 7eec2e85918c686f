"""Customers of the demo that somebody has typed in once more, otherwise than the first time."""

from collections.abc import Mapping
from typing import NamedTuple


class Twin(NamedTuple):
    """A customer that is another one of `named`, by its place there, under another name."""

    of: int
    name: str
    # What was typed as the first time, and what was not.
    same: tuple[str, ...] = ()
    also: Mapping[str, str] = {}


_VISITING = ("visiting_street", "visiting_postcode", "visiting_city")
# By slot, of those whose customers no register knows. They come with the first hundred.
TWINS = {
    61: Twin(3, "Storfjell Kommune – Bygg", (*_VISITING, "email"),
             {"invoice_email": "bygg.faktura@storfjell-kommune.example", "phone": "77 00 41 20"}),
    69: Twin(0, "Teknikk Fjordkraft", ("email", "phone", "website")),
    77: Twin(1, "Nordlys Arkitektar AS", (*_VISITING, "email")),
    85: Twin(6, "Hallingvik Energiverk", _VISITING,
             {"invoice_email": "faktura@hallingvik-energiverk.example", "phone": "32 00 75 10"}),
    93: Twin(9, "Oestvang Prosjektledelse", ("visiting_postcode", "visiting_city", "email")),
}  # fmt: skip
STORFJELL, HALLINGVIK, OESTVANG = 61, 85, 93
