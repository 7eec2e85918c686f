"""The price models of a project: what its page shows of them, and changing them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from customers.holding import ChangedMeanwhile
from customers.models import Customer
from customers.places import PLACES
from moment import money
from moment.projects import billable, billed, sharing
from moment.projects.billing import OnInvoice, billing
from moment.projects.holding import held
from moment.projects.models import (
    Activity,
    PlanItem,
    PriceModel,
    Project,
)
from moment.projects.payers import Payers
from moment.projects.percents import in_words as in_percent
from moment.projects.pricing import Prices
from moment.projects.sharing import Part
from moment.templatetags.moment import full_date

Kind = PriceModel.Kind
# Those whose amounts fall due by a plan.
WITH_PLAN = (Kind.FIXED, Kind.OFFER)


class Refused(Exception):
    """A customer cannot be added to a price model any more; the text says why."""

    def __init__(self, customer: int, why: str) -> None:
        super().__init__(customer, why)
        self.customer, self.why = customer, why


class InUse(Exception):
    """The price model cannot be removed; the text says why."""


# Changing them


def save(
    model: PriceModel,
    *,
    version: int,
    further: Mapping[int, Decimal],
    plan: Sequence[PlanItem] | None,
) -> list[str]:
    """Save a valid price model with the parts of further customers, by key, and its plan.

    A new one becomes the last of the project. `version` is the one that was shown. The plan is
    replaced by these items, those with a key of its own keeping their row; None: it stays. Return
    what became of hours with it, in sentences. Raises ChangedMeanwhile, Refused, OnInvoice, and
    what `holding.held` raises; then nothing is saved.
    """
    with held(model.project, further) as project:
        shared: set[int] = set()
        if model.pk is None:
            last = project.price_models.aggregate(last=Max("order"))["last"]
            model.order = 0 if last is None else last + 1
        else:
            stored = _stored(model)
            if stored is None or stored.version != version:
                raise ChangedMeanwhile(stored)
            shared = set(stored.shares.values_list("customer", flat=True))
            billed.check_subscription(stored, model)
            if plan is not None:
                billed.check_plan(list(stored.plan.order_by("order", "pk")), plan)
            model.order, model.version = stored.order, stored.version + 1
        _check(further.keys() - shared)
        with billable.in_step(project) as told:
            model.save()
        sharing.store(model, further)
        if plan is not None:
            _store_plan(model, plan)
    return told


def remove(model: PriceModel) -> None:
    """Remove a price model with its shares and plan; one that is gone already stays so.

    Raises InUse where work is priced by it or it is the only one, and OnInvoice.
    """
    with held(model.project):
        stored = _stored(model)
        if stored is None:
            return
        if why := why_stays(stored):
            raise InUse(why)
        if place := billing().place_of_model(stored.pk):
            raise OnInvoice(place)
        stored.delete()


def make_first(model: PriceModel) -> list[str]:
    """Put a price model before the others of its project, so that it is the default.

    Return what became of hours with it, in sentences. Raises ChangedMeanwhile where it is gone.
    """
    with held(model.project) as project, billable.in_step(project) as told:
        rows = list(project.price_models.select_for_update(of=("self",)).order_by("order", "pk"))
        if model.pk not in {row.pk for row in rows}:
            raise ChangedMeanwhile(None)
        rows.sort(key=lambda row: row.pk != model.pk)
        for place, row in enumerate(rows):
            if row.order != place:
                row.order = place
                row.save()
    return told


def why_stays(model: PriceModel) -> str:
    """Return why a price model cannot be removed, empty where it can. Three queries at most."""
    others = model.project.price_models.exclude(pk=model.pk)
    if not others.exists():
        return _("It is the only one: a project always has a price model.")
    used = model.project.activities.filter(price_model=model).count()
    if used:
        return ngettext(
            "%(count)s activity has it. Give the activity another one first.",
            "%(count)s activities have it. Give the activities another one first.",
            used,
        ) % {"count": used}
    follow = model.project.activities.filter(price_model=None).count()
    if follow and model.pk == first_of(model.project):
        return ngettext(
            "%(count)s activity follows it as the default. Make another one the default first.",
            "%(count)s activities follow it as the default. Make another one the default first.",
            follow,
        ) % {"count": follow}
    return ""


def first_of(project: Project) -> int | None:
    """Return the key of the project's default price model. One query."""
    return project.price_models.order_by("order", "pk").values_list("pk", flat=True).first()


def _stored(model: PriceModel) -> PriceModel | None:
    rows = PriceModel.objects.select_for_update(of=("self",)).select_related("price_list")
    return rows.filter(pk=model.pk, project=model.project_id).first()


