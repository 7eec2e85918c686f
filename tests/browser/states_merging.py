"""States of the page that merges customers; see `states`."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from customers.models import Customer, DuplicatePair
from moment.models import User
from tests.factories import (
    ContactFactory,
    CustomerFactory,
    HourlyRateFactory,
    InvoiceRecipientFactory,
    NoteFactory,
    PersonFactory,
    TagFactory,
)

_LONG = "Fjordlandskapsarkitekturprosjekteringsselskapet Øst-Norge og Vestfold " + "lang" * 12
_NUMBERS = [str(1600 + n) for n in range(12)]
_MERGE = "/customers/1600/merge/"


def fill(kari: User, trouble: Customer) -> None:
    """Make customers that are like each other and differ in all kinds of ways.

    Of `trouble` the register has something to say.
    """
    alike = [
        CustomerFactory(
            number=number, name=f"{_LONG if n % 5 == 1 else 'Merking AS'} {n}",
            responsible=kari if n % 2 else None,
            email=f"{'lang' * 12}{n}@vardefjord.example", credit_terms=n or None,
            postal_street=f"Boks {n}\n{'lang' * 10}", postal_postcode="9008", postal_city="Tromsø",
            website="https://vardefjord.example/" + "lang" * n * 3,
            org_number=trouble.org_number if n == 1 else "", invoice_text="Merk fakturaen. " * n,
        )
        for n, number in enumerate(_NUMBERS)
    ]  # fmt: skip
    kept, other, third = alike[:3]
    other.tags.add(TagFactory(name="Flettes " + "lang" * 6, color="teal"))
    shared = PersonFactory(name=f"Eli {'lang' * 15}")
    for n, customer in enumerate((kept, other)):
        ContactFactory(customer=customer, person=shared, title=f"Leder {n} {'lang' * 15}")
        ContactFactory(customer=customer, person=PersonFactory(name="Marit Olsen"))
        HourlyRateFactory(customer=customer, role=None, user=kari, rate=1200 + n)
        InvoiceRecipientFactory(customer=customer)
        NoteFactory(customer=customer, author=kari, text=f"Notat {n}")
    evidence = [["name", 94], ["email", 100], ["address", 100], ["postcode", 100]]
    DuplicatePair.objects.filter(first=kept).delete()
    for score, duplicate in ((92, other), (71, third)):
        DuplicatePair.objects.create(first=kept, second=duplicate, score=score, evidence=evidence)


def merge_choose(page: Page) -> None:
    page.goto(_MERGE)
    page.locator(".candidate input").first.check()
    page.locator("#merge-q").press_sequentially("merking")
    expect(page.locator("#merge-found .candidate").nth(3)).to_be_visible()


def merge_too_many(page: Page) -> None:
    page.goto("/customers/merge/?" + "&".join(f"with={number}" for number in _NUMBERS))
    expect(page.locator(".banner--bad")).to_be_visible()


def merge_two(page: Page) -> None:
    page.goto(f"{_MERGE}?with=1601&with=9999")
    expect(page.locator(".merging__decision")).to_have_count(2)
    expect(page.locator(".merging__remarks li").nth(1)).to_be_visible()


def merge_ten(page: Page) -> None:
    page.goto(f"{_MERGE}?" + "&".join(f"with={number}" for number in _NUMBERS[1:10]))
    expect(page.locator(".merging__card thead th")).to_have_count(11)


def merge_changed(page: Page) -> None:
    merge_two(page)
    for field in page.locator("[name^='seen-']").all():
        field.evaluate("field => field.value = 0")
    page.locator("[name=since]").evaluate("field => field.value = 1")
    page.locator(".merging__do [formaction]").click()
    expect(page.locator(".merging__saved li").first).to_be_visible()


def merge_question(page: Page) -> None:
    merge_two(page)
    page.locator(".merging__do .btn--primary").click()
    expect(page.locator("dialog[open] .merging__gets")).to_be_visible()


def merge_question_page(page: Page) -> None:
    page.goto(f"{_MERGE}?with=1601&with=1602&ask=1")
    expect(page.locator(".sheet .merging__gets")).to_be_visible()


ALL: list[Callable[[Page], None]] = [
    merge_choose, merge_too_many, merge_two, merge_ten, merge_changed, merge_question,
    merge_question_page,
]  # fmt: skip
