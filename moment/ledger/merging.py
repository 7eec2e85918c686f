"""What merging customers does with their invoices and payments.

All move. What was printed on a final invoice stays, with the number that the customer had then.
What was matched while they were one and belongs to several again is taken back from the day on
which it was matched, so that each ledger adds up at every date.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from auditlog.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils.translation import ngettext, ngettext_lazy

from customers.merging import log
from customers.merging.rules import Rule
from customers.models import ChangeOf, Customer, MergeMove
from moment.ledger import holding, matching
from moment.ledger.models import Invoice, InvoiceLine, Match, Payment
from moment.models import User
from moment.projects.models import PriceModelShare

_DEBIT = Coalesce("invoice__customer", "repayment__customer")
_CREDIT = Coalesce("payment__customer", "credit_note__customer")


@dataclass(frozen=True)
class Invoices(Rule):
    """Invoices move. Credit notes about one, and payments of it made since, go back with it."""

    def remarks(self, customers: Sequence[Customer]) -> list[str]:
        others = [customer.pk for customer in customers[1:]]
        final = Invoice.objects.final().filter(customer__in=others).count()
        if not final:
            return []
        words = ngettext(
            "%(count)s invoice keeps the name and number that it was printed with.",
            "%(count)s invoices keep the name and number that they were printed with.",
            final,
        )
        return [words % {"count": final}]

    def hold(self, column: Any, customers: Collection[int]) -> None:
        holding.lock_all(customers)

    def went_back(self, column: Any, step: MergeMove) -> Mapping[Any, Collection[Any]]:
        moved = Invoice.objects.filter(pk__in=log.keys_of(step), customer=step.source)
        about = Invoice.objects.filter(credits__in=moved.order_by().values("pk"))
        notes = set(about.filter(customer=step.target).values_list("pk", flat=True))
        Invoice.objects.filter(pk__in=notes).update(customer=step.source)
        return {Invoice: notes, Payment: _payments_follow(step)}

    def undone(self, column: Any, customers: Collection[int], by: User) -> None:
        _drafts_follow_their_work(customers)
        for match in _between_several(customers):
            matching.take_back(match, by=by, on=match.matched_on)


@dataclass(frozen=True)
class Payments(Rule):
    """Payments move. What was made since and settles only what goes back goes with it."""

    def went_back(self, column: Any, step: MergeMove) -> Mapping[Any, Collection[Any]]:
        return {Payment: _payments_follow(step)}


def _payments_follow(step: MergeMove) -> set[int]:
    """Give payments made since whose they are: who has all that they ever settled; return them.

    So do reversals, which settle the payment that they reverse.
    """
    found: set[int] = set()
    made = Payment.objects.filter(customer=step.target, made_at__gt=step.merge.made_at)
    waiting = set(made.values_list("pk", flat=True))
    while follow := _settling_only_of(step.source, waiting):
        Payment.objects.filter(pk__in=follow).update(customer=step.source)
        found |= follow
        waiting -= follow
    return found


def _settling_only_of(customer: int, payments: Collection[int]) -> set[int]:
    """Return those of these payments that were only ever matched with a customer's rows.

    What reverses a payment follows it, and does not hold it back.
    """
    matches = Match.objects.filter(takes_back=None).order_by()
    credits = matches.filter(payment__in=payments).exclude(repayment__reverses=F("payment"))
    debits = matches.filter(repayment__in=payments).exclude(payment__reverses=F("repayment"))
    owners: dict[int, set[int]] = defaultdict(set)
    for key, owner in credits.values_list("payment", _DEBIT):
        owners[key].add(owner)
    for key, owner in debits.values_list("repayment", _CREDIT):
        owners[key].add(owner)
    return {key for key, among in owners.items() if among == {customer}}


def _between_several(customers: Collection[int]) -> QuerySet[Match]:
    """Return the matches in force of which one side is another customer's than the other."""
    theirs = Q(invoice__customer__in=customers) | Q(repayment__customer__in=customers)
    theirs |= Q(payment__customer__in=customers) | Q(credit_note__customer__in=customers)
    rows = Match.objects.in_force().filter(theirs)
    rows = rows.annotate(debit=_DEBIT, credit=_CREDIT).exclude(debit=F("credit"))
    related = ("invoice", "repayment", "payment", "credit_note")
    return rows.select_related(*related).order_by("pk")


def _drafts_follow_their_work(customers: Collection[int]) -> None:
    """Give drafts made since to who pays for the work on them by now, and history with them."""
    paid: dict[int, list[set[int]]] = defaultdict(list)
    lines = InvoiceLine.objects.filter(
        invoice__customer__in=customers, invoice__number=None, project__isnull=False
    ).order_by()
    rows = list(lines.values_list("invoice", "project__customer", "price_model"))
    models = {model for _invoice, _own, model in rows if model}
    shares: dict[int, set[int]] = defaultdict(set)
    sharing = PriceModelShare.objects.filter(price_model__in=models).order_by()
    for model, customer in sharing.values_list("price_model", "customer"):
        shares[model].add(customer)
    for invoice, own, model in rows:
        paid[invoice].append({own} | shares.get(model or 0, set()))
    for draft in Invoice.objects.drafts().filter(pk__in=paid).order_by("pk"):
        payers = set.intersection(*paid[draft.pk])
        mine = payers.intersection(customers)
        if draft.customer_id not in payers and len(mine) == 1:
            _give(draft, mine.pop())


def _give(draft: Invoice, customer: int) -> None:
    entries = LogEntry.objects.filter(
        content_type=ContentType.objects.get_for_model(Invoice), object_id=draft.pk
    )
    ChangeOf.objects.filter(customer=draft.customer_id, entry__in=entries).update(customer=customer)
    Invoice.objects.filter(pk=draft.pk).update(customer=customer, version=F("version") + 1)


RULES: Mapping[str, Rule] = {
    "ledger.invoice.customer": Invoices(
        words=ngettext_lazy("%(count)s invoice", "%(count)s invoices", "count"),
        page="ledger:of_customer",
    ),
    "ledger.payment.customer": Payments(
        words=ngettext_lazy("%(count)s payment", "%(count)s payments", "count"),
        page="ledger:ledger",
    ),
    "ledger.statement.customer": Rule(
        words=ngettext_lazy(
            "%(count)s statement of account", "%(count)s statements of account", "count"
        ),
        page="ledger:ledger",
    ),
}
