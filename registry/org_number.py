"""Norwegian organisation numbers: nine digits, the last one a check digit modulo 11."""

import re

from stdnum.no import orgnr

_DECORATION = re.compile(r"[\s.\u00a0\u202f-]")


def compact(text: str) -> str:
    """Return the bare digits of a number as people write it: `NO 918 212 444 MVA` or `918.212.444`.

    Anything that is not such a number comes back without blanks and dots, else unchanged.
    """
    bare = _DECORATION.sub("", text).upper()
    return bare.removeprefix("NO").removesuffix("MVA")


def is_valid(number: str) -> bool:
    """Tell whether nine bare digits can be an organisation number.

    Nine equal digits pass the check digit, but are what people type to get past a field. Numbers
    begin with 8 or 9; those beginning with 2 or 3 are the register's test organisations.
    """
    return (
        number.isascii() and orgnr.is_valid(number) and number[0] in "2389" and len(set(number)) > 1
    )


def formatted(number: str) -> str:
    """Return `918 212 444` for nine digits, with blanks that do not break; others unchanged."""
    if len(number) == 9 and number.isdigit():
        return f"{number[:3]}\u00a0{number[3:6]}\u00a0{number[6:]}"
    return number


def with_check_digit(first_eight: str) -> str | None:
    """Return the nine-digit number for eight digits, or None where there is none (remainder 10)."""
    total = sum(int(d) * w for d, w in zip(first_eight, (3, 2, 7, 6, 5, 4, 3, 2), strict=True))
    check = (11 - total % 11) % 11
    return None if check == 10 else f"{first_eight}{check}"
