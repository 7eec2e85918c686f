"""Where a person has left traces, beside the rows that are the person's own.

Apps above name what of theirs can hold free text in `settings.CUSTOMER_TRACES`.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from auditlog.models import LogEntry
from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db.models import CharField, Model, Q, QuerySet, TextField
from django.db.models.functions import Cast, Lower
from django.http import QueryDict
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from customers.models import (
    ChangeOf,
    Contact,
    Customer,
    File,
    InvoiceRecipient,
    MailingList,
    Note,
    OtherAddress,
    Person,
    PersonEmail,
    SavedFilter,
)
from moment.names import folded

# Rows that are listed one by one; of more, the number is told.
LISTED = 20
_SHORTEST = 4  # letters that are looked for in free text; fewer are found everywhere


# In the history


@dataclass(frozen=True)
class Known:
    """What the person is or was called, and reached by."""

    names: frozenset[str]
    addresses: frozenset[str]
    phones: frozenset[str]

    @property
    def texts(self) -> list[str]:
        return sorted(t for t in self.names | self.addresses | self.phones if len(t) >= _SHORTEST)


def entries(person: Person) -> QuerySet[LogEntry]:
    """Return the entries of the history about the person, their addresses and their posts.

    Of rows that are gone too, found by what the entries themselves say. Those about recipients of
    invoices are among them where they name the person.
    """
    about = _entries(Person).filter(object_id=person.pk)
    posts = _ever(Contact, person)
    emails = _ever(PersonEmail, person)
    known = _known(about, posts, emails)
    mine = ours(known.addresses, person)
    return LogEntry.objects.filter(
        Q(pk__in=about.values("pk"))
        | Q(pk__in=posts.values("pk"))
        | Q(pk__in=emails.values("pk"))
        | Q(pk__in=_of_recipients(posts, known, mine).values("pk"))
    )


def known_of(person: Person) -> Known:
    """Return all names, addresses and phone numbers the base knows of the person, past ones too."""
    about = _entries(Person).filter(object_id=person.pk)
    known = _known(about, _ever(Contact, person), _ever(PersonEmail, person))
    posts = person.contacts.values_list("email", "phone")
    own = person.emails.values_list("address", flat=True)
    return Known(
        known.names | {person.name},
        known.addresses | {*own, *(email for email, _phone in posts)} - {""},
        known.phones | {person.phone, person.mobile, *(phone for _email, phone in posts)} - {""},
    )


def posts_ever(person: Person) -> set[int]:
    """Return the keys of the contacts that the person is or was, also of those that are gone."""
    now = person.contacts.values_list("pk", flat=True)
    return {*now, *_ever(Contact, person).values_list("object_id", flat=True)}


def ours(addresses: Iterable[str], person: Person) -> set[str]:
    """Return, in lower case, those addresses that are nobody else's and no customer's own."""
    mine = {address.lower() for address in addresses}
    shared: set[str] = set()
    others = [
        (PersonEmail.objects.exclude(person=person), "address"),
        (Contact.objects.exclude(person=person), "email"),
        (Customer.with_merged.all(), "email"),
        (Customer.with_merged.all(), "invoice_email"),
    ]
    for rows, column in others:
        lower = rows.order_by().annotate(lower=Lower(column)).filter(lower__in=mine)
        shared.update(lower.values_list("lower", flat=True))
    return mine - shared


def recipients_at(addresses: set[str]) -> QuerySet[InvoiceRecipient]:
    """Return the recipients of invoices that are one of these plain addresses, in lower case."""
    return InvoiceRecipient.objects.annotate(lower=Lower("email")).filter(lower__in=addresses)


def _entries(model: type[Model]) -> QuerySet[LogEntry]:
    return LogEntry.objects.filter(content_type=ContentType.objects.get_for_model(model))


def _ever(model: type[Model], person: Person) -> QuerySet[LogEntry]:
    """Return the entries about rows of the model that are or were the person's."""
    key = str(person.pk)
    said = Q(changes__person__0=key) | Q(changes__person__1=key)
    rows = _entries(model).filter(said).values("object_id")
    now = model._default_manager.filter(person=person).order_by().values("pk")
    return _entries(model).filter(Q(object_id__in=rows) | Q(object_id__in=now))


