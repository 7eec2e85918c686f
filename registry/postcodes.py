"""Norwegian postcodes and their places, as the addresses in our copies have them.

Nobody need fetch a list: a full load has hundreds of addresses for nearly every postcode, and
single copies teach those that were missing.
"""

from collections import Counter
from collections.abc import Iterable, Iterator

from django.db.models import Count

from moment.turns import in_turn
from registry.models import Entity, Postcode
from registry.names import display_name

COUNTRY = "NO"
_KINDS = ("business", "postal")
_LENGTH = 4
_BATCH = 500  # rows in one statement


def place_of(code: str) -> str:
    """Return the place of a postcode as people write it, `Tromsø`; empty where nobody knows."""
    return places_of([code]).get(code, "")


def places_of(codes: Iterable[str]) -> dict[str, str]:
    """Return the places of those of the postcodes that are known, in at most one query."""
    valid = {code for code in codes if is_postcode(code)}
    if not valid:
        return {}
    return dict(Postcode.objects.filter(pk__in=valid).values_list("code", "place"))


def is_postcode(text: str) -> bool:
    """Tell whether a text has the shape of a Norwegian postcode."""
    return len(text) == _LENGTH and text.isascii() and text.isdigit()


def is_place(code: str, city: str, places: dict[str, str]) -> bool:
    """Tell whether a city goes with its postcode, by `places_of`; unknown ones go with any."""
    place = places.get(code, "")
    return not place or place.casefold() == " ".join(city.split()).casefold()


def learn() -> int:
    """Make each postcode's place the one that most addresses in our copies have for it.

    Counted by the database, once over all copies. Returns how many are new or have another place.
    Postcodes that no address has any more stay: old letters and forms have them still.
    """
    counted: dict[str, Counter[str]] = {}
    for kind in _KINDS:
        rows = (
            Entity.objects.filter(**{f"{kind}_country": COUNTRY})
            .values_list(f"{kind}_postcode", f"{kind}_city")
            .annotate(total=Count("pk"))
            .order_by()
        )
        for code, city, total in rows.iterator():
            if is_postcode(code) and city.strip():
                counted.setdefault(code, Counter())[display_name(city.strip())] += total
    # Of equally many the first of the alphabet, so that two loads of one file agree.
    found = {
        code: min(places, key=lambda place: (-places[place], place))
        for code, places in counted.items()
    }
    with in_turn():
        return _store(found, replacing=True)


def teach(entities: Iterable[Entity]) -> None:
    """Add the postcodes of these copies that nobody knows yet. One query where all are known.

    The turn to write is not waited for: who keeps copies has it still when this is called.
    """
    told: dict[str, str] = {}
    for code, city in _addresses(entities):
        told.setdefault(code, display_name(city))
    _store(told, replacing=False)


def _addresses(entities: Iterable[Entity]) -> Iterator[tuple[str, str]]:
    """Yield postcode and city of the Norwegian addresses."""
    for entity in entities:
        for kind in _KINDS:
            country, code, city = (
                getattr(entity, f"{kind}_{part}") for part in ("country", "postcode", "city")
            )
            if country == COUNTRY and is_postcode(code) and city.strip():
                yield code, city.strip()


def _store(found: dict[str, str], *, replacing: bool) -> int:
    """Store what is new, and with `replacing` what differs; return how many those were."""
    known: dict[str, str] = {}
    codes = sorted(found)
    for start in range(0, len(codes), _BATCH):
        known |= places_of(codes[start : start + _BATCH])
    new = [
        Postcode(code=code, place=found[code][:100])
        for code in codes
        if code not in known or (replacing and known[code] != found[code][:100])
    ]
    if not new:
        return 0
    # In the order of their keys, so that two who learn the same never wait for each other.
    how = (
        {"update_conflicts": True, "unique_fields": ["code"], "update_fields": ["place"]}
        if replacing
        else {"ignore_conflicts": True}
    )
    Postcode.objects.bulk_create(new, batch_size=_BATCH, **how)
    return len(new)
