"""What an hour costs: whose price holds for whom, on which activity, on which day."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _

from customers import invoicing
from customers.models import HourlyRate
from moment.models import CompanySettings
from moment.projects.models import (
    Activity,
    EmployeeTerms,
    PriceListRate,
    PriceModel,
    Project,
    ProjectMember,
    RolePrice,
)

NOTHING = Decimal(0)
Kind, Rates = PriceModel.Kind, PriceModel.Rates


@dataclass(frozen=True)
class Price:
    """The price of an hour in the project's currency; None where none is known, and then why."""

    amount: Decimal | None
    missing: str = ""


class Prices:
    """The prices and costs of hours on these projects. A fixed number of queries, all lazy.

    Everything that a rule may ask for is read at once, so that many hours cost no more queries.
    """

    def __init__(self, projects: Iterable[Project], **known: Any) -> None:
        """Take what is known already of what is read once, by its name."""
        self.projects = {project.pk: project for project in projects}
        self._currencies: dict[int, str] = {}
        self.__dict__ |= known

    def among(self, projects: Iterable[Project]) -> "Prices":
        """Return the prices of some of these projects, without reading again what was read."""
        ours = {project.pk: project for project in projects}
        return Prices(
            ours.values(),
            company=self.company,
            models={key: self.models.get(key, []) for key in ours},
            activities={key: one for key, one in self.activities.items() if one.project_id in ours},
        )

    # What holds for one hour

    def price(self, activity: Activity, user: int, day: date) -> Price:
        """Return what an hour of somebody on an activity costs on a day.

        0 where hours are not what is paid for: by a fixed price, a subscription, or not at all.
        """
        model = self.model_of(activity)
        if activity.hourly_rate is not None and (model is None or model.kind != Kind.NONE):
            return Price(activity.hourly_rate)
        if model is None or model.kind != Kind.HOURLY:
            return Price(NOTHING)
        project = self.projects[activity.project_id]
        role = self.role(project.pk, user, day)
        match model.rates_from:
            case Rates.CUSTOMER:
                return self._customers(project, user, role, day)
            case Rates.EMPLOYEE:
                return self._employees(project, user, day)
            case Rates.ROLE:
                return self._roles(project, role, day)
        return self._listed(project, model, role)

    def cost(self, user: int, day: date) -> Decimal | None:
        """Return what an hour of somebody costs us on a day, in the company's currency."""
        terms = self._terms_on(user, day)
        return terms.cost_rate if terms else None

    def role(self, project: int, user: int, day: date) -> int | None:
        """Return in which role somebody works in a project: the one there, else by the terms."""
        if given := self._roles_there.get((project, user)):
            return given
        terms = self._terms_on(user, day)
        return terms.role_id if terms else None

    def model_of(self, activity: Activity) -> PriceModel | None:
        """Return the price model of an activity: its own, else the project's first."""
        models = self.models.get(activity.project_id, [])
        own = (model for model in models if model.pk == activity.price_model_id)
        return next(own, self.first_of(activity.project_id))

    def first_of(self, project: int) -> PriceModel | None:
        """Return the default price model of a project, by its key."""
        return next(iter(self.models.get(project, ())), None)

    def is_billable(self, activity: Activity) -> bool:
        """Tell whether hours on an activity can be billable at all."""
        model = self.model_of(activity)
        return model is None or model.kind != Kind.NONE

    def currency(self, project: Project) -> str:
        """Return the currency in force for a project."""
        if project.pk not in self._currencies:
            self._currencies[project.pk] = str(self.setting(project, "currency"))
        return self._currencies[project.pk]

    def setting(self, project: Project, name: str) -> Any:
        """Return an invoice setting in force for a project, which brings its customer."""
        return invoicing.value(name, project.customer, self.company, project)

    # Where prices come from

    def _customers(self, project: Project, user: int, role: int | None, day: date) -> Price:
        if invoicing.value("currency", project.customer, self.company) == self.currency(project):
            for whose in (("user", user), ("role", role or 0)):
                rate = self._rates.get((project.customer_id, *whose), ())
                if found := next((one for one in rate if _holds(one, day)), None):
                    return Price(found.rate)
        return self._employees(project, user, day)

    def _employees(self, project: Project, user: int, day: date) -> Price:
        if problem := self._not_in_our_currency(project):
            return Price(None, problem)
        terms = self._terms_on(user, day)
        if terms is None or terms.sales_price is None:
            return Price(None, _("The employee has no sales price that day."))
        return Price(terms.sales_price)

    def _roles(self, project: Project, role: int | None, day: date) -> Price:
        if problem := self._not_in_our_currency(project):
            return Price(None, problem)
        if role is None:
            return Price(None, _("The employee has no project role that day."))
        price = _latest(self._role_prices.get(role, ()), day)
        if price is None:
            return Price(None, _("The project role has no price that day."))
        return Price(price.price)

    def _listed(self, project: Project, model: PriceModel, role: int | None) -> Price:
        prices = model.price_list
        assert prices is not None  # the database sees to it
        if prices.currency != self.currency(project):
            return Price(None, _("The price list is in another currency than the project."))
        if role is None:
            return Price(None, _("The employee has no project role that day."))
        rate = self._listed_rates.get((prices.pk, role))
        return Price(rate) if rate is not None else Price(None, _("The role is not in the list."))

    def _not_in_our_currency(self, project: Project) -> str:
        if self.currency(project) == self.company.currency:
            return ""
        return _("Employees and roles have no prices in the project's currency.")

    def _terms_on(self, user: int, day: date) -> EmployeeTerms | None:
        return _latest(self._terms.get(user, ()), day)

    # Read once

    @cached_property
    def company(self) -> CompanySettings:
        return CompanySettings.current()

    @cached_property
    def models(self) -> Mapping[int, Sequence[PriceModel]]:
        """The price models of each project that has any, by its key, in their order."""
        rows = PriceModel.objects.filter(project__in=self.projects).select_related("price_list")
        found: dict[int, list[PriceModel]] = defaultdict(list)
        for row in rows.order_by("order", "pk"):
            found[row.project_id].append(row)
        return found

    @cached_property
    def activities(self) -> Mapping[int, Activity]:
        """The activities of the projects, by key, in the order of their numbers."""
        rows = Activity.objects.filter(project__in=self.projects).order_by("project", "number")
        return {row.pk: row for row in rows}

    @cached_property
    def _roles_there(self) -> Mapping[tuple[int, int], int]:
        rows = ProjectMember.objects.filter(project__in=self.projects, role__isnull=False)
        keys = rows.order_by().values_list("project", "user", "role")
        return {(project, user): role for project, user, role in keys}

    @cached_property
    def _terms(self) -> Mapping[int, Sequence[EmployeeTerms]]:
        found: dict[int, list[EmployeeTerms]] = defaultdict(list)
        for row in EmployeeTerms.objects.select_related("employee").order_by("valid_from"):
            found[row.employee.user_id].append(row)
        return found

    @cached_property
    def _role_prices(self) -> Mapping[int, Sequence[RolePrice]]:
        found: dict[int, list[RolePrice]] = defaultdict(list)
        for row in RolePrice.objects.order_by("valid_from"):
            found[row.role_id].append(row)
        return found

    @cached_property
    def _listed_rates(self) -> Mapping[tuple[int, int], Decimal]:
        rows = PriceListRate.objects.order_by().values_list("price_list", "role", "rate")
        return {(prices, role): rate for prices, role, rate in rows}

    @cached_property
    def _rates(self) -> Mapping[tuple[int, str, int], Sequence[HourlyRate]]:
        customers = {project.customer_id for project in self.projects.values()}
        found: dict[tuple[int, str, int], list[HourlyRate]] = defaultdict(list)
        for row in HourlyRate.objects.filter(customer__in=customers).order_by("pk"):
            whose = ("user", row.user_id) if row.user_id else ("role", row.role_id)
            found[row.customer_id, whose[0], whose[1] or 0].append(row)
        return found


def _holds(rate: HourlyRate, day: date) -> bool:
    begun = rate.valid_from is None or rate.valid_from <= day
    return begun and (rate.valid_until is None or day <= rate.valid_until)


def _latest(rows: Sequence[Any], day: date) -> Any:
    """Return the last of these, in the order of the days that they begin on, that has begun."""
    place = bisect_right(rows, day, key=lambda row: row.valid_from)
    return rows[place - 1] if place else None
