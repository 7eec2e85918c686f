"""States of the invoice settings; see `states`."""

from collections.abc import Callable

from django.contrib.auth.models import Permission
from playwright.sync_api import Page, expect

from customers.models import Customer
from moment.models import CompanySettings, User

_LONG = "Rammeavtaleprosjekteringsoppdragsbekreftelse "
_PAGE = "/customers/1200/invoicing/"


def fill(long: Customer) -> None:
    """Give a customer settings of every kind, and the company some that are inherited."""
    standards = {"invoice_footer": _LONG * 12, "credit_terms": 20, "ledger_account": "1510"}
    CompanySettings.objects.update_or_create(pk=1, defaults=standards)
    Customer.objects.filter(pk=long.pk).update(
        invoice_type="ehf", order_reference=None, contract_reference=_LONG * 3,
        invoice_text=_LONG * 10, credit_terms=14, currency="EUR", hours_rates=True,
        charge_amount="999500.50", discount=0, ledger_account="15000000",
    )  # fmt: skip
    Customer.objects.filter(number="1103").update(invoice_type="ehf", endpoint_scheme="0007")


def invoicing(page: Page) -> None:
    page.goto(_PAGE)
    expect(page.locator("#row-your_reference .warn")).to_be_visible()
    expect(page.locator("#row-credit_terms .linklike")).to_be_visible()


def invoicing_inherited(page: Page) -> None:
    page.goto("/customers/1002/invoicing/")
    expect(page.locator("#row-credit_terms .level[data-level=company]")).to_be_visible()


def invoicing_abroad(page: Page) -> None:
    page.goto("/customers/1103/invoicing/")
    expect(page.locator("#row-endpoint_id .warn")).to_be_visible()


def invoicing_errors(page: Page) -> None:
    page.goto(_PAGE)
    for name in ("credit_terms", "discount", "charge_amount", "external_receiver"):
        page.locator(f"[name={name}]").fill(f"x{'lang' * 9}")
    page.locator(".actions .btn--primary").click()
    expect(page.locator("[name=external_receiver][aria-invalid=true]")).to_be_visible()


def invoicing_changed_meanwhile(page: Page) -> None:
    page.goto(_PAGE)
    page.locator("[name=seen]").evaluate("seen => seen.value = '{}'")
    page.locator("[name=invoice_text]").fill("Mine")
    page.locator(".actions .btn--primary").click()
    expect(page.locator("[name=invoice_text][aria-invalid=true]")).to_be_visible()


def invoicing_reset(page: Page) -> None:
    page.goto(_PAGE)
    page.locator("#row-credit_terms .linklike").click()
    expect(page.locator("#row-credit_terms .linklike")).to_have_count(0)


def invoicing_of_the_company(page: Page) -> None:
    right = Permission.objects.get(codename="change_companysettings")
    for user in User.objects.all():
        user.user_permissions.add(right)
    page.goto("/setup/invoicing/")
    expect(page.locator("#row-invoice_footer .linklike")).to_be_visible()


ALL: list[Callable[[Page], None]] = [
    invoicing, invoicing_inherited, invoicing_abroad, invoicing_errors,
    invoicing_changed_meanwhile, invoicing_reset, invoicing_of_the_company,
]  # fmt: skip
