"""Which of the register's alerts concern our customers, and what can be done about each."""

from collections.abc import Iterable

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db.models import Exists, OuterRef, Q, QuerySet, TextChoices
from django.utils.translation import gettext_lazy as _

from customers.models import Customer
from moment.keyset import is_key
from registry import alerts
from registry.models import Alert, AlertQuerySet

Kind, Status = Alert.Kind, Customer.Status
NORWAY = "NO"


class Act(TextChoices):
    """What a person can do about an alert."""

    TAKE = "take", _("Use the new value")
    KEEP = "keep", _("Keep ours")
    NOTE = "note", _("Noted")
    BLOCK = "block", _("Block the customer")
    INACTIVATE = "inactivate", _("Make inactive")


# What a customer has a value of its own of: the alert's kind, and our name of it.
TAKEABLE: dict[str, str] = {Kind.NAME: "name", Kind.ADDRESS: "visiting", Kind.POSTAL: "postal"}
# Bad news, and the statuses that it may give a customer, the likeliest first.
_MAY_BECOME: dict[str, dict[Act, Customer.Status]] = {
    Kind.BANKRUPT: {Act.BLOCK: Status.BLOCKED},
    Kind.DISSOLUTION: {Act.BLOCK: Status.BLOCKED},
    Kind.DELETED: {Act.INACTIVATE: Status.INACTIVE, Act.BLOCK: Status.BLOCKED},
}
GRAVITY = {kind: place for place, kind in enumerate(Kind.values)}  # declared the gravest first


def has_open_alert() -> Q:
    """Return what holds for customers whose number has an alert that nobody has answered."""
    waiting = Alert.objects.open().filter(org_number=OuterRef("org_number"))
    return Q(Exists(waiting), country=NORWAY)


def about(customers: QuerySet[Customer]) -> AlertQuerySet:
    """Return the alerts, answered or not, whose numbers these customers have."""
    ours = customers.filter(country=NORWAY, org_number=OuterRef("org_number"))
    return Alert.objects.filter(Exists(ours.order_by()))


def visible_to(user: AbstractBaseUser | AnonymousUser) -> AlertQuerySet:
    """Return the alerts about customers that this user may know of."""
    return about(Customer.objects.visible_to(user))


def concerned(
    customers: QuerySet[Customer], alerts_shown: Iterable[Alert]
) -> dict[str, list[Customer]]:
    """Return those of the customers that have these alerts' numbers, by number, in one query."""
    numbers = {alert.org_number for alert in alerts_shown}
    found: dict[str, list[Customer]] = {number: [] for number in numbers}
    for customer in customers.filter(country=NORWAY, org_number__in=numbers):
        found[customer.org_number].append(customer)
    return found


def acts_for(alert: Alert, customers: Iterable[Customer]) -> list[Act]:
    """Return what can be done about an alert that these customers have, the likeliest first."""
    if alert.kind in TAKEABLE:
        return [Act.TAKE, Act.KEEP]
    statuses = _MAY_BECOME.get(alert.kind, {}) if alert.new else {}
    return [
        *(act for act, new in statuses.items() if any(worsens(c.status, new) for c in customers)),
        Act.NOTE,
    ]


def status_from(alert: Alert, act: str) -> str:
    """Return the status that an act on this alert gives customers, empty for none."""
    return _MAY_BECOME.get(alert.kind, {}).get(Act(act), "") if alert.new else ""


def worsens(status: str, new: str) -> bool:
    """Tell whether the new status is worse: nobody who is blocked becomes merely inactive."""
    return status != new and status != Status.BLOCKED


def name_of(alert: Alert) -> str:
    """Return what names an alert as it is now: when it is renewed, it has another name."""
    return f"{alert.pk}-{int(alert.raised_at.timestamp() * 1_000_000)}"


def key_of(name: str) -> int:
    """Return the primary key in such a name, 0 where there is none."""
    key = name.partition("-")[0]
    return int(key) if is_key(key) else 0


def follow(customer: Customer, instead_of: str = "") -> None:
    """Watch the number that a customer is being saved with.

    `instead_of` is the Norwegian number it had: nobody watches that when no customer has it now.
    Within the caller's transaction. The rows stay locked, so that of two people, one of whom gives
    a number up while the other takes it, the second sees what the first did.
    """
    number = norwegian_number(customer)
    if number == instead_of:
        return
    alerts.watch(number)
    watched = hold({number, instead_of})
    if number and number not in watched:  # given up by another just now
        alerts.watch(number)
    # Merged ones too: what happens to their numbers is known when the merge is undone.
    others = Customer.with_merged.filter(country=NORWAY, org_number=instead_of)
    others = others.exclude(pk=customer.pk)
    if instead_of and not others.exists():
        alerts.unwatch(instead_of)


def follow_new(org_numbers: Iterable[str]) -> None:
    """Watch the Norwegian numbers that many new customers are being saved with, as `follow` does.

    Three queries for any number of them.
    """
    numbers = {number for number in org_numbers if number}
    alerts.watch(*numbers)
    if given_up := numbers - hold(numbers):  # by others just now
        alerts.watch(*given_up)


def norwegian_number(customer: Customer) -> str:
    """Return the number that the register knows the customer by, empty for none."""
    return customer.org_number if customer.is_norwegian else ""


def hold(org_numbers: Iterable[str]) -> set[str]:
    """Lock what is watched of these numbers, so that no alert of theirs changes; return it.

    Customers are locked before this and alerts after it, by everyone who locks several.
    """
    return set(alerts.hold(org_numbers))
