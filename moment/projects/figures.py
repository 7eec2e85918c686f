"""What projects amount to: hours, the value of the work, and what is not yet invoiced."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.db.models import Q, Sum
from django.utils import timezone

from customers.invoice_lines import rounded
from moment.projects import expenses, subscriptions
from moment.projects.models import Activity, PlanItem, PriceModel, Project, TimeEntry
from moment.projects.pricing import Prices
from moment.projects.sums import exact


@dataclass
class Figures:
    """One project's. Hours as they are; amounts in its currency, excluding VAT."""

    currency: str
    hours: Decimal = Decimal(0)
    billable: Decimal = Decimal(0)
    unapproved: Decimal = Decimal(0)
    # Billable hours of which nobody knows the price.
    unpriced: Decimal = Decimal(0)
    estimated: Decimal = Decimal(0)
    # Not yet invoiced: approved billable hours, what is due by plans and subscriptions, expenses.
    work: Decimal = Decimal(0)
    plan: Decimal = Decimal(0)
    subscriptions: Decimal = Decimal(0)
    expenses: Decimal = Decimal(0)
    # Of plans, what falls due later.
    coming: Decimal = Decimal(0)
    by_user: dict[int, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    by_activity: dict[int, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    # All that is not yet invoiced by price model, None for a project without any.
    by_model: dict[int | None, Decimal] = field(default_factory=lambda: defaultdict(Decimal))

    @property
    def to_invoice(self) -> Decimal:
        """All that is not yet invoiced."""
        return self.work + self.plan + self.subscriptions + self.expenses

    @property
    def remaining(self) -> Decimal:
        """What of work and plans is not yet invoiced, what falls due later with it."""
        return self.work + self.plan + self.coming

    def add(self, kind: str, amount: Decimal, model: int | None) -> None:
        """Add an amount of a kind, `work` for one, that a price model's customers pay."""
        setattr(self, kind, getattr(self, kind) + amount)
        self.by_model[model] += amount


def of(projects: Iterable[Project], on: date | None = None) -> dict[int, Figures]:
    """Return the figures of projects, by key, as they are on a day; at most fourteen queries.

    The projects bring their customers.
    """
    on = on or timezone.localdate()
    prices = Prices(projects)
    found = {key: Figures(prices.currency(project)) for key, project in prices.projects.items()}
    _add_hours(found, prices)
    _add_plans(found, prices, on)
    _add_expenses(found, prices)
    return found


def _add_hours(found: Mapping[int, Figures], prices: Prices) -> None:
    """Add up hours by activity, colleague and day, since the price hangs on these."""
    activities = {
        row.pk: row for row in Activity.objects.filter(project__in=prices.projects).order_by()
    }
    for activity in activities.values():
        found[activity.project_id].estimated += activity.estimated_hours or 0
    rows = TimeEntry.objects.filter(activity__project__in=prices.projects).order_by()
    approved = Q(approved_at__isnull=False)
    sums = rows.values("activity", "user").annotate(
        all=Sum("hours"),
        charged=Sum("hours", filter=Q(billable=True)),
        open=Sum("hours", filter=~approved),
    )
    for row in sums:
        figures = found[activities[row["activity"]].project_id]
        figures.hours += exact(row["all"])
        figures.billable += exact(row["charged"])
        figures.unapproved += exact(row["open"])
        figures.by_user[row["user"]] += exact(row["all"])
        figures.by_activity[row["activity"]] += exact(row["all"])
    billable = rows.filter(billable=True)
    fixed = billable.exclude(price=None).values_list("activity", "price").annotate(Sum("hours"))
    for key, price, hours in fixed:
        _add_work(found, prices, activities[key], price * exact(hours))
    following = billable.filter(price=None).annotate(is_open=Q(approved_at=None))
    keys = ("activity", "user", "day", "is_open")
    for key, user, day, is_open, hours in following.values_list(*keys).annotate(Sum("hours")):
        activity = activities[key]
        price = prices.price(activity, user, day).amount
        if price is None:
            found[activity.project_id].unpriced += exact(hours)
        elif not is_open:
            _add_work(found, prices, activity, price * exact(hours))


def _add_work(
    found: Mapping[int, Figures], prices: Prices, activity: Activity, value: Decimal
) -> None:
    figures, model = found[activity.project_id], prices.model_of(activity)
    figures.add("work", rounded(value, figures.currency), model.pk if model else None)


def _add_plans(found: Mapping[int, Figures], prices: Prices, on: date) -> None:
    items = PlanItem.objects.filter(price_model__project__in=prices.projects).order_by()
    keys = ("price_model__project", "price_model")
    due = Sum("amount", filter=Q(due_on__lte=on), default=Decimal(0))
    sums = items.values_list(*keys).annotate(due=due, whole=Sum("amount"))
    for project, key, amount, whole in sums:
        # Before the customer has agreed nothing falls due, whatever the date.
        now = exact(amount) if prices.projects[project].is_agreed else Decimal(0)
        found[project].add("plan", now, key)
        found[project].coming += exact(whole) - now
    running = PriceModel.objects.filter(
        project__in=prices.projects, kind=PriceModel.Kind.SUBSCRIPTION
    )
    for model in running:
        if not prices.projects[model.project_id].is_agreed:
            continue
        periods = len(subscriptions.begun(model, on))
        amount = periods * (model.amount or Decimal(0))
        found[model.project_id].add("subscriptions", amount, model.pk)


def _add_expenses(found: Mapping[int, Figures], prices: Prices) -> None:
    for project, amount in expenses.to_invoice(prices).items():
        first = prices.first_of(project)
        found[project].add("expenses", amount, first.pk if first else None)
