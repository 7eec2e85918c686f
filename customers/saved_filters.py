"""Filters of the overview under a name: what they are for whoever looks, and keeping them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import QueryDict

from customers.models import SavedFilter
from moment.turns import in_turn

Params = Mapping[str, Any]


@dataclass(frozen=True)
class Shown:
    """A saved filter as a menu has it: `url` shows what it asks for, as far as the user may."""

    pk: int
    name: str
    owner: str  # empty for the user's own
    shared: bool
    url: str
    is_current: bool


@dataclass(frozen=True)
class Saved:
    """The saved filters that a page offers."""

    rows: list[Shown]

    @property
    def current(self) -> Shown | None:
        """The one that the page shows."""
        return next((row for row in self.rows if row.is_current), None)


class Narrowed(Protocol):
    """A page that is narrowed as the overview is.

    Neither the parameters nor the address hold what the user has no right to ask for, so that
    nothing of it is told.
    """

    @property
    def narrowed_by(self) -> Params:
        """The parameters of the page itself that a saved filter can hold."""

    def params_of(self, data: QueryDict) -> Params:
        """Return the same of a saved filter, without what makes no sense any more."""

    def address_of(self, data: QueryDict) -> str:
        """Return the address of this page that is narrowed by a saved filter."""


def of_user(user: AbstractBaseUser | AnonymousUser) -> QuerySet[SavedFilter]:
    """Return the filters of the overview that a user may use: those of one's own and shared."""
    meant = Q(owner=user.pk) | Q(shared=True)
    rows = SavedFilter.objects.filter(meant, page=SavedFilter.Page.CUSTOMERS)
    return rows.select_related("owner")


def menu(user: AbstractBaseUser | AnonymousUser, page: Narrowed) -> Saved:
    """Return the filters that a user may use on a page, own ones first; one query."""
    now, found = _alike(page.narrowed_by), []
    for row in of_user(user):
        data, is_own = QueryDict(row.query), row.owner_id == user.pk
        found.append(
            Shown(
                row.pk,
                row.name,
                "" if is_own else str(row.owner),
                row.shared,
                page.address_of(data),
                _alike(page.params_of(data)) == now,
            )
        )
    return Saved(sorted(found, key=lambda one: bool(one.owner)))


def _alike(params: Params) -> dict[str, Any]:
    """Return parameters so that those that ask for the same are equal."""
    return {
        name: sorted(value) if isinstance(value, list) else value
        for name, value in params.items()
        if value
    }


def save(row: SavedFilter) -> None:
    """Store a filter. IntegrityError: the name is taken; DoesNotExist: it was removed."""
    with in_turn(), transaction.atomic():
        if row.pk:
            SavedFilter.objects.select_for_update().get(pk=row.pk)
        row.save()


def remove(row: SavedFilter) -> None:
    with in_turn(), transaction.atomic():
        SavedFilter.objects.filter(pk=row.pk).delete()
