"""The expenses of a project as its page lists them."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.core.paginator import Page, Paginator
from django.db.models import Sum

from moment.projects import expenses, percents
from moment.projects.billing import Place, billing
from moment.projects.models import Expense, Project
from moment.projects.pricing import Prices
from moment.projects.sums import exact

PAGE_SIZE = 100


@dataclass(frozen=True)
class Line:
    """One expense. What the user may not see is None or empty; `percent` is the surcharge."""

    expense: Expense
    cost: Decimal | None
    percent: str
    charged: Decimal | None
    # The invoice or draft that it is on, for who may see invoices.
    place: Place | None = None

    @property
    def is_inherited(self) -> bool:
        """Tell whether the surcharge is by the invoice settings."""
        return self.expense.surcharge is None


class ExpenseList:
    """A page of a project's expenses, newest first, with the sums of all for who may see them."""

    def __init__(
        self,
        project: Project,
        user: AbstractBaseUser | AnonymousUser,
        data: Mapping[str, str],
    ) -> None:
        self.project, self.user = project, user
        self.prices = Prices([project])
        self.sees_amounts = user.has_perm("projects.view_amounts")  # type: ignore[union-attr]
        rows = project.expenses.select_related("user", "receipt").order_by("-day", "-pk")
        self.page: Page = Paginator(rows, PAGE_SIZE).get_page(data.get("page"))

    @property
    def currency(self) -> str:
        return self.prices.currency(self.project)

    @cached_property
    def lines(self) -> list[Line]:
        places: Mapping[int, Place] = {}
        if billing().is_shown_to(self.user):
            places = billing().places_of_expenses([expense.pk for expense in self.page])
        return [self._line(expense, places.get(expense.pk)) for expense in self.page]

    @cached_property
    def cost(self) -> Decimal:
        """What all of them cost."""
        return exact(self.project.expenses.aggregate(sum=Sum("cost"))["sum"])

    @cached_property
    def to_invoice(self) -> Decimal:
        """What the billable ones come to."""
        return expenses.to_invoice(self.prices).get(self.project.pk, Decimal(0))

    def _line(self, expense: Expense, place: Place | None) -> Line:
        cost = expense.cost if expenses.shows_amount(expense, self.user) else None
        if not self.sees_amounts:
            return Line(expense, cost, "", None, place)
        percent = expenses.surcharge(expense, self.prices)
        charged = expenses.charged(expense.cost, percent, self.currency)
        shown = charged if expense.billable else None
        return Line(expense, cost, percents.in_words(percent), shown, place)
