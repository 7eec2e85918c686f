"""The editor of an offer in a browser: lines, keys and totals."""

import re
import time

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.steps import expect_values, signed_in
from tests.factories import OfferFactory, OfferLineFactory

pytestmark = pytest.mark.browser


@pytest.fixture
def editor(page: Page, kari, live_server) -> Page:
    offer = OfferFactory(number="7012", name="Bru")
    for order, title in enumerate(["Survey", "Design"]):
        OfferLineFactory(offer=offer, order=order, title=title, price=1000)
    signed_in(page, kari, live_server.url)
    page.goto("/offers/7012/")
    return page


def expect_titles(page: Page, titles: list[str]) -> None:
    expect_values(page.locator(".offer-line .title input"), titles)


def test_totals_follow_the_keys_and_lines_move_by_keyboard(editor: Page):
    total = editor.locator(".offer-totals .total dd")
    expect(total).to_have_text("2,500.00")
    editor.locator("#line-1-quantity").fill("2.5")
    expect(total).to_have_text("4,375.00")
    expect(editor.locator("#line-1-amount")).to_have_text("2,500.00")
    editor.locator("#line-1-up").press("Enter")
    expect(editor.locator("#line-0-quantity")).to_have_value("2.5")
    expect_titles(editor, ["Design", "Survey"])
    expect(editor.locator("#line-0-down")).to_be_focused()
    editor.keyboard.press("Enter")
    expect(editor.locator("#line-1-quantity")).to_have_value("2.5")
    editor.locator("#add-hourly").click()
    expect(editor.locator("#line-2-title")).to_be_focused()
    editor.keyboard.type("Control")
    editor.locator("#line-2-quantity").fill("10")
    editor.locator("#line-2-price").fill("1 200")
    expect(total).to_have_text("19,375.00")
    editor.locator("#line-0-drop").click()
    expect(editor.locator(".offer-line")).to_have_count(2)
    editor.locator(".actions .btn--primary").click()
    expect(editor.locator("#toasts")).to_contain_text("The offer is saved.")
    expect_titles(editor, ["Design", "Control"])
    expect(editor.locator("#line-1-price")).to_have_value("1,200.00")


def test_a_line_is_dragged_to_its_place(editor: Page):
    editor.locator("#add-fixed").click()
    editor.locator("#line-2-title").fill("Control")
    editor.locator("#line-2-price").fill("100")
    editor.locator("#line-2 [data-drag]").drag_to(editor.locator("#line-0"))
    expect(editor.locator("#line-0-title")).to_have_value("Control")
    expect_titles(editor, ["Control", "Survey", "Design"])
    editor.locator("#line-0 [data-drag]").drag_to(editor.locator("#line-1"))
    expect(editor.locator("#line-0-title")).to_have_value("Survey")
    editor.locator(".actions .btn--primary").click()
    expect(editor.locator("#toasts")).to_contain_text("The offer is saved.")
    expect_titles(editor, ["Survey", "Control", "Design"])


def test_counting_what_was_typed_gives_way_to_a_button_that_was_pressed(editor: Page):
    pressed = []

    def slowly(route: Route) -> None:
        # Long enough for the page to ask meanwhile what the lines come to.
        pressed.append(time.sleep(0.6))
        route.continue_()

    editor.route("**/offers/7012/", slowly)
    editor.locator("#line-0-quantity").fill("3")
    editor.locator("#add-fixed").click()
    expect(editor.locator("#line-2-title")).to_be_focused()
    expect(editor.locator(".offer-totals .total dd")).to_have_text("5,000.00")
    assert len(pressed) == 1


def tab_to(page: Page, key: str, step: str = "Tab") -> None:
    """Step from what has the focus to the element of this id, as somebody without a mouse does."""
    for _ in range(60):
        if page.evaluate("document.activeElement.id") == key:
            return
        page.keyboard.press(step)
    raise AssertionError(f"{step} does not lead to {key}")


def test_a_keyboard_alone_adds_a_line_moves_it_and_saves(editor: Page):
    back = "Shift+Tab"
    editor.locator("#line-0-title").focus()
    tab_to(editor, "add-fixed", back)
    editor.keyboard.press("Enter")
    expect(editor.locator("#line-2-title")).to_be_focused()
    editor.keyboard.type("Control")
    tab_to(editor, "line-2-price")
    editor.keyboard.type("500")
    tab_to(editor, "line-2-up", back)
    editor.keyboard.press("Space")
    # The focus goes along, so that the line can be moved on at once.
    expect(editor.locator("#line-1-up")).to_be_focused()
    editor.keyboard.press("Enter")
    expect(editor.locator("#line-0-down")).to_be_focused()
    expect_titles(editor, ["Control", "Survey", "Design"])
    tab_to(editor, "line-1-drop")
    editor.keyboard.press("Enter")
    expect(editor.locator(".offer-line")).to_have_count(2)
    assert editor.evaluate("document.activeElement.closest('#lines') !== null")
    expect(editor.locator(".offer-totals .total dd")).to_have_text("1,875.00")
    tab_to(editor, "offer_name")
    editor.keyboard.press("Enter")
    expect(editor.locator("#toasts")).to_contain_text("The offer is saved.")
    expect_titles(editor, ["Control", "Design"])


def test_enter_in_a_field_saves(editor: Page):
    editor.locator("#line-0-title").fill("Survey of all")
    editor.locator("#line-0-title").press("Enter")
    expect(editor.locator("#toasts")).to_contain_text("The offer is saved.")
    expect_titles(editor, ["Survey of all", "Design"])


def test_without_javascript_the_same_buttons_work(new_context, kari, live_server):
    offer = OfferFactory(number="7012", name="Bru")
    for order, title in enumerate(["Survey", "Design"]):
        OfferLineFactory(offer=offer, order=order, title=title)
    page = signed_in(new_context(java_script_enabled=False).new_page(), kari, live_server.url)
    page.goto("/offers/7012/")
    page.locator("#line-0-title").fill("Typed")
    page.locator("#line-1-up").click()
    expect_titles(page, ["Design", "Typed"])
    page.locator("#add-fixed").click()
    page.locator("#line-2-title").fill("Third")
    page.locator("#line-2-price").fill("5")
    page.locator(".actions .btn--primary").click()
    expect(page.locator("#toasts")).to_contain_text("The offer is saved.")
    expect_titles(page, ["Design", "Typed", "Third"])
    page.locator(".actions a[href$='/discard/']").click()
    expect(page.locator(".sheet")).to_contain_text("goes away")
    page.locator(".sheet .btn--bad").click()
    expect(page).to_have_url(re.compile(r"/offers/$"))
