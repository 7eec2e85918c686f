"""The page of likely duplicates as one object: from its address to the groups it shows."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from customers.alert_list import Tab
from customers.duplicates import finding, pairs
from customers.duplicates.filters import PairFilter
from customers.duplicates.likeness import COLUMNS, Known
from customers.models import Customer, DuplicatePair
from customers.models.merge import MOST
from customers.overview import count_text
from customers.register_facts import trouble_of

# So many of the likeliest pairs are looked at; the others come up when these are dealt with.
LOOKED_AT = 5000
PAGE_SIZE = 20  # groups
DISMISSED = "dismissed"
# What a customer has, that others can have too: as `Known` keeps it.
_COMPARED = ("org_number", "phone", "bank_account")
_FIELDS = (*COLUMNS, "number", "status", "visiting_city", "postal_city", "merged_into")
_PERSON = ("first_name", "last_name", "username")


@dataclass
class Member:
    """A customer of a group, and what of it others there have too."""

    customer: Customer
    trouble: str
    shares: set[str] = field(default_factory=set)

    @property
    def rank(self) -> tuple:
        """The first in this order is proposed to be kept."""
        return self.customer.kept_before(self.trouble)


@dataclass
class Group:
    """Customers who may be one, the one that is proposed to be kept first."""

    members: list[Member]
    pairs: list[DuplicatePair]  # the likeliest first
    more: int = 0  # customers that are not shown

    @property
    def score(self) -> int:
        return self.pairs[0].score

    @property
    def pair(self) -> DuplicatePair | None:
        return self.pairs[0] if len(self.pairs) == 1 and len(self.members) == 2 else None

    @property
    def key(self) -> int:
        return self.pairs[0].pk

    @property
    def numbers(self) -> str:
        """In words, for what says aloud which group a button is about."""
        return ", ".join(member.customer.number for member in self.members)

    @property
    def merge_url(self) -> str:
        kept, *others = [member.customer.number for member in self.members]
        query = urlencode([("with", number) for number in others])
        return f"{reverse('customers:merge', args=[kept])}?{query}"


class DuplicateList:
    """The pairs that a user asks for, by the parameters of a query string.

    Parameters that make no sense are left out: `state` (dismissed), those of the filter, `page`.
    """

    def __init__(self, data: QueryDict, user: AbstractBaseUser | AnonymousUser) -> None:
        self.user = user
        self.customers = Customer.objects.visible_to(user)
        self.is_dismissed = data.get("state") == DISMISSED
        visible = pairs.visible_to(user)
        self.filter = PairFilter(
            data, visible.filter(dismissed_at__isnull=not self.is_dismissed), user
        )
        asked = data.get("page", "")
        self._asked = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 6 else 1

    # Addresses

    @cached_property
    def params(self) -> dict[str, Any]:
        return self._params(self.page)

    def _params(self, page: int) -> dict[str, Any]:
        state = {"state": DISMISSED} if self.is_dismissed else {}
        return {**state, **self.filter.params, **({"page": page} if page > 1 else {})}

    def url(self, **changes: Any) -> str:
        """Return the address of this page with other parameters; None takes one out."""
        return _address(self.params | changes)

    @property
    def asked_url(self) -> str:
        """The address as it was asked for: no pair is looked at for it."""
        return _address(self._params(self._asked))

    @property
    def where(self) -> str:
        """The query that answers carry, so that they lead back to this page."""
        return self.url().partition("?")[2]

    @property
    def previous_url(self) -> str:
        return self.url(page=self.page - 1) if self.page > 1 else ""

    @property
    def next_url(self) -> str:
        return self.url(page=self.page + 1) if self.page < self.pages else ""

    @property
    def chips(self) -> list[tuple[str, str]]:
        """Return each filter in use as words and the address without it."""
        return self.filter.chips(partial(self.url, page=None))

    @property
    def tabs(self) -> list[Tab]:
        count = "" if self.is_dismissed else self.count_text
        none = {"page": None, **dict.fromkeys(self.filter.params)}
        return [
            Tab(_("Likely the same"), self.url(state=None, **none), not self.is_dismissed, count),
            Tab(_("Not the same"), self.url(state=DISMISSED, **none), self.is_dismissed),
        ]

    # What there is

    @property
    def count(self) -> int:
        return len(self._groups)

    @property
    def count_text(self) -> str:
        return count_text(self.count, at_least=self.is_cut)

    @property
    def pages(self) -> int:
        return max(1, -(-self.count // PAGE_SIZE))

    @property
    def page(self) -> int:
        return min(max(1, self._asked), self.pages)

    @property
    def first(self) -> int:
        return (self.page - 1) * PAGE_SIZE + 1

    @property
    def last(self) -> int:
        return min(self.page * PAGE_SIZE, self.count)

    @property
    def is_narrowed(self) -> bool:
        return bool(self.filter.params)

    @property
    def is_cut(self) -> bool:
        """Tell whether there are more pairs than are looked at."""
        return len(self._keys) > LOOKED_AT

    @property
    def looked_at(self) -> int:
        return LOOKED_AT

    @cached_property
    def not_compared(self) -> int:
        """How many customers nobody has compared with the others yet."""
        return finding.not_compared()

    @cached_property
    def groups(self) -> list[Group]:
        """The groups of the page, in three queries: pairs, customers, the register's troubles."""
        shown = [group[:] for group in self._groups[self.first - 1 : self.last]]
        cut = [_first_ten(group) for group in shown]
        found = DuplicatePair.objects.select_related("dismissed_by").in_bulk(
            [pk for group in cut for pk, *_rest in group]
        )
        members = self._members({pk for group in cut for _pk, *both in group for pk in both})
        groups = []
        for whole, part in zip(shown, cut, strict=True):
            # Merged or refreshed between the questions: then it is gone.
            rows = [found[pk] for pk, a, b in part if pk in found and {a, b} <= members.keys()]
            if rows:
                groups.append(
                    _group(rows, members, more=len(_customers(whole)) - len(_customers(part)))
                )
        return groups

    @cached_property
    def _keys(self) -> list[tuple[int, int, int]]:
        """The pairs in their order as their key and those of the customers, and one more."""
        order = ("-dismissed_at", "-pk") if self.is_dismissed else ("-score", "pk")
        found = self.filter.filter_queryset(self.filter.queryset).order_by(*order)
        return list(found.values_list("pk", "first_id", "second_id")[: LOOKED_AT + 1])

    @cached_property
    def _groups(self) -> list[list[tuple[int, int, int]]]:
        """The pairs that hang together, those with the likeliest first; told apart, each alone."""
        keys = self._keys[:LOOKED_AT]
        if self.is_dismissed:
            return [[key] for key in keys]
        return connected(keys)

    def _members(self, keys: Iterable[int]) -> dict[int, Member]:
        visible = self.customers.select_related("responsible")
        people = (f"responsible__{name}" for name in _PERSON)
        customers = visible.only(*_FIELDS, *people).in_bulk(list(keys))
        troubles = trouble_of([c.org_number for c in customers.values() if c.is_norwegian])
        return {
            pk: Member(
                customer, troubles.get(customer.org_number, "") if customer.is_norwegian else ""
            )
            for pk, customer in customers.items()
        }


