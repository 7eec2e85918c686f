"""Taking a merge back: what moved goes back, what has happened since stays."""

from collections.abc import Collection, Mapping
from contextlib import suppress
from typing import Any

from auditlog.models import LogEntry
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from customers import alerting, contacts, counts
from customers.duplicates import finding
from customers.merging import log
from customers.merging.fields import ADDRESSES, groups
from customers.merging.making import NO_NUMBER, ChangedMeanwhile, lock, tell
from customers.merging.relations import column_of, rules
from customers.merging.since import Since
from customers.models import (
    ChangeOf,
    Contact,
    Customer,
    Merge,
    MergeMove,
    OtherAddress,
    Person,
)
from moment.models import User
from moment.names import number_key
from moment.turns import in_turn

# What is decided of a value that was changed since; else it stays.
BACK = "back"


class CannotUndo(Exception):
    """The merge cannot be taken back as things are; the text says why."""


def undo(
    pk: int,
    *,
    by: User,
    seen: Mapping[int, int] | None = None,
    decided: Mapping[str, str] | None = None,
) -> Merge:
    """Take a merge back and return it.

    What moved goes back, also what was edited since; rows that are gone or were made since stay as
    they are. So does a value of the kept customer that was changed since, unless `decided` says
    `back` of its column. `seen` are the versions that the person was shown. Raises CannotUndo or
    ChangedMeanwhile; then nothing is changed. No e-mail and no alert comes of it.
    """
    with in_turn(), transaction.atomic():
        merge = Merge.objects.get(pk=pk)
        keys = [merge.kept_id, *merge.merged.values_list("customer", flat=True)]
        customers = lock(keys)
        merge.refresh_from_db()  # of two at once, the first has undone it
        since = Since(merge)
        if problem := since.problem or since.denied(by):
            raise CannotUndo(problem)
        changed = [
            c for c in customers.values() if seen is not None and seen.get(c.pk) != c.version
        ]
        if changed:
            raise ChangedMeanwhile(changed)
        forced = {name for name, value in (decided or {}).items() if value == BACK}
        kept, others = customers.pop(merge.kept_id), customers
        instead_of = alerting.norwegian_number(kept)
        staying = _staying(since, forced)
        persons = _hold_persons(merge)
        for label, rule in rules().items():
            rule.hold(column_of(label), keys)
        _move_back(merge, since)
        _put_back_rows(merge)
        for label, rule in rules().items():
            rule.undone(column_of(label), keys, by)
        merge.undone_by, merge.undone_at = by, timezone.now()
        merge.save()
        _set_free(merge, kept, others, staying)
        contacts.find_by_posts(persons)
        alerting.follow(kept, instead_of=instead_of)
        tell(merge, LogEntry.Action.UPDATE, by)
        finding.follow(*keys)
        transaction.on_commit(counts.forget)
    return merge


def _hold_persons(merge: Merge) -> list[int]:
    """Lock the persons whose contacts were joined; who has a form of theirs open is told.

    Returns their keys.
    """
    changed = merge.changes.filter(model=Contact._meta.label_lower).values("key")
    stayed = merge.merged.values("customer")
    posts = Contact.objects.filter(Q(pk__in=changed) | Q(customer__in=stayed)).order_by()
    persons = Person.objects.select_for_update().filter(pk__in=posts.values("person"))
    keys = [person.pk for person in persons.only("pk").order_by("pk")]
    Person.objects.filter(pk__in=keys).update(version=F("version") + 1)
    return keys


def _move_back(merge: Merge, since: Since) -> None:
    """Send the rows back that moved, the last first, with what has become of them."""
    for step in reversed(since.moves):
        column = column_of(step.relation)
        log.move_back(step, but=since.stuck(step))
        if step.relation.endswith(".customer"):
            _take_history_along(step, since, column.model, log.keys_of(step))
        for model, keys in rules()[step.relation].went_back(column, step).items():
            _take_history_along(step, since, model, keys)


