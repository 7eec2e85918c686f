"""Sixteen people finalise at once, one by one and many together: no gap and no double.

Every tenth draft fails on purpose, after it has its number; meanwhile others edit and discard.
A hundred and sixty drafts, ten a person: the five hundred of the benchmark take longer here.
"""

from decimal import Decimal

import pytest

from customers.models import NumberSeries
from moment.ledger import discarding, editing, finalising
from moment.ledger.finalising import CannotFinalise, ChangedMeanwhile
from moment.ledger.models import Invoice, InvoiceLine
from moment.models import BankAccount
from tests.factories import CustomerFactory, UserFactory
from tests.ledger.making import draft
from tests.together import at_once

pytestmark = pytest.mark.django_db(transaction=True)
PEOPLE, INVOICES, FAILS = 16, 160, 10
# What the others do with drafts of somebody's: two of each are edited, and two discarded.
EDITED, DISCARDED = (3, 14), (5, 25)


class Broken(Exception):
    """What goes wrong on purpose, at the very end of a transaction."""


@pytest.fixture
def drafts():
    """Drafts of eight customers; every twentieth falls, and as many have no KID."""
    BankAccount.objects.create(
        number="15032080119", kid_check="mod10", kid_customer_digits=6, kid_invoice_digits=6
    )
    customers = [CustomerFactory() for _ in range(7)]
    # The KID has no room for this one's number.
    customers.append(CustomerFactory(number="5000001"))
    model = draft(customers[0], "1000")
    rows = []
    for n in range(INVOICES):
        fails = n % FAILS == 0
        customer = customers[7] if n % 20 == 10 else customers[n % 7]
        rows.append(Invoice(customer=customer, invoice_settings=model.invoice_settings,
                            currency="NOK", contact="fails" if fails else ""))  # fmt: skip
    model.lines.all().delete()
    model.delete()
    made = Invoice.objects.bulk_create(rows)
    InvoiceLine.objects.bulk_create(
        InvoiceLine(invoice=one, text="Work", amount=100, vat_code="3", vat_rate=25,
                    sales_account="3000")
        for one in made
    )  # fmt: skip
    return list(Invoice.objects.select_related("customer", "project").order_by("pk"))


@pytest.fixture
def falling(monkeypatch):
    real = finalising.crediting.settle

    def settle(invoice, **values):
        real(invoice, **values)
        if invoice.contact == "fails":
            raise Broken  # it is saved by now, and its number taken

    monkeypatch.setattr(finalising.crediting, "settle", settle)


def singly(rows, by):
    """Finalise one after another; return how many could not be."""
    failed, ours = 0, finalising.Ours.now()
    for one in rows:
        try:
            finalising.finalise(one, version=1, by=by, ours=ours)
        except (Broken, CannotFinalise):
            failed += 1
        except ChangedMeanwhile:
            pass
    return failed


def meddle(drafts):
    """Edit and discard what others may be finalising; return the keys of what is gone."""
    gone = []
    for n in EDITED:
        try:
            lines = list(drafts[n].lines.all())
            lines[0].amount = Decimal(50)
            editing.save(Invoice.objects.get(pk=drafts[n].pk), lines, version=1)
        except (ChangedMeanwhile, Invoice.DoesNotExist):
            pass
    for n in DISCARDED:
        try:
            discarding.discard(drafts[n], version=1)
            gone.append(drafts[n].pk)
        except ChangedMeanwhile:
            pass
    return gone


def test_numbers_have_no_gap_and_no_double(drafts, falling):
    people = [UserFactory() for _ in range(PEOPLE)]
    first = NumberSeries.objects.get(kind=NumberSeries.Kind.INVOICE).next

    def person(which):
        """Finalise every sixteenth, and try one that somebody else has too."""
        mine = [*drafts[which::PEOPLE], drafts[(which + 1) % PEOPLE]]
        gone = meddle(drafts) if which == 0 else []
        if which % 2:
            return gone, len(finalising.finalise_all(mine, people[which])[1])
        return gone, singly(mine, people[which])

    told = at_once(PEOPLE, person)
    gone = {key for keys, _failed in told for key in keys}
    final = list(Invoice.objects.final().order_by("sort_number"))
    waiting = list(Invoice.objects.drafts())
    assert {one.pk for one in drafts} == {one.pk for one in (*final, *waiting)} | gone
    assert [one.number for one in final] == [str(first + n) for n in range(len(final))]
    assert NumberSeries.objects.get(kind=NumberSeries.Kind.INVOICE).next == first + len(final)
    assert {one.contact for one in final} == {""}
    assert len({one.kid for one in final}) == len(final)
    # What was edited first, whoever had it on the screen before did not finalise.
    edited = {drafts[n].pk for n in EDITED}
    failing = {one.pk for one in drafts if one.contact == "fails"}
    assert failing <= {one.pk for one in waiting} <= failing | edited
    assert sum(failed for _keys, failed in told) >= len(failing)
    for one in waiting:
        assert (one.kid, one.issued_on, one.is_open, one.buyer_name) == ("", None, False, "")
    for one in final:
        assert one.gross == sum(line.amount for line in one.lines.all()) * 125 / 100


def test_one_finalise_takes_few_queries(kari, django_assert_max_num_queries):
    ours = finalising.Ours.now()
    made = draft(CustomerFactory(), "100", "200")
    finalising.finalise(draft(), version=1, by=kari, ours=ours)
    with django_assert_max_num_queries(14):
        finalising.finalise(made, version=1, by=kari, ours=ours)
