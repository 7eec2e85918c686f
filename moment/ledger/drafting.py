"""Making drafts of invoices from work that is chosen, safe when two people do it at once.

Locks are taken in one order: customers, projects, entries, plans, expenses, each by key.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import translation
from django.utils.translation import gettext as _

from customers import invoicing
from customers.models import Customer, ProjectRole
from moment.invoice_settings.written import Written, write_down
from moment.ledger import composing, holding, splitting, spreading, totals
from moment.ledger.composing import Composed, Names, Share
from moment.ledger.models import (
    BilledExpense,
    BilledPeriod,
    BilledPlanItem,
    BilledTime,
    Invoice,
    InvoiceLine,
)
from moment.ledger.splitting import Owed
from moment.ledger.unbilled import Choice, Unbilled, of
from moment.models import CompanySettings, User
from moment.projects import payers, sharing
from moment.projects.models import Expense, PlanItem, PriceModel, Project, TimeEntry
from moment.projects.pricing import Prices
from moment.projects.sharing import Part
from moment.turns import in_turn
from moment.unsent import NotSaved

# A customer that pays a share sees what it comes to, and nothing of the hours.
_WITHOUT_HOURS = {"hours_specification": "none", "summary": "none", "attach_receipts": False}
_BATCH = 500


class CannotDraft(Exception):
    """No draft can be made of this; the text says why. Nothing was saved."""


@dataclass
class _Plan:
    """A draft to be made: for whom, by whose settings, and what of."""

    customer: Customer
    project: Project | None
    currency: str
    shares: list[Share] = field(default_factory=list)


def draft(customer: Customer, choice: Choice, *, by: User, together: bool) -> list[Invoice]:
    """Make drafts of what is chosen of a customer's projects and return them.

    One for each project, or one for all together, by the settings of the customer then; what is in
    another currency gets one of its own. Customers who share a price model get one each, `part_of`
    the one with the work. Raises CannotDraft where something is on a draft or an invoice already,
    or cannot be invoiced, and MergedMeanwhile or NotSaved where something became another just then.
    """
    if not choice:
        raise CannotDraft(_("Nothing is chosen."))
    try:
        with in_turn(), transaction.atomic():
            prices, shares = _locked(customer, choice, by)
            company = CompanySettings.current()
            made = [
                invoice
                for plan in _plans(shares, prices, together)
                for invoice in _make(plan, prices, company)
            ]
            holding.touch(invoice.customer_id for invoice in made)
    except IntegrityError as error:
        raise CannotDraft(_gone()) from error
    return made


def empty(
    customer: Customer,
    project: Project | None,
    *,
    currency: str = "",
    part_of: Invoice | None = None,
) -> Invoice:
    """Return a draft without lines, by the settings in force now; not saved.

    In their currency unless there is another one.
    """
    values = write_down(invoicing.effective(customer, project))
    if currency:
        values["currency"] = currency
    if part_of is not None:
        values |= _WITHOUT_HOURS
    settings = Written(values)
    key = settings.value("invoice_contact")
    contact = customer.contacts.select_related("person").filter(pk=key).first() if key else None
    return Invoice(
        customer=customer,
        project=project,
        part_of=part_of,
        currency=settings.value("currency"),
        invoice_settings=values,
        contact=str(contact or "")[:200],
    )


# What it is made of


def _locked(customer: Customer, choice: Choice, by: User) -> tuple[Prices, list[Share]]:
    """Return what is chosen as it is now, locked with all it hangs on."""
    keys = _projects_of(choice)
    visible = Project.objects.visible_to(by).filter(pk__in=keys)
    customers = _lock_customers(customer, visible)
    rows = visible.select_for_update(of=("self",)).order_by("pk")
    projects = list(rows)
    if len(projects) < len(keys) or any(one.customer_id != customer.pk for one in projects):
        raise CannotDraft(_("Some of this is not %(customer)s's.") % {"customer": customer})
    for project in projects:
        project.customer = customers[customer.pk]
    _lock(TimeEntry.objects.filter(pk__in=choice.entries))
    _lock(PlanItem.objects.filter(pk__in=choice.items))
    _lock(Expense.objects.filter(pk__in=choice.expenses))
    prices = Prices(projects)
    found = of(prices, among=choice)
    _check_whole(found.values(), choice)
    return prices, _shares(found, prices, customers)


def _projects_of(choice: Choice) -> set[int]:
    """Return the projects of what is chosen, by key. Four queries."""
    models = {model for model, _day in choice.periods}
    found = (
        TimeEntry.objects.filter(pk__in=choice.entries).values_list("activity__project"),
        PlanItem.objects.filter(pk__in=choice.items).values_list("price_model__project"),
        PriceModel.objects.filter(pk__in=models).values_list("project"),
        Expense.objects.filter(pk__in=choice.expenses).values_list("project"),
    )
    return {key for rows in found for (key,) in rows.order_by().distinct()}


def _lock_customers(customer: Customer, projects: Any) -> dict[int, Customer]:
    """Lock a customer and all who pay shares of projects, and return them by key."""
    sharing_ones = Customer.with_merged.filter(
        project_shares__price_model__project__in=projects
    ).order_by()
    keys = {customer.pk, *sharing_ones.values_list("pk", flat=True)}
    return holding.look_and_lock(keys)


def _lock(rows: Any) -> None:
    list(rows.select_for_update(of=("self",)).order_by("pk").values_list("pk"))


def _check_whole(found: Iterable[Unbilled], choice: Choice) -> None:
    """Raise CannotDraft unless all that is chosen can be invoiced, for the first time."""
    rows = list(found)
    if any(one.unpriced for one in rows):
        raise CannotDraft(_("Nobody knows the price of some of these hours. Give them one first."))
    there = [one.choice for one in rows]
    for name in ("entries", "items", "periods", "expenses"):
        if getattr(choice, name) != frozenset().union(*(getattr(one, name) for one in there)):
            raise CannotDraft(_gone())


def _gone() -> str:
    return _(
        "Some of this is on a draft or an invoice already, or was changed just now. "
        "Nothing was made; look at what is left."
    )


def _shares(
    found: Mapping[int, Unbilled], prices: Prices, customers: Mapping[int, Customer]
) -> list[Share]:
    """Return what is chosen by price model, each with its payers."""
    paying = payers.by(prices)
    shares: dict[Hashable, Share] = {}

    def of_model(project: Project, model: PriceModel | None) -> Share:
        key = project.pk, model.pk if model else None
        if key not in shares:
            parts = paying[project.pk].models.get(model.pk) if model else None
            parts = parts or [Part(project.customer, sharing.WHOLE, True)]
            shares[key] = Share(project, model, _payers(parts, customers))
        return shares[key]

    for key, one in found.items():
        project = one.project
        for hours in one.hours:
            of_model(project, hours.model).hours.append(hours)
        for item in one.items:
            of_model(project, item.price_model).items.append(item)
        for begun in one.periods:
            of_model(project, begun.model).periods.append(begun)
        for spent in one.expenses:
            of_model(project, prices.first_of(key)).expenses.append(spent)
    return list(shares.values())


def _payers(parts: Sequence[Part], customers: Mapping[int, Customer]) -> list[Part]:
    """Return those who pay, who gets the work first: the own customer, else the largest payer.

    The first one counts as the own, so that what rounding leaves over is theirs.
    """
    paying = [part for part in parts if part.percent > 0]
    if strangers := [part for part in paying if part.customer.pk not in customers]:
        raise NotSaved(
            _("%(customer)s was given a share just now.") % {"customer": strangers[0].customer}
        )
    # By key, so that two who are equal are told apart in the same way each time.
    paying.sort(key=lambda part: (not part.is_own, -part.percent, part.customer.pk))
    found = [
        Part(customers[part.customer.pk], part.percent, place == 0)
        for place, part in enumerate(paying)
    ]
    for part in found:
        if part.customer.status == Customer.Status.BLOCKED:
            told = {"customer": part.customer}
            raise CannotDraft(_("%(customer)s is blocked, so it cannot be invoiced.") % told)
    return found


def _plans(shares: Iterable[Share], prices: Prices, together: bool) -> list[_Plan]:
    """Return which drafts are to be made, by who gets the work."""
    plans: dict[Hashable, _Plan] = {}
    for share in shares:
        currency, project = prices.currency(share.project), None if together else share.project
        key = share.payer.pk, currency, project.pk if project else None
        if key not in plans:
            # The project's settings are for its own customer, not for one who shares it.
            own = project if project and project.customer_id == share.payer.pk else None
            plans[key] = _Plan(share.payer, own, currency)
        plans[key].shares.append(share)
    return list(plans.values())


# Making them


def _make(plan: _Plan, prices: Prices, company: CompanySettings) -> list[Invoice]:
    """Make a draft, and one for each of the others who share what is on it."""
    _write_down_prices(plan.shares)
    first = empty(plan.customer, plan.project, currency=plan.currency)
    with translation.override(first.language):
        lines = composing.compose(plan.shares, first.written, _names(plan.shares, prices))
        owed = splitting.split(lines, plan.shares, plan.currency)
        lines += [composing.deduction(one.share, one.part, one.amount) for one in owed]
        lines += composing.charge(first.written)
    _store(first, lines, company)
    by_customer: dict[int, list[Owed]] = defaultdict(list)
    for one in owed:
        by_customer[one.part.customer.pk].append(one)
    made = [first]
    for theirs in by_customer.values():
        part = empty(theirs[0].part.customer, None, currency=plan.currency, part_of=first)
        with translation.override(part.language):
            lines = [composing.part_of(one.share, one.part, one.amount, one.days) for one in theirs]
            lines += composing.charge(part.written)
        _store(part, lines, company)
        made.append(part)
    return made


def _names(shares: Iterable[Share], prices: Prices) -> Names:
    """Return what those who worked are called. Two queries, and what prices has not read yet."""
    hours = [(share.project.pk, one.user, one.day) for share in shares for one in share.hours]
    users = User.objects.filter(pk__in={user for _project, user, _day in hours})
    roles = {role.pk: role.name for role in ProjectRole.objects.all()}
    return Names(
        {user.pk: str(user) for user in users},
        {one: roles.get(prices.role(*one) or 0, "") for one in hours},
    )


def _write_down_prices(shares: Iterable[Share]) -> None:
    """Have hours that got their price after they were approved keep the one they have now."""
    alike: dict[Decimal, list[int]] = defaultdict(list)
    for share in shares:
        for one in share.hours:
            if not one.is_written and one.price is not None:
                alike[one.price].append(one.key)
    for price, keys in alike.items():
        for start in range(0, len(keys), _BATCH):
            some = TimeEntry.objects.filter(pk__in=keys[start : start + _BATCH], price=None)
            some.update(price=price)


def _store(invoice: Invoice, lines: Sequence[Composed], company: CompanySettings) -> None:
    """Save a draft with its lines and what of the work is on them."""
    invoice.save()
    rows = [
        composing.stored(one, place, invoice.written, invoice.customer, company)
        for place, one in enumerate(lines)
    ]
    for row in rows:
        row.invoice = invoice
    InvoiceLine.objects.bulk_create(rows)
    times, items, periods, expenses = [], [], [], []
    for row, one in zip(rows, lines, strict=True):
        times += [BilledTime(line=row, entry_id=work.key or 0) for work in one.line.work]
        if one.line.kind == InvoiceLine.Kind.SHARE and one.of:
            times += [BilledTime(line=row, entry_id=work.key, holds=False) for work in one.of.hours]
        if one.item is not None:
            items.append(BilledPlanItem(line=row, item=one.item))
        if one.period is not None:
            model, day = one.period.key
            periods.append(BilledPeriod(line=row, price_model_id=model, begins_on=day))
        if one.line.expense is not None:
            expenses.append(BilledExpense(line=row, expense_id=one.line.expense.key or 0))
    BilledTime.objects.bulk_create(times, batch_size=_BATCH)
    BilledPlanItem.objects.bulk_create(items)
    BilledPeriod.objects.bulk_create(periods)
    BilledExpense.objects.bulk_create(expenses)
    totals.write_down(invoice, rows)
    invoice.save()
    spreading.spread(invoice)
