"""States of the pages of payments, of matching, and of OCR giro; see `states`."""

from collections.abc import Callable
from datetime import timedelta

from django.utils import timezone
from playwright.sync_api import Page, expect

from moment.ledger import paying, reading
from moment.ledger.models import Invoice, OcrFile, OcrPayment, Payment
from moment.models import BankAccount, User
from tests.factories import CustomerFactory
from tests.ledger.making import invoice, payment
from tests.ledger.ocr_files import Paid, content

LONG = "Landskapsarkitekturprosjekteringsassistanse"
ACCOUNT, NUMBER = "15033942187", "1296"


def fill(kari: User) -> None:
    """Make a customer with payments of every kind, and a file with some that nobody knows."""
    rules = {"kid_check": "mod10", "kid_customer_digits": 6, "kid_invoice_digits": 6}
    BankAccount.objects.get_or_create(number=ACCOUNT, defaults=rules | {"order": 99})
    customer = CustomerFactory(number=NUMBER, name=f"{LONG} betaler AS")
    today = timezone.localdate()
    ones = [
        invoice(customer, "1234567.50", by=kari, issued_on=today - timedelta(days=90 - n))
        for n in range(3)
    ]
    payment(customer, "2000000", *ones[:1], made_by=kari, text=LONG * 4, kid="9" * 25, on=today)
    euro = payment(
        customer, "123456789.10", currency="EUR", rate="11.123456", made_by=kari, on=today
    )
    paying.reverse(euro, by=kari, on=today, text=LONG)
    some = [Paid("98765432.10", "123456789012345"), Paid(7, kind="21", text=LONG[:40])]
    data = content(*some, account=ACCOUNT, transmission="7654321")
    reading.read(data, name=f"{LONG}{LONG}.txt", by=kari)


def payments(page: Page) -> None:
    page.goto("/invoices/payments/")
    expect(page.locator(".payments tfoot").first).to_be_visible()


def payments_unknown(page: Page) -> None:
    page.goto("/invoices/payments/?state=unknown&q=L&since=2020-01-01&sort=amount")
    expect(page.locator(".payments tfoot").first).to_be_visible()


def payments_nowhere(page: Page) -> None:
    page.goto("/invoices/payments/?q=zzzz")
    expect(page.locator("#results .empty")).to_be_visible()


def payment_whose(page: Page) -> None:
    payments(page)
    page.locator(".head__actions .btn--primary").click()
    expect(page.locator("dialog[open] [name=customer]")).to_be_visible()


def payment_whose_errors(page: Page) -> None:
    page.goto("/invoices/payments/new/?kid=12")
    expect(page.locator("[name=kid][aria-invalid=true]")).to_be_visible()


def payment_new(page: Page) -> None:
    page.goto(f"/invoices/payments/new/?customer={NUMBER}")
    page.locator("[name=amount]").fill("5000000")
    page.locator("[name=text]").focus()
    expect(page.locator("#pay-sum strong")).to_be_visible()


def payment_new_errors(page: Page) -> None:
    payment_new(page)
    page.locator("[name=paid_on]").fill("2050-01-01")
    page.locator("[name=kid]").fill("12")
    page.locator(".open-items input").first.fill("99999999")
    page.locator("footer .btn--primary").click()
    expect(page.locator(".open-items [aria-invalid=true]")).to_be_visible()


def payment_new_in_another_currency(page: Page) -> None:
    page.goto(f"/invoices/payments/new/?customer={NUMBER}")
    page.locator("[name=currency]").select_option("USD")
    expect(page.locator("[name=rate]")).to_be_visible()


def payment_new_in_a_dialog(page: Page) -> None:
    payment_whose(page)
    page.locator("dialog [name=customer]").fill(NUMBER)
    page.locator("dialog footer .btn--primary").click()
    expect(page.locator("dialog[open] .open-items")).to_be_visible()


def _payment(page: Page, **which: object) -> None:
    page.goto(f"/invoices/payments/{Payment.objects.filter(**which).latest('pk').pk}/")


def payment_one(page: Page) -> None:
    _payment(page, currency="NOK", is_open=True, customer__number=NUMBER)
    expect(page.locator(".payment-open")).to_be_visible()


def payment_reversed(page: Page) -> None:
    _payment(page, reversed_by__isnull=False, customer__number=NUMBER)
    expect(page.locator("main .banner")).to_be_visible()


def payment_reverse(page: Page) -> None:
    payment_one(page)
    page.locator(".head__actions [hx-get$='/reverse/']").click()
    expect(page.locator("dialog[open] [name=on]")).to_be_visible()


def payment_take_back(page: Page) -> None:
    payment_one(page)
    page.locator("[hx-get$='/take-back/']").click()
    expect(page.locator("dialog[open] .btn--bad")).to_be_visible()


def match(page: Page) -> None:
    page.goto(f"/customers/{NUMBER}/ledger/match/?currency=NOK")
    expect(page.locator(".match-sides")).to_be_visible()


def match_errors(page: Page) -> None:
    match(page)
    page.locator(".open-items input").first.fill("x")
    page.locator(".actions .btn--primary").click()
    expect(page.locator(".open-items [aria-invalid=true]")).to_be_visible()


def match_nothing(page: Page) -> None:
    page.goto("/customers/1103/ledger/match/")
    expect(page.locator(".empty")).to_be_visible()


def ocr(page: Page) -> None:
    page.goto("/invoices/ocr/")
    expect(page.locator(".ocr-files")).to_be_visible()


def _send(page: Page, data: bytes) -> None:
    ocr(page)
    file = {"name": "ocr.txt", "mimeType": "text/plain", "buffer": data}
    page.locator("[name=file]").set_input_files([file])  # type: ignore[list-item]
    page.locator(".ocr-new .btn--primary").click()


def ocr_looked(page: Page) -> None:
    one = Invoice.objects.filter(customer__number=NUMBER).latest("pk")
    more = (("99998888777", [Paid(1)]),)
    _send(page, content(Paid("99999999", one.kid), Paid(2), account=ACCOUNT, more=more))
    expect(page.locator(".ocr-looked")).to_be_visible()


def ocr_refused(page: Page) -> None:
    _send(page, b"no such file")
    expect(page.locator("[name=file][aria-invalid=true]")).to_be_visible()


def ocr_file(page: Page) -> None:
    page.goto(f"/invoices/ocr/{OcrFile.objects.latest('pk').pk}/")
    expect(page.locator(".payments")).to_be_visible()


def ocr_assign(page: Page) -> None:
    page.goto(f"/invoices/ocr/payments/{OcrPayment.objects.filter(payment=None).latest('pk').pk}/")
    page.locator("footer .btn--primary").click()
    expect(page.locator("[name=customer][aria-invalid=true]")).to_be_visible()


ALL: list[Callable[[Page], None]] = [
    payments, payments_unknown, payments_nowhere, payment_whose, payment_whose_errors,
    payment_new, payment_new_errors, payment_new_in_another_currency, payment_new_in_a_dialog,
    payment_one, payment_reversed, payment_reverse, payment_take_back, match, match_errors,
    match_nothing, ocr, ocr_looked, ocr_refused, ocr_file, ocr_assign,
]  # fmt: skip
