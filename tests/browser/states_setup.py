"""The states of the company's setup; see `states`."""

from collections.abc import Callable

from django.contrib.auth.models import Permission
from playwright.sync_api import Page, expect

from moment.models import BankAccount, CompanySettings, User


def _may_set_up() -> None:
    """Let everybody who signs in set up the company, and give it accounts."""
    right = Permission.objects.get(codename="change_companysettings")
    for user in User.objects.all():
        user.user_permissions.add(right)
    CompanySettings.objects.update_or_create(
        pk=1, defaults={"name": "Fjordlandskapsarkitektur AS", "website": "https://x.example"}
    )
    BankAccount.objects.update_or_create(
        number="NO9386011117947",
        defaults={
            "name": "Driftskonto for hele landet", "bic": "DNBANOKK", "kid_check": "mod11",
            "kid_customer_digits": 12, "kid_invoice_digits": 12,
        },
    )  # fmt: skip


def setup(page: Page) -> None:
    _may_set_up()
    page.goto("/setup/")
    expect(page.locator(".accounts tbody tr").first).to_be_visible()


def setup_errors(page: Page) -> None:
    setup(page)
    for name in ("name", "org_number", "postcode", "email", "website"):
        page.locator(f".company [name={name}]").fill("" if name == "name" else "x")
    page.locator(".company .btn--primary").click()
    expect(page.locator(".company [name=name][aria-invalid=true]")).to_be_visible()


def setup_changes(page: Page) -> None:
    setup(page)
    page.locator(".company [name=city]").fill("Tromsø")
    page.locator(".company .btn--primary").click()
    expect(page.locator(".changes li").first).to_contain_text("Kari Lunde")


def setup_account(page: Page) -> None:
    setup(page)
    page.locator(".accounts th a").first.click()
    expect(page.locator("dialog[open] .kid strong")).to_be_visible()


def setup_account_errors(page: Page) -> None:
    setup(page)
    page.locator("#accounts > header .btn").click()
    page.locator("#account_number").fill("123")
    page.locator("dialog[open] .btn--primary").click()
    expect(page.locator("#account_number[aria-invalid=true]")).to_be_visible()


def setup_account_remove(page: Page) -> None:
    setup(page)
    page.locator(".accounts .row-actions a[href$='remove/']").first.click()
    expect(page.locator("dialog[open] .btn--bad")).to_be_visible()


ALL: list[Callable[[Page], None]] = [
    setup, setup_errors, setup_changes, setup_account, setup_account_errors, setup_account_remove,
]  # fmt: skip