def _known(about: QuerySet, posts: QuerySet, emails: QuerySet) -> Known:
    """Return what these entries say, from and to."""
    return Known(
        _said(about, "name"),
        _said(emails, "address") | _said(posts, "email"),
        _said(about, "phone") | _said(about, "mobile") | _said(posts, "phone"),
    )


def _said(found: QuerySet[LogEntry], field: str) -> frozenset[str]:
    rows = found.filter(**{f"changes__{field}__isnull": False})
    values = rows.values_list(f"changes__{field}", flat=True)
    return frozenset(v for pair in values for v in pair if v and v != "None")


def _of_recipients(posts: QuerySet, known: Known, mine: set[str]) -> QuerySet[LogEntry]:
    """Return the entries about recipients of invoices in which the person or an address stands."""
    found = _entries(InvoiceRecipient)
    keys = [str(pk) for pk in posts.values_list("object_id", flat=True).distinct()]
    said = Q(changes__contact__0__in=keys) | Q(changes__contact__1__in=keys)
    rows = found.filter(said).values("object_id")
    plain = Q(pk__in=[])
    for address in mine:
        plain |= Q(changes__email__0__iexact=address) | Q(changes__email__1__iexact=address)
        plain |= Q(object_repr__iexact=address)
    return found.filter(said | Q(object_id__in=rows, object_repr__in=known.names) | plain)


# In what people wrote


@dataclass(frozen=True)
class Mentions:
    """Rows of one kind in whose free text the person stands: how many, and where some are."""

    kind: str | Promise
    count: int
    places: list[tuple[str, str]]  # words and address

    @property
    def more(self) -> int:
        return self.count - len(self.places)


@dataclass(frozen=True)
class Kind:
    """A kind of rows with free text; `page` is where its text can be changed."""

    model: type[Model]
    label: Any
    columns: tuple[str, ...]
    page: str = ""
    # Words and address of each of some rows, where they have pages of their own.
    places: Callable[[QuerySet], list[tuple[str, str]]] | None = None
    # Which of all rows it is about.
    only: Q | None = None

    @property
    def customer(self) -> str:
        return "" if self.model is Customer else "customer__"

    @property
    def rows(self) -> QuerySet:
        """All that are kept: also what is merged, and what stayed behind with it."""
        manager = Customer.with_merged if self.model is Customer else self.model._default_manager
        rows = manager.filter(self.only) if self.only else manager.all()
        return rows.order_by("pk")


def _filters(rows: QuerySet) -> list[tuple[str, str]]:
    page = reverse("customers:overview")
    return [
        (_("Filter of %(owner)s") % {"owner": row.owner}, f"{page}?{row.query}")
        for row in rows.select_related("owner")
    ]


_CUSTOMER_TEXTS = tuple(
    field.name
    for field in Customer._meta.concrete_fields
    if isinstance(field, CharField | TextField) and field.editable and not field.choices
)
_OWN = {
    "notes": Kind(Note, gettext_lazy("Notes"), ("text",), "note"),
    "files": Kind(File, gettext_lazy("Files"), ("name", "note", "versions__name"), "files"),
    "customers": Kind(Customer, gettext_lazy("Customers"), _CUSTOMER_TEXTS, "edit"),
    "addresses": Kind(OtherAddress, gettext_lazy("Addresses"), ("label", "street"), "profile"),
    "recipients": Kind(InvoiceRecipient, gettext_lazy("Invoice recipients"), ("email",), "profile"),
    "lists": Kind(MailingList, gettext_lazy("Mailing lists"), ("name",)),
    "filters": Kind(SavedFilter, gettext_lazy("Saved filters"), ("name",), places=_filters),
    "history": Kind(Customer, gettext_lazy("History"), (), "history"),
}
# Whose entries in the history can hold what people wrote freely, with those of apps above.
_WRITTEN = (Customer, File, Note, OtherAddress)