def _take_history_along(step: MergeMove, since: Since, model: Any, keys: Collection[Any]) -> None:
    """Have what has happened to rows since the merge follow them."""
    entries = since.entries_about(model)
    if not entries:
        return
    among = {key: pk for pk in keys if (key := str(pk)) in entries}
    back = model._base_manager.filter(pk__in=among.values(), customer=step.source)
    found = [entry for pk in back.values_list("pk", flat=True) for entry in entries[str(pk)]]
    there = ChangeOf.objects.filter(customer=step.source, entry__in=found).values("entry")
    follow = ChangeOf.objects.filter(customer=step.target, entry__in=found)
    follow.exclude(entry__in=list(there.values_list("entry", flat=True))).update(
        customer=step.source
    )


def _staying(since: Since, forced: set[str]) -> set[str]:
    """Return which columns of the kept customer keep what they have.

    Those that were changed since, with what makes sense together with them only, unless one of
    these is `forced`.
    """
    merge, staying = since.merge, set(since.touched)
    if merge.merged.filter(number=merge.kept.number).exists():
        forced = {*forced, "number"}
    for group in groups().values():
        if not forced.isdisjoint(group.columns):
            staying -= set(group.columns)
    return staying


def _put_back_rows(merge: Merge) -> None:
    """Give rows the values that they had, but where these do not fit what was changed since."""
    changes = merge.changes.exclude(model=Customer._meta.label_lower).order_by("-pk")
    for change in changes:
        for row in log.model_of(change)._base_manager.filter(pk=change.key):
            log.restore(row, change.values)
            with suppress(ValidationError):
                row.validate_constraints()
                row.save()


def _set_free(
    merge: Merge, kept: Customer, others: Mapping[int, Customer], staying: Collection[str]
) -> None:
    """Give the merged customers their own life again, and the kept one what it had."""
    for pk, other in others.items():
        Customer.with_merged.filter(pk=pk).update(
            merged_into=None, version=other.version + 1, number=NO_NUMBER + str(pk)
        )
    before: dict[str, Any] = {}
    for change in merge.changes.filter(model=Customer._meta.label_lower, key=kept.pk):
        before |= change.values
    kept.refresh_from_db()
    values = {name: value for name, value in before.items() if name not in staying}
    country = str(kept.country)
    log.restore(kept, values, forced=values)
    then = before.get("country", [country])[0]
    _keep_abroad(kept, values, then=then, now=country)
    if not _is_own(kept, kept.invoice_contact_id):
        contact = before.get("invoice_contact", [None])[0]
        kept.invoice_contact_id = int(contact) if contact and _is_own(kept, contact) else None
    kept.version += 1
    try:
        kept.validate_constraints()
    except ValidationError as error:
        raise CannotUndo(" ".join(error.messages)) from error
    kept.save()
    _keep_others_abroad(merge, kept, then=then, now=country)
    for pk, number in merge.merged.values_list("customer", "number"):
        Customer.with_merged.filter(pk=pk).update(number=number, sort_number=number_key(number))
    named = Customer.with_merged.filter(pk__in=others).exclude(invoice_contact=None)
    own = Q(invoice_contact__customer=F("pk"), invoice_contact__person__erased_at=None)
    named.exclude(own).update(invoice_contact=None)
    contacts.finish(Customer.objects.filter(pk__in=others))


def _keep_abroad(kept: Customer, values: Collection[str], *, then: str, now: str) -> None:
    """Name the country of the kept one's addresses where that has become another than theirs.

    An address without one is in the customer's own: `then` before the merge, `now` before this.
    """
    for kind in ADDRESSES:
        group, column = groups()[kind], f"{kind}_country"
        meant = now if {*values}.isdisjoint(group.columns) else then
        if not getattr(kept, column) and not group.is_empty(kept) and meant != kept.country:
            setattr(kept, column, meant)


def _keep_others_abroad(merge: Merge, kept: Customer, *, then: str, now: str) -> None:
    """Do the same with the kept one's further addresses, which have gone back already."""
    if {then, now} == {str(kept.country)}:
        return
    changes = merge.changes.filter(model=OtherAddress._meta.label_lower)
    put_back = {change.key for change in changes if "country" in change.values}
    for address in kept.other_addresses.filter(country=""):
        meant = then if address.pk in put_back else now
        if meant != kept.country:
            address.country = meant
            address.save()


def _is_own(customer: Customer, contact: Any) -> bool:
    """Tell whether invoices may name this contact, or nobody."""
    own = customer.contacts.filter(person__erased_at=None)
    return contact is None or own.filter(pk=contact).exists()
