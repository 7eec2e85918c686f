"""Columns that the overview can show besides its own; `settings.CUSTOMER_COLUMNS` names them."""

from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from functools import cache
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.utils.functional import Promise
from django.utils.html import format_html_join
from django.utils.module_loading import import_string

from moment.money import amount


class Column:
    """One column, by its `name` in addresses. Apps above customers write their own."""

    name: ClassVar[str]
    heading: ClassVar[str | Promise]
    permission: ClassVar[str] = "customers.view_customer"
    is_number: ClassVar[bool] = False
    # Its values are those of `sums`; what it shows is something to look into.
    is_sums: ClassVar[bool] = False
    is_bad: ClassVar[bool] = False

    def values(self, customers: Sequence[int], found: dict[str, Any]) -> Mapping[int, str]:
        """Return what is shown of these customers, by key; nothing for those left out.

        Asked for the rows of a page only: a fixed number of queries. `found` is what columns of
        the same page have fetched, by names of theirs, so that it is fetched once.
        """
        raise NotImplementedError

    def plain(self, customers: Sequence[int], found: dict[str, Any]) -> Mapping[int, Any]:
        """Return the same for a spreadsheet: numbers, days and texts; of sums, those by currency.

        Asked for some hundred customers at a time.
        """
        return self.values(customers, found)


def sums(amounts: Mapping[str, Decimal]) -> str:
    """Return amounts by currency, ready to print: each a line of its own, with its currency."""
    return format_html_join(
        "",
        "<span>{} <small>{}</small></span>",
        ((amount(sum_), currency) for currency, sum_ in amounts.items()),
    )


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
    """Give each row of a page, which has its key as `pk`, its `more`: a cell for each column.

    That is the column, its heading as a text, and what is shown; None for nothing.
    """
    keys = [row["pk"] for row in rows]
    found: dict[str, Any] = {}
    filled = [(one, str(one.heading), one.values(keys, found)) for one in shown] if keys else []
    for row in rows:
        key = row["pk"]
        row["more"] = [(column, heading, cells.get(key)) for column, heading, cells in filled]
