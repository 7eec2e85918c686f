"""Changes to a customer, safe when two people make them at once."""

from django.db import transaction
from django.utils import timezone

from customers import alerting, counts, numbers
from customers.duplicates import finding
from customers.holding import ChangedMeanwhile, lock
from customers.models import Customer
from moment.turns import in_turn


@in_turn()
@transaction.atomic
def save(form, version: int) -> Customer:
    """Save a valid edit form if the customer is still at the version that the form was made from.

    A new number is taken as `numbers.allocate` does; the old one goes on as a link. Raises
    ChangedMeanwhile, MergedMeanwhile or NumberTaken, then nothing is saved.
    """
    stored = lock(form.instance)
    if stored.version != version:
        raise ChangedMeanwhile(stored)
    customer: Customer = form.instance
    renumbered = customer.number != stored.number
    if renumbered and customer.number not in numbers.own(stored):
        numbers.allocate(customer.number)
        numbers.claim(customer)
    customer.version = stored.version + 1
    customer.last_activity_at = timezone.now()
    form.save()
    alerting.follow(customer, instead_of=alerting.norwegian_number(stored))
    finding.follow_change(customer, instead_of=stored)
    transaction.on_commit(counts.forget)
    return customer
