"""States of finalising and sending invoices; see `states`."""

from collections.abc import Callable

from django.utils import timezone
from playwright.sync_api import Page, expect

from customers.models import Customer
from moment.ledger import delivering
from moment.ledger.models import Delivery, Invoice
from moment.models import User
from tests.factories import CustomerFactory
from tests.ledger.making import draft, invoice

LONG = "Landskapsarkitekturprosjekteringsassistanse"
_MARK = "states-finalising"


def fill(customer: Customer, kari: User) -> None:
    """Give a customer a draft to finalise, one that cannot be, and invoices sent in every way."""
    for amount in ("100", "-100"):
        made = draft(customer, amount, contact=f"{_MARK}{amount}")
        made.invoice_settings |= {"invoice_type": "ehf"}
        made.save()
    other = CustomerFactory(name=f"{LONG} AS", email=f"{'lang' * 12}@vardefjord.example")
    for n in range(3):
        made = invoice(other, "1000", by=kari, contact=f"{_MARK} {n}")
    now = timezone.now()
    sent = {"invoice": made, "made_by": kari, "made_at": now}
    Delivery.objects.create(**sent, way="letter", to=f"{LONG} 1, 8001 Bodø", done_at=now)
    Delivery.objects.create(
        **sent, way="email", to=other.email, copy_to=other.email, failed_at=now,
        error="550 5.1.1 " + "x" * 90,
    )  # fmt: skip
    Delivery.objects.create(**sent, way="ehf", to="0192:974760673")
    stopped = sent | {"made_at": now - 2 * delivering.ON_ITS_WAY}
    Delivery.objects.create(**stopped, way="email", to=other.email)


def _draft(amount: str) -> str:
    key = Invoice.objects.drafts().filter(contact=f"{_MARK}{amount}").latest("pk").pk
    return f"/invoices/drafts/{key}/finalise/"


def _numbers() -> list[str]:
    rows = Invoice.objects.final().filter(contact__startswith=_MARK).order_by("-pk")
    return [str(number) for number in rows.values_list("number", flat=True)[:3]]


def finalise(page: Page) -> None:
    page.goto(_draft("100"))
    expect(page.locator(".finalise footer")).to_be_visible()


def finalise_problems(page: Page) -> None:
    page.goto(_draft("-100"))
    expect(page.locator(".finalise-problems")).to_be_visible()


def drafts_ticked(page: Page) -> None:
    page.goto("/invoices/drafts/?select=page")
    expect(page.locator(".bulk")).to_be_visible()


def finalise_all(page: Page) -> None:
    drafts_ticked(page)
    page.locator(".bulk button[type=submit]").click()
    expect(page.locator("dialog[open] .finalise-left")).to_be_visible()


def sent_in_every_way(page: Page) -> None:
    page.goto(f"/invoices/{_numbers()[0]}/")
    expect(page.locator(".deliver-log > li")).to_have_count(4)


def _deliver(page: Page, way: str) -> None:
    sent_in_every_way(page)
    page.locator("[hx-get$='/deliver/']").first.click()
    page.locator(f"dialog[open] label:has([name=way][value={way}])").click()
    expect(page.locator(f"dialog[open] [data-way={way}]")).to_be_visible()


def deliver_by_ehf(page: Page) -> None:
    _deliver(page, "ehf")


def deliver_by_letter(page: Page) -> None:
    _deliver(page, "letter")


def deliver_by_email_errors(page: Page) -> None:
    _deliver(page, "email")
    page.locator("#deliver_to").fill("nobody")
    page.locator("dialog[open] footer .btn--primary").click()
    expect(page.locator("#deliver_to[aria-invalid=true]")).to_be_visible()


def no_ehf(page: Page) -> None:
    page.goto(f"/invoices/{_numbers()[0]}/ehf/")
    expect(page.locator(".finalise-problems")).to_be_visible()


def deliver_all(page: Page) -> None:
    page.goto(f"/invoices/deliver/?{'&'.join(f'invoice={one}' for one in _numbers())}")
    expect(page.locator(".deliver-all__rows > li")).to_have_count(3)


ALL: list[Callable[[Page], None]] = [
    finalise, finalise_problems, drafts_ticked, finalise_all, sent_in_every_way, deliver_by_ehf,
    deliver_by_letter, deliver_by_email_errors, no_ehf, deliver_all,
]  # fmt: skip
