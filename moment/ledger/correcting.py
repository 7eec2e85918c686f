"""Correcting what is final: credit notes that are final at once, and work that changes hands.

Each is one transaction. All customers that it concerns are locked at its beginning, since whoever
holds the number series waits for nobody.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from customers.models import Customer
from moment.ledger import composing, crediting, drafting, finalising, totals
from moment.ledger.crediting import CannotCredit
from moment.ledger.drafting import CannotDraft
from moment.ledger.models import (
    BILLED,
    BilledExpense,
    BilledPeriod,
    BilledPlanItem,
    BilledTime,
    Invoice,
    InvoiceLine,
)
from moment.ledger.unbilled import Choice
from moment.models import CompanySettings, User
from moment.projects import editing
from moment.projects.holding import held
from moment.projects.models import Project
from moment.turns import in_turn


@dataclass(frozen=True)
class Moved:
    """What came of moving an invoice: the final credit notes, and the drafts of the same work."""

    notes: Sequence[Invoice]
    drafts: Sequence[Invoice]
    told: Sequence[str] = ()  # what else one should know, in sentences


def credit(
    invoice: Invoice,
    *,
    parts: Mapping[int, Decimal] | None,
    release: bool,
    by: User,
    reason: str = "",
    shown: str | None = None,
) -> Invoice:
    """Credit an invoice as `crediting.draft_credit` does, and return the final credit note.

    Raises what that raises, CannotFinalise and SeriesUsedUp; then nothing is saved.
    """
    with in_turn(), transaction.atomic():
        note = crediting.draft_credit(
            invoice, parts=parts, release=release, by=by, reason=reason, shown=shown
        )
        return finalising.finalise(note, version=note.version, by=by)


def credit_split(
    invoice: Invoice, *, by: User, reason: str = "", shown: str | None = None
) -> list[Invoice]:
    """Credit all that is left of a split, and return the final credit notes; see `draft_split`."""
    with in_turn(), transaction.atomic():
        notes = crediting.draft_split(invoice, by=by, reason=reason, shown=shown)
        return [finalising.finalise(note, version=note.version, by=by) for note in notes]


def project_of(invoice: Invoice) -> Project:
    """Return the project that would go with an invoice: the one whose work stands on it.

    Raises CannotCredit where there is none, or are several.
    """
    lines = InvoiceLine.objects.filter(invoice__in=Invoice.objects.of_split(invoice))
    found = list(
        Project.objects.filter(pk__in=lines.order_by().values("project"))
        .select_related("customer")
        .order_by("pk")[:2]
    )
    if not found:
        raise CannotCredit(_("No work of a project is on it. Credit it, and make a new draft."))
    if len(found) > 1:
        raise CannotCredit(
            _("Work of several projects is on it. Credit it, and give the projects away by hand.")
        )
    return found[0]


def move(
    invoice: Invoice, customer: Customer, *, by: User, reason: str = "", shown: str | None = None
) -> Moved:
    """Credit an invoice, give its project to another customer, and draft the same work for it.

    All invoices of a split are credited. What was paid stays to the credit of who paid. Raises
    CannotCredit, CannotDraft, CannotFinalise, ChangedMeanwhile, ValidationError where the customer
    cannot have the project, and MergedMeanwhile or NotSaved; then nothing is saved.
    """
    if invoice.customer_id == customer.pk:
        raise CannotCredit(_("It is for %(customer)s already.") % {"customer": customer})
    with in_turn(), transaction.atomic():
        project = project_of(invoice)
        with held(project, _concerned(invoice, project, customer)):
            before = _in_force(invoice)
            notes = credit_split(invoice, by=by, reason=reason, shown=shown)
            told = _give(project, customer)
            drafts = drafting.draft(customer, _freed(before), by=by, together=False)
            _copy_written_lines(invoice, drafts[0])
            for draft in drafts if invoice.delivered_on else ():
                # Who pays changes nothing of when it was delivered.
                draft.delivered_on = invoice.delivered_on
                draft.save()
    return Moved(notes, drafts, told)


def _concerned(invoice: Invoice, project: Project, customer: Customer) -> set[int]:
    """Return all whose rows are locked on the way, by key."""
    sharing = project.price_models.exclude(shares=None).values_list("shares__customer", flat=True)
    split = Invoice.objects.of_split(invoice)
    return {customer.pk, *sharing.order_by(), *(one.customer_id for one in split)}


def _give(project: Project, customer: Customer) -> list[str]:
    if project.customer_id == customer.pk:
        return []
    values = {"customer": customer}
    return editing.save(project, project.version, values, project.tags.all())


def _in_force(invoice: Invoice) -> Mapping[Any, Collection[int]]:
    """Return what says that work is invoiced by a split, by model and key."""
    group = Invoice.objects.of_split(invoice)
    return {
        model: list(
            model.objects.in_force().filter(line__invoice__in=group).values_list("pk", flat=True)
        )
        for model in BILLED
    }


def _freed(before: Mapping[Any, Collection[int]]) -> Choice:
    """Return the work that has been set free of what was in force before."""

    def rows(model: Any) -> Any:
        return model.objects.filter(pk__in=before[model], released_by__isnull=False)

    hours, items = rows(BilledTime).filter(holds=True), rows(BilledPlanItem)
    periods, spent = rows(BilledPeriod), rows(BilledExpense)
    found = Choice(
        frozenset(hours.values_list("entry", flat=True)),
        frozenset(items.values_list("item", flat=True)),
        frozenset(periods.values_list("price_model", "begins_on")),
        frozenset(spent.values_list("expense", flat=True)),
    )
    if not found:
        raise CannotDraft(_("No work of a project is on it. Credit it, and make a new draft."))
    return found


def _copy_written_lines(invoice: Invoice, draft: Invoice) -> None:
    """Add the lines that somebody wrote by hand to the draft of the same work.

    Between home and abroad they get the VAT and the account that all else there has.
    """
    written = invoice.lines.filter(kind=InvoiceLine.Kind.OTHER)
    other: dict[str, Any] = {}
    if draft.customer.is_norwegian != invoice.customer.is_norwegian:
        other = composing.booked(draft.written, draft.customer, CompanySettings.current())
    lines = list(draft.lines.all())
    copies = [
        line.copied(draft, order=place, **other)
        for place, line in enumerate(written, start=len(lines))
    ]
    if copies:
        InvoiceLine.objects.bulk_create(copies)
        totals.write_down(draft, [*lines, *copies])
        draft.save()
