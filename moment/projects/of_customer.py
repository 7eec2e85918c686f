"""The projects of a customer, its own and those it pays a share of, as its pages list them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.core.paginator import Page, Paginator
from django.db.models import Count, Q

from customers.models import Customer
from moment.projects import figures, payers, percents
from moment.projects.figures import Figures
from moment.projects.models import Project
from moment.projects.payers import Payers
from moment.projects.pricing import Prices

PAGE_SIZE = 50
ALL = "all"


@dataclass(frozen=True)
class Line:
    """One project, as the customer has to do with it. `share` is its part of `figures`, an amount.

    `pays` is the per cent in words, empty where the customer pays for all of its own project.
    """

    project: Project
    is_own: bool
    pays: str
    figures: Figures
    share: Decimal


class ProjectsOfCustomer:
    """A page of a customer's projects: the open ones, or all with `state=all`; newest first."""

    def __init__(
        self,
        customer: Customer,
        user: AbstractBaseUser | AnonymousUser,
        data: Mapping[str, str],
    ) -> None:
        self.customer = customer
        self.shows_all = data.get("state") == ALL
        self.rows = Project.objects.visible_to(user).of_customer(customer)
        rows = self.rows if self.shows_all else self.rows.filter(state__in=Project.OPEN)
        rows = rows.select_related("customer", "leader").order_by("-sort_number", "-pk")
        self.page: Page = Paginator(rows, PAGE_SIZE).get_page(data.get("page"))

    @cached_property
    def counts(self) -> dict[str, int]:
        """How many there are: `all` and `open`."""
        is_open = Q(state__in=Project.OPEN)
        return self.rows.order_by().aggregate(all=Count("pk"), open=Count("pk", filter=is_open))

    @cached_property
    def lines(self) -> list[Line]:
        projects = list(self.page)
        prices = Prices(projects)
        return lines(self.customer, projects, figures.by(prices), payers.by(prices))


def lines(
    customer: Customer,
    projects: Sequence[Project],
    found: Mapping[int, Figures],
    paying: Mapping[int, Payers],
) -> list[Line]:
    """Return projects of a customer as they are listed, in the same order; no query."""
    return [_line(customer, one, found[one.pk], paying[one.pk]) for one in projects]


def _line(customer: Customer, project: Project, found: Figures, paying: Payers) -> Line:
    is_own = project.customer_id == customer.pk
    parts = paying.percents(customer.pk)
    pays_all = is_own and all(part == 100 for part in parts)
    return Line(
        project,
        is_own,
        "" if pays_all else percents.span(parts),
        found,
        paying.split(found.by_model, found.currency).get(customer.pk, Decimal(0)),
    )
