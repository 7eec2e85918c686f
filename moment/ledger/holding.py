"""Changing invoices and payments, safe when two people do it at once.

Locks are taken in one order: customers, invoices, payments, each by key; last the number series.
"""

from collections.abc import Collection, Iterable, Mapping

from django.db import connection
from django.utils import timezone

from customers import holding
from customers.holding import ChangedMeanwhile
from customers.models import Customer
from moment.ledger.models import Invoice, Payment

__all__ = [
    *("ChangedMeanwhile", "lock", "lock_all", "lock_customers", "lock_found", "lock_invoices"),
    *("lock_payments", "look_and_lock", "touch"),
]


def lock(invoice: Invoice) -> Invoice:
    """Return the invoice as it is now, locked with its customer until the transaction ends.

    It counts as activity of the customer. Raises ChangedMeanwhile where it was discarded, and
    MergedMeanwhile.
    """
    with holding.held(invoice.customer) as customer:
        return lock_invoices(customer, [invoice.pk])[invoice.pk]


def lock_customers(keys: Collection[int]) -> dict[int, Customer]:
    """Return customers by key, locked in that order; for what concerns several.

    It counts as activity of theirs. Raises MergedMeanwhile.
    """
    found = look_and_lock(keys)
    touch(keys)
    return found


def look_and_lock(keys: Collection[int]) -> dict[int, Customer]:
    """Return the same where it is not known yet whether anything comes of it: see `touch`."""
    rows = Customer.with_merged.select_for_update(of=("self",)).filter(pk__in=keys)
    return {row.pk: holding.living(row) for row in rows.order_by("pk")}


def touch(keys: Iterable[int]) -> None:
    """Write down that customers that are locked are active now."""
    Customer.objects.filter(pk__in=set(keys)).update(last_activity_at=timezone.now())


def lock_invoices(customer: Customer, keys: Collection[int]) -> dict[int, Invoice]:
    """Return invoices of a customer that is locked, by key, locked too.

    Raises ChangedMeanwhile where one is not the customer's any more, or gone.
    """
    rows = Invoice.objects.select_for_update(of=("self",)).filter(pk__in=keys, customer=customer)
    found = {row.pk: row for row in rows.order_by("pk")}
    if len(found) < len(set(keys)):
        raise ChangedMeanwhile(None)
    for row in found.values():
        row.customer = customer
    return found


def lock_found(customers: Mapping[int, Customer], keys: Collection[int]) -> dict[int, Invoice]:
    """Return those of these invoices that are there, of customers that are locked, locked too."""
    rows = Invoice.objects.select_for_update(of=("self",))
    rows = rows.filter(pk__in=keys, customer__in=customers)
    found = {row.pk: row for row in rows.order_by("pk")}
    for row in found.values():
        row.customer = customers[row.customer_id]
    return found


def lock_all(customers: Collection[int]) -> None:
    """Lock every invoice of customers that are locked, in one query.

    One UPDATE takes them in any order, while whoever exports them has them by key.
    """
    if connection.features.has_select_for_update:
        rows = Invoice.objects.select_for_update(of=("self",), no_key=True)
        list(rows.filter(customer__in=customers).order_by("pk").values_list("pk"))


def lock_payments(customer: Customer, keys: Collection[int]) -> dict[int, Payment]:
    """Return the same of payments, for after the invoices."""
    rows = Payment.objects.select_for_update(of=("self",)).filter(pk__in=keys, customer=customer)
    found = {row.pk: row for row in rows.order_by("pk")}
    if len(found) < len(set(keys)):
        raise ChangedMeanwhile(None)
    for row in found.values():
        row.customer = customer
    return found
