"""How like two customers are: by what each is found, and what two of them share.

All of it is about values in memory; `finding` asks the base.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from typing import Any

from customers.duplicates import spelling
from customers.duplicates.spelling import NEAR, spelled
from customers.models import MatchKey
from moment.names import folded

Kind = MatchKey.Kind
# The columns of a customer that are read.
COLUMNS = (
    "pk", "name", "country", "org_number", "email", "invoice_email", "phone", "bank_account",
    "visiting_street", "visiting_postcode", "postal_street", "postal_postcode",
)  # fmt: skip
# Of a hundred: from here a pair is worth somebody's time.
WORTH = 60
# Hosts of e-mail that say nothing about who writes.
_ANYBODYS = frozenset(
    {"gmail.com", "googlemail.com", "hotmail.com", "hotmail.no", "outlook.com", "live.com"}
    | {"live.no", "msn.com", "yahoo.com", "yahoo.no", "icloud.com", "me.com", "online.no"}
    | {"broadpark.no", "getmail.no", "altibox.no", "lyse.net", "start.no", "proton.me"}
    | {"outlook.no", "mac.com", "frisurf.no", "c2i.net", "epost.no", "protonmail.com"}
)
_LONGEST = 300  # characters of a key

# What the names say, of a hundred: the same, near, and somewhat alike or not at all, which takes
# something shared besides.
_SAME_NAME, _NEAR_NAME, _NEAREST_NAME = 80, 66, 74
_SOMEWHAT_ALIKE, _OTHER_NAME = 45, 35
_ALIKE = 0.6
# What is shared besides, the weightiest first. Only what belongs to one alone makes up for names
# that are not near: one such thing where they are somewhat alike, else two.
_SAYS = {"bank": 18, "email": 16, "phone": 15, "address": 10, "domain": 5, "postcode": 4}
_OWN = frozenset({"bank", "email", "phone"})
# What speaks against.
_OTHER_NUMBER, _OTHER_COUNTRY, _ELSEWHERE = -25, -10, -6


@dataclass(frozen=True)
class Likeness:
    """How like two customers are, from 0 to 100, and why, the weightiest first.

    Each reason is a kind and how alike they are in that, in per cent. It is 100 for what is
    shared (`org_number`, `bank`, `email`, `phone`, `address`, `domain`, `postcode`) and for the
    same `name`, less for a name that is near.
    """

    score: int
    reasons: tuple[tuple[str, int], ...]


class Known:
    """What is known of one customer, made comparable once."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self._values = values
        self.pk: int = values["pk"]
        self.country = str(values["country"])
        self.name = spelled(values["name"])

    @cached_property
    def words(self) -> str:
        return " ".join(sorted(self.name.split()))

    @cached_property
    def marks(self) -> tuple[str, ...]:
        return spelling.marks(self.name)

    @cached_property
    def org_number(self) -> str:
        return spelling.org_number(self._values["org_number"], self.country)

    @cached_property
    def emails(self) -> frozenset[str]:
        written = (self._values["email"], self._values["invoice_email"])
        return frozenset(email.strip().lower() for email in written) - {""}

    @cached_property
    def phone(self) -> str:
        return spelling.phone(self._values["phone"], self.country)

    @cached_property
    def bank_account(self) -> str:
        return spelling.bank_account(self._values["bank_account"])

    @cached_property
    def domains(self) -> frozenset[str]:
        return frozenset(email.rpartition("@")[2] for email in self.emails) - _ANYBODYS

    @cached_property
    def postcodes(self) -> frozenset[str]:
        return frozenset(self._postcode(kind) for kind in ("visiting", "postal")) - {""}

    @cached_property
    def addresses(self) -> frozenset[tuple[str, str]]:
        places = (
            (folded(self._values[f"{kind}_street"]), self._postcode(kind))
            for kind in ("visiting", "postal")
        )
        return frozenset(place for place in places if all(place))

    def _postcode(self, kind: str) -> str:
        return re.sub(r"\W", "", self._values[f"{kind}_postcode"].casefold())

    @property
    def keys(self) -> set[tuple[str, str]]:
        """Return by what the customer is found, as kind and key.

        Each customer has a key of its name, if only an empty one, so that it is seen which have
        none yet.
        """
        return {(Kind.NAME.value, self.name[:_LONGEST])} | {
            (kind.value, key[:_LONGEST]) for kind, key in self._keys() if key
        }

    def _keys(self) -> Iterator[tuple[Kind, str]]:
        yield Kind.BACKWARDS, self.name[::-1]
        yield Kind.WORDS, self.words
        yield Kind.ORG_NUMBER, self.org_number
        yield Kind.PHONE, self.phone
        yield Kind.BANK_ACCOUNT, self.bank_account
        for email in self.emails:
            yield Kind.EMAIL, email

    @property
    def fingerprint(self) -> str:
        """Return what is another one when anything that is compared has changed.

        Made of what people wrote, so that a better way of comparing does not change it.
        """
        written = [" ".join(str(self._values[name]).casefold().split()) for name in COLUMNS[1:]]
        return sha256(repr(written).encode()).hexdigest()[:16]


