"""States of likely duplicates; see `states`."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from customers.duplicates import pairs
from customers.models import Customer, DuplicatePair
from moment.models import User
from tests.factories import CustomerFactory

_URL = "/customers/duplicates/"


def fill(kari: User, name: str, org_number: str) -> None:
    """Make a pair and a group of customers that may be one, and a pair that is told apart."""
    same = {
        "name": name,
        "email": f"{'lang' * 12}@vardefjord.example",
        "phone": "77 00 00 09",
        "visiting_street": "Havnegata 1",
        "visiting_postcode": "9008",
        "visiting_city": "Tromsø",
        "responsible": kari,
    }
    first = CustomerFactory(number="1700", bank_account="86011117947", **same)
    for n, status in enumerate(Customer.Status.values, start=1):
        other = CustomerFactory(
            number=f"170{n}", status=status, org_number=org_number if n == 1 else "",
            country="SE" if status == Customer.Status.BLOCKED else "NO", **same,
        )  # fmt: skip
        _pair(first, other, 99 - n, [["email", 100], ["name", 94], ["address", 100]])
    one, two = (CustomerFactory(number=f"17{n}0", name=name, org_number=org_number) for n in "12")
    _pair(one, two, 100, [["org_number", 100], ["name", 100]])
    apart = _pair(
        CustomerFactory(number="1730"), CustomerFactory(number="1731"), 70, [["name", 88]]
    )
    pairs.dismiss(apart.pk, kari)


def _pair(first: Customer, second: Customer, score: int, evidence: list) -> DuplicatePair:
    return DuplicatePair.objects.create(first=first, second=second, score=score, evidence=evidence)


def duplicates(page: Page) -> None:
    page.goto(_URL)
    expect(page.locator(".duplicate").first).to_be_visible()
    expect(page.locator(".whys").first).to_be_visible()


def duplicates_narrowed(page: Page) -> None:
    page.goto(f"{_URL}?evidence=org_number&status=active&responsible=mine&q=nobody")
    expect(page.locator("#duplicates .empty")).to_be_visible()
    page.locator("#filters details.menu summary").first.click()


def duplicates_told_apart(page: Page) -> None:
    page.goto(f"{_URL}?state=dismissed")
    expect(page.locator(".duplicate [formaction*=put-back]")).to_be_visible()


def duplicates_hinted(page: Page) -> None:
    page.goto("/customers/1700/")
    expect(page.locator(".alike-hint")).to_have_count(3)


def renamed_alike(page: Page) -> None:
    page.goto("/customers/1730/edit/")
    page.locator("#id_name").fill("active as")
    expect(page.locator("#edit-alike a").first).to_be_visible()


ALL: list[Callable[[Page], None]] = [
    duplicates, duplicates_narrowed, duplicates_told_apart, duplicates_hinted, renamed_alike,
]  # fmt: skip
