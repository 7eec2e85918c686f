"""One form for all the ways in which a name or a number is written, and how near two names are."""

import re
from collections import Counter
from functools import lru_cache

import phonenumbers
from rapidfuzz.distance import OSA

from moment.names import name_key

# One letter wrong in eight, two neighbours swapped counting as one: from here names are near.
NEAR = 0.87
# Written as two words, or as one: as good as the same.
_APART = 0.98
# Names of which less than this is alike have no word in common that is worth looking at.
_FAR = 0.5

# Haaland is Håland, Naess is Næss and Moe is Mø: the longer spellings of what is folded already.
_LONG_SPELLINGS = re.compile(r"(?<=a)[ae]|(?<=o)e")
_LEFT_OUT = frozenset({"og", "and", "und", "et"})  # as & is
_BEFORE = frozenset({"as", "ans"})  # AS Fjellbygg is Fjellbygg AS
_SHORT_FOR = {
    "komm": "kommune",
    "fylkeskomm": "fylkeskommune",
    "ing": "ingenior",
    "adv": "advokat",
    "advfirma": "advokatfirma",
    "advokatfirmaet": "advokatfirma",
    "ark": "arkitekt",
    "arkitektkontoret": "arkitektkontor",
    "ingeniorfirmaet": "ingeniorfirma",
    "entr": "entreprenor",
    "eiend": "eiendom",
    "eigedom": "eiendom",
    "brl": "borettslag",
    "br": "brodrene",
    "brdr": "brodrene",
    "brodr": "brodrene",
    "avd": "avdeling",
    "stift": "stiftelsen",
}
# Words that differ in a letter or two and mean the opposite.
_WHERE = frozenset(
    {"nord", "sor", "ost", "vest", "midt", "nordvest", "nordost", "sorvest", "sorost"}
    | {"nordre", "sondre", "ostre", "vestre", "ovre", "nedre", "ytre", "indre"}
    | {"north", "south", "east", "west", "northern", "southern", "eastern", "western"}
)
_ROMAN = frozenset({"ii", "iii", "iv", "vi", "vii", "viii", "ix", "xi", "xii"})
_DIGIT = re.compile(r"\d")

_NOT_IN_NUMBERS = re.compile(r"[^0-9A-Z]")
_NORWEGIAN_IBAN = re.compile(r"NO\d\d(\d{11})")
_NOT_IN_PHONES = re.compile(r"[\s().\-/]+")
# What most phone numbers here look like; all others take fifty times as long to read.
_NORWEGIAN_PHONE = re.compile(r"(\+47|0047)?([2-9]\d{7})")


def spelled(name: str) -> str:
    """Return a company's name by which all its spellings are the same.

    Without case, company form, punctuation and the words for "and"; æ, ø and å in one way, however
    they are written; the usual short forms in full. Empty for a name of no letters or digits.
    """
    words = [_SHORT_FOR.get(word, word) for word in name_key(name).split()]
    if len(words) > 1 and words[0] in _BEFORE:
        words = words[1:]
    telling = [word for word in words if word not in _LEFT_OUT]
    return _LONG_SPELLINGS.sub("", " ".join(telling or words))


def marks(name: str) -> tuple[str, ...]:
    """Return what tells the like-named apart in a spelled name: numbers and single letters."""
    return tuple(sorted(w for w in name.split() if len(w) == 1 or w in _ROMAN or _DIGIT.search(w)))


def nearness(one: str, other: str) -> float:
    """Return how near two spelled names are, from 0 to 1; below NEAR if they are two names."""
    if not one or not other:
        return 0.0
    if one == other:
        return 1.0
    if one.replace(" ", "") == other.replace(" ", "") and not _DIGIT.search(one):
        return _APART
    near = OSA.normalized_similarity(one, other, score_cutoff=_FAR)
    if near < NEAR or (marks(one) == marks(other) and _misspelt(one.split(), other.split())):
        return near
    return NEAR - 0.01


def _misspelt(one: list[str], other: list[str]) -> bool:
    """Return whether the words in which two names differ are the same words, misspelt."""
    mine, theirs = Counter(one), Counter(other)
    my_own, their_own = list((mine - theirs).elements()), list((theirs - mine).elements())
    if len(my_own) != len(their_own):
        # A blank too many or too few, and nothing else but one letter.
        return OSA.distance("".join(one), "".join(other)) <= 1
    return all(map(_slip, my_own, their_own))


def _slip(word: str, other: str) -> bool:
    """Return whether a word may be another one misspelt: the longer, the more is forgiven."""
    if word in _WHERE and other in _WHERE:
        return False
    longer = max(len(word), len(other))
    if longer <= 4:
        # Moss is not Voss; Byg and Bgyg may be Bygg.
        added = len(word) != len(other) and longer == 4
        return OSA.distance(word, other) == 1 and (added or sorted(word) == sorted(other))
    return OSA.distance(word, other) <= (1 if longer < 12 else 2)


def org_number(number: str, country: str) -> str:
    """Return a reg. no. without blanks, the country's letters before it and MVA after it."""
    bare = _NOT_IN_NUMBERS.sub("", number.upper())
    if country and bare.startswith(country) and _DIGIT.match(bare[len(country) :]):
        bare = bare[len(country) :]
    if country == "NO":
        return bare.removesuffix("MVA")
    if country == "SE" and len(bare) == 12 and bare.endswith("01"):
        return bare[:10]  # the VAT number, which has the reg. no. in it
    return bare


def bank_account(account: str) -> str:
    """Return an account's letters and digits, a Norwegian one as people write it, not as IBAN."""
    bare = _NOT_IN_NUMBERS.sub("", account.upper())
    iban = _NORWEGIAN_IBAN.fullmatch(bare)
    bare = iban[1] if iban else bare
    return bare if len(set(bare)) > 1 else ""


@lru_cache(maxsize=2048)
def phone(number: str, country: str) -> str:
    """Return a phone number as all ways of writing it have it, empty for none or only noughts."""
    bare = _NOT_IN_PHONES.sub("", number)
    if len(set(bare)) < 2:
        return ""
    if (usual := _NORWEGIAN_PHONE.fullmatch(bare)) and (country == "NO" or usual[1] == "+47"):
        return f"+47{usual[2]}"
    try:
        found = phonenumbers.parse(number, country or None)
    except phonenumbers.NumberParseException:
        return ""
    return phonenumbers.format_number(found, phonenumbers.PhoneNumberFormat.E164)
