"""What stands beside a customer's name wherever its pages, or those of its work, are shown.

`settings.CUSTOMER_MARKS` names the marks; apps above customers write their own.
"""

from dataclasses import dataclass
from functools import cache
from typing import ClassVar

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.utils.module_loading import import_string

from customers.models import Customer


@dataclass(frozen=True)
class Shown:
    words: str
    url: str


class Mark:
    """Something to know of a customer before anything else. At most one query, and a cheap one."""

    permission: ClassVar[str] = "customers.view_customer"

    def of(self, customer: Customer) -> Shown | None:
        """Return what is to be known, None where there is nothing."""
        raise NotImplementedError


@cache
def _all() -> list[Mark]:
    return [import_string(path)() for path in settings.CUSTOMER_MARKS]


def of(customer: Customer, user: AbstractBaseUser | AnonymousUser) -> list[Shown]:
    """Return the marks of a customer that the user has the right to see."""
    asked = [mark for mark in _all() if user.has_perm(mark.permission)]  # type: ignore[union-attr]
    return [found for mark in asked if (found := mark.of(customer))]
