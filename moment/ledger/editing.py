"""Making drafts by hand, and changing drafts, safe when two people do it at once."""

from collections.abc import Sequence
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from customers import holding as customers
from customers.models import Customer
from customers.places import PLACES
from moment.ledger import drafting, freeing, holding, spreading, totals
from moment.ledger.freeing import Freed
from moment.ledger.holding import ChangedMeanwhile
from moment.ledger.models import Invoice, InvoiceLine
from moment.lines import LONGEST, store
from moment.money import amount
from moment.projects.models import Project
from moment.turns import in_turn

__all__ = ["ChangedMeanwhile", "create", "is_from_work", "save"]

# What a line, and all of them together, can come to.
HIGHEST = Decimal("999999999999.99")
# Lines that people add by themselves; all others come from work, from settings or are credited.
BY_HAND = (InvoiceLine.Kind.OTHER, InvoiceLine.Kind.CHARGE)
SHARED = (InvoiceLine.Kind.DEDUCTION, InvoiceLine.Kind.SHARE)
# What of the head is changed; all else of a draft stays as it was made.
HEAD = ("contact", "currency", "rate", "issued_on", "delivered_on", "invoice_settings")


def create(customer: Customer, project: Project | None = None) -> Invoice:
    """Make a draft without lines, with the settings in force now, and return it.

    Raises ValidationError where the customer cannot be invoiced, or the project is not its own,
    and MergedMeanwhile.
    """
    with in_turn(), transaction.atomic(), customers.held(customer) as held:
        if problem := PLACES["invoice"].why_not(held):
            raise ValidationError({"customer": problem})
        if project is not None and project.customer_id != held.pk:
            raise ValidationError({"project": _("This project is not the customer's.")})
        draft = drafting.empty(held, project)
        draft.save()
        return draft


def save(invoice: Invoice, lines: Sequence[InvoiceLine], *, version: int) -> Freed:
    """Save the head of a draft with exactly these lines in this order; return what that sets free.

    `version` is the one that was shown. Lines that are gone take with them what says that their
    work is invoiced. Raises ChangedMeanwhile where it was changed, finalised or discarded
    meanwhile, MergedMeanwhile, and ValidationError for too many lines, for too much money, and
    where a line must stay as it is since others pay a part of it.
    """
    with in_turn(), transaction.atomic():
        stored = holding.lock(invoice)
        if stored.is_final or stored.version != version:
            raise ChangedMeanwhile(stored)
        kept = [line.pk for line in lines if line.pk]
        before = list(stored.lines.all())
        removed = [line for line in before if line.pk not in kept]
        freed = freeing.of(line.pk for line in removed)
        _check_split(stored, removed, freed)
        for name in HEAD:
            setattr(stored, name, getattr(invoice, name))
        _sum_up(stored, lines)
        _check_shares(before, lines)
        stored.version += 1
        stored.save()
        store(stored.lines, lines)
        spreading.spread(stored)
    return freed


def is_from_work(invoice: Invoice, lines: Sequence[InvoiceLine]) -> bool:
    """Tell whether the currency is given: there is work on it, or it is a part or a credit note."""
    if invoice.part_of_id or invoice.is_credit_note:
        return True
    return any(line.kind not in BY_HAND for line in lines)


def _check_split(stored: Invoice, removed: Sequence[InvoiceLine], freed: Freed) -> None:
    """Raise ValidationError where lines go whose work others pay a part of."""
    shared = [line for line in removed if line.kind in SHARED]
    if not (freed or shared) or len(Invoice.objects.of_split(stored)) < 2:
        return
    raise ValidationError(
        _("Several customers pay for this work, so its lines stay. Discard the draft instead."),
        code="split",
    )


def _check_shares(before: Sequence[InvoiceLine], lines: Sequence[InvoiceLine]) -> None:
    """Raise ValidationError where work comes to something else of which others pay a part.

    What they pay stands on drafts of their own, or is final already.
    """
    shared = {_of(line) for line in before if line.kind in SHARED}
    after = {line.pk: line.amount for line in lines}
    for line in before:
        if line.kind in BY_HAND or _of(line) not in shared:
            continue
        if after.get(line.pk) != line.amount:
            words = _(
                "Several customers pay for this work, so “%(line)s” stays at %(amount)s. "
                "To change that, discard the draft, correct the work, and make the draft anew."
            )
            told = {"line": line.text, "amount": amount(line.amount)}
            raise ValidationError(words % told, code="split")


def _of(line: InvoiceLine) -> tuple[int | None, int | None]:
    return line.project_id, line.price_model_id


def _sum_up(invoice: Invoice, lines: Sequence[InvoiceLine]) -> None:
    """Write down what the lines come to. Saves nothing. Raises ValidationError for too much."""
    if len(lines) > LONGEST:
        raise ValidationError(_("At most %(count)s lines.") % {"count": LONGEST}, code="lines")
    for line in lines:
        line.amount = totals.of_line(line, invoice.currency)
    found = totals.write_down(invoice, lines)
    sums = (found.net, found.gross, *(line.amount for line in lines))
    if any(abs(one) > HIGHEST for one in sums):
        raise ValidationError(_("The invoice comes to more than Moment can write."), code="amount")
