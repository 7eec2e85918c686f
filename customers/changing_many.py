"""One change to many customers: what it would do to whom, and doing it in one transaction."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from auditlog.models import LogEntry
from django.db import transaction
from django.db.models import Count, Exists, F, OuterRef, QuerySet, Sum, TextChoices
from django.utils import timezone
from django.utils.translation import gettext as _gettext
from django.utils.translation import gettext_lazy as _

from customers import counts
from customers.forms.merge import leads_to
from customers.holding import MergedMeanwhile
from customers.logged import log_many
from customers.models import Customer, Tag, UsedNumber
from customers.models.number_series import can_be_number
from moment.models import User
from moment.turns import in_turn

# Few enough for any engine's limit on what one statement may carry.
_BATCH = 500
_NAMED = 5  # customers that the question names
_SHOWN = 21  # letters of what is no number
Status = Customer.Status


class What(TextChoices):
    """What can be done to many customers at once."""

    STATUS = "status", _("Change status")
    TAG = "tag", _("Add tag")
    UNTAG = "untag", _("Remove tag")
    RESPONSIBLE = "responsible", _("Set responsible")


@dataclass(frozen=True)
class Change:
    """What is done, and the value for it: a status, a tag, or a colleague, None for nobody.

    Who is blocked stays so, unless `unblock`.
    """

    what: What
    to: Any
    unblock: bool = False

    def needed(self, customers: QuerySet) -> QuerySet:
        """Return those of the customers that it changes."""
        if self.what == What.STATUS:
            customers = customers.exclude(status=self.to)
            return customers if self.unblock else customers.exclude(status=Status.BLOCKED)
        if self.what == What.RESPONSIBLE:
            return customers.exclude(responsible=self.to)
        has_it = Exists(_tagged(self.to).filter(customer=OuterRef("pk")))
        return customers.filter(has_it if self.what == What.UNTAG else ~has_it)

    @property
    def words(self) -> str:
        """What it is, within a sentence: `status Inactive`."""
        if self.what == What.STATUS:
            return _gettext("status %(status)s") % {"status": Status(self.to).label}
        if self.what == What.TAG:
            return _gettext("with the tag %(tag)s") % {"tag": self.to}
        if self.what == What.UNTAG:
            return _gettext("without the tag %(tag)s") % {"tag": self.to}
        person = self.to or _gettext("nobody")
        return _gettext("responsible: %(person)s") % {"person": person}


# Whom


@dataclass(frozen=True)
class Meant:
    """The customers that some numbers mean, by their keys."""

    keys: list[int] = field(default_factory=list)
    numbers: list[str] = field(default_factory=list)
    # What is to be said of numbers that do not mean what they seem to.
    remarks: list[str] = field(default_factory=list)


def meant_by(numbers: Iterable[str], by: User) -> Meant:
    """Return whom these numbers mean: one that has another number by now is still the same.

    Who was merged is left out, and told: nobody chose the customer that it is part of. At most
    three queries.
    """
    wanted = list(dict.fromkeys(number.strip().upper() for number in numbers if number.strip()))
    whole = [number for number in wanted if can_be_number(number)]
    rows = Customer.with_merged.visible_to(by).select_related("merged_into")
    rows = rows.only("number", "name", "merged_into__number", "merged_into__name")
    found = {one.number: one for one in rows.filter(number__in=whole)} if whole else {}
    if former := [number for number in whole if number not in found]:
        used = dict(UsedNumber.objects.filter(number__in=former).values_list("number", "customer"))
        holders = rows.in_bulk(set(used.values())) if used else {}
        found |= {number: holders[pk] for number, pk in used.items() if pk in holders}
    keys, remarks = {}, []
    for number in wanted:
        one = found.get(number)
        if one is None:
            told = {"number": number[:_SHOWN]}
            remarks.append(_gettext("There is no customer with the number %(number)s.") % told)
        elif one.merged_into_id:
            remarks.append(str(MergedMeanwhile(one)))
        else:
            keys[one.pk] = one.number
            if one.number != number:
                remarks.append(leads_to(one, number))
    return Meant(list(keys), list(keys.values()), remarks)


# What it would do


@dataclass(frozen=True)
class Some:
    """So many customers, and the names of the first."""

    count: int = 0
    names: Sequence[str] = ()

    @property
    def unnamed(self) -> int:
        return self.count - len(self.names)

    @classmethod
    def of(cls, customers: QuerySet) -> "Some":
        names = list(
            customers.order_by("sort_name", "pk").values_list("name", flat=True)[: _NAMED + 1]
        )
        count = customers.order_by().count() if len(names) > _NAMED else len(names)
        return cls(count, names[:_NAMED])


@dataclass(frozen=True)
class Plan:
    """What a change would do to customers, as they are now. Without a change: who they are."""

    total: int
    # Those that change.
    changed: Some
    # Those that it is not for.
    blocked: Some

    @property
    def already(self) -> int:
        """How many are as wanted."""
        return self.total - self.changed.count - self.blocked.count


def plan(customers: QuerySet, what: What, change: Change | None) -> Plan:
    """Return what the change would do to these customers. At most five queries."""
    blocked = Some()
    # Asked before a status is chosen too: whether they are to change is then asked with it.
    if what == What.STATUS and not (change and (change.unblock or change.to == Status.BLOCKED)):
        blocked = Some.of(customers.filter(status=Status.BLOCKED))
    if change is None:
        some = Some.of(customers)
        return Plan(some.count, some, blocked)
    return Plan(customers.order_by().count(), Some.of(change.needed(customers)), blocked)


def mark_of(customers: QuerySet) -> str:
    """Return what tells these customers from others, for a question that is answered later."""
    told = customers.order_by().aggregate(count=Count("pk"), keys=Sum("pk"))
    return f"{told['count']}-{told['keys'] or 0}"


# Doing it


def carry_out(change: Change, customers: QuerySet, by: User) -> int:
    """Change those of the customers that need it; return how many those were.

    Who that is, is decided here and now, whatever was shown before. History tells of each as of one
    that was edited; an edit form that is open meanwhile meets "changed meanwhile".
    """
    with in_turn(), transaction.atomic():
        # Before any customer, as nobody who holds some waits for it; and until the end, so that it
        # is not removed meanwhile.
        if change.what in (What.TAG, What.UNTAG) and not (
            Tag.objects.select_for_update(no_key=True).filter(pk=change.to.pk).first()
        ):
            return 0
        keys = list(change.needed(customers).order_by("pk").values_list("pk", flat=True))
        done = 0
        for start in range(0, len(keys), _BATCH):
            done += _change(change, keys[start : start + _BATCH], by)
        transaction.on_commit(counts.forget)
    return done


def _change(change: Change, keys: Sequence[int], by: User) -> int:
    """Change those of them that need it once they are locked, in the order of their keys."""
    column = "responsible_id" if change.what == What.RESPONSIBLE else "status"
    # Living ones, and of a status or of a colleague those alone that have another: a row that
    # somebody else has just changed is tested anew.
    rows = Customer.objects.visible_to(by).filter(pk__in=keys)
    if change.what in (What.STATUS, What.RESPONSIBLE):
        rows = change.needed(rows)
    locked = list(rows.order_by("pk").select_for_update().values_list("pk", "name", column))
    if change.what in (What.TAG, What.UNTAG):
        locked = _retag(change, locked)
    found = [pk for pk, _name, _before in locked]
    now = timezone.now()
    Customer.objects.filter(pk__in=found).update(
        **_columns(change), version=F("version") + 1, last_activity_at=now
    )
    told = ((pk, name, _logged(change, before)) for pk, name, before in locked)
    log_many(Customer, LogEntry.Action.UPDATE, by, told)
    return len(found)


def _retag(change: Change, locked: list[tuple[int, str, Any]]) -> list[tuple[int, str, Any]]:
    """Give the tag to those that have it not, or take it away; return whom that changed.

    Asked anew: who waited for the locks sees what somebody else did meanwhile only now.
    """
    pks = [pk for pk, _name, _before in locked]
    links = _tagged(change.to).filter(customer__in=pks)
    having = set(links.values_list("customer", flat=True))
    if change.what == What.UNTAG:
        links.delete()
        return [row for row in locked if row[0] in having]
    links.model.objects.bulk_create(
        links.model(customer_id=pk, tag_id=change.to.pk) for pk in pks if pk not in having
    )
    return [row for row in locked if row[0] not in having]


def _columns(change: Change) -> dict[str, Any]:
    """Return the customer's own columns that it sets."""
    if change.what == What.STATUS:
        return {"status": change.to}
    if change.what == What.RESPONSIBLE:
        key: Any = Customer._meta.get_field("sort_responsible")
        sorted_by = key.made(key.make(Customer(responsible=change.to)))
        return {"responsible": change.to, "sort_responsible": sorted_by}
    return {}


def _logged(change: Change, before: Any) -> dict[str, Any]:
    """Return it as the change log has it, as when a customer is edited."""
    if change.what == What.STATUS:
        return {"status": [before, change.to]}
    if change.what == What.RESPONSIBLE:
        after = change.to and change.to.pk
        return {"responsible": [str(before), str(after)]}
    operation = "delete" if change.what == What.UNTAG else "add"
    return {"tags": {"type": "m2m", "operation": operation, "objects": [str(change.to)]}}


def _tagged(tag: Tag) -> QuerySet:
    """Return the links of customers to a tag."""
    return Customer.tags.through.objects.filter(tag=tag)
