"""Finding the persons we know, so that nobody is entered twice."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from customers import duplicates
from customers.contact_list import more_than_shown, posts
from customers.models import Contact, Customer, Person, PersonEmail
from customers.search import PERSONS, words_of
from moment.keyset import is_key

SHOWN = 10
_SHORTEST = 2  # letters to look for


@dataclass(frozen=True)
class Match:
    """A person who may be the one that is meant, and what they are at which customers."""

    person: Person
    posts: list[Contact]
    # The contact that the person is of the customer in question already.
    here: Contact | None
    # What is alike, in words; empty for one that was found by other words.
    why: str

    @property
    def more(self) -> int:
        return more_than_shown(self.posts)


def visible_to(user: AbstractBaseUser | AnonymousUser) -> QuerySet[Person]:
    """Return the persons whom the user may know of: at customers they see, or at none."""
    posts_of = Contact.objects.filter(person=OuterRef("pk"), customer__merged_into=None)
    seen = posts_of.filter(customer__in=Customer.objects.visible_to(user))
    return Person.objects.filter(Exists(seen) | ~Exists(posts_of), erased_at=None)


def find(user: AbstractBaseUser | AnonymousUser, question: str, customer: Customer) -> list[Match]:
    """Return the persons whom the words of a name or an e-mail address find, near-equal names
    first; at most ten, in a fixed number of queries."""
    question = question.strip()
    if len(question) < _SHORTEST:
        return []
    persons = visible_to(user)
    near = duplicates.near(persons, question)
    reasons = {pk: duplicates.in_words(score) for pk, score in near.items()}
    if words_of(question):
        found = persons.filter(PERSONS.indexed(question)).order_by("sort_name", "pk")
        for pk in found.values_list("pk", flat=True)[:SHOWN]:
            reasons.setdefault(pk, "")
    return _matches(user, reasons, customer)


def alike(
    user: AbstractBaseUser | AnonymousUser,
    name: str,
    emails: Sequence[str],
    customer: Customer,
) -> list[Match]:
    """Return the persons with one of these addresses or a near-equal name, surest first."""
    persons = visible_to(user)
    reasons: dict[int, str] = {}
    if emails:
        rows = PersonEmail.objects.annotate(lower=Lower("address")).filter(person__in=persons)
        same = rows.filter(lower__in=[address.lower() for address in emails]).order_by("pk")
        reasons = dict.fromkeys(
            same.values_list("person_id", flat=True)[:SHOWN], _("same e-mail address")
        )
    for pk, score in duplicates.near(persons, name).items():
        reasons.setdefault(pk, duplicates.in_words(score))
    return _matches(user, reasons, customer)


def matched(
    user: AbstractBaseUser | AnonymousUser, person: str, customer: Customer
) -> Match | None:
    """Return the person with this key, as somebody posted it; None where the user sees none."""
    if not is_key(person):
        return None
    found = visible_to(user).filter(pk=int(person)).values_list("pk", flat=True)
    return next(iter(_matches(user, dict.fromkeys(found, ""), customer)), None)


def _matches(
    user: AbstractBaseUser | AnonymousUser, reasons: dict[int, str], customer: Customer
) -> list[Match]:
    visible = Customer.objects.visible_to(user)
    persons = Person.objects.prefetch_related("emails", posts("contacts", visible))
    rows = persons.in_bulk(list(reasons)[:SHOWN])
    matches = []
    for pk, why in list(reasons.items())[:SHOWN]:
        if pk in rows:  # else erased between the questions
            at = list(rows[pk].contacts.all())
            here = next((post for post in at if post.customer_id == customer.pk), None)
            matches.append(Match(rows[pk], at, here, why))
    return matches
