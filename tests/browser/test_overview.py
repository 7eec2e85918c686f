"""Finding customers."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.factories import CustomerFactory, TagFactory


@pytest.fixture
def customers(kari):
    """Four active customers and one of each other status."""
    veg, bygg = TagFactory(name="Veg", color="teal"), TagFactory(name="Bygg", color="amber")
    oslo = {"visiting_city": "Oslo"}
    CustomerFactory(number="1001", name="Ågotnes Arkitektur AS", tags=[veg, bygg], **oslo)
    CustomerFactory(number="1002", name="Bekkelund Bygg AS", tags=[bygg], responsible=kari)
    CustomerFactory(number="1003", name="Carlsvik Consult AS", tags=[veg], relation="both")
    CustomerFactory(number="1004", name="Dalåsen Drift AS", country="SE")
    CustomerFactory(number="1005", name="Eidsmo Eiendom AS", status="potential")
    CustomerFactory(number="1006", name="Fjellro Fasade AS", status="inactive")
    CustomerFactory(number="1007", name="Grimstua Grunn AS", status="blocked")


def names(page: Page) -> Locator:
    return page.get_by_role("table", name="Customers").locator("tbody th a")


def search_field(page: Page) -> Locator:
    return page.get_by_role("searchbox", name="Search customers")


def tabs(page: Page) -> Locator:
    return page.get_by_role("navigation", name="Status")


def open_menu(page: Page, name: str) -> Locator:
    page.locator("summary").filter(has_text=name).click()
    return page.locator("details.menu[open]")


def test_typing_searches_at_once_and_the_address_follows(karis_page: Page, customers):
    page = karis_page
    page.goto("/customers/")
    expect(names(page)).to_have_count(4)
    search_field(page).press_sequentially("bekke")
    expect(names(page)).to_have_text(["Bekkelund Bygg AS"])
    expect(page).to_have_url(re.compile(r"/customers/\?q=bekke$"))
    expect(search_field(page)).to_be_focused()
    expect(tabs(page)).to_contain_text("Active1")

    search_field(page).fill("")
    expect(names(page)).to_have_count(4)
    expect(page).to_have_url(re.compile(r"/customers/$"))


def test_back_and_forward_restore_the_list(karis_page: Page, customers):
    page = karis_page
    page.goto("/customers/")
    search_field(page).press_sequentially("carl")
    expect(page).to_have_url(re.compile(r"\?q=carl$"))
    names(page).filter(has_text="Carlsvik Consult AS").click()
    expect(page).to_have_url(re.compile(r"/customers/1003/$"))

    page.go_back()
    expect(page).to_have_url(re.compile(r"\?q=carl$"))
    expect(search_field(page)).to_have_value("carl")
    expect(names(page)).to_have_text(["Carlsvik Consult AS"])
    page.go_forward()
    expect(page.get_by_role("heading", name="Carlsvik Consult AS")).to_be_visible()
    page.goto("/customers/?q=carl")
    expect(names(page)).to_have_text(["Carlsvik Consult AS"])


def test_filters_narrow_by_menu_and_are_taken_away_by_their_chip(karis_page: Page, customers):
    page = karis_page
    page.goto("/customers/?sort=name")
    menu = open_menu(page, "Tags")
    menu.get_by_role("checkbox", name="Veg").check()
    expect(names(page)).to_have_text(["Carlsvik Consult AS", "Ågotnes Arkitektur AS"])
    menu.get_by_role("checkbox", name="Bygg").check()
    expect(names(page)).to_have_count(3)
    menu.get_by_role("radio", name="all of these").check()
    expect(names(page)).to_have_text(["Ågotnes Arkitektur AS"])
    expect(page).to_have_url(re.compile(r"tags=\d+&tags=\d+"))
    expect(page).to_have_url(re.compile(r"match=all"))
    expect(tabs(page)).to_contain_text("Active1")
    # The menu stays open, with what was ticked.
    expect(menu.get_by_role("checkbox", name="Veg")).to_be_checked()

    page.reload()
    expect(names(page)).to_have_text(["Ågotnes Arkitektur AS"])
    page.get_by_role("link", name="Remove filter Bygg").click()
    expect(names(page)).to_have_text(["Carlsvik Consult AS", "Ågotnes Arkitektur AS"])
    expect(page).to_have_url(re.compile(r"sort=name"))


def test_a_search_after_a_filter_keeps_the_filter(karis_page: Page, customers):
    page = karis_page
    page.goto("/customers/?status=all")
    open_menu(page, "Country").get_by_role("checkbox", name="Sweden").check()
    expect(names(page)).to_have_text(["Dalåsen Drift AS"])
    page.keyboard.press("Escape")
    search_field(page).press_sequentially("bekkelund")
    expect(page.get_by_role("heading", name="No customers match")).to_be_visible()
    search_field(page).fill("dal")
    expect(names(page)).to_have_text(["Dalåsen Drift AS"])
    expect(page).to_have_url(re.compile(r"status=all&q=dal&country=SE$"))


def test_status_tabs_show_their_customers_and_counts(karis_page: Page, customers):
    page = karis_page
    page.goto("/")
    expect(tabs(page).get_by_role("link")).to_have_text(
        ["All7", "Active4", "Potential1", "Inactive1", "Blocked1"]
    )
    expect(tabs(page).locator("[aria-current=page]")).to_have_text("Active4")
    tabs(page).get_by_role("link", name="Blocked").click()
    expect(names(page)).to_have_text(["Grimstua Grunn AS"])
    expect(tabs(page).locator("[aria-current=page]")).to_have_text("Blocked1")
    tabs(page).get_by_role("link", name="All").click()
    expect(names(page)).to_have_count(7)


def test_a_tab_chosen_after_typing_keeps_what_was_typed(karis_page: Page, customers):
    page = karis_page
    page.goto("/customers/")
    search_field(page).press_sequentially("as")
    expect(page).to_have_url(re.compile(r"\?q=as$"))
    tabs(page).get_by_role("link", name="Potential").click()
    expect(search_field(page)).to_have_value("as")
    expect(names(page)).to_have_text(["Eidsmo Eiendom AS"])


def test_a_hit_in_another_status_only_is_told_with_a_link(karis_page: Page, customers):
    page = karis_page
    page.goto("/customers/")
    search_field(page).press_sequentially("grimstua")
    results = page.locator("#results")
    expect(results).to_contain_text("No customers match")
    expect(results).to_contain_text("But there are some elsewhere:")
    results.get_by_role("link", name="1 blocked").click()
    expect(names(page)).to_have_text(["Grimstua Grunn AS"])
    expect(search_field(page)).to_have_value("grimstua")


def test_headers_sort_and_say_so(karis_page: Page, customers):
    page = karis_page
    page.goto("/customers/")
    header = page.get_by_role("columnheader", name="Name")
    header.get_by_role("link").click()
    expect(names(page)).to_have_text(
        [
            "Bekkelund Bygg AS", "Carlsvik Consult AS", "Dalåsen Drift AS",
            "Ågotnes Arkitektur AS",
        ]
    )  # fmt: skip
    expect(header).to_have_attribute("aria-sort", "ascending")
    header.get_by_role("link").click()
    expect(names(page).first).to_have_text("Ågotnes Arkitektur AS")
    expect(header).to_have_attribute("aria-sort", "descending")
    # The search goes on in this order.
    search_field(page).press_sequentially("as")
    expect(page).to_have_url(re.compile(r"sort=-name&q=as$"))
    expect(names(page).first).to_have_text("Ågotnes Arkitektur AS")


def test_pages_go_forth_and_back(karis_page: Page):
    for n in range(1, 121):
        CustomerFactory(number=f"{n:04}", name=f"Kunde {n:03} AS")
    page = karis_page
    page.goto("/customers/?sort=number")
    pager = page.get_by_role("navigation", name="Pages")
    expect(pager).to_contain_text("1–50 of 120")
    expect(pager.get_by_role("link", name="Previous")).to_have_count(0)
    for step, shown, first in (
        ("Next", "51–100 of 120", "Kunde 051 AS"),
        ("Next", "101–120 of 120", "Kunde 101 AS"),
        ("Previous", "51–100 of 120", "Kunde 051 AS"),
        ("Last", "of 120", "Kunde 071 AS"),
        ("First", "1–50 of 120", "Kunde 001 AS"),
    ):
        pager.get_by_role("link", name=step).click()
        expect(names(page).first).to_have_text(first)
        expect(pager).to_contain_text(shown)


def test_ctrl_k_goes_to_the_search(karis_page: Page, customers):
    page = karis_page
    page.goto("/customers/?q=dal")
    page.keyboard.press("Control+k")
    expect(search_field(page)).to_be_focused()
    page.keyboard.type("carl")
    expect(names(page)).to_have_text(["Carlsvik Consult AS"])

    page.goto("/customers/1001/")
    page.keyboard.press("Control+k")
    expect(page).to_have_url(re.compile(r"/customers/\?status=all#search$"))
    expect(search_field(page)).to_be_focused()


def test_menus_close_with_escape_and_by_clicking_outside(karis_page: Page, customers):
    page = karis_page
    page.goto("/customers/")
    opened = page.locator("details.menu[open]")
    menu = open_menu(page, "Relation")
    expect(menu.get_by_role("checkbox", name="Both")).to_be_visible()
    menu.get_by_role("checkbox", name="Both").focus()
    page.keyboard.press("Escape")
    expect(opened).to_have_count(0)
    expect(page.locator("summary").filter(has_text="Relation")).to_be_focused()

    for name in ("Relation", "Country", "Kari Lunde"):
        open_menu(page, name)
        expect(opened).to_have_count(1)
    page.get_by_role("heading", name="Customers", level=1).click()
    expect(opened).to_have_count(0)
