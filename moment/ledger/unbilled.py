"""What of the work can be invoiced now, and stands on no invoice and no draft.

Hours are worth what those of one activity at one price come to, rounded once; so do
`moment.projects.figures`. Hours that cost nothing, such as those of a fixed price, are not invoiced
themselves.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from itertools import chain

from django.db.models import Case, F, Q, QuerySet, Sum, When
from django.utils import timezone

from moment.money import rounded
from moment.projects import expenses as spending
from moment.projects import subscriptions
from moment.projects.billing import billing
from moment.projects.models import (
    Activity,
    Expense,
    PlanItem,
    PriceModel,
    Project,
    TimeEntry,
)
from moment.projects.pricing import Prices
from moment.projects.sums import exact

NOTHING = Decimal(0)
Period = tuple[int, date]  # of a subscription: the price model's key and the first day


@dataclass(frozen=True)
class Choice:
    """What somebody wants to invoice, by keys."""

    entries: frozenset[int] = frozenset()
    items: frozenset[int] = frozenset()
    periods: frozenset[Period] = frozenset()
    expenses: frozenset[int] = frozenset()

    def __bool__(self) -> bool:
        return any((self.entries, self.items, self.periods, self.expenses))


@dataclass(frozen=True)
class Hours:
    """An approved entry with its price; without one `missing` says why nobody knows it."""

    key: int
    user: int
    activity: Activity
    model: PriceModel | None
    day: date
    hours: Decimal
    comment: str
    price: Decimal | None
    missing: str = ""
    # Whether the price is written down with the entry, or follows the rates.
    is_written: bool = True


@dataclass(frozen=True)
class Begun:
    """A period of a subscription that has begun, and what it comes to."""

    model: PriceModel
    first_day: date
    last_day: date
    amount: Decimal = NOTHING

    @property
    def key(self) -> Period:
        return self.model.pk, self.first_day


@dataclass(frozen=True)
class Spent:
    """A billable expense, its surcharge in per cent, and what the customer is charged."""

    expense: Expense
    percent: Decimal
    charged: Decimal


@dataclass
class Unbilled:
    """What can be invoiced of one project, in its currency, excluding VAT."""

    project: Project
    currency: str
    hours: list[Hours] = field(default_factory=list)
    # Approved and billable too, but nobody knows the price.
    unpriced: list[Hours] = field(default_factory=list)
    items: list[PlanItem] = field(default_factory=list)
    periods: list[Begun] = field(default_factory=list)
    expenses: list[Spent] = field(default_factory=list)

    @property
    def choice(self) -> Choice:
        """All of it."""
        return Choice(
            frozenset(one.key for one in self.hours),
            frozenset(item.pk for item in self.items),
            frozenset(one.key for one in self.periods),
            frozenset(one.expense.pk for one in self.expenses),
        )

    @property
    def sums(self) -> "Sums":
        found = Sums(self.currency)
        alike: dict[tuple[int, Decimal], Decimal] = defaultdict(Decimal)
        for one in self.hours:
            alike[one.activity.pk, one.price or NOTHING] += one.hours
        found.add_work(alike)
        found.unpriced = sum((one.hours for one in self.unpriced), NOTHING)
        found.add_rest(self)
        return found


@dataclass
class Sums:
    """What can be invoiced of one project, added up, and what is on drafts."""

    currency: str
    hours: Decimal = NOTHING
    unpriced: Decimal = NOTHING
    work: Decimal = NOTHING
    plan: Decimal = NOTHING
    subscriptions: Decimal = NOTHING
    expenses: Decimal = NOTHING
    drafts: Decimal = NOTHING

    @property
    def total(self) -> Decimal:
        """All that can be put on a draft."""
        return self.work + self.plan + self.subscriptions + self.expenses

    def add_work(self, alike: Mapping[tuple[int, Decimal], Decimal]) -> None:
        """Add hours by activity and price."""
        for (_activity, price), hours in alike.items():
            self.hours += hours
            self.work += rounded(price * hours, self.currency)

    def add_rest(self, found: Unbilled) -> None:
        """Add all but hours."""
        self.plan += sum((item.amount for item in found.items), NOTHING)
        self.subscriptions += sum((one.amount for one in found.periods), NOTHING)
        self.expenses += sum((one.charged for one in found.expenses), NOTHING)


def of(
    prices: Prices, *, until: date | None = None, among: Choice | None = None
) -> dict[int, Unbilled]:
    """Return what can be invoiced of the projects of these prices, by key.

    Of hours and expenses up to a day, of plans and subscriptions what has fallen due by today;
    only what is `among` these where that is given. At most thirteen queries.
    """
    found = _rest(prices, until, among)
    rows = ready_entries(until).filter(activity__project__in=prices.projects)
    if among is not None:
        rows = rows.filter(pk__in=among.entries)
    for entry in rows.order_by("day", "pk"):
        hours = _hours(entry, prices)
        of_project = found[hours.activity.project_id]
        if hours.price is None:
            of_project.unpriced.append(hours)
        elif hours.price:
            of_project.hours.append(hours)
    return found


def sums(prices: Prices, *, until: date | None = None) -> dict[int, Sums]:
    """Return what the same comes to, by project, without reading each entry."""
    rest = _rest(prices, until)
    found = {key: Sums(one.currency) for key, one in rest.items()}
    rows = ready_entries(until).filter(activity__project__in=prices.projects).order_by()
    # Whose and when tells only where the price is not written down.
    for name in ("user", "day"):
        rows = rows.annotate(**{f"of_{name}": Case(When(price=None, then=F(name)), default=None)})
    alike: dict[int, dict[tuple[int, Decimal], Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    keys = ("activity", "price", "of_user", "of_day")
    for key, written, user, day, total in rows.values_list(*keys).annotate(Sum("hours")):
        activity, price = prices.activities[key], written
        if price is None:
            price = prices.price(activity, user, day).amount
        if price is None:
            found[activity.project_id].unpriced += exact(total)
        elif price:
            alike[activity.project_id][key, price] += exact(total)
    for key, one in found.items():
        one.add_work(alike[key])
        one.add_rest(rest[key])
    for key, amounts in billing().amounts(prices.projects).items():
        found[key].drafts = sum(amounts.drafted.values(), NOTHING)
    return found


# Which rows can be invoiced


def ready_entries(until: date | None = None) -> QuerySet[TimeEntry]:
    """Return the entries that are approved, billable, cost something and are not invoiced."""
    rows = TimeEntry.objects.filter(billable=True, approved_at__isnull=False)
    rows = rows.filter(Q(price=None) | Q(price__gt=0)).exclude(billing().of_entries())
    return rows.filter(day__lte=until) if until else rows


def ready_expenses(until: date | None = None) -> QuerySet[Expense]:
    rows = Expense.objects.filter(billable=True).exclude(billing().of_expenses())
    return rows.filter(day__lte=until) if until else rows


def ready_items() -> QuerySet[PlanItem]:
    """Return the items of payment plans that are due, of projects that are agreed."""
    rows = PlanItem.objects.filter(due_on__lte=timezone.localdate())
    rows = rows.exclude(price_model__project__state=Project.State.OFFER)
    return rows.exclude(billing().of_plan_items())


def with_some(until: date | None = None) -> Q:
    """Return the condition that a project has something that can be invoiced. Two queries."""
    running = PriceModel.objects.filter(
        kind=PriceModel.Kind.SUBSCRIPTION, starts_on__lte=timezone.localdate()
    )
    running = running.exclude(project__state=Project.State.OFFER).order_by()
    due = {one.model.project_id for one in _begun(running)}
    return (
        Q(pk__in=ready_entries(until).order_by().values("activity__project"))
        | Q(pk__in=ready_expenses(until).order_by().values("project"))
        | Q(pk__in=ready_items().order_by().values("price_model__project"))
        | Q(pk__in=due)
    )


def _hours(entry: TimeEntry, prices: Prices) -> Hours:
    activity = prices.activities[entry.activity_id]
    price, missing = entry.price, ""
    if price is None:
        found = prices.price(activity, entry.user_id, entry.day)
        price, missing = found.amount, found.missing
    return Hours(
        key=entry.pk,
        user=entry.user_id,
        activity=activity,
        model=prices.model_of(activity),
        day=entry.day,
        hours=entry.hours,
        comment=entry.comment,
        price=price,
        missing=missing,
        is_written=entry.price is not None,
    )


def _rest(prices: Prices, until: date | None, among: Choice | None = None) -> dict[int, Unbilled]:
    """Return all but hours."""
    found = {
        key: Unbilled(project, prices.currency(project)) for key, project in prices.projects.items()
    }
    models = {one.pk: one for one in chain.from_iterable(prices.models.values())}
    items = ready_items().filter(price_model__in=models)
    if among is not None:
        items = items.filter(pk__in=among.items)
    for item in items.order_by("due_on", "order", "pk"):
        item.price_model = models[item.price_model_id]
        of_project = found[item.price_model.project_id]
        item.amount = rounded(item.amount, of_project.currency)  # as it is invoiced
        of_project.items.append(item)
    agreed = (one for one in models.values() if prices.projects[one.project_id].is_agreed)
    for begun in _begun(one for one in agreed if one.kind == PriceModel.Kind.SUBSCRIPTION):
        if among is None or begun.key in among.periods:
            of_project = found[begun.model.project_id]
            amount = rounded(begun.model.amount or NOTHING, of_project.currency)
            of_project.periods.append(replace(begun, amount=amount))
    spent = ready_expenses(until).filter(project__in=prices.projects)
    if among is not None:
        spent = spent.filter(pk__in=among.expenses)
    for expense in spent.order_by("day", "pk"):
        percent, of_project = spending.surcharge(expense, prices), found[expense.project_id]
        charged = spending.charged(expense.cost, percent, of_project.currency)
        of_project.expenses.append(Spent(expense, percent, charged))
    return found


def _begun(models: Iterable[PriceModel]) -> list[Begun]:
    """Return the periods of subscriptions that have begun and are not invoiced. One query."""
    running = list(models)
    billed: Mapping[int, Collection[date]] = (
        billing().periods([model.pk for model in running]) if running else {}
    )
    return [
        Begun(model, first, last)
        for model in running
        for first, last in subscriptions.periods(model, timezone.localdate())
        if first not in billed.get(model.pk, ())
    ]
