"""What stands beside a customer's name wherever its pages, or those of its work, are shown.

`settings.CUSTOMER_MARKS` names the marks; apps above customers write their own.
"""

from dataclasses import dataclass
from functools import cache
from typing import ClassVar

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.module_loading import import_string

from customers.models import Customer
from customers.models.customer import CustomerQuerySet


@dataclass(frozen=True)
class Shown:
    words: str
    url: str


class Mark:
    """Something to know of a customer before anything else. At most one query, and a cheap one."""

    permission: ClassVar[str] = "customers.view_customer"

    def rows(self) -> QuerySet:
        """Return rows with a `customer`, of which there are none where nothing is to be known."""
        raise NotImplementedError

    def of(self, customer: Customer) -> Shown | None:
        """Return what is to be known, None where there is nothing."""
        raise NotImplementedError


@cache
def _all() -> list[Mark]:
    return [import_string(path)() for path in settings.CUSTOMER_MARKS]


def asked(customers: CustomerQuerySet, user: AbstractBaseUser | AnonymousUser) -> CustomerQuerySet:
    """Return customers read together with whether there is something to be known of each."""
    return customers.annotate(
        **{
            f"mark_{place}": Exists(mark.rows().filter(customer=OuterRef("pk")).order_by())
            for place, mark in _seen_by(user)
        }
    )


def of(customer: Customer, user: AbstractBaseUser | AnonymousUser) -> list[Shown]:
    """Return the marks of a customer that the user has the right to see.

    A query for each, but for those of which it was read that there is nothing to be known.
    """
    marks = [mark for place, mark in _seen_by(user) if getattr(customer, f"mark_{place}", True)]
    return [found for mark in marks if (found := mark.of(customer))]


def _seen_by(user: AbstractBaseUser | AnonymousUser) -> list[tuple[int, Mark]]:
    return [
        (place, mark)
        for place, mark in enumerate(_all())
        if user.has_perm(mark.permission)  # type: ignore[union-attr]
    ]
