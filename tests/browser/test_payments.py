"""From the bank's file to an invoice that is paid: read, booked, matched, and taken back."""

import pytest
from playwright.sync_api import Page, expect

from moment.ledger.models import Invoice, OcrPayment, Payment
from moment.models import BankAccount
from tests.factories import CustomerFactory
from tests.ledger.making import invoice
from tests.ledger.ocr_files import ACCOUNT, Paid, content

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_file_of_the_bank_pays_invoices(karis_page: Page, live_server, kari, tmp_path):
    page = karis_page
    rules = {"kid_check": "mod10", "kid_customer_digits": 4, "kid_invoice_digits": 6}
    BankAccount.objects.create(number=ACCOUNT, **rules)
    customer = CustomerFactory(number="1044", name="Fjell AS")
    one, two = invoice(customer, "1000", by=kari), invoice(customer, "500", by=kari)
    path = tmp_path / "OCR.TXT"
    path.write_bytes(content(Paid("1000", one.kid), Paid("300", kind="21", text="Fra Fjell")))
    # The file is looked at, and booked.
    page.goto(f"{live_server.url}/invoices/payments/")
    page.get_by_role("link", name="OCR giro").click()
    page.get_by_label("File").set_input_files(path)
    page.get_by_role("button", name="Look at it").click()
    expect(page.get_by_text(f"1,000.00 settles invoice {one.number}.")).to_be_visible()
    expect(page.get_by_text("It has no KID.")).to_be_visible()
    assert not OcrPayment.objects.exists()
    page.get_by_role("button", name="Book 2 payments").click()
    expect(page.get_by_text("1 payment waits until somebody says whose it is.")).to_be_visible()
    # Whose the other one is, is said by hand; then it is matched.
    page.get_by_role("link", name="Whose is it").click()
    dialog = page.locator("dialog[open]")
    dialog.get_by_label("Customer").fill("1044 Fjell AS")
    dialog.get_by_role("button", name="Save").click()
    page.get_by_role("link", name="Match the rest").click()
    page.get_by_role("button", name="Match", exact=True).last.click()
    expect(page.get_by_text("It is matched.")).to_be_visible()
    assert list(Invoice.objects.order_by("pk").values_list("remaining", flat=True)) == [0, 200]
    # The rest is entered by hand, in a dialog that says what it settles.
    page.goto(f"{live_server.url}/invoices/payments/")
    page.get_by_role("link", name="New payment").click()
    dialog.get_by_label("Customer").fill("1044 Fjell AS")
    dialog.get_by_role("button", name="Next").click()
    dialog.get_by_label("Amount").fill("250")
    dialog.get_by_label("Text").click()
    expect(dialog.get_by_label(f"Settled of Invoice {two.number}")).to_have_value("200.00")
    expect(dialog.get_by_text("50.00 NOK stays open to the customer's credit.")).to_be_visible()
    dialog.get_by_role("button", name="Enter payment").click()
    expect(page.get_by_text("is open to the customer's credit.")).to_be_visible()
    assert not Invoice.objects.still_open().exists()
    # It was a mistake.
    page.get_by_role("link", name="Reverse…").click()
    dialog.get_by_role("button", name="Reverse").click()
    expect(page.get_by_text("This reverses the payment of")).to_be_visible()
    assert Invoice.objects.get(pk=two.pk).remaining == 200
    assert Payment.objects.count() == 4
