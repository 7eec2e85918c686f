"""Whom to merge into a customer: those that are likely the same one, and any that is searched."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Case, When

from customers import search
from customers.duplicates import pairs
from customers.models import Customer
from customers.models.customer import CustomerQuerySet
from customers.models.merge import MOST
from customers.models.number_series import can_be_number
from customers.register_facts import trouble_of
from moment.models import User

_LIKELY = 20
_FOUND = 20
# The index stops here for words that thousands of customers share.
_MET = 500


def proposed(customers: Sequence[Customer]) -> Customer:
    """Return which of several is best kept. One query."""
    troubles = trouble_of([c.org_number for c in customers if c.is_norwegian])
    return min(
        customers,
        key=lambda c: c.kept_before(troubles.get(c.org_number, "") if c.is_norwegian else ""),
    )


@dataclass(frozen=True)
class Candidate:
    """A customer that may be chosen; of likely duplicates, with how likely and why."""

    customer: Customer
    is_ticked: bool = False
    score: int = 0
    why: str = ""


class Candidates:
    """Who may be merged into a customer. `given` are ticked unless they are too many."""

    def __init__(
        self, into: Customer, user: User, *, question: str = "", given: Sequence[Customer] = ()
    ) -> None:
        self.into, self.question = into, question.strip()[:200]
        self.count = len(given) + 1
        self.are_too_many = self.count > MOST
        visible = Customer.objects.visible_to(user)
        keys = {customer.pk for customer in given}
        ticked = set() if self.are_too_many else keys
        self.likely = [
            Candidate(other, other.pk in ticked, pair.score, pairs.reasons_in_words(pair.evidence))
            for pair, other in pairs.of_customer(into, user, at_most=_LIKELY)
        ]
        likely = {candidate.customer.pk for candidate in self.likely}
        self.given = [
            Candidate(other, other.pk in ticked) for other in given if other.pk not in likely
        ]
        besides = {into.pk, *keys, *likely}
        self.found = [Candidate(other) for other in self._found(visible) if other.pk not in besides]

    def _found(self, visible: CustomerQuerySet) -> list[Customer]:
        """Return who is met by all words: by its very number first, by name next; two queries."""
        words = search.words_of(self.question)
        if not words:
            return []
        number = self.question.upper()
        numbered = list(visible.filter(number=number)) if can_be_number(number) else []
        met = visible.filter(search.indexed(self.question, at_most=_MET))
        others = met.exclude(pk__in=[customer.pk for customer in numbered])
        named = Case(When(name_key__contains=words[0], then=0), default=1)
        return [*numbered, *others.order_by(named, "sort_name", "pk")[:_FOUND]]