def connected(keys: Sequence[tuple[int, int, int]]) -> list[list[tuple[int, int, int]]]:
    """Return the pairs, each given as its key and its two customers, in groups that hang together.

    Groups stand in the order of their first pairs, and so do the pairs in each.
    """
    parents: dict[int, int] = {}

    def top(customer: int) -> int:
        while (parent := parents.setdefault(customer, customer)) != customer:
            parents[customer] = parents[parent]
            customer = parent
        return customer

    for _pk, first, second in keys:
        parents[top(second)] = top(first)
    groups: dict[int, list[tuple[int, int, int]]] = {}
    for key in keys:
        groups.setdefault(top(key[1]), []).append(key)
    return list(groups.values())


def _customers(group: Iterable[tuple[int, int, int]]) -> dict[int, None]:
    return dict.fromkeys(customer for _pk, *both in group for customer in both)


def _first_ten(group: list[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
    """Return the pairs among the likeliest customers, as many as can be merged at once."""
    shown = set(list(_customers(group))[:MOST])
    return [key for key in group if shown.issuperset(key[1:])]


def _group(rows: list[DuplicatePair], members: dict[int, Member], *, more: int) -> Group:
    theirs = [
        members[pk] for pk in dict.fromkeys(pk for r in rows for pk in (r.first_id, r.second_id))
    ]
    # A customer that is in several pairs told apart is shown in each by itself.
    theirs = [Member(member.customer, member.trouble) for member in theirs]
    known = [Known({name: getattr(m.customer, name) for name in COLUMNS}) for m in theirs]
    for name in _COMPARED:
        counted = Counter(getattr(one, name) for one in known)
        for member, one in zip(theirs, known, strict=True):
            if (value := getattr(one, name)) and counted[value] > 1:
                member.shares.add(name)
    emails = Counter(email for one in known for email in one.emails)
    addresses = Counter(address for one in known for address in one.addresses)
    for member, one in zip(theirs, known, strict=True):
        member.shares |= {
            name
            for name in ("email", "invoice_email")
            if emails[getattr(member.customer, name).lower()] > 1
        }
        if any(addresses[address] > 1 for address in one.addresses):
            member.shares.add("address")
    return Group(sorted(theirs, key=lambda member: member.rank), rows, more)


def _address(params: Mapping[str, Any]) -> str:
    query = urlencode([(name, value) for name, value in params.items() if value], doseq=True)
    return reverse("customers:duplicates") + (f"?{query}" if query else "")
