"""Making several customers one, in one transaction that can be taken back."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from auditlog.models import LogEntry
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from customers import counts
from customers.merging import log
from customers.merging.fields import groups
from customers.merging.relations import columns_to, rules
from customers.merging.rules import Decision, Rule, Work
from customers.models import Customer, Merge, MergedCustomer, Tag
from moment.models import User
from moment.names import number_key
from moment.turns import in_turn

MOST = 10  # customers that become one at once
# No customer has this number: one that gives its own to another has it for a moment.
NO_NUMBER = "~"


class CannotMerge(Exception):
    """These customers cannot be merged, or not now; the text says why."""


class ChangedMeanwhile(Exception):
    """Somebody saved one or several of the customers after the page was opened."""

    def __init__(self, changed: Sequence[Customer]) -> None:
        super().__init__(changed)
        self.changed = changed


class Undecided(Exception):
    """Something has to be settled first."""

    def __init__(self, decisions: Sequence[Decision]) -> None:
        super().__init__(decisions)
        self.decisions = decisions


def merge(
    kept: int,
    others: Sequence[int],
    *,
    by: User,
    seen: Mapping[int, int] | None = None,
    chosen: Mapping[str, int] | None = None,
    decided: Mapping[str, str] | None = None,
) -> Merge:
    """Make customers part of the one that is kept, all given by their keys; return the merge.

    `seen` are the versions that the person was shown, `chosen` whose value stays, by group of
    fields, where it is not the usual one. Raises CannotMerge, ChangedMeanwhile or Undecided; then
    nothing is changed. No e-mail and no alert comes of it.
    """
    with in_turn(), transaction.atomic():
        customers = hold([kept, *others])
        changed = [c for c in customers if seen is not None and seen.get(c.pk) != c.version]
        if changed:
            raise ChangedMeanwhile(changed)
        check_rights(customers, by)
        work = _begin(customers, by, decided or {})
        for _label, rule, column in applied():
            for other in work.others:
                rule.apply(work, column, other.pk, kept)
        _take_over(work, customers, chosen or {})
        tell(work.merge, LogEntry.Action.CREATE, by)
        transaction.on_commit(counts.forget)
    return work.merge


def applied() -> list[tuple[str, Rule, Any]]:
    """Return the columns that point to customers, with their rules, in the order of these."""
    columns = columns_to(Customer)
    return [(label, rule, columns[label]) for label, rule in rules().items() if label in columns]


def hold(keys: Sequence[int]) -> list[Customer]:
    """Return these customers in this order, locked. Raises CannotMerge unless each is its own."""
    if len(set(keys)) != len(keys):
        raise CannotMerge(_("A customer cannot be merged with itself."))
    if not 2 <= len(keys) <= MOST:
        raise CannotMerge(_("Choose from two to %(most)d customers.") % {"most": MOST})
    rows = Customer.with_merged.select_for_update().filter(pk__in=keys).order_by("pk")
    found = {customer.pk: customer for customer in rows}
    for pk in keys:
        if pk not in found:
            raise CannotMerge(_("One of the customers is no longer here."))
        if into := found[pk].merged_into:
            raise CannotMerge(
                _("%(number)s %(name)s is merged into %(into)s %(into_name)s already.")
                % {
                    "number": found[pk].number,
                    "name": found[pk].name,
                    "into": into.number,
                    "into_name": into.name,
                }
            )
    return [found[pk] for pk in keys]


def decisions(customers: Sequence[Customer], by: User) -> list[Decision]:
    """Return what has to be settled before these become one. The kept customer is the first."""
    return [one for _label, rule, _column in applied() for one in rule.decisions(customers, by)]


def tell(merge: Merge, action: int, by: User) -> None:
    """Write into the history of all concerned that they were merged, or that it was undone."""
    concerned = [merge.kept_id, *merge.merged.values_list("customer_id", flat=True)]
    entry = LogEntry.objects.log_create(
        merge,
        force_log=True,
        action=action,
        additional_data={"concerns": concerned},
        actor=by,
        actor_email=by.email,
    )
    merge.last_entry = entry.pk
    merge.save(update_fields=["last_entry"])


def check_rights(customers: Sequence[Customer], by: User) -> None:
    """Raise CannotMerge where there are rows that take a right which the user does not have."""
    for _label, rule, column in applied():
        if not rule.right or by.has_perm(rule.right):
            continue
        if count := sum(rule.count(column, customers).values()):
            told = {"what": rule.words % {"count": count}}
            raise CannotMerge(_("Your role does not allow it: there are %(what)s.") % told)


def _begin(customers: Sequence[Customer], by: User, decided: Mapping[str, str]) -> Work:
    kept, *others = customers
    settled = {}
    missing = []
    for decision in decisions(customers, by):
        value = decided.get(decision.key) or decision.usual
        if value in [option.value for option in decision.options]:
            settled[decision.key] = value
        else:
            missing.append(decision)
    if missing:
        raise Undecided(missing)
    made = Merge.objects.create(kept=kept, made_by=by)
    MergedCustomer.objects.bulk_create(
        MergedCustomer(merge=made, customer=other, number=other.number, name=other.name)
        for other in others
    )
    return Work(made, kept, others, settled)


def _take_over(work: Work, customers: Sequence[Customer], chosen: Mapping[str, int]) -> None:
    """Give the kept customer the values chosen, and leave the others as rows that point to it."""
    kept = work.kept
    by_key = {customer.pk: customer for customer in customers}
    values: dict[str, Any] = {}
    for group in groups().values():
        whose = by_key.get(chosen.get(group.name, 0)) or group.usual(customers)
        values |= dict(zip(group.columns, group.values(whose), strict=True))
    contact = values["invoice_contact"]
    values["invoice_contact"] = work.joined.get(contact, contact)
    keys = [other.pk for other in work.others]
    Customer.with_merged.filter(pk__in=keys).update(merged_into=kept, version=F("version") + 1)
    with _exchanged(work, values["number"]):
        kept.version += 1
        kept.last_activity_at = timezone.now()
        log.change(work.merge, kept, **values)
    log.add(work.merge, kept, "tags", Tag.objects.filter(customers__in=keys).distinct())


@contextmanager
def _exchanged(work: Work, number: str) -> Iterator[None]:
    """Let the kept customer be saved with the number of another, which gets its own."""
    given = work.kept.number
    other = next((other for other in work.others if other.number == number), None)
    if other is None:
        yield
        return
    row = Customer.with_merged.filter(pk=other.pk)
    row.update(number=NO_NUMBER)
    yield
    row.update(number=given, sort_number=number_key(given))
    log.note_change(work.merge, other, {"number": [number, given]})
