"""Making several customers one, in one transaction that can be taken back."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from auditlog.models import LogEntry
from django.db import IntegrityError, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from customers import alerting, contacts, counts
from customers.duplicates import finding
from customers.merging import log
from customers.merging.fields import chosen_values
from customers.merging.relations import columns_to, rules
from customers.merging.rules import CannotMerge, Decision, Rule, Work
from customers.models import Customer, Merge, MergedCustomer, Tag
from customers.models.merge import MOST
from moment.models import User
from moment.names import number_key
from moment.turns import in_turn

RIGHT = "customers.change_customer"
# No customer has this number: one that gives its own to another has it for a moment.
NO_NUMBER = "~"


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
        if reasons := refusals(customers, by):
            raise CannotMerge(" ".join(reasons))
        work = _begin(customers, by, chosen or {}, decided or {})
        for _label, rule, column in applied():
            rule.hold(column, [kept, *others])
        for _label, rule, column in applied():
            _apply(work, rule, column)
        _take_over(work)
        contacts.find_by_posts(work.persons)
        tell(work.merge, LogEntry.Action.CREATE, by)
        finding.follow(kept, *others)
        transaction.on_commit(counts.forget)
    return work.merge


def applied() -> list[tuple[str, Rule, Any]]:
    """Return the columns that point to customers, with their rules, in the order of these."""
    columns = columns_to(Customer)
    return [(label, rule, columns[label]) for label, rule in rules().items() if label in columns]


def untold(by: User) -> bool:
    """Tell whether there are kinds of rows that this user is not told of."""
    return any(rule.words and not rule.is_told_to(by) for _label, rule, _column in applied())


def hold(keys: Sequence[int]) -> list[Customer]:
    """Return these customers in this order, locked. Raises CannotMerge unless each is its own."""
    if len(set(keys)) != len(keys):
        raise CannotMerge(_("A customer cannot be merged with itself."))
    if not 2 <= len(keys) <= MOST:
        raise CannotMerge(_("Choose from 2 to %(most)d customers.") % {"most": MOST})
    found = lock(keys)
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


def lock(keys: Iterable[int]) -> dict[int, Customer]:
    """Return the customers with these keys, locked with all that were merged into them."""
    keys = list(keys)
    everybody = Customer.with_merged.filter(Q(pk__in=keys) | Q(merged_into__in=keys)).order_by("pk")
    while True:
        with transaction.atomic():
            # In this order, as everyone does who locks several.
            found = {customer.pk: customer for customer in everybody.select_for_update()}
            if found.keys() >= set(everybody.values_list("pk", flat=True)):
                return {pk: found[pk] for pk in keys if pk in found}
            # Merged into one of them before that was ours: let all go, and in order again.
            transaction.set_rollback(True)


def refusals(customers: Sequence[Customer], by: User) -> list[str]:
    """Return why this user cannot make these one, as things are. The kept customer is the first."""
    found = [text for _label, rule, _column in applied() for text in rule.refusals(customers, by)]
    try:
        check_rights(customers, by)
    except CannotMerge as error:
        found.insert(0, str(error))
    return found


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
    """Raise CannotMerge unless the user may change customers, and all that their rows take."""
    if not by.has_perm(RIGHT):
        raise CannotMerge(_("Your role does not allow it."))
    for _label, rule, column in applied():
        if not rule.right or by.has_perm(rule.right):
            continue
        if count := sum(rule.count(column, customers).values()):
            told = {"what": rule.words % {"count": count}}
            raise CannotMerge(_("Your role does not allow it: there are %(what)s.") % told)


def _begin(
    customers: Sequence[Customer], by: User, chosen: Mapping[str, int], decided: Mapping[str, str]
) -> Work:
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
    return Work(made, kept, others, chosen_values(customers, chosen), settled)


def _apply(work: Work, rule: Rule, column: Any) -> None:
    """Treat the rows of one column. Raises CannotMerge where a row's like is there already."""
    try:
        rule.begin(work, column)
        for other in work.others:
            rule.apply(work, column, other.pk, work.kept.pk)
    except IntegrityError as error:
        what = column.model._meta.verbose_name_plural
        raise CannotMerge(
            _("These cannot be merged: the same is with several of them, in %(what)s.")
            % {"what": what}
        ) from error


def _take_over(work: Work) -> None:
    """Give the kept customer the values chosen, and leave the others as rows that point to it."""
    kept = work.kept
    contact = work.values["invoice_contact"]
    values = {**work.values, "invoice_contact": work.joined.get(contact, contact)}
    keys = [other.pk for other in work.others]
    Customer.with_merged.filter(pk__in=keys).update(
        merged_into=kept, version=F("version") + 1, search_text=""
    )
    with _exchanged(work, values["number"]):
        kept.version += 1
        kept.last_activity_at = timezone.now()
        if not log.change(work.merge, kept, **values):
            kept.save()
    log.add(work.merge, kept, "tags", Tag.objects.filter(customers__in=keys).distinct())
    # The numbers that nobody has now are watched on, for the day on which the merge is undone.
    alerting.follow(kept)


@contextmanager
def _exchanged(work: Work, number: str) -> Iterator[None]:
    """Let the kept customer be saved with the number of another, which gets its own."""
    given = work.kept.number
    other = next((other for other in work.others if other.number == number), None)
    if other is None:
        yield
        return
    row = Customer.with_merged.filter(pk=other.pk)
    row.update(number=NO_NUMBER + str(other.pk))
    yield
    row.update(number=given, sort_number=number_key(given))
    log.note_change(work.merge, other, {"number": [number, given]})
    contacts.finish([work.kept])  # it is found by that number, which nobody had
