"""What projects amount to: hours, the value of the work, and what is not yet invoiced."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import chain

from django.db.models import Case, Count, F, Q, QuerySet, Sum, Value, When
from django.utils import timezone

from moment.money import rounded
from moment.projects import expenses, subscriptions
from moment.projects.billing import billing
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
    # Not yet invoiced: approved billable hours, what is due by plans and subscriptions, expenses,
    # and what is on drafts of invoices already.
    work: Decimal = Decimal(0)
    plan: Decimal = Decimal(0)
    subscriptions: Decimal = Decimal(0)
    expenses: Decimal = Decimal(0)
    drafts: Decimal = Decimal(0)
    invoiced: Decimal = Decimal(0)
    # Of plans, what falls due later.
    coming: Decimal = Decimal(0)
    by_user: dict[int, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    by_activity: dict[int, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    # All that is not yet invoiced by price model, None for a project without any.
    by_model: dict[int | None, Decimal] = field(default_factory=lambda: defaultdict(Decimal))

    @property
    def to_invoice(self) -> Decimal:
        """All that is not yet invoiced."""
        return self.work + self.plan + self.subscriptions + self.expenses + self.drafts

    @property
    def remaining(self) -> Decimal:
        """What of work and plans is not yet invoiced, what falls due later with it."""
        return self.work + self.plan + self.drafts + self.coming

    def add(self, kind: str, amount: Decimal, model: int | None) -> None:
        """Add an amount of a kind, `work` for one, that a price model's customers pay."""
        setattr(self, kind, getattr(self, kind) + amount)
        self.by_model[model] += amount


def of(projects: Iterable[Project], on: date | None = None) -> dict[int, Figures]:
    """Return the figures of projects, by key, as they are on a day; at most thirteen queries.

    The projects bring their customers.
    """
    return by(Prices(projects), on)


def by(prices: Prices, on: date | None = None) -> dict[int, Figures]:
    """Return the same of the projects of these prices, which others may have use for."""
    found = _none(prices)
    rows = _entries(prices).annotate(
        who=F("user"), is_open=Q(approved_at=None), is_billed=billing().of_entries()
    )
    _add_hours(found, prices, rows)
    _add_plans(found, prices, on or timezone.localdate())
    _add_expenses(found, prices)
    _add_drafts(found, prices)
    return found


def unbilled(prices: Prices, *, until: date | None = None) -> dict[int, Figures]:
    """Return figures of nothing but what is not yet invoiced, which takes fewer rows.

    With a day only of what was done or fell due until then, and stands on no draft either.
    """
    found = _none(prices)
    rows = _entries(prices).filter(billable=True, approved_at__isnull=False)
    rows = rows.exclude(price=0).exclude(billing().of_entries())
    # Whose they are tells only where the price is not written down; the rest is known already.
    who = Case(When(price=None, then=F("user")), default=None)
    rows = rows.annotate(who=who, is_open=Value(False), is_billed=Value(False))
    _add_hours(found, prices, rows.filter(day__lte=until) if until else rows)
    _add_plans(found, prices, until or timezone.localdate())
    _add_expenses(found, prices, until)
    if until is None:
        _add_drafts(found, prices)
    return found


def _none(prices: Prices) -> dict[int, Figures]:
    return {key: Figures(prices.currency(project)) for key, project in prices.projects.items()}


def _entries(prices: Prices) -> QuerySet[TimeEntry]:
    return TimeEntry.objects.filter(activity__project__in=prices.projects).order_by()


def _add_drafts(found: Mapping[int, Figures], prices: Prices) -> None:
    for key, amounts in billing().amounts(prices.projects).items():
        found[key].invoiced = sum(amounts.invoiced.values(), Decimal(0))
        for model, amount in amounts.drafted.items():
            found[key].add("drafts", amount, model)


def _add_hours(found: Mapping[int, Figures], prices: Prices, rows: QuerySet[TimeEntry]) -> None:
    """Add up hours by activity, colleague and day, since the price hangs on these. Two queries.

    What the hours of an activity at a price are worth is rounded once, as lines of invoices are.
    """
    activities = prices.activities
    for activity in activities.values():
        found[activity.project_id].estimated += activity.estimated_hours or 0
    # The day tells only where the price is not written down, and is left out where it is.
    follows = Case(When(billable=True, price=None, then=F("day")), default=None)
    rows = rows.annotate(priced_on=follows)
    keys = ("activity", "who", "price", "billable", "is_open", "priced_on", "is_billed")
    sums = rows.values_list(*keys)
    fixed: dict[tuple[int, Decimal], Decimal] = defaultdict(Decimal)
    for key, user, price, is_billable, is_open, day, is_billed, total in sums.annotate(
        Sum("hours")
    ):
        activity, hours = activities[key], exact(total)
        figures = found[activity.project_id]
        figures.hours += hours
        figures.by_user[user] += hours
        figures.by_activity[key] += hours
        if is_open:
            figures.unapproved += hours
        if not is_billable:
            continue
        figures.billable += hours
        if is_billed:
            continue
        if price is not None:
            fixed[key, price] += hours
            continue
        value = prices.price(activity, user, day).amount
        if value is None:
            figures.unpriced += hours
        elif not is_open:
            fixed[key, value] += hours
    for (key, price), hours in fixed.items():
        _add_work(found, prices, activities[key], price * hours)


def _add_work(
    found: Mapping[int, Figures], prices: Prices, activity: Activity, value: Decimal
) -> None:
    figures, model = found[activity.project_id], prices.model_of(activity)
    figures.add("work", rounded(value, figures.currency), model.pk if model else None)


def _add_plans(found: Mapping[int, Figures], prices: Prices, on: date) -> None:
    items = PlanItem.objects.filter(price_model__project__in=prices.projects).order_by()
    items = items.exclude(billing().of_plan_items())
    # Each is rounded by itself, as lines of invoices are.
    keys = ("price_model__project", "price_model", "amount")
    alike = items.values_list(*keys).annotate(
        due=Count("pk", filter=Q(due_on__lte=on)), count=Count("pk")
    )
    for project, key, amount, due, count in alike:
        # Before the customer has agreed nothing falls due, whatever the date.
        now = due if prices.projects[project].is_agreed else 0
        one = rounded(amount, found[project].currency)
        found[project].add("plan", now * one, key)
        found[project].coming += (count - now) * one
    running = [
        model
        for model in chain.from_iterable(prices.models.values())
        if model.kind == PriceModel.Kind.SUBSCRIPTION
        if prices.projects[model.project_id].is_agreed
    ]
    billed = billing().periods([model.pk for model in running]) if running else {}
    for model in running:
        periods = set(subscriptions.begun(model, on)).difference(billed.get(model.pk, ()))
        figures = found[model.project_id]
        one = rounded(model.amount or Decimal(0), figures.currency)
        figures.add("subscriptions", len(periods) * one, model.pk)


def _add_expenses(found: Mapping[int, Figures], prices: Prices, until: date | None = None) -> None:
    for project, amount in expenses.to_invoice(prices, until).items():
        first = prices.first_of(project)
        found[project].add("expenses", amount, first.pk if first else None)
