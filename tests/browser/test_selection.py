"""Choosing customers in the overview, with a mouse, the keyboard and without scripts."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.steps import signed_in
from tests.factories import CustomerFactory


@pytest.fixture(autouse=True)
def customers(kari):
    CustomerFactory(number="1040", name="Tromsø kommune")
    CustomerFactory(number="1028", name="Tromsø Bygg")
    CustomerFactory(number="1012", name="Skagerrak AS")


def box(page: Page, name: str) -> Locator:
    return page.get_by_role("checkbox", name=f"Select {name}")


def bar(page: Page) -> Locator:
    return page.locator("#selection")


def said(page: Page) -> str:
    """Return what a screen reader reads of the count, which CSS writes."""
    tree = page.context.new_cdp_session(page).send("Accessibility.getFullAXTree")["nodes"]
    texts = [
        text
        for node in tree
        if node.get("role", {}).get("value") == "StaticText"
        and (text := node["name"]["value"].strip())
    ]
    place = texts.index("selected")
    return " ".join(texts[place - 1 : place + 1])


def test_the_bar_appears_with_the_first_and_goes_with_the_last(karis_page: Page):
    page = karis_page
    page.goto("/customers/")
    expect(bar(page)).to_be_hidden()
    box(page, "1040 Tromsø kommune").check()
    expect(bar(page)).to_be_visible()
    box(page, "1028 Tromsø Bygg").check()
    assert said(page) == "2 selected"
    page.get_by_role("button", name="Select none").click()
    expect(bar(page)).to_be_hidden()
    expect(page.locator("td.pick :checked")).to_have_count(0)


def test_merge_leads_to_the_page_of_those_selected(karis_page: Page):
    page = karis_page
    page.goto("/customers/")
    box(page, "1040 Tromsø kommune").check()
    box(page, "1028 Tromsø Bygg").check()
    bar(page).get_by_role("button", name="Merge").click()
    expect(page).to_have_url(re.compile(r"/customers/(1040|1028)/merge/"))
    expect(page.locator("main")).to_contain_text("Tromsø kommune")
    expect(page.locator("main")).to_contain_text("Tromsø Bygg")


def test_the_keyboard_is_enough(karis_page: Page):
    page = karis_page
    page.goto("/customers/")
    for name in ("1040 Tromsø kommune", "1028 Tromsø Bygg"):
        box(page, name).focus()
        page.keyboard.press("Space")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Tromsø Bygg")).to_be_focused()
    box(page, "1028 Tromsø Bygg").focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/merge/"))


def test_two_are_selected_from_two_searches(karis_page: Page):
    page = karis_page
    page.goto("/customers/")
    box(page, "1012 Skagerrak AS").check()
    page.get_by_role("searchbox", name="Search customers").press_sequentially("kommune")
    expect(page).to_have_url(re.compile(r"q=kommune$"))
    expect(page.locator("table.customers tbody tr")).to_have_count(1)
    box(page, "1040 Tromsø kommune").check()
    expect(bar(page).get_by_label("1012 Skagerrak AS")).to_be_checked()
    assert said(page) == "2 selected"
    bar(page).get_by_role("button", name="Merge").click()
    expect(page.locator("main")).to_contain_text("Skagerrak AS")


def test_two_are_changed_in_a_dialog(karis_page: Page):
    page = karis_page
    page.goto("/customers/?q=troms")
    box(page, "1040 Tromsø kommune").check()
    box(page, "1028 Tromsø Bygg").check()
    bar(page).get_by_text("Change", exact=True).click()
    bar(page).get_by_role("button", name="Change status").click()
    dialog = page.locator("#dialog")
    expect(dialog).to_contain_text("2 customers are selected.")
    dialog.get_by_label("Status").select_option("Inactive")
    dialog.get_by_role("button", name="Change 2 customers").click()
    expect(page.locator("#toasts")).to_contain_text("2 customers changed: status Inactive.")
    expect(page).to_have_url(re.compile(r"/customers/\?q=troms$"))
    expect(page.locator("#results")).to_contain_text("2 inactive")


def test_another_search_after_all_selects_nobody(karis_page: Page):
    page = karis_page
    page.goto("/customers/")
    box(page, "1012 Skagerrak AS").check()
    bar(page).get_by_role("link", name="Select all 3").click()
    expect(bar(page)).to_contain_text("All 3 customers selected")
    page.get_by_role("searchbox", name="Search customers").press_sequentially("kommune")
    expect(page).to_have_url(re.compile(r"/customers/\?q=kommune$"))
    expect(page.locator("table.customers tbody tr")).to_have_count(1)
    expect(box(page, "1040 Tromsø kommune")).not_to_be_checked()
    expect(bar(page)).to_be_hidden()


@pytest.fixture
def three_pages(kari):
    for n in range(2001, 2121):
        CustomerFactory(number=f"{n}", name=f"Kunde {n}")


def ticked(page: Page) -> Locator:
    return page.locator(".pick :checked")


def onward(page: Page, name: str) -> None:
    page.get_by_role("navigation", name="Pages").get_by_role("link", name=name).click()


def test_what_is_ticked_stays_so_from_page_to_page(karis_page: Page, three_pages):
    page = karis_page
    page.goto("/customers/")
    box(page, "2120 Kunde 2120").check()
    box(page, "2119 Kunde 2119").check()
    onward(page, "Next")
    expect(page).to_have_url(re.compile(r"kept=2120\.2119$"))
    expect(bar(page).get_by_label("2119 Kunde 2119")).to_be_checked()
    expect(ticked(page)).to_have_count(2)
    # One more here, one fewer of those elsewhere.
    box(page, "2070 Kunde 2070").check()
    bar(page).get_by_label("2119 Kunde 2119").uncheck()
    onward(page, "Previous")
    expect(page).to_have_url(re.compile(r"kept=2070\.2120$"))
    expect(box(page, "2120 Kunde 2120")).to_be_checked()
    expect(box(page, "2119 Kunde 2119")).not_to_be_checked()
    expect(bar(page).get_by_label("2070 Kunde 2070")).to_be_checked()
    # So in another order and in another tab.
    page.get_by_role("columnheader", name="Name").get_by_role("link").click()
    expect(page).to_have_url(re.compile(r"sort=name"))
    expect(ticked(page)).to_have_count(2)
    page.get_by_role("navigation", name="Status").get_by_role("link", name="Blocked").click()
    expect(page).to_have_url(re.compile(r"status=blocked"))
    expect(ticked(page)).to_have_count(2)
    expect(bar(page).get_by_label("2120 Kunde 2120")).to_be_checked()
    # The last one gone, none is kept.
    for one in ("2120 Kunde 2120", "2070 Kunde 2070"):
        bar(page).get_by_label(one).evaluate("box => box.click()")
    page.get_by_role("navigation", name="Status").get_by_role(
        "link", name=re.compile("^Active")
    ).click()
    expect(page).to_have_url(re.compile(r"/customers/\?sort=name$"))
    expect(ticked(page)).to_have_count(0)


def test_many_that_are_elsewhere_leave_room_for_the_rows(karis_page: Page, three_pages):
    page = karis_page
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto("/customers/?kept=" + ".".join(str(n) for n in range(2001, 2121)))
    expect(ticked(page)).to_have_count(120)
    expect(bar(page)).to_be_in_viewport()
    assert bar(page).bounding_box()["height"] < 400


def test_a_row_still_leads_to_its_customer(karis_page: Page):
    page = karis_page
    page.goto("/customers/")
    page.get_by_role("link", name="Tromsø Bygg").click()
    expect(page).to_have_url(re.compile(r"/customers/1028/$"))


def test_on_a_phone_the_boxes_stand_beside_the_cards(karis_page: Page):
    page = karis_page
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto("/customers/")
    one = box(page, "1040 Tromsø kommune")
    cell, link = one.locator("xpath=../.."), page.get_by_role("link", name="Tromsø kommune")
    place = cell.bounding_box()
    assert place["width"] >= 40
    assert place["height"] >= 40
    assert place["x"] + place["width"] <= link.bounding_box()["x"]
    cell.click(position={"x": 4, "y": 4})
    expect(one).to_be_checked()
    expect(bar(page)).to_be_in_viewport()


class TestWithoutScripts:
    @pytest.fixture
    def browser_context_args(self, browser_context_args: dict) -> dict:
        return browser_context_args | {"java_script_enabled": False}

    def test_it_works_the_same(self, page: Page, live_server, kari):
        signed_in(page, kari, live_server.url)
        page.goto("/customers/")
        expect(bar(page)).to_be_hidden()
        box(page, "1040 Tromsø kommune").check()
        box(page, "1028 Tromsø Bygg").check()
        bar(page).get_by_role("button", name="Merge").click()
        expect(page).to_have_url(re.compile(r"/customers/(1040|1028)/merge/"))

    def test_a_button_keeps_what_is_ticked(self, page: Page, live_server, kari, three_pages):
        signed_in(page, kari, live_server.url)
        page.goto("/customers/")
        box(page, "2120 Kunde 2120").check()
        bar(page).get_by_role("button", name="Keep selected").click()
        expect(page).to_have_url(re.compile(r"/customers/\?kept=2120$"))
        onward(page, "Next")
        expect(bar(page).get_by_label("2120 Kunde 2120")).to_be_checked()

    def test_all_are_changed_by_pages_of_their_own(self, page: Page, live_server, kari):
        signed_in(page, kari, live_server.url)
        page.goto("/customers/?q=troms")
        box(page, "1040 Tromsø kommune").check()
        bar(page).get_by_role("link", name="Select all 2").click()
        bar(page).get_by_text("Change", exact=True).click()
        bar(page).get_by_role("button", name="Change status").click()
        expect(page.locator("main h1")).to_have_text("Change status")
        page.get_by_label("Status").select_option("Potential")
        page.locator("main footer").get_by_role("button").click()
        expect(page.locator("#toasts")).to_contain_text("2 customers changed: status Potential.")
        expect(page).to_have_url(re.compile(r"/customers/\?q=troms$"))
