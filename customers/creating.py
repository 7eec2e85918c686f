"""New customers."""

from collections.abc import Iterable

from django.db import transaction

from customers import counts, numbers
from customers.models import Customer, Tag
from moment.turns import in_turn
from registry.models import Entity
from registry.names import display_name


def create(customer: Customer, *, tags: Iterable[Tag] = (), wanted: str = "") -> Customer:
    """Save a new customer under the number wanted, or the next of the series, and return it.

    Raises NumberTaken or SeriesUsedUp; then nothing is saved and no number is lost.
    """
    with in_turn(), transaction.atomic():
        customer.number = numbers.allocate(wanted)
        customer.save()
        customer.tags.add(*tags)
        numbers.claim(customer)
        transaction.on_commit(counts.forget)
    return customer


def fill_from_register(customer: Customer, entity: Entity) -> None:
    """Copy reg. no. and the addresses that the customer has none of its own of. Saves nothing."""
    customer.org_number = entity.org_number
    for ours, theirs in (("visiting", "business"), ("postal", "postal")):
        if getattr(customer, ours):
            continue
        country = getattr(entity, f"{theirs}_country")
        setattr(customer, f"{ours}_street", getattr(entity, f"{theirs}_address"))
        setattr(customer, f"{ours}_postcode", getattr(entity, f"{theirs}_postcode"))
        setattr(customer, f"{ours}_city", display_name(getattr(entity, f"{theirs}_city")))
        setattr(customer, f"{ours}_country", "" if country == customer.country else country)
