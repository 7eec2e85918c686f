"""The tabs of a customer, in order. `settings.CUSTOMER_TABS` names them; apps above add theirs."""

from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db.models import IntegerField, QuerySet, Subquery
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from customers.models import Contact, Customer, File


class Tab:
    """One page of a customer. `name` is also that of its address."""

    name: ClassVar[str]
    title: ClassVar[str | Promise]
    permission: ClassVar[str] = "customers.view_customer"

    def shown_to(self, user: AbstractBaseUser | AnonymousUser) -> bool:
        return bool(user.has_perm(self.permission))  # type: ignore[union-attr]

    def rows(self, customer: Customer) -> QuerySet | None:
        """Return the rows that the tab counts; None for no count."""
        return None


class Overview(Tab):
    name, title = "customers:profile", _("Overview")


class Contacts(Tab):
    name, title = "customers:contacts", _("Contacts")

    def rows(self, customer: Customer) -> QuerySet:
        return Contact.objects.current().filter(customer=customer)


class Invoicing(Tab):
    name, title = "customers:invoicing", _("Invoicing options")


class Files(Tab):
    name, title = "customers:files", _("Files")

    def rows(self, customer: Customer) -> QuerySet:
        return File.objects.filter(customer=customer)


class History(Tab):
    name, title = "customers:history", _("History")


@dataclass(frozen=True)
class Shown:
    name: str
    title: str | Promise
    url: str
    count: int | None


class _Count(Subquery):
    template = "(SELECT COUNT(*) FROM (%(subquery)s) counted)"
    output_field = IntegerField()


@cache
def _all() -> list[Tab]:
    return [import_string(path)() for path in settings.CUSTOMER_TABS]


def of(customer: Customer, user: AbstractBaseUser | AnonymousUser) -> list[Shown]:
    """Return the tabs that the user has the right to see, with their counts, in one query."""
    tabs = [tab for tab in _all() if tab.shown_to(user)]
    counted = {}
    for place, tab in enumerate(tabs):
        if (rows := tab.rows(customer)) is not None:
            counted[f"tab_{place}"] = _Count(rows.order_by().values("pk"))
    counts: Any = {}
    if counted:
        counts = Customer.objects.values(**counted).get(pk=customer.pk)
    return [
        Shown(
            tab.name,
            tab.title,
            reverse(tab.name, args=[customer.number]),
            counts.get(f"tab_{place}"),
        )
        for place, tab in enumerate(tabs)
    ]
