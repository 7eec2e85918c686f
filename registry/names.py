"""Company names for reading. The register writes nearly all of them in capitals."""

import re

_FORMS = "AS ASA SA ENK NUF ANS DA KF FKF IKS BA SF KS AB OY OYJ APS RHF HF ESEK BRL SE"
# Abbreviations with a vowel that are part of many names.
_ABBREVIATIONS = "AF BDO EU EY IF IKT IL IT NTNU NVE OBOS SINTEF UDI USA"
_NUMERALS = "II III IV VII VIII IX XI XII"
_CAPITALS = frozenset(f"{_FORMS} {_ABBREVIATIONS} {_NUMERALS}".split())
_SMALL = frozenset({"OG", "I", "PÅ", "AV", "FOR", "TIL", "VED", "MED"})
_SMALL_AT_THE_END = frozenset({"KOMMUNE", "FYLKESKOMMUNE"})
_VOWELS = frozenset("AEIOUYÆØÅÄÖÜ")
_LONGEST_ABBREVIATION = 4
# A word with what is joined to it by an apostrophe: HANSEN'S, O'LEARY.
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")


def display_name(name: str) -> str:
    """Return a name in capitals the way people write it: `Fjordkraft Teknikk AS`.

    A name with a small letter in it was written with care and is returned unchanged.
    """
    if name != name.upper():
        return name
    words = list(_WORD.finditer(name))
    if not words:
        return name
    first, last = words[0].start(), words[-1].start()

    def readable(match: re.Match[str]) -> str:
        word = match[0]
        before, after = name[: match.start()][-1:], name[match.end() :][:1]
        if match.start() != first:
            if match.start() == last and word in _SMALL_AT_THE_END:
                return word.lower()
            if match.start() != last and word in _SMALL:
                return word.lower()
        if word in _CAPITALS or _is_abbreviation(word, before, after):
            return word
        return _capitalised(word)

    return _WORD.sub(readable, name)


def _is_abbreviation(word: str, before: str, after: str) -> bool:
    """Tell whether a word stays in capitals though nobody listed it.

    Single letters, `3D`, and short words without a vowel: NRK, VVS. A full stop marks a word that
    was cut short instead: ST. and DR.
    """
    if len(word) == 1:
        return True
    if (before.isdigit() or after.isdigit()) and len(word) == 2:
        return True
    return len(word) <= _LONGEST_ABBREVIATION and after != "." and not _VOWELS & set(word)


def _capitalised(word: str) -> str:
    """Return `Hansen` and `O'Leary`, but `Hansen's`: a lone last letter after the mark is small."""
    parts = [part[0] + part[1:].lower() for part in re.split(r"(['’])", word)]
    if len(parts) > 1 and len(parts[-1]) == 1:
        parts[-1] = parts[-1].lower()
    return "".join(parts)
