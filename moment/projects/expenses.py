"""Expenses: recording, changing and removing them, and what they come to."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.core.exceptions import ValidationError
from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext as _

from customers import file_names, holding
from customers.holding import ChangedMeanwhile
from customers.invoice_lines import HUNDRED
from moment import content as contents
from moment.models import Content
from moment.money import rounded
from moment.projects import billed
from moment.projects.billing import billing
from moment.projects.holding import held
from moment.projects.models import Expense, Project
from moment.projects.pricing import Prices

# What tells whether somebody else has changed one meanwhile.
SHOWN = ("version",)
TAKING = (Project.State.PLANNED, Project.State.PROGRESS, Project.State.PAUSED)
_FIRST_DAY = date(2000, 1, 1)
_AHEAD = timedelta(days=31)  # further on a date is a mistake in typing


@dataclass(frozen=True)
class Receipt:
    """A file that was received, under the name it came with."""

    content: Content
    name: str


def shows_amount(expense: Expense, user: AbstractBaseUser | AnonymousUser) -> bool:
    """Tell whether a user may see what an expense cost, and its receipt: all, or one's own."""
    return user.has_perm("projects.view_amounts") or expense.user_id == user.pk  # type: ignore[union-attr]


def why_not(project: Project) -> str:
    """Return why nothing can be laid out for a project any more, or not yet; empty: it can."""
    if project.state in TAKING:
        return ""
    return _("The project “%(project)s” takes no expenses: %(state)s.") % {
        "project": project,
        "state": project.get_state_display(),
    }


def check_day(day: date) -> None:
    """Raise ValidationError for a day on which nobody has laid out anything."""
    if not _FIRST_DAY <= day <= timezone.localdate() + _AHEAD:
        raise ValidationError(_("This date is too far away."), code="far")


def save(
    expense: Expense,
    *,
    shown: str | None = None,
    receipt: Receipt | None = None,
    drop_receipt: bool = False,
) -> Expense:
    """Save an expense, with another receipt than before or none.

    `shown` is what `holding.seen` told of it when the form was made. What the old receipt held is
    let go. Raises ChangedMeanwhile, OnInvoice, and ValidationError where the project takes no new
    ones.
    """
    with held(expense.project) as project:
        before = None
        if expense.pk is None:
            if problem := why_not(project):
                raise ValidationError(problem)
        else:
            stored = _as_shown(expense, shown)
            billed.check_expense(stored)
            before, expense.version = stored.receipt, stored.version + 1
        if receipt:
            expense.receipt = receipt.content
            expense.receipt_name = file_names.named(receipt.name, receipt.content)
        elif drop_receipt:
            expense.receipt, expense.receipt_name = None, ""
        expense.save()
        if before and before.pk != expense.receipt_id:
            contents.release(before)
    return expense


def delete(expense: Expense, shown: str | None) -> None:
    """Remove an expense as it was shown, and let go of its receipt.

    Raises ChangedMeanwhile, and OnInvoice.
    """
    with held(expense.project):
        stored = _as_shown(expense, shown)
        billed.check_removal(stored)
        stored.delete()
        if stored.receipt:
            contents.release(stored.receipt)


def seen(expense: Expense) -> str:
    """Return what a form carries of an expense, to tell whether somebody has changed it since."""
    return holding.seen(expense, SHOWN)


# What they come to


def charged(cost: Decimal, percent: Decimal, currency: str) -> Decimal:
    """Return what the customer is charged for a cost with a surcharge in per cent."""
    return rounded(cost * (1 + percent / HUNDRED), currency)


def surcharge(expense: Expense, prices: Prices) -> Decimal:
    """Return the surcharge in force for an expense, in per cent: its own or by the settings."""
    if expense.surcharge is not None:
        return expense.surcharge
    return inherited(prices, expense.project_id)


def inherited(prices: Prices, project: int) -> Decimal:
    """Return the surcharge by the invoice settings of a project, by its key, in per cent."""
    return Decimal(prices.setting(prices.projects[project], "expense_surcharge"))


def to_invoice(prices: Prices, until: date | None = None) -> dict[int, Decimal]:
    """Return what the billable expenses of projects come to that are not invoiced, by key.

    That is the sum of what each comes to; with a day only of those until then.
    """
    found: dict[int, Decimal] = defaultdict(Decimal)
    rows = Expense.objects.filter(project__in=prices.projects, billable=True).order_by()
    rows = rows.exclude(billing().of_expenses())
    rows = rows.filter(day__lte=until) if until else rows
    alike = rows.values_list("project", "surcharge", "cost").annotate(Count("pk"))
    for project, percent, cost, count in alike:
        own = inherited(prices, project) if percent is None else percent
        currency = prices.currency(prices.projects[project])
        found[project] += count * charged(cost, own, currency)
    return found


def _as_shown(expense: Expense, shown: str | None) -> Expense:
    """Return the expense as it is stored, unless that is not what was shown."""
    rows = Expense.objects.select_for_update(of=("self",)).select_related("receipt")
    stored = rows.filter(pk=expense.pk, project=expense.project_id).first()
    if stored is None or seen(stored) != shown:
        raise ChangedMeanwhile(stored)
    return stored
