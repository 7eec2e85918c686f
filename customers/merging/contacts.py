"""One person, contact of several customers that become one: one contact is left."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from customers.merging import log
from customers.merging.relations import columns_to, rules
from customers.merging.rules import Decision, Option, Rule, Work
from customers.models import Contact, Customer, InvoiceRecipient, MergeMove, Person
from moment.models import User

_TEXTS = ("title", "email", "phone")


@dataclass(frozen=True)
class JoinedContacts(Rule):
    """A person who is there already is not there twice: the posts are joined.

    Whose details go first is decided; what those leave empty is filled from the other. All that
    pointed to the post that stays behind points to the other from then on.
    """

    def decisions(self, customers: Sequence[Customer], by: User) -> list[Decision]:
        decisions = []
        for posts in _shared(customers):
            if len({_details(post) for post in posts}) == 1:
                continue
            question = _("%(person)s is a contact of several of them. Which details go first?")
            options = [Option(str(post.pk), _in_words(post)) for post in posts]
            decisions.append(
                Decision(
                    _key(posts[0]),
                    question % {"person": posts[0].person},
                    options,
                    usual=options[0].value,
                )
            )
        return decisions

    def remarks(self, customers: Sequence[Customer]) -> list[str]:
        """Name those who are called alike but are two persons as far as we know."""
        persons = Person.objects.filter(contacts__customer__in=customers).distinct()
        called: dict[str, set[int]] = defaultdict(set)
        names: dict[str, str] = {}
        for pk, key, name in persons.order_by("pk").values_list("pk", "name_key", "name"):
            called[key].add(pk)
            names.setdefault(key, name)
        return [
            _("Several contacts are called %(name)s. They are kept apart.") % {"name": names[key]}
            for key, keys in called.items()
            if len(keys) > 1 and key
        ]

    def stay(self, work: Work, column: Any, source: int, target: int) -> Collection[Any]:
        both = Contact.objects.filter(customer=target).values("person")
        staying = Contact.objects.filter(customer=source, person__in=both).order_by("person")
        theirs = list(staying.prefetch_related("tags"))
        persons = [post.person_id for post in theirs]
        # Locked after the customers, as everyone does it; who has a form open is told.
        for person in Person.objects.select_for_update().filter(pk__in=persons).order_by("pk"):
            person.version += 1
            person.save(update_fields=["version"])
        rows = Contact.objects.filter(customer=target, person__in=persons)
        mine = {post.person_id: post for post in rows.prefetch_related("tags")}
        for post in theirs:
            _join(work, mine[post.person_id], post)
        return [post.pk for post in theirs]

    def went_back(self, column: Any, step: MergeMove, moved: Sequence[Any]) -> None:
        """Whoever was made a recipient since goes on getting the invoices of where they are."""
        since = InvoiceRecipient.objects.filter(customer=step.target, contact__in=moved)
        since.update(customer=step.source)
        Customer.with_merged.filter(pk=step.target, invoice_contact__in=moved).update(
            invoice_contact=None
        )


def _join(work: Work, mine: Contact, theirs: Contact) -> None:
    first, second = mine, theirs
    if work.decided.get(_key(mine)) == str(theirs.pk):
        first, second = theirs, mine
    # No last day means that the person is there still.
    last_days = [post.employed_until for post in (first, second) if post.employed_until]
    log.change(
        work.merge,
        mine,
        **{name: getattr(first, name) or getattr(second, name) for name in _TEXTS},
        employed_from=first.employed_from or second.employed_from,
        employed_until=max(last_days) if len(last_days) == 2 else None,
    )
    log.add(work.merge, mine, "tags", theirs.tags.all())
    for label, column in columns_to(Contact).items():
        rules()[label].apply(work, column, theirs.pk, mine.pk)
    work.joined[theirs.pk] = mine.pk


def _shared(customers: Sequence[Customer]) -> list[list[Contact]]:
    """Return the posts of each person who has several, the kept customer's first; two queries."""
    place = {customer.pk: number for number, customer in enumerate(customers)}
    posts: dict[int, list[Contact]] = defaultdict(list)
    rows = Contact.objects.filter(customer__in=customers, person__erased_at=None)
    for post in rows.select_related("person", "customer").prefetch_related("tags"):
        posts[post.person_id].append(post)
    return [
        sorted(some, key=lambda post: place[post.customer_id])
        for some in posts.values()
        if len(some) > 1
    ]


def _key(post: Contact) -> str:
    return f"contact-{post.person_id}"


def _details(post: Contact) -> tuple[Any, ...]:
    return (*(getattr(post, name) for name in _TEXTS), post.employed_from, post.employed_until)


def _in_words(post: Contact) -> str:
    known = [text for name in _TEXTS if (text := getattr(post, name))]
    return f"{post.customer.number}: {', '.join(known) or _('nothing')}"
