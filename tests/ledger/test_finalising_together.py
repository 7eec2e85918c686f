"""Sixteen people finalise 500 invoices at once: no gap and no double, whatever fails."""

import pytest

from customers.models import Customer, NumberSeries
from moment.ledger import finalising
from moment.ledger.finalising import CannotFinalise, ChangedMeanwhile
from moment.ledger.models import Invoice, InvoiceLine
from moment.models import BankAccount
from tests.factories import CustomerFactory, UserFactory
from tests.ledger.making import draft
from tests.together import at_once

pytestmark = pytest.mark.django_db(transaction=True)
PEOPLE, INVOICES, FAILS = 16, 500, 10


class Broken(Exception):
    """What goes wrong on purpose, at the very end of a transaction."""


@pytest.fixture
def drafts():
    """500 drafts of eight customers; every tenth fails late, some by a KID that cannot be made."""
    BankAccount.objects.create(
        number="15032080119", kid_check="mod10", kid_customer_digits=6, kid_invoice_digits=6
    )
    customers = [CustomerFactory() for _ in range(7)]
    # Fails after the number is taken: the KID has no room for the customer's number.
    customers.append(CustomerFactory(number="5000001"))
    assert Customer.objects.count() == 8
    model = draft(customers[0], "1000")
    rows = []
    for n in range(INVOICES):
        if n % FAILS == 0:
            customer = customers[7] if n % 20 else customers[0]
        else:
            customer = customers[n % 7]
        rows.append(Invoice(customer=customer, invoice_settings=model.invoice_settings,
                            currency="NOK", contact="fails" if n % FAILS == 0 else ""))  # fmt: skip
    model.lines.all().delete()
    model.delete()
    made = Invoice.objects.bulk_create(rows)
    InvoiceLine.objects.bulk_create(
        InvoiceLine(invoice=one, text="Work", amount=100, vat_code="3", vat_rate=25) for one in made
    )
    return list(Invoice.objects.select_related("customer", "project").order_by("pk"))


def test_numbers_have_no_gap_and_no_double(drafts, monkeypatch):
    people = [UserFactory() for _ in range(PEOPLE)]
    real = finalising.crediting.settle

    def settle(invoice, **values):
        real(invoice, **values)
        if invoice.contact == "fails":
            raise Broken  # it is saved by now, and its number taken

    monkeypatch.setattr(finalising.crediting, "settle", settle)
    first = NumberSeries.objects.get(kind=NumberSeries.Kind.INVOICE).next

    def person(which):
        """Finalise every sixteenth, and try one that somebody else has too."""
        failed = 0
        ours = finalising.Ours.now()
        mine = drafts[which::PEOPLE]
        for one in [*mine, drafts[(which + 1) % PEOPLE]]:
            try:
                finalising.finalise(one, version=1, by=people[which], ours=ours)
            except (Broken, CannotFinalise):
                failed += 1
            except ChangedMeanwhile:
                pass
        return failed

    failed = sum(at_once(PEOPLE, person))
    final = list(Invoice.objects.final().order_by("sort_number"))
    expected = INVOICES - INVOICES // FAILS
    assert failed >= INVOICES // FAILS
    assert [one.number for one in final] == [str(first + n) for n in range(expected)]
    assert NumberSeries.objects.get(kind=NumberSeries.Kind.INVOICE).next == first + expected
    assert {one.contact for one in final} == {""}
    assert len({one.kid for one in final}) == expected
    for one in Invoice.objects.drafts():
        assert (one.contact, one.kid, one.issued_on, one.is_open) == ("fails", "", None, False)


def test_one_finalise_takes_few_queries(kari, django_assert_max_num_queries):
    ours = finalising.Ours.now()
    made = draft(CustomerFactory(), "100", "200")
    finalising.finalise(draft(), version=1, by=kari, ours=ours)
    with django_assert_max_num_queries(16):
        finalising.finalise(made, version=1, by=kari, ours=ours)
