"""The pages that must be accessible and fit narrow windows, each in its states."""

from collections.abc import Callable
from datetime import date

from playwright.sync_api import Page, expect

from customers.models import Customer
from moment.models import User
from tests.factories import CustomerFactory, EntityFactory, NoteFactory, TagFactory
from tests.standin.companies import fictional_number

# Words of 40 letters, which no window is too narrow for.
LONG = (
    "Fjordlandskapsarkitekturprosjekteringsselskapet Øst-Norge og Vestfold Rådgivende Ingeniører AS"
)
COLORS = ["grey", "violet", "blue", "teal", "green", "amber", "orange", "red", "pink"]


def fill_base(kari: User) -> None:
    """Make customers of every status, with all tags, register troubles and notes."""
    tags = [TagFactory(name=f"Merkelapp {color}", color=color) for color in COLORS]
    troubles = [
        {"bankrupt": True, "bankrupt_on": date(2026, 2, 3)},
        {"winding_up": True},
        {"deleted_on": date(2024, 3, 9)},
        {},
    ]
    for n, trouble in enumerate(troubles):
        entity = EntityFactory(
            org_number=fictional_number(200 + n), name=f"VARDEFJORD TRØBBEL {n} AS",
            industry_code="71.121", industry_name="Byggeteknisk konsulentvirksomhet",
            has_employees=True, postal_address="Postboks 17", postal_city="TROMSØ", **trouble,
        )  # fmt: skip
        CustomerFactory(
            number=f"10{n:02}", name=entity.name.title(), org_number=entity.org_number,
            tags=tags[n : n + 4], responsible=kari, visiting_city="Tromsø",
            relation=Customer.Relation.values[n % 3],
        )  # fmt: skip
    for n, status in enumerate(Customer.Status.values):
        CustomerFactory(number=f"11{n:02}", name=f"{status} AS", status=status, tags=tags)
    long = CustomerFactory(
        number="1200", name=LONG, org_number=fictional_number(203), tags=tags,
        visiting_street="Storgata 1", visiting_postcode="9008", visiting_city="Tromsø",
        email=f"{'lang' * 15}@vardefjord.example", phone="77 00 00 01", responsible=kari,
        website=f"https://vardefjord.example/{'lang' * 30}",
    )  # fmt: skip
    NoteFactory(customer=long, author=kari, text="Ringte om kontrakten.\n\n" + "lang" * 40)


# Each of these brings a page on which Kari is signed in to one state. They find their way by
# marks of the page and not by its words, since they run in each language.


def login(page: Page) -> None:
    page.context.clear_cookies(name="sessionid")
    page.goto("/accounts/login/")


def login_refused(page: Page) -> None:
    login(page)
    page.locator("[name=login]").fill("kari")
    page.locator("[name=password]").fill("not this one")
    page.locator("form.stack button").click()
    expect(page.locator(".errorlist")).to_be_visible()


def overview(page: Page) -> None:
    page.goto("/customers/?status=all")
    expect(page.locator("table.customers")).to_be_visible()


def overview_filtered(page: Page) -> None:
    page.goto("/customers/?status=all&q=vardefjord&relation=both&relation=customer&country=XX")
    expect(page.locator("table.customers")).to_be_visible()
    page.locator("details.menu[name=filter] summary").first.click()


def overview_no_hits(page: Page) -> None:
    page.goto("/customers/?q=blocked")
    expect(page.locator("#results .empty")).to_be_visible()


def account_menu(page: Page) -> None:
    page.goto("/customers/")
    page.locator(".menu--account summary").click()


def dialog(page: Page) -> None:
    page.goto("/customers/")
    page.locator("[hx-target='#dialog']").first.click()
    expect(page.locator("#new_name")).to_be_focused()


def dialog_results(page: Page) -> None:
    dialog(page)
    page.locator("#new_name").press_sequentially("vardefjord t")
    expect(page.locator("[role=option] .warn").first).to_be_visible()
    expect(page.locator("#new-answer .asking")).to_have_count(0)
    page.keyboard.press("ArrowDown")
    expect(page.locator("[role=option][aria-selected=true]")).to_be_visible()


def dialog_chosen(page: Page) -> None:
    dialog(page)
    page.locator("#new_name").press_sequentially(fictional_number(200))
    page.locator("[role=option]").first.click()
    expect(page.locator(".chosen .banner--bad")).to_be_visible()


def dialog_place_of_business(page: Page) -> None:
    dialog(page)
    page.locator("#new_name").press_sequentially(fictional_number(1))
    page.locator("[role=option]").first.click()
    expect(page.locator(".chosen .banner .btn")).to_be_visible()


def dialog_errors(page: Page) -> None:
    dialog(page)
    page.locator("#new_number").fill("1200")
    page.locator("#new_name").fill(LONG)
    page.locator("form.dialog footer button").click()
    expect(page.locator("#new_number[aria-invalid=true]")).to_be_visible()


def new_page(page: Page) -> None:
    page.goto(f"/customers/new/?org_number={fictional_number(200)}")
    expect(page.locator(".chosen")).to_be_visible()


def lookup(page: Page) -> None:
    page.goto("/registry/search/?q=vardefjord")
    expect(page.locator(".option").first).to_be_visible()


def profile(page: Page) -> None:
    page.goto("/customers/1200/")


def profile_bankrupt(page: Page) -> None:
    page.goto("/customers/1000/")
    expect(page.locator(".banner--bad")).to_be_visible()


def edit(page: Page) -> None:
    page.goto("/customers/1200/edit/")


def edit_errors(page: Page) -> None:
    edit(page)
    for name in ("name", "number", "org_number", "email", "visiting_postcode", "bank_account"):
        page.locator(f"[name={name}]").fill("" if name == "name" else "x")
    page.locator("form.edit .btn--primary").click()
    expect(page.locator("[name=name][aria-invalid=true]")).to_be_visible()


def history(page: Page) -> None:
    edit(page)
    page.locator("[name=phone]").fill("77 00 00 09")
    page.locator("form.edit .btn--primary").click()
    page.goto("/customers/1200/history/")
    expect(page.locator("table.history tbody").nth(1)).to_be_visible()


def not_found(page: Page) -> None:
    page.goto("/customers/9999/")


def password(page: Page) -> None:
    page.goto("/accounts/password/change/")


ALL: list[Callable[[Page], None]] = [
    login, login_refused, overview, overview_filtered, overview_no_hits, account_menu, dialog,
    dialog_results, dialog_chosen, dialog_place_of_business, dialog_errors, new_page, lookup,
    profile, profile_bankrupt, edit, edit_errors, history, not_found, password,
]  # fmt: skip
