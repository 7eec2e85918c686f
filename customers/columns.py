"""Columns that the overview can show besides its own; `settings.CUSTOMER_COLUMNS` names them."""

from collections.abc import Collection, Mapping, Sequence
from functools import cache
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.utils.functional import Promise
from django.utils.module_loading import import_string


class Column:
    """One column, by its `name` in addresses. Apps above customers write their own."""

    name: ClassVar[str]
    heading: ClassVar[str | Promise]
    permission: ClassVar[str] = "customers.view_customer"
    is_number: ClassVar[bool] = False
    # Shows a value, as `shown`; without one the value is a text, which is shown as it is.
    template: ClassVar[str] = ""

    def values(self, customers: Sequence[int]) -> Mapping[int, Any]:
        """Return what is shown of these customers, by key; nothing for those left out.

        Asked for the rows of a page only: a fixed number of queries.
        """
        raise NotImplementedError


@cache
def _all() -> list[Column]:
    return [import_string(path)() for path in settings.CUSTOMER_COLUMNS]


def available(user: AbstractBaseUser | AnonymousUser) -> list[Column]:
    """Return the columns that the user has the right to see, in their order."""
    return [column for column in _all() if user.has_perm(column.permission)]  # type: ignore[union-attr]


def chosen(names: Collection[str], user: AbstractBaseUser | AnonymousUser) -> list[Column]:
    """Return those of them that are asked for; names that mean nothing are left out."""
    return [column for column in available(user) if column.name in names] if names else []


def fill(rows: Sequence[dict[str, Any]], shown: Sequence[Column]) -> None:
    """Give each row of a page, which has its key as `pk`, its `more`: a cell for each column."""
    keys = [row["pk"] for row in rows]
    values = [column.values(keys) for column in shown] if keys else []
    for row in rows:
        row["more"] = [
            (column, cells.get(row["pk"])) for column, cells in zip(shown, values, strict=True)
        ]
