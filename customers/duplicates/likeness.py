"""How like two customers are: by what each is found, and what two of them share.

All of it is about values in memory; `finding` asks the base.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from typing import Any

import phonenumbers
from rapidfuzz.distance import OSA

from customers.models import MatchKey
from moment.names import folded, name_key

Kind = MatchKey.Kind
# The columns of a customer that are read.
COLUMNS = (
    "pk", "name", "country", "org_number", "email", "invoice_email", "phone", "bank_account",
    "visiting_street", "visiting_postcode", "postal_street", "postal_postcode",
)  # fmt: skip
# One letter wrong in eight, two neighbours swapped counting as one: from here names are near.
NEAR = 0.87
# Of a hundred: from here a pair is worth somebody's time.
WORTH = 60
# Hosts of e-mail that say nothing about who writes.
_ANYBODYS = frozenset(
    {"gmail.com", "googlemail.com", "hotmail.com", "hotmail.no", "outlook.com", "live.com"}
    | {"live.no", "msn.com", "yahoo.com", "yahoo.no", "icloud.com", "me.com", "online.no"}
    | {"broadpark.no", "getmail.no", "altibox.no", "lyse.net", "start.no", "proton.me"}
)
# Haaland is Håland, Naess is Næss and Moe is Mø: the longer spellings of what is folded already.
_LONG_SPELLINGS = re.compile(r"(?<=a)[ae]|(?<=o)e")
_NOT_IN_ACCOUNTS = re.compile(r"[^0-9A-Z]")

# What is shared, and how much that says beside the names, of a hundred.
_SAYS = {
    "bank": 14,
    "email": 12,
    "address": 10,
    "phone": 10,
    "domain": 5,
    "postcode": 4,
}
_SAME_NAME, _NEAR_NAME = 80, 66
_OTHER_NUMBER, _OTHER_COUNTRY = -25, -10
# Without near names it takes two things shared, or one and names that are somewhat alike.
_ALIKE = 0.6


@dataclass(frozen=True)
class Likeness:
    """How like two customers are, from 0 to 100, and why, the weightiest first.

    Each reason is a kind, `name` with how near the names are in per cent, others with 100.
    """

    score: int
    reasons: tuple[tuple[str, int], ...]


class Known:
    """What is known of one customer, made comparable once."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self.pk: int = values["pk"]
        self.country = str(values["country"])
        self.name = spelled(values["name"])
        self.words = " ".join(sorted(self.name.split()))
        self.org_number = values["org_number"]
        self.emails = frozenset(
            values[column].lower() for column in ("email", "invoice_email") if values[column]
        )
        self.phone = phone_key(values["phone"], self.country)
        self.bank_account = _NOT_IN_ACCOUNTS.sub("", values["bank_account"].upper())
        self._places = [
            (folded(values[f"{kind}_street"]), values[f"{kind}_postcode"].strip())
            for kind in ("visiting", "postal")
        ]

    @cached_property
    def domains(self) -> frozenset[str]:
        return frozenset(email.rpartition("@")[2] for email in self.emails) - _ANYBODYS

    @cached_property
    def addresses(self) -> frozenset[tuple[str, str]]:
        return frozenset(place for place in self._places if all(place))

    @cached_property
    def postcodes(self) -> frozenset[str]:
        return frozenset(code for _street, code in self._places if code)

    @property
    def keys(self) -> set[tuple[str, str]]:
        """Return by what the customer is found, as kind and key."""
        return {(kind, key[:300]) for kind, key in self._keys() if key}

    def _keys(self) -> Iterator[tuple[str, str]]:
        yield Kind.NAME, self.name
        yield Kind.BACKWARDS, self.name[::-1]
        yield Kind.WORDS, self.words
        yield Kind.ORG_NUMBER, self.org_number
        yield Kind.PHONE, self.phone
        yield Kind.BANK_ACCOUNT, self.bank_account
        for email in self.emails:
            yield Kind.EMAIL, email

    @property
    def fingerprint(self) -> str:
        """Return what is another one when anything that is compared has changed."""
        compared = [
            self.name, self.country, self.org_number, sorted(self.emails), self.phone,
            self.bank_account, self._places,
        ]  # fmt: skip
        return sha256(repr(compared).encode()).hexdigest()[:16]


def compare(one: Known, other: Known) -> Likeness | None:
    """Return how like two customers are; None where it is not worth a look."""
    if one.org_number and (one.org_number, one.country) == (other.org_number, other.country):
        return Likeness(100, (("org_number", 100), *_reasons(one, other)))
    near = nearness(one, other)
    shared = _shared(one, other)
    score = sum(_SAYS[kind] for kind in shared)
    if near >= NEAR:
        score += _SAME_NAME if near == 1 else _NEAR_NAME
    elif near >= _ALIKE and shared:
        score += 45
    else:
        return None
    if one.org_number and other.org_number:
        score += _OTHER_NUMBER
    if one.country != other.country:
        score += _OTHER_COUNTRY
    return Likeness(min(score, 99), _reasons(one, other)) if score >= WORTH else None


def nearness(one: Known, other: Known) -> float:
    """Return how near two names are, from 0 to 1, in whatever order their words stand."""
    if not one.name or not other.name:
        return 0.0
    straight = OSA.normalized_similarity(one.name, other.name)
    return max(straight, OSA.normalized_similarity(one.words, other.words))


def spelled(name: str) -> str:
    """Return a company's name by which all its spellings are the same.

    Without case, company form and punctuation; æ, ø and å in one way, however they are written.
    """
    return _LONG_SPELLINGS.sub("", name_key(name))


def phone_key(phone: str, country: str) -> str:
    """Return a phone number as all ways of writing it have it, empty for none."""
    try:
        number = phonenumbers.parse(phone, country)
    except phonenumbers.NumberParseException:
        return ""
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _shared(one: Known, other: Known) -> list[str]:
    """Return what two customers share beside their names and numbers."""
    found = {
        "bank": one.bank_account and one.bank_account == other.bank_account,
        "email": one.emails & other.emails,
        "address": one.addresses & other.addresses,
        "phone": one.phone and one.phone == other.phone,
    }
    # Implied by what says more.
    found["domain"] = not found["email"] and one.domains & other.domains
    found["postcode"] = not found["address"] and one.postcodes & other.postcodes
    return [kind for kind, shared in found.items() if shared]


def _reasons(one: Known, other: Known) -> tuple[tuple[str, int], ...]:
    reasons: Sequence[tuple[str, int]] = [(kind, 100) for kind in _shared(one, other)]
    if (near := nearness(one, other)) >= _ALIKE:
        reasons = [("name", int(near * 100)), *reasons]
    return tuple(reasons)
