"""Finding a customer's entries in the change log: its own, and those of what hangs on it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from auditlog.models import LogEntry
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.contrib.contenttypes.models import ContentType
from django.db.models import ExpressionWrapper, F, IntegerField, Q, QuerySet
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.http import urlencode

from customers.history.subjects import ANSWERED, INVOICE_SETTINGS, Kind, seen_by, subjects
from customers.history.telling import Entry, Teller
from customers.models import ChangeOf, Customer
from moment.keyset import beyond, is_key
from moment.models import User

Viewer = AbstractBaseUser | AnonymousUser | None
LIMIT = 100
# The person that stands for what Moment did by itself.
MOMENT = "moment"
_NEWEST = ["-timestamp", "-id"]
# What an entry is about and by whom, said so that no engine takes the indexes of these, which pick
# out half of the log, before the ones of keys.
_ABOUT, _BY = (
    ExpressionWrapper(F(column) + 0, output_field=IntegerField())
    for column in ("content_type_id", "actor_id")
)
_DATA = sorted(
    {field.name for field in (*Customer._meta.fields, *Customer._meta.many_to_many)}
    - INVOICE_SETTINGS
    - {"id", *Customer.NOT_IN_HISTORY}
)


@dataclass(frozen=True)
class Filters:
    """What is asked for; empty is everything. Both days are within."""

    kind: str = ""
    person: str = ""  # a user's key, or MOMENT
    since: date | None = None
    until: date | None = None

    @classmethod
    def of(cls, params: Mapping[str, Any]) -> "Filters":
        """Return the filters in a query; what makes no sense is dropped."""
        kind, person = params.get("kind", ""), params.get("person", "")
        return cls(
            kind if kind in Kind.values else "",
            person if person == MOMENT or is_key(person) else "",
            _day(params.get("since", "")),
            _day(params.get("until", "")),
        )

    def __bool__(self) -> bool:
        return self != Filters()

    def query(self, **more: Any) -> str:
        """Return the filters as a query, with a question mark; empty for none."""
        given = {
            "kind": self.kind,
            "person": self.person,
            "since": self.since and self.since.isoformat(),
            "until": self.until and self.until.isoformat(),
            **more,
        }
        query = urlencode({name: value for name, value in given.items() if value})
        return f"?{query}" if query else ""

    def condition(self) -> Q:
        """Return what the entries hold whose kind is not asked for."""
        wanted = Q()
        if self.person:
            wanted &= Q(by=None) if self.person == MOMENT else Q(by=int(self.person))
        if self.since:
            wanted &= Q(timestamp__gte=_midnight(self.since))
        if self.until:
            wanted &= Q(timestamp__lt=_midnight(self.until + timedelta(days=1)))
        return wanted


@dataclass(frozen=True)
class Page:
    """Entries newest first, and the id of the last where there are older ones, else None."""

    entries: list[Entry]
    older_than: int | None


def of(
    customer: Customer,
    *,
    viewer: Viewer = None,
    filters: Filters = Filters(),
    older_than: str = "",
    limit: int = LIMIT,
) -> Page:
    """Return the entries that a viewer may see, in a fixed number of queries.

    Without a viewer, what everybody may see who sees the customer.
    """
    branches = [
        branch.filter(filters.condition()) for branch in _about(customer, viewer, filters.kind)
    ]
    if last := _place_of(older_than, customer):
        older = beyond(["timestamp", "id"], last, descending=True)
        branches = [branch.filter(older) for branch in branches]
    # Keys first: what an entry holds is read for those alone that are shown.
    found = _united(branches, "timestamp", "id").order_by(*_NEWEST)[: limit + 1]
    keys = [pk for _timestamp, pk in found]
    rows = LogEntry.objects.filter(pk__in=keys[:limit]).select_related("actor", "content_type")
    entries = Teller(rows.order_by(*_NEWEST), of=customer, viewer=viewer).entries
    return Page(entries, keys[limit - 1] if len(keys) > limit else None)


def entry_of(customer: Customer, pk: int, viewer: Viewer) -> LogEntry | None:
    """Return one entry about the customer; None where the viewer sees none with this key."""
    for branch in _about(customer, viewer):
        if entry := branch.filter(pk=pk).select_related("content_type").first():
            return entry
    return None


def actors(customer: Customer, viewer: Viewer) -> list[User]:
    """Return the colleagues who have done something here, by name; one query."""
    keys = _united(_about(customer, viewer), "actor")
    return list(User.objects.filter(pk__in=keys).order_by(*User.NAME_ORDER))


def _about(customer: Customer, viewer: Viewer, kind: str = "") -> list[QuerySet[LogEntry]]:
    """Return the entries about the customer itself, and those about what hangs on it.

    Apart, since no one index serves both.
    """
    models = seen_by(viewer)
    types = ContentType.objects.get_for_models(*models)
    logs = LogEntry.objects.alias(about=_ABOUT, by=_BY)
    own = logs.filter(about=types[Customer].pk, object_pk__in=_selves(customer))
    hanging = logs.filter(
        about__in=[
            types[model].pk
            for model in models
            if model is not Customer and kind in ("", subjects()[model].kind)
        ],
        pk__in=ChangeOf.objects.filter(customer=customer).values("entry"),
    )
    if kind == Kind.DATA:
        own = own.filter(changes__has_any_keys=_DATA)
    elif kind == Kind.INVOICING:
        # Creating a customer names every field, with a value or not.
        own = own.exclude(action=LogEntry.Action.CREATE)
        own = own.filter(changes__has_any_keys=sorted(INVOICE_SETTINGS))
    elif kind == Kind.REGISTER:
        own = own.filter(additional_data__has_key=ANSWERED)
    elif kind:
        own = own.none()
    return [own.order_by(), hanging.order_by()]


def _selves(customer: Customer) -> list[str]:
    """Return the keys, as entries have them, of the customer and of what was merged into it."""
    merged = Customer.with_merged.filter(merged_into=customer).values_list("pk", flat=True)
    return [str(customer.pk), *map(str, merged)]


def _united(branches: list[QuerySet[LogEntry]], *fields: str) -> QuerySet:
    first, second = (branch.values_list(*fields) for branch in branches)
    return first.union(second, all=True)  # no entry is in both


def _place_of(older_than: str, customer: Customer) -> tuple[Any, ...] | None:
    """Return where an entry stands; None for one that is not about the customer."""
    if not is_key(older_than):
        return None
    about = ContentType.objects.get_for_model(Customer)
    own = Q(content_type=about, object_pk__in=_selves(customer))
    hanging = Q(pk__in=ChangeOf.objects.filter(customer=customer, entry=older_than).values("entry"))
    places = LogEntry.objects.filter(own | hanging, pk=older_than)
    return places.values_list("timestamp", "id").first()


def _day(text: str) -> date | None:
    try:
        day = parse_date(text)
    except ValueError:
        return None
    return day if day and 1900 <= day.year <= 2200 else None


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
