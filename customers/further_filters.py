"""Filters of the overview that need tables from above; `settings.CUSTOMER_FILTERS` names them."""

from functools import cache
from typing import ClassVar

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.functional import Promise
from django.utils.module_loading import import_string


class FurtherFilter:
    """Customers that have rows of another table, by its `name` in addresses.

    Apps above customers write their own. Few customers have any, and an index finds them.
    """

    name: ClassVar[str]
    label: ClassVar[str | Promise]
    words: ClassVar[str | Promise]  # what is chosen
    permission: ClassVar[str] = "customers.view_customer"

    def rows(self) -> QuerySet:
        """Return the rows, each with its `customer`."""
        raise NotImplementedError

    def condition(self, *, walking: bool) -> Q | Exists:
        """Return the condition on customers: to be tested on each, or to find them by."""
        rows = self.rows().order_by()
        if walking:
            return Exists(rows.filter(customer=OuterRef("pk")))
        return Q(pk__in=rows.values("customer"))


@cache
def _all() -> list[FurtherFilter]:
    return [import_string(path)() for path in settings.CUSTOMER_FILTERS]


def available(user: AbstractBaseUser | AnonymousUser | None) -> list[FurtherFilter]:
    """Return the filters that the user has the right to use, in their order; without one, none."""
    if user is None:
        return []
    return [one for one in _all() if user.has_perm(one.permission)]  # type: ignore[union-attr]
