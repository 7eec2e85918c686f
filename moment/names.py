"""Keys made from names, so that every engine sorts and compares Norwegian text alike.

All keys are made here in Python: databases fold only ASCII (SQLite) or by their own locale
(PostgreSQL), and would not agree.
"""

import re
import unicodedata
from functools import lru_cache

# Company forms that say nothing about which company it is. Matched as the last word of a name.
COMPANY_FORMS = frozenset(
    {"as", "asa", "ans", "da", "enk", "nuf", "sa", "ba", "ks", "ab", "oy", "oyj", "aps"}
    | {"ltd", "limited", "plc", "inc", "llc", "gmbh", "bv"}
)
# The Norwegian alphabet ends in æ, ø, å; Swedish and Danish letters sort with their equals.
_LAST_LETTERS = str.maketrans({"æ": "z{", "ä": "z{", "ø": "z|", "ö": "z|", "å": "z}"})
_FOLDED = str.maketrans({"æ": "ae", "ä": "ae", "ø": "o", "ö": "o", "å": "a", "ß": "ss", "ð": "d"})
_NOT_WORDS = re.compile(r"[^\w]+|_")
# A/S, A.S. and a.s. are all the form AS.
_TWO_LETTERS = re.compile(r"\b([^\W\d_])[./]([^\W\d_])\b\.?")
_DIGITS = re.compile(r"\d+")
_TWO_AS_ONE = re.compile("ae|ss|.")


def _without_accents(text: str) -> str:
    """Return text without combining marks: é becomes e. Call after å, ä and ö are dealt with."""
    if text.isascii():
        return text
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))


def _lowered(text: str) -> str:
    if text.isascii():
        return text.casefold()
    # Compatibility forms first: letters in circles and the like are letters too.
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


@lru_cache(maxsize=2048)
def sort_key(text: str) -> str:
    """Return a key whose byte order is the order of the Norwegian alphabet, ignoring case."""
    words = _NOT_WORDS.sub(" ", _lowered(text)).strip()
    return _without_accents(words.translate(_LAST_LETTERS))


def number_key(number: str) -> str:
    """Return a key that sorts numbers by value and prefixes alphabetically: K9 before K10."""
    return _DIGITS.sub(lambda digits: digits[0].zfill(12), number.casefold())


def folded(text: str) -> str:
    """Return lower-case words with one blank between, æ ø å and accents as plain letters."""
    plain = _without_accents(_lowered(text).translate(_FOLDED))
    return " ".join(_NOT_WORDS.sub(" ", plain).split())


def _spellings() -> dict[str, str]:
    """Return the letters of Latin alphabets, in both cases, by what they are folded to."""
    found: dict[str, str] = {}
    for letter in map(chr, range(0xC0, 0x180)):
        found[folded(letter)] = found.get(folded(letter), "") + letter
    return found


_SPELLINGS = _spellings()


def spellings(word: str) -> str:
    """Return a regular expression for a word in text that has no key, however it is spelt there.

    It means the same to Python and both databases. Empty where there is nothing to look for.
    """

    def letter(plain: str) -> str:
        return f"[{plain}{plain.upper()}{_SPELLINGS.get(plain, '')}]"

    def letters(match: re.Match[str]) -> str:
        found = "".join(map(letter, match[0]))
        return found if len(match[0]) == 1 else f"(?:{found}|[{_SPELLINGS[match[0]]}])"

    return r"(?:\W|_)+".join(_TWO_AS_ONE.sub(letters, one) for one in folded(word).split())


def name_key(name: str) -> str:
    """Return what two spellings of one company's name share: folded, without its company form.

    A name that is nothing but a company form keeps it, so that the key is never empty for a word.
    """
    # Forms are looked for before folding: Øy is an island, oy a Finnish company.
    words = _NOT_WORDS.sub(" ", _TWO_LETTERS.sub(r"\1\2", _lowered(name))).split()
    while len(words) > 1 and words[-1] in COMPANY_FORMS:
        words.pop()
    return folded(" ".join(words))


def initials(name: str) -> str:
    """Return up to two initials: first and last word's."""
    words = name.split()
    return "".join(word[0] for word in words[:1] + words[1:][-1:]).upper()