@cache
def _above() -> Mapping[str, Kind]:
    found: dict[str, Kind] = {}
    for path in settings.CUSTOMER_TRACES:
        found |= import_string(path)
    return found


def _kinds() -> Mapping[str, Kind]:
    """Return the kinds of rows with free text, by what an erasure calls them."""
    return {**_OWN, **_above()}


def in_free_text(known: Known) -> dict[str, list[int]]:
    """Return, by kind, the keys of rows in whose free text one of these stands.

    Looks through every row of each kind: for an administrator, now and then.
    """
    texts = {cased for text in known.texts for cased in _cased(text)}
    found = {}
    for kind, what in _kinds().items():
        said = Q(pk__in=[])
        for column in what.columns:
            for text in texts:
                said |= Q(**{f"{column}__icontains": text})
        rows = what.rows.filter(said).values_list("pk", flat=True)
        found[kind] = list(dict.fromkeys(rows))
    found["lists"] = sorted({*found["lists"], *_asking_for(known, MailingList)})
    found["filters"] = sorted({*found["filters"], *_asking_for(known, SavedFilter)})
    found["history"] = _in_history(texts)
    return {kind: keys for kind, keys in found.items() if keys}


def _cased(text: str) -> set[str]:
    """Return a text in the cases people write: SQLite tells those of Å and å apart."""
    return {text, text.lower(), text.upper(), text.title()}


def _asking_for(known: Known, model: type[MailingList | SavedFilter]) -> list[int]:
    """Return the keys of the lists or saved filters that search for one of these."""
    wanted = {folded(text) for text in known.texts}
    asked = model._default_manager.values_list("pk", "query")
    return [
        pk
        for pk, query in asked
        if any(text in folded(QueryDict(query).get("q", "")) for text in wanted)
    ]


def _in_history(texts: Iterable[str]) -> list[int]:
    """Return the customers whose history holds one of these: also in what was deleted since."""
    said = Q(pk__in=[])
    for text in texts:
        # As JSON is kept: SQLite's has letters beyond ASCII as \u00e5.
        for written in {text, json.dumps(text)[1:-1]}:
            said |= Q(text__icontains=written)
    models = {*_WRITTEN, *(kind.model for kind in _above().values())}
    kinds = ContentType.objects.get_for_models(*models)
    entries = (
        LogEntry.objects.filter(content_type__in=kinds.values())
        .annotate(text=Cast("changes", TextField()))
        .filter(said)
    )
    own = entries.filter(content_type=kinds[Customer]).values_list("object_id", flat=True)
    linked = ChangeOf.objects.filter(entry__in=entries.values("pk"))
    keys = {*own, *linked.values_list("customer_id", flat=True)}
    return sorted(Customer.with_merged.filter(pk__in=keys).values_list("pk", flat=True))


def mentions(found: dict[str, list[int]]) -> list[Mentions]:
    """Return the rows of `in_free_text` as links to where people can look. One query a kind."""
    kinds = _kinds()
    return [
        Mentions(kinds[kind].label, len(keys), _places(kinds[kind], keys))
        for kind, keys in found.items()
        if kind in kinds
    ]


def _places(kind: Kind, keys: list[int]) -> list[tuple[str, str]]:
    rows = kind.rows.filter(pk__in=keys[:LISTED])
    if kind.places is not None:
        return kind.places(rows)
    if kind.model is MailingList:
        return [(_("List"), reverse("customers:mailing_list", args=[row.pk])) for row in rows]
    at = kind.customer
    named = rows.values_list("pk", f"{at}number", f"{at}name", f"{at}merged_into__number")
    return [
        (
            _named(number, name, into),
            reverse(f"customers:{kind.page}", args=[number, pk][: 1 + (kind.page == "note")]),
        )
        for pk, number, name, into in named
    ]


def _named(number: str, name: str, into: str | None) -> str:
    if into is None:
        return f"{number} {name}"
    # Its text is seen nowhere, and can be changed once the merge is undone.
    return _("%(number)s %(name)s, merged into %(into)s") % {
        "number": number,
        "name": name,
        "into": into,
    }
