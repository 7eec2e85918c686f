"""New customers."""

from collections.abc import Iterable

from django.db import transaction

from customers import alerting, counts, numbers
from customers.duplicates import finding
from customers.models import Customer, Tag
from moment.turns import in_turn
from registry.models import Entity
from registry.names import display_name

LONGEST_STREET = 300  # characters that fit; the register sets no limit
# Our addresses, and what the register's are called.
REGISTER_ADDRESSES = {"visiting": "business", "postal": "postal"}


def create(customer: Customer, *, tags: Iterable[Tag] = (), wanted: str = "") -> Customer:
    """Save a new customer under the number wanted, or the next of the series, and return it.

    Raises NumberTaken or SeriesUsedUp; then nothing is saved and no number is lost.
    """
    with in_turn(), transaction.atomic():
        customer.number = numbers.allocate(wanted)
        customer.save()
        customer.tags.add(*tags)
        numbers.claim(customer)
        alerting.follow(customer)
        finding.follow(customer.pk)
        transaction.on_commit(counts.forget)
    return customer


def fill_from_register(customer: Customer, entity: Entity) -> None:
    """Copy reg. no. and the addresses that the customer has none of its own of. Saves nothing."""
    customer.org_number = entity.org_number
    for kind in REGISTER_ADDRESSES:
        if not getattr(customer, kind):
            copy_address(customer, kind, entity)


def copy_address(customer: Customer, kind: str, entity: Entity) -> None:
    """Give the customer's `visiting` or `postal` address the register's value. Saves nothing."""
    theirs = REGISTER_ADDRESSES[kind]
    country = getattr(entity, f"{theirs}_country")
    setattr(customer, f"{kind}_street", getattr(entity, f"{theirs}_address")[:LONGEST_STREET])
    setattr(customer, f"{kind}_postcode", getattr(entity, f"{theirs}_postcode"))
    setattr(customer, f"{kind}_city", display_name(getattr(entity, f"{theirs}_city")))
    setattr(customer, f"{kind}_country", "" if country == customer.country else country)
