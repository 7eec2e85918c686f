"""What is on invoices and drafts stays as it is: what may not be changed underneath them.

For whoever has the project, or the rows themselves, locked. All raise OnInvoice.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date

from moment.projects.billing import OnInvoice, Place, billing
from moment.projects.models import Expense, PlanItem, PriceModel, TimeEntry


def check_entries(entries: Collection[int]) -> None:
    """Refuse to have the approval of entries, by key, taken back. One query."""
    _refuse(billing().places_of_entries(entries))


def check_removal(row: TimeEntry | Expense) -> None:
    """Refuse to have an entry or an expense removed that is on one, or ever was. One query."""
    if isinstance(row, TimeEntry):
        _refuse(billing().places_of_entries([row.pk], ever=True))
    else:
        _refuse(billing().places_of_expenses([row.pk], ever=True))


def check_expense(expense: Expense) -> None:
    """Refuse to have an expense changed. One query."""
    _refuse(billing().places_of_expenses([expense.pk]))


def check_plan(there: Sequence[PlanItem], plan: Sequence[PlanItem]) -> None:
    """Refuse a plan in place of the items there that changes or leaves out what is on one.

    `field` is the place of the row that is meant, if it is still there. Two queries.
    """
    keys = [item.pk for item in there]
    places = billing().places_of_plan_items(keys)
    ever = billing().places_of_plan_items(keys, ever=True)
    wanted = {item.pk: (place, item) for place, item in enumerate(plan)}
    for item in there:
        if item.pk not in wanted:
            if item.pk in ever:
                raise OnInvoice(ever[item.pk], "plan")
            continue
        row, now = wanted[item.pk]
        if item.pk in places and _as_billed(item) != _as_billed(now):
            raise OnInvoice(places[item.pk], row)


def check_subscription(stored: PriceModel, now: PriceModel) -> None:
    """Refuse changes to a subscription that concern periods which are on one. One query.

    Its amount can be another for periods to come, so it stays only while one is on a draft; and it
    can end, but not before a period that is paid for.
    """
    if stored.kind != PriceModel.Kind.SUBSCRIPTION:
        return
    places = billing().places_of_periods(stored.pk)
    if not places:
        return
    last: date = max(places)
    for name in ("kind", "interval", "starts_on"):
        if getattr(stored, name) != getattr(now, name):
            raise OnInvoice(places[last], name)
    if now.ends_on and now.ends_on < last and now.ends_on != stored.ends_on:
        raise OnInvoice(places[last], "ends_on")
    drafts = [place for place in places.values() if not place.number]
    if drafts and stored.amount != now.amount:
        raise OnInvoice(drafts[0], "amount")


def _as_billed(item: PlanItem) -> tuple[object, ...]:
    return item.text, item.amount


def _refuse(places: Mapping[int, Place]) -> None:
    for place in places.values():
        raise OnInvoice(place)