def _check(added: set[int]) -> None:
    for customer in Customer.objects.filter(pk__in=added).order_by("pk"):
        if why := PLACES["price_model"].why_not(customer):
            raise Refused(customer.pk, why)


def _store_plan(model: PriceModel, plan: Sequence[PlanItem]) -> None:
    there = {item.pk: item for item in model.plan.order_by("pk")}
    for place, wanted in enumerate(plan):
        item = there.pop(wanted.pk, None) or PlanItem(price_model=model)
        values = {"order": place, "text": wanted.text, "amount": wanted.amount}
        values["due_on"] = wanted.due_on
        if item.pk is None or any(getattr(item, name) != now for name, now in values.items()):
            for name, now in values.items():
                setattr(item, name, now)
            item.save()
    for item in there.values():
        item.delete()


# What the page shows


@dataclass(frozen=True)
class Row:
    """A price model on the page. Amounts are None for whoever may not see them."""

    model: PriceModel
    is_first: bool
    facts: str
    parts: Sequence[Part]
    plan: list[PlanItem]
    total: Decimal | None
    # Activities that it prices, and those of them with a rate that is agreed.
    used: int
    agreed: list[Activity]
    removable: bool

    @property
    def is_shared(self) -> bool:
        return len(self.parts) > 1


@dataclass(frozen=True)
class Card:
    rows: list[Row]
    currency: str
    amounts: bool
    may_change: bool


def card(prices: Prices, paying: Payers, user: Any) -> Card:
    """Return what the page of the only project of these prices shows of its price models.

    The default first. One query, and what the prices have not read yet.
    """
    amounts = user.has_perm("projects.view_amounts")
    (project,) = prices.projects.values()
    models = prices.models.get(project.pk, ())
    plans: dict[int, list[PlanItem]] = defaultdict(list)
    for item in PlanItem.objects.filter(price_model__in=models):
        plans[item.price_model_id].append(item)
    first = models[0].pk if models else None
    activities: dict[int | None, list[Activity]] = defaultdict(list)
    for activity in prices.activities.values():
        activities[activity.price_model_id or first].append(activity)
    currency = prices.currency(project)
    rows = []
    for model in models:
        using, plan = activities[model.pk], plans[model.pk]
        agreed = [one for one in using if one.hourly_rate is not None]
        rows.append(
            Row(
                model=model,
                is_first=model.pk == first,
                facts=facts(model, currency if amounts else None),
                parts=paying.models[model.pk],
                plan=plan,
                total=sum((item.amount for item in plan), Decimal(0)) if amounts else None,
                used=len(using),
                agreed=agreed if amounts else [],
                removable=not using and len(models) > 1,
            )
        )
    return Card(rows, currency, amounts, user.has_perm("projects.change_project"))


def facts(model: PriceModel, currency: str | None) -> str:
    """Return in a line what a price model says; without a currency nothing of amounts."""
    match model.kind:
        case Kind.HOURLY if model.price_list:
            return _("Price list: %(name)s") % {"name": model.price_list}
        case Kind.HOURLY:
            return str(model.get_rates_from_display())
        case Kind.SUBSCRIPTION:
            told = [str(model.get_interval_display()).lower(), _period(model)]
            if currency is not None:
                told.insert(0, f"{money.amount(model.amount)} {currency}")
            return ", ".join(told)
        case Kind.FIXED:
            return _("The price is agreed, whatever the hours")
        case Kind.OFFER:
            return _("Agreed rates, and fixed prices by a plan")
    return _("Nothing is invoiced")


def in_words(model: PriceModel, currency: str | None) -> str:
    """Return a stored price model with its shares and plan in a line. Two queries."""
    told = [str(model.get_kind_display())]
    if model.name:
        told.insert(0, model.name)
    if model.kind in (Kind.HOURLY, Kind.SUBSCRIPTION):
        told.append(facts(model, currency))
    shares = model.shares.select_related("customer")
    told += [f"{share.customer} {in_percent(share.percent)}" for share in shares]
    if model.kind in WITH_PLAN:
        plan = list(model.plan.all())
        count = ngettext("%(count)s item", "%(count)s items", len(plan)) % {"count": len(plan)}
        total = money.amount(sum((item.amount for item in plan), Decimal(0)))
        told.append(count if currency is None else f"{count}, {total} {currency}")
    return "; ".join(told)


def _period(model: PriceModel) -> str:
    begins = full_date(model.starts_on)
    if model.ends_on is None:
        return _("from %(first)s") % {"first": begins}
    return _("from %(first)s until %(last)s") % {"first": begins, "last": full_date(model.ends_on)}
