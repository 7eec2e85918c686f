"""Merging and undoing ask the database as often however many rows there are."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from customers import merging
from tests.factories import (
    ContactFactory,
    CustomerFactory,
    HourlyRateFactory,
    InvoiceRecipientFactory,
    NoteFactory,
    OtherAddressFactory,
)

pytestmark = pytest.mark.django_db


def pair_with(rows, author):
    """Return two customers with so many rows of each kind, all different."""
    pair = [CustomerFactory(), CustomerFactory()]
    for customer in pair:
        for n in range(rows):
            ContactFactory(customer=customer)
            InvoiceRecipientFactory(customer=customer)
            OtherAddressFactory(customer=customer)
            HourlyRateFactory(customer=customer)
            NoteFactory(customer=customer, author=author, text=f"{customer.number} {n}")
    return pair


def queries(act):
    with CaptureQueriesContext(
        connection,
    ) as asked:
        act()
    return len(asked)


def test_the_number_of_queries_does_not_follow_the_number_of_rows(kari):
    first, second = pair_with(1, kari)
    merging.merge(first.pk, [second.pk], by=kari)  # what is asked once and remembered
    counts = []
    for rows in (2, 20):
        kept, other = pair_with(rows, kari)
        made = []
        asked = queries(
            lambda k=kept, o=other, m=made: m.append(merging.merge(k.pk, [o.pk], by=kari))
        )
        told = queries(lambda k=kept, o=other: merging.decisions([k, o], kari))
        since = merging.Since(made[0])
        stuck = queries(lambda s=since: (s.problem, [s.stuck(step) for step in s.moves]))
        undone = queries(lambda m=made: merging.undo(m[0].pk, by=kari))
        counts.append((asked, told, stuck, undone))
    assert counts[0] == counts[1]
