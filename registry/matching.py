"""How well a name answers what was typed: the rules of the type-ahead, apart from any database.

`registry.search` finds by indexes what these rules put first.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import IntEnum

from rapidfuzz.distance import OSA

from moment.names import COMPANY_FORMS
from registry import keys

MOST_WORDS = 8  # of a question; more narrow nothing
SHORTEST_TYPO = 4  # letters of a word that may have one wrong


class Match(IntEnum):
    """How a name answers a question, the better the lower."""

    NAME = 0  # the whole name
    BEGINNING = 1  # of the name
    WORDS = 2  # every word of the question begins a word of the name or of a former one
    TYPO_IN_NAME = 3  # the whole name but for one typo
    TYPO_IN_WORDS = 4  # every word begins a word, but for one typo in one of them
    NONE = 5


@dataclass(frozen=True)
class Question:
    """What was typed, spelled as the entities' keys are."""

    key: str
    words: tuple[str, ...] = field(init=False)
    # "equinor a" may be on its way to "equinor as", whose key is "equinor".
    before_form: str = field(init=False)

    def __post_init__(self) -> None:
        words = tuple(self.key.split()[:MOST_WORDS])
        unfinished = len(words) > 1 and any(form.startswith(words[-1]) for form in COMPANY_FORMS)
        object.__setattr__(self, "key", " ".join(words))
        object.__setattr__(self, "words", words)
        object.__setattr__(self, "before_form", " ".join(words[:-1]) if unfinished else "")

    @classmethod
    def typed(cls, text: str) -> "Question":
        return cls(keys.search_key(text))

    def match(self, name_key: str, words: str) -> Match:
        """Tell how an entity with this key and these words answers the question."""
        if name_key == self.key:
            return Match.NAME
        parts = words.split()
        missed = [place for place, word in enumerate(self.words) if not _begins(word, parts)]
        if not missed and name_key == self.before_form:
            return Match.NAME
        # So many names begin with any one letter that it says no more than a word's.
        if len(self.key) > 1 and name_key.startswith(self.key):
            return Match.BEGINNING
        if not missed:
            return Match.WORDS if self.words else Match.NONE
        return self._match_with_typo(missed, name_key, parts)

    def _match_with_typo(self, missed: Sequence[int], name_key: str, parts: Sequence[str]) -> Match:
        if len(missed) > 1 or len(self.words[missed[0]]) < SHORTEST_TYPO:
            return Match.NONE
        place = missed[0]
        word, last = self.words[place], place == len(self.words) - 1
        spellings = [s for part in parts if (s := misspelled(word, part, unfinished=last))]
        if not spellings:
            return Match.NONE
        if any(self.spelled(place, part) == name_key for part in parts if near(word, part)):
            return Match.TYPO_IN_NAME
        return Match.TYPO_IN_WORDS

    def spelled(self, place: int, word: str) -> str:
        """Return the key with another word in this place."""
        return " ".join((*self.words[:place], word, *self.words[place + 1 :]))


def near(word: str, other: str) -> bool:
    """Tell whether two words are one typo apart, or none: a letter more, less, another, or two
    neighbours swapped."""
    return len(other) >= SHORTEST_TYPO and OSA.distance(word, other, score_cutoff=1) <= 1


def misspelled(word: str, other: str, *, unfinished: bool) -> str:
    """Return the shortest beginning of `other` that is at most one typo from `word`, else "".

    The whole of `other` where the word is finished.
    """
    if unfinished:
        for length in (len(word) - 1, len(word), len(word) + 1):
            if length < len(other) and near(word, other[:length]):
                return other[:length]
    return other if near(word, other) else ""


def _begins(word: str, parts: Sequence[str]) -> bool:
    return any(part.startswith(word) for part in parts)
