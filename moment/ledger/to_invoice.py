"""What is to be invoiced, by customer and project, and making drafts of what is ticked there."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any, ClassVar

from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_filters import CharFilter, MultipleChoiceFilter

from customers.filtering import NOBODY, Menu
from customers.listing import Listing
from customers.models import Customer
from customers.overview import Column, Page
from moment.ledger import drafting, unbilled
from moment.ledger.drafting import CannotDraft
from moment.ledger.models import Invoice
from moment.ledger.unbilled import Choice, Sums, Unbilled
from moment.models import User
from moment.projects import payers
from moment.projects.filters import ProjectFilter
from moment.projects.models import Project
from moment.projects.payers import Payers
from moment.projects.pricing import Prices
from moment.templatetags.moment import full_date
from moment.unsent import NotSaved

ALL = "all"
TICKED_AT_MOST = 200


def last_month(today: date | None = None) -> date:
    """Return the last day of last month."""
    return (today or timezone.localdate()).replace(day=1) - timedelta(1)


def until_of(data: Mapping[str, str]) -> date | None:
    """Return up to which day work is asked for; None for all of it.

    The last day of last month unless a date, or nothing, is typed.
    """
    text = data.get("until")
    if text is None:
        return last_month()
    if text in ("", ALL):
        return None
    try:
        return parse_date(text) or last_month()
    except ValueError:
        return last_month()


class ToInvoiceFilter(ProjectFilter):
    """Filters of projects that have something to invoice; `until` is how far."""

    until = CharFilter(label=gettext_lazy("Work until"), method="by_match")
    responsible = MultipleChoiceFilter(label=gettext_lazy("Responsible"), method="by_responsible")

    class Meta:
        model = Project
        fields: ClassVar[list[str]] = []

    named = (*ProjectFilter.named, "responsible", "until")

    def offer(self, data: QueryDict) -> None:
        super().offer(data)
        self.filters["responsible"].extra["choices"] = self.filters["leader"].extra["choices"]

    @cached_property
    def menus(self) -> list[Menu]:
        return [self.menu(name) for name in ("leader", "responsible", "tags", "customer_tags")]

    def by_responsible(self, projects: QuerySet, name: str, values: list[str]) -> QuerySet:
        people = Q(customer__responsible__in=[value for value in values if value != NOBODY])
        nobody = Q(customer__responsible=None)
        return projects.filter(people | nobody if NOBODY in values else people)

    def words(self, name: str, value: str) -> str:
        if name != "until":
            return super().words(name, value)
        return _("All that is approved") if value == ALL else _until(date.fromisoformat(value))


def _until(day: date) -> str:
    return _("Work until %(day)s") % {"day": full_date(day)}


@dataclass(frozen=True)
class Row:
    """A project with what can be invoiced of it; `problem` says why it cannot be."""

    project: Project
    sums: Sums
    problem: str = ""


@dataclass
class Group:
    """A customer on the page, with those of its projects that are there."""

    customer: Customer
    rows: list[Row] = field(default_factory=list)

    @property
    def totals(self) -> list[tuple[str, Decimal]]:
        """What they come to, by currency."""
        found: dict[str, Decimal] = {}
        for row in self.rows:
            found[row.sums.currency] = found.get(row.sums.currency, Decimal(0)) + row.sums.total
        return list(found.items())

    @property
    def is_blocked(self) -> bool:
        return self.customer.status == Customer.Status.BLOCKED


class ToInvoiceList(Listing):
    """The projects that a user asks for of which something can be invoiced, by customer."""

    url_name = "ledger:to_invoice"
    tab_labels: ClassVar = {ALL: gettext_lazy("All")}
    usual_tab = ALL
    heads = (
        ("customer", gettext_lazy("Project")),
        ("", gettext_lazy("Hours")),
        ("", gettext_lazy("Work")),
        ("", gettext_lazy("Plan")),
        ("", gettext_lazy("Subscription")),
        ("", gettext_lazy("Expenses")),
        ("", gettext_lazy("On drafts")),
        ("", gettext_lazy("To invoice")),
    )
    sorts: ClassVar = {"customer": ["customer__sort_name", "customer_id", "sort_number", "id"]}
    usual_sort = "customer"

    def __init__(self, data: QueryDict, user: User) -> None:
        super().__init__(data)
        self.until = until_of(data)
        rows = Project.objects.visible_to(user).filter(unbilled.with_some(self.until))
        self.filter = ToInvoiceFilter(data, rows, user)

    @cached_property
    def params(self) -> dict[str, Any]:
        params = {name: value for name, value in super().params.items() if name != "until"}
        if self.until is None:
            params["until"] = ALL
        elif self.until != last_month():
            params["until"] = self.until.isoformat()
        return params

    @cached_property
    def filters(self) -> dict[str, Any]:
        return {name: value for name, value in self.filter.params.items() if name != "until"}

    @property
    def until_words(self) -> str:
        return _until(self.until) if self.until else _("All that is approved")

    @property
    def last_month(self) -> date:
        return last_month()

    @cached_property
    def counts(self) -> dict[str, int]:
        return {ALL: self.filter.found().order_by().count()}

    @cached_property
    def columns(self) -> list[Column]:
        columns = super().columns
        for column in columns[1:]:
            column.is_number = True
        columns[0].url = ""
        return columns

    @cached_property
    def page(self) -> Page:
        related = ("customer", "leader")
        page = self.page_of(
            self.filter.found().select_related(*related),
            place=self._place,
            shown=list,
            key=lambda project: project.number,
        )
        page.rows = rows_of(page.rows, self.until)
        return page

    @cached_property
    def groups(self) -> list[Group]:
        """The rows of the page by customer, in their order."""
        groups: list[Group] = []
        for row in self.page.rows:
            if not groups or groups[-1].customer.pk != row.project.customer_id:
                groups.append(Group(row.project.customer))
            groups[-1].rows.append(row)
        return groups

    def _place(self, number: str) -> tuple[Any, ...] | None:
        if not number:
            return None
        return Project.objects.numbered(number).values_list(*self.order).first()


def rows_of(projects: Sequence[Project], until: date | None) -> list[Row]:
    """Return what can be invoiced of these projects, in a fixed number of queries."""
    if not projects:
        return []
    prices = Prices(projects)
    found, paying = unbilled.sums(prices, until=until), payers.by(prices)
    return [Row(project, found[project.pk], why_not(paying[project.pk])) for project in projects]


def why_not(paying: Payers) -> str:
    """Return why a project cannot be invoiced, for the customers that pay for it; empty: it can."""
    parts = [part for its in paying.models.values() for part in its if part.percent]
    for customer in [part.customer for part in parts] or [paying.owner]:
        if customer.status == Customer.Status.BLOCKED:
            text = _("Cannot be invoiced: %(customer)s is blocked.")
            return text % {"customer": customer.name}
    return ""


# Making drafts


@dataclass
class Made:
    """The drafts that were made, and what could not be, in sentences."""

    drafts: list[Invoice] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def found_of(projects: Collection[Project], until: date | None) -> dict[int, Unbilled]:
    """Return all that can be invoiced of projects, which bring their customers, by key."""
    return unbilled.of(Prices(projects), until=until)


def make(projects: Collection[Project], until: date | None, *, by: User, together: bool) -> Made:
    """Make drafts of all that can be invoiced of projects, which bring their customers.

    What cannot be drafted for one customer holds up none of the others.
    """
    made = Made()
    found = found_of(projects, until)
    of_customer: dict[int, list[Unbilled]] = {}
    for project in projects:
        of_customer.setdefault(project.customer_id, []).append(found[project.pk])
    for theirs in of_customer.values():
        customer = theirs[0].project.customer
        # By itself each project is drafted, or not, whatever becomes of the others.
        for some in [theirs] if together else [[one] for one in theirs]:
            choice = all_of(some)
            try:
                made.drafts += drafting.draft(customer, choice, by=by, together=together)
            except (CannotDraft, NotSaved) as error:
                names = ", ".join(one.project.name for one in some)
                made.problems.append(f"{customer.name}, {names}: {error}")
    return made


def all_of(found: Collection[Unbilled]) -> Choice:
    """Return all that can be invoiced of several projects."""
    choices = [one.choice for one in found]
    return Choice(
        frozenset().union(*(one.entries for one in choices)),
        frozenset().union(*(one.items for one in choices)),
        frozenset().union(*(one.periods for one in choices)),
        frozenset().union(*(one.expenses for one in choices)),
    )
