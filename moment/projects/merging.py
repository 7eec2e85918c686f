"""What merging customers does with their projects, and with the shares that they pay."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import F, Q
from django.utils.translation import ngettext_lazy

from customers import invoicing
from customers.merging import log
from customers.merging.rules import Rule, Work
from customers.models import Customer
from moment.models import CompanySettings, User


@dataclass(frozen=True)
class InTheirCurrency(Rule):
    """Rows move, and their amounts stay in the currency that they are in.

    What follows a customer whose currency is another afterwards gets it as its own.
    """

    def begin(self, work: Work, column: Any) -> None:
        company = CompanySettings.current()
        after = Customer(currency=work.values["currency"] or "")
        then = invoicing.value("currency", after, company)
        for customer in (work.kept, *work.others):
            before = invoicing.value("currency", customer, company)
            if before == then:
                continue
            for row in self.following(column, customer):
                log.change(work.merge, row, currency=before)

    def following(self, column: Any, customer: Customer) -> Any:
        """Return the customer's rows that have no currency of their own."""
        rows = column.model._base_manager.filter(**{column.name: customer}).order_by("pk")
        return rows.filter(Q(currency=None) | Q(currency=""))


@dataclass(frozen=True)
class OwnContact(Rule):
    """What pointed to a contact that is joined with another one points to that.

    Once the merge is undone, nobody is named who is a contact of another customer again.
    """

    # The rows that name whom they like for good, as they were sent.
    fixed: Q = field(default_factory=lambda: Q(pk__in=[]))

    def undone(self, column: Any, customers: Collection[int], by: User) -> None:
        rows = column.model._base_manager.filter(customer__in=customers).exclude(self.fixed)
        strangers = rows.exclude(**{column.name: None})
        strangers = strangers.exclude(**{f"{column.name}__customer": F("customer")})
        strangers.order_by().update(**{column.name: None})


RULES: Mapping[str, Rule] = {
    "projects.project.customer": InTheirCurrency(
        words=ngettext_lazy("%(count)s project", "%(count)s projects", "count"),
        page="projects:of_customer",
    ),
    "projects.pricemodelshare.customer": Rule(
        words=ngettext_lazy(
            "%(count)s share of a project", "%(count)s shares of projects", "count"
        ),
        page="projects:of_customer",
    ),
    "projects.project.invoice_contact": OwnContact(),
}
