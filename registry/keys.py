"""What entities are found by and ordered by when someone types: made once, when a row is stored.

The question goes through the same functions, so that both sides agree on spelling.
"""

import math
import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Protocol

from moment.names import folded, name_key

# People without Norwegian keys write å as aa and ø as oe; `folded` has dealt with æ, å and ø.
_DOUBLED = re.compile("aa|oe")
# The three columns made of one row each ask for the same name's key.
_name_key = lru_cache(maxsize=16)(name_key)

_SIZES = 63  # steps of size, a quarter of a doubling each: the largest is some 55,000 employees
_LETTERS = " 0123456789abcdefghijklmnopqrstuvwxyz"
_NAME_LETTERS = 4  # of the name, that decide between entities of one size
_NUMBER_BITS, _LETTER_BITS, _SIZE_BITS = 30, 6, 6


class Ranked(Protocol):
    """What the rank of an entity depends on."""

    org_number: str
    name: str
    employees: int | None
    has_employees: bool

    @property
    def deleted_on(self) -> object: ...
    @property
    def is_sub_entity(self) -> bool: ...
    @property
    def in_trouble(self) -> bool: ...


def search_key(name: str) -> str:
    """Return what all spellings of a name share: folded, no company form, aa as å, oe as ø."""
    return _one_spelling(_name_key(name))


def search_words(names: Iterable[str]) -> str:
    """Return the words that any of these names is found by, company forms too, each once."""
    texts = [_one_spelling(text) for name in names for text in (_name_key(name), folded(name))]
    return " ".join(dict.fromkeys(word for text in texts for word in text.split()))


def rank(entity: Ranked) -> int:
    """Return a number that is lower the likelier people mean this entity; no two have the same.

    Living before troubled before deleted, legal entities before places of business, then larger
    first, then by the beginning of the name. It depends on the row alone, so that a changed row
    moves without the others being counted anew.
    """
    state = 2 if entity.deleted_on else 1 if entity.in_trouble else 0
    value = state << 1 | bool(entity.is_sub_entity)
    # One to four employees are published as "some".
    employees = entity.employees
    if employees is None:
        employees = int(entity.has_employees)
    value = value << _SIZE_BITS | (_SIZES - size_step(employees))
    for letter in search_key(entity.name)[:_NAME_LETTERS].ljust(_NAME_LETTERS):
        # Letters of other alphabets come last.
        value = value << _LETTER_BITS | (_LETTERS.find(letter) % 64)
    return value << _NUMBER_BITS | int(entity.org_number)


def size_step(employees: int) -> int:
    """Return 0 for nobody, up to 63, four steps for each doubling."""
    return min(_SIZES, round(4 * math.log2(employees + 1)))


def rank_after(employees: int) -> int:
    """Return a rank that all living legal entities with at least so many employees come before."""
    bits = _NAME_LETTERS * _LETTER_BITS + _NUMBER_BITS
    return (_SIZES - size_step(employees) + 1) << bits


def _one_spelling(text: str) -> str:
    return _DOUBLED.sub(lambda pair: pair[0][0], text)
