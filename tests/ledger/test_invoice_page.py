"""The page of a final invoice or credit note: what is printed, what is paid and what remains."""

from decimal import Decimal

import pytest
from lxml import html

from moment.ledger import correcting
from tests.conftest import signed_in
from tests.factories import CustomerFactory, UserFactory
from tests.ledger.making import draft, invoice, payment
from tests.ledger.test_crediting import final
from tests.standin.companies import fictional_number

pytestmark = pytest.mark.django_db


def text_of(response):
    page = html.fromstring(response.content.decode())
    return " ".join(" ".join(page.xpath("//main//text()")).split())


@pytest.fixture
def made(kari):
    row = draft(CustomerFactory(number="51", name="Fjell AS"), "1000", "200", vat_code="3")
    row.lines.filter(order=0).update(quantity=Decimal("7.5"), heading="P-1 Bru", kind="work")
    row.lines.filter(order=1).update(vat_code="31", vat_rate=15)
    row.invoice_settings |= {"your_reference": "Marit Olsen", "invoice_text": "Rammeavtale 7"}
    row.save()
    return final(row, kari)


def test_lines_vat_and_references_stand_as_they_are_printed(as_kari, made):
    text = text_of(as_kari.get("/invoices/20001/"))
    for words in (
        "Invoice 20001", "P-1 Bru", "7.5 h", "Marit Olsen", "Rammeavtale 7", "51 Fjell AS",
        "3 · 25 % of 1,000.00 250.00", "food and drink of 200.00 30.00", "To pay NOK 1,480.00",
        "due in 30 days", "not exported",
    ):  # fmt: skip
        assert words in text


def test_the_number_of_the_buyer_is_in_groups(as_kari):
    number = fictional_number(7)
    row = invoice(CustomerFactory(org_number=number), "100", buyer_org_number=number)
    assert f"{number[:3]} {number[3:6]} {number[6:]}" in text_of(
        as_kari.get(row.get_absolute_url())
    )


def test_what_is_paid_and_credited_is_linked_and_taken_off(as_kari, kari, made):
    paid = payment(made.customer, "480", made)
    part = {made.lines.first().pk: Decimal(400)}
    correcting.credit(made, parts=part, release=False, by=kari, reason="Feil")
    response = as_kari.get("/invoices/20001/")
    links = html.fromstring(response.content.decode()).xpath("//aside//a/@href")
    assert {f"/invoices/payments/{paid.pk}/", "/invoices/20002/"} <= set(links)
    assert "Remaining NOK 500.00" in text_of(response)
    note = text_of(as_kari.get("/invoices/20002/"))
    assert "It credits invoice 20001" in note
    assert "Credited NOK 500.00" in note
    assert "To the customer's credit NOK 0.00" in note


def test_a_number_that_is_none_or_not_to_be_seen(as_kari, as_per, made):
    assert as_kari.get("/invoices/20009/").status_code == 404
    assert as_per.get("/invoices/20001/").status_code == 403
    looking = signed_in(UserFactory(roles=["View customers", "View customer economy"]))
    assert "Credit…" not in text_of(looking.get("/invoices/20001/"))
    assert "Credit…" in text_of(as_kari.get("/invoices/20001/"))


def test_the_others_of_a_split_are_named(as_kari, kari):
    work = invoice(CustomerFactory(), "100", by=kari)
    other = CustomerFactory(name="Vidde AS")
    final(draft(other, "40", part_of=work), kari)
    draft(CustomerFactory(name="Skog AS"), "30", part_of=work)
    text = text_of(as_kari.get("/invoices/20001/"))
    assert "Shared with 20002 Vidde AS" in text
    assert "Draft Skog AS" in text
