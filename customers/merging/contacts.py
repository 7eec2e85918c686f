"""One person, contact of several customers that become one: one contact is left."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Min, QuerySet
from django.utils.translation import gettext as _

from customers.merging import log
from customers.merging.relations import columns_to, rules
from customers.merging.rules import Decision, Option, Rule, Work
from customers.models import Contact, Customer, InvoiceRecipient, MergeMove, Person
from moment.models import User

_TEXTS = ("title", "email", "phone")
_TOLD = 20  # names of persons who are called alike


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
            question = _(
                "%(person)s is a contact of several of them. "
                "Whose details are kept where they differ?"
            )
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
        persons = Person.objects.filter(contacts__customer__in=customers, erased_at=None)
        several = (
            persons.exclude(name_key="")
            .order_by("name_key")
            .values("name_key")
            .annotate(persons=Count("pk", distinct=True), called=Min("name"))
            .filter(persons__gt=1)
        )
        names = list(several.values_list("called", flat=True)[: _TOLD + 1])
        text = _("Several contacts are called %(name)s. They are kept apart.")
        told = [text % {"name": name} for name in names[:_TOLD]]
        return told if len(names) <= _TOLD else [*told, _("There are more who are called alike.")]

    def begin(self, work: Work, column: Any) -> None:
        """Lock the persons who are contacts of several; who has a form of theirs open is told.

        After the customers and in order of their keys, as everyone does it.
        """
        customers = [work.kept, *work.others]
        persons = Person.objects.select_for_update().filter(pk__in=_persons_of_several(customers))
        work.persons.extend(person.pk for person in persons.only("pk").order_by("pk"))
        if work.persons:
            Person.objects.filter(pk__in=work.persons).update(version=F("version") + 1)

    def stay(self, work: Work, column: Any, source: int, target: int) -> Collection[Any]:
        if not work.persons:
            return []
        rows = Contact.objects.filter(person__in=work.persons).order_by("pk")
        rows = rows.prefetch_related("tags")
        mine = {post.person_id: post for post in rows.filter(customer=target)}
        theirs = [post for post in rows.filter(customer=source) if post.person_id in mine]
        pointing = _pointing_to([post.pk for post in theirs])
        for post in theirs:
            _join(work, mine[post.person_id], post)
            for label, pointer in columns_to(Contact).items():
                if post.pk in pointing[label]:
                    rules()[label].apply(work, pointer, post.pk, mine[post.person_id].pk)
        return [post.pk for post in theirs]

    def like(self, stayed: Any, rows: QuerySet) -> Any:
        return rows.filter(person=stayed.person_id).first()

    def stuck(self, column: Any, step: MergeMove) -> dict[Any, str]:
        reason = _("The person is a contact there again.")
        return dict.fromkeys(super().stuck(column, step), reason)

    def went_back(self, column: Any, step: MergeMove) -> Mapping[Any, Collection[Any]]:
        """Whoever was made a recipient since goes on getting the invoices of where they are."""
        there = InvoiceRecipient.objects.filter(customer=step.target, contact__customer=step.source)
        keys = list(there.values_list("pk", flat=True))
        if keys:
            InvoiceRecipient.objects.filter(pk__in=keys).update(customer=step.source)
        return {InvoiceRecipient: keys}


def _pointing_to(contacts: Collection[int]) -> dict[str, set[int]]:
    """Return which of these contacts anything points to, by the label of the column."""
    return {
        label: set(
            column.model._base_manager.filter(**{f"{column.name}__in": contacts}).values_list(
                column.attname, flat=True
            )
        )
        if contacts
        else set()
        for label, column in columns_to(Contact).items()
    }


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
    work.joined[theirs.pk] = mine.pk


def _persons_of_several(customers: Sequence[Customer]) -> list[int]:
    """Return the keys of the persons who are contacts of more than one of these; two queries."""
    posts = Contact.objects.filter(customer__in=customers).order_by()
    by_size = posts.values("customer").annotate(posts=Count("pk")).order_by("-posts")
    # Whoever is with several is with another than the one that has the most, to be looked up there.
    others = posts.exclude(customer__in=list(by_size.values_list("customer", flat=True)[:1]))
    known = posts.filter(person__in=others.values("person"))
    several = known.values("person").annotate(posts=Count("pk")).filter(posts__gt=1)
    return list(several.values_list("person", flat=True))


def _shared(customers: Sequence[Customer]) -> list[list[Contact]]:
    """Return the posts of each person who has several, the kept customer's first; two queries."""
    place = {customer.pk: number for number, customer in enumerate(customers)}
    posts: dict[int, list[Contact]] = defaultdict(list)
    rows = Contact.objects.filter(
        customer__in=customers, person__in=_persons_of_several(customers), person__erased_at=None
    )
    for post in rows.select_related("person", "customer").order_by("person__sort_name", "pk"):
        posts[post.person_id].append(post)
    return [sorted(some, key=lambda post: place[post.customer_id]) for some in posts.values()]


def _key(post: Contact) -> str:
    return f"contact-{post.person_id}"


def _details(post: Contact) -> tuple[Any, ...]:
    return (*(getattr(post, name) for name in _TEXTS), post.employed_from, post.employed_until)


def _in_words(post: Contact) -> str:
    known = [text for name in _TEXTS if (text := getattr(post, name))]
    return f"{post.customer.number}: {', '.join(known) or _('nothing')}"
