"""A final invoice has a number, what it is made of is written down, and it stays as it is."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from moment.ledger import crediting, finalising, paying
from moment.ledger.models import BilledTime, Invoice, InvoiceLine, Match, Payment
from moment.models import BankAccount, CompanySettings
from tests.factories import CustomerFactory, TimeEntryFactory
from tests.ledger.making import draft, invoice, payment

pytestmark = pytest.mark.django_db


def test_a_draft_gets_the_next_number_and_what_holds_then(kari):
    customer = CustomerFactory(name="Storfjell kommune", postal_city="Bodø")
    BankAccount.objects.create(
        number="12345678903", kid_check="mod10", kid_customer_digits=6, kid_invoice_digits=6
    )
    made = draft(customer, "1000.50", "200")
    final = finalising.finalise(made, version=1, by=kari)
    final.refresh_from_db()
    assert (final.number, final.buyer_name) == ("20001", "Storfjell kommune")
    assert (final.net, final.vat, final.gross) == (
        Decimal("1200.50"),
        Decimal("300.13"),
        Decimal("1500.63"),
    )
    assert final.remaining == final.gross
    assert final.is_open
    assert final.kid.startswith(customer.number.zfill(6))
    assert final.seller["name"] == CompanySettings.current().name
    assert (final.due_on - final.issued_on).days == 30
    assert finalising.finalise(draft(customer), version=1, by=kari).number == "20002"


def test_what_fails_takes_no_number(kari):
    made = draft()
    made.lines.all().delete()
    with pytest.raises(finalising.CannotFinalise):
        finalising.finalise(made, version=1, by=kari)
    assert finalising.finalise(draft(), version=1, by=kari).number == "20001"


@pytest.mark.parametrize("number", ["", "918212445", "123"], ids=["none", "wrong digit", "short"])
def test_a_company_without_its_reg_no_finalises_nothing(kari, as_anne, as_kari, number):
    """By bokføringsforskriften § 5-1-1 it stands on each document of sale."""
    company = CompanySettings.current()
    company.org_number = number
    company.save()
    made = draft()
    with pytest.raises(finalising.CannotFinalise, match=r"no Norwegian reg\. no\."):
        finalising.finalise(made, version=1, by=kari)
    url = f"/invoices/drafts/{made.pk}/finalise/"
    pages = [one.get(url).content.decode() for one in (as_anne, as_kari)]
    assert [page.count("Our own company has no Norwegian reg. no.") for page in pages] == [1, 1]
    assert ["/setup/" in page.partition("finalise-problems")[2][:300] for page in pages] == [
        True, False,
    ]  # fmt: skip
    company.org_number = "NO 918 212 442 MVA"
    company.save()
    finalising.finalise(made, version=1, by=kari)


def test_a_company_abroad_has_no_norwegian_reg_no(kari):
    CompanySettings(pk=1, country="SE", org_number="").save()
    assert finalising.finalise(draft(), version=1, by=kari).number == "20001"


def test_finalising_twice_gives_one_number(kari):
    made = draft()
    finalising.finalise(made, version=1, by=kari)
    with pytest.raises(finalising.ChangedMeanwhile) as error:
        finalising.finalise(made, version=1, by=kari)
    assert error.value.stored.number == "20001"


def _changes():
    final = invoice(None, "100")
    line = final.lines.get()
    paid = payment(final.customer, "40", final)
    match = paid.matches.get()
    return [
        lambda: Invoice.objects.filter(pk=final.pk).update(gross=1),
        lambda: Invoice.objects.filter(pk=final.pk).update(number=None),
        lambda: Invoice.objects.filter(pk=final.pk).update(issued_on=date(2020, 1, 1)),
        lambda: Invoice.objects.filter(pk=final.pk).update(seller={}),
        lambda: Match.objects.all().delete(),
        lambda: Match.objects.filter(pk=match.pk).update(amount=1),
        lambda: Payment.objects.filter(pk=paid.pk).update(amount=1),
        lambda: InvoiceLine.objects.filter(pk=line.pk).update(text="Else"),
        lambda: InvoiceLine.objects.filter(pk=line.pk).delete(),
        lambda: InvoiceLine.objects.create(
            invoice=final, text="More", amount=1, vat_code="3", vat_rate=25
        ),
        lambda: BilledTime.objects.create(line=line, entry=TimeEntryFactory()),
        lambda: Invoice.objects.filter(pk=final.pk)._raw_delete("default"),
    ]


@pytest.mark.parametrize("which", range(12))
def test_the_database_refuses_to_change_what_is_final(which):
    change = _changes()[which]
    with pytest.raises(IntegrityError, match="final in the ledger"), transaction.atomic():
        change()


def test_a_payment_settles_and_its_reversal_opens_again(kari):
    final = invoice(None, "100")
    paid = payment(final.customer, "100", final, on=final.issued_on)
    final.refresh_from_db()
    assert (final.remaining, final.is_open, final.settled_on) == (0, False, final.issued_on)
    back = paying.reverse(paid, by=kari, on=paid.paid_on)
    final.refresh_from_db()
    paid.refresh_from_db()
    assert (final.remaining, final.is_open, final.settled_on) == (100, True, None)
    assert (paid.remaining, back.remaining, back.amount) == (0, 0, -100)


def test_a_line_without_an_account_is_not_final(kari, as_kari):
    """It would be in the journal with an account that is empty, and stay so."""
    made = draft(None, "100", "50")
    made.lines.filter(text="Line 1").update(sales_account="")
    with pytest.raises(finalising.CannotFinalise, match="“Line 1” has no account"):
        finalising.finalise(made, version=1, by=kari)
    assert "“Line 1” has no account" in as_kari.get(made.get_absolute_url()).content.decode()
    made.lines.update(sales_account="3010")
    final = finalising.finalise(made, version=1, by=kari)
    note = crediting.draft_credit(final, parts=None, release=False, by=kari)
    assert set(note.lines.values_list("sales_account", flat=True)) == {"3010"}
    note.lines.filter(text="Line 0").update(sales_account="")
    with pytest.raises(finalising.CannotFinalise, match="“Line 0” has no account"):
        finalising.finalise(note, version=note.version, by=kari)