def compare(one: Known, other: Known) -> Likeness | None:
    """Return how like two customers are; None where it is not worth a look.

    Nothing equals nothing: what either has no value of is not compared.
    """
    same_country = one.country == other.country
    if one.org_number and one.org_number == other.org_number and same_country:
        return Likeness(100, _reasons(nearness(one, other), ["org_number", *_shared(one, other)]))
    near, shared = nearness(one, other), _shared(one, other)
    base = _base(one, other, near, shared)
    if base is None:
        return None
    score = base + sum(_SAYS[kind] for kind in shared)
    if _other_number(one, other):
        score += _OTHER_NUMBER
    if not same_country:
        score += _OTHER_COUNTRY
    if one.postcodes and other.postcodes and not one.postcodes & other.postcodes:
        score += _ELSEWHERE
    return Likeness(min(score, 99), _reasons(near, shared)) if score >= WORTH else None


def nearness(one: Known, other: Known) -> float:
    """Return how near two names are, from 0 to 1, in whatever order their words stand."""
    if one.words == other.words:
        return 1.0 if one.words else 0.0
    near = spelling.nearness(one.name, other.name)
    if near >= NEAR:
        return near
    return max(near, spelling.nearness(one.words, other.words))


def _base(one: Known, other: Known, near: float, shared: list[str]) -> int | None:
    """Return what two names say, with what is shared in mind; None for no likeness."""
    if near == 1:
        return _SAME_NAME
    if near >= NEAR:
        gain = (near - NEAR) / (1 - NEAR) * (_NEAREST_NAME - _NEAR_NAME)
        return _NEAR_NAME + int(gain)
    # Two companies by the register and by name, or two shops of one chain, are no duplicates,
    # whoever gets their invoices.
    if _other_number(one, other) or (one.marks and other.marks and one.marks != other.marks):
        return None
    own = len(_OWN.intersection(shared))
    if own and (near >= _ALIKE or _within(one, other)):
        return _SOMEWHAT_ALIKE
    return _OTHER_NAME if own > 1 else None


def _other_number(one: Known, other: Known) -> bool:
    """Return whether both have a reg. no., and not the same."""
    return bool(one.org_number and other.org_number and one.org_number != other.org_number)


def _within(one: Known, other: Known) -> bool:
    """Return whether one name has all the words of the other."""
    mine, theirs = set(one.name.split()), set(other.name.split())
    return bool(mine and theirs) and (mine <= theirs or theirs <= mine)


def _shared(one: Known, other: Known) -> list[str]:
    """Return what two customers share beside their names and numbers, the weightiest first."""
    found = {
        "bank": one.bank_account and one.bank_account == other.bank_account,
        "email": one.emails & other.emails,
        "phone": one.phone and one.phone == other.phone,
        "address": one.addresses & other.addresses,
    }
    # Implied by what says more.
    found["domain"] = not found["email"] and one.domains & other.domains
    found["postcode"] = not found["address"] and one.postcodes & other.postcodes
    return [kind for kind, shared in found.items() if shared]


def _reasons(near: float, shared: list[str]) -> tuple[tuple[str, int], ...]:
    """Return the reasons: a near name comes after what is one's own, the same one before it."""
    reasons = [(kind, 100) for kind in shared]
    if near >= _ALIKE:
        before = {"org_number"} if near == 1 else {"org_number", *_OWN}
        place = sum(kind in before for kind in shared)
        reasons.insert(place, ("name", int(near * 100)))
    return tuple(reasons)
