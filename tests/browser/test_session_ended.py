"""Signed out meanwhile: what was typed stays, and is saved after signing in in another tab."""

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import Locator, Page, expect

from customers.models import Contact, File
from tests.browser.steps import create, expect_profile, name_field, type_login, with_password
from tests.browser.test_files import choose, payload
from tests.factories import CustomerFactory

URL = "/customers/77/"
OUT = "You are signed out. What you wrote is still here"
IN = "You are signed in as Kari Lunde. What you wrote is still here"


@pytest.fixture(autouse=True)
def customer(kari):
    with_password(kari)
    return CustomerFactory(number="77", name="Fjell AS")


@pytest.fixture(autouse=True)
def _refusals(faults):
    faults.expect_status(401)


def sign_in(scope: Page | Locator, kari, *, come_back: bool = True) -> None:
    """Sign in by the link, in the tab that it opens, and close that."""
    page = scope if isinstance(scope, Page) else scope.page
    with page.expect_popup() as opened:
        scope.get_by_role("link", name="Sign in in a new tab").click()
    other = opened.value
    type_login(other, kari)
    expect(other.get_by_role("heading", name="You are signed in")).to_be_visible()
    other.close()
    if come_back:
        # Chromium without a window never loses the focus, so it does not get it back.
        page.evaluate("window.dispatchEvent(new Event('focus'))")


def signed_out(page: Page) -> None:
    """End the session, as signing out in another tab does."""
    Session.objects.all().delete()


def filled_in(page: Page) -> Locator:
    page.goto(f"{URL}contacts/")
    page.get_by_role("link", name="New contact").click()
    dialog = page.get_by_role("dialog", name="New contact")
    with page.expect_response("**/contacts/find/*"):
        dialog.get_by_label("Name", exact=True).fill("Eva Moen")
    dialog.get_by_label("Title").fill("Økonomi")
    return dialog


@pytest.mark.parametrize("come_back", [True, False])
def test_a_dialog_stays_and_is_sent_again(karis_page: Page, kari, come_back):
    page, dialog = karis_page, filled_in(karis_page)
    signed_out(page)
    add = dialog.get_by_role("button", name="Add contact")
    for _time in range(2):
        with page.expect_response("**/contacts/new/"):
            add.click()
        expect(dialog.get_by_role("alert").filter(visible=True)).to_contain_text(OUT)
        expect(dialog.get_by_role("alert").filter(visible=True)).to_have_count(1)
    sign_in(dialog, kari, come_back=come_back)
    if not come_back:
        add.click()  # with the token from before
    expect(dialog).to_contain_text(IN)
    expect(dialog.get_by_label("Name", exact=True)).to_have_value("Eva Moen")
    expect(dialog.get_by_label("Title")).to_have_value("Økonomi")
    assert not Contact.objects.exists()
    add.click()
    expect(page.locator("#toasts")).to_contain_text("Eva Moen is now a contact of Fjell AS.")
    assert Contact.objects.get().title == "Økonomi"


def test_what_is_looked_up_while_typing_loses_nothing(karis_page: Page, kari, register):
    page = karis_page
    page.goto("/customers/?status=all")
    page.get_by_role("link", name="New customer").first.click()
    dialog = page.get_by_role("dialog", name="New customer")
    expect(name_field(dialog)).to_be_focused()
    signed_out(page)
    name_field(dialog).press_sequentially("Utlogget")
    expect(dialog).to_contain_text(OUT)
    sign_in(dialog, kari)
    expect(dialog).to_contain_text(IN)
    expect(name_field(dialog)).to_have_value("Utlogget")
    name_field(dialog).fill("Utlogget AS")
    create(dialog)
    expect_profile(page, "Utlogget AS")


def test_a_note_stays_in_the_page(karis_page: Page, kari, customer):
    page = karis_page
    page.goto(URL)
    notes = page.get_by_role("region", name="Notes")
    text = notes.get_by_role("textbox", name="New note")
    text.fill("En lang tekst")
    signed_out(page)
    notes.get_by_role("button", name="Add note").click()
    expect(page.locator("#toasts")).to_contain_text(OUT)
    sign_in(page, kari)
    expect(page.locator("#toasts")).to_contain_text(IN)
    expect(text).to_have_value("En lang tekst")
    notes.get_by_role("button", name="Add note").click()
    expect(notes.get_by_role("article")).to_contain_text("En lang tekst")
    assert customer.notes.count() == 1


def test_files_stay_chosen(karis_page: Page, kari):
    page = karis_page
    page.goto(f"{URL}files/")
    signed_out(page)
    choose(page, payload("a.txt", b"a"))
    expect(page.locator("form.upload")).to_contain_text("a.txt: This was not sent.")
    expect(page.locator("#toasts")).to_contain_text(OUT)
    sign_in(page, kari)
    expect(page.locator("#toasts")).to_contain_text(IN)
    page.get_by_role("button", name="Upload").click()
    expect(page.get_by_role("link", name="a.txt", exact=True)).to_be_visible()
    assert File.objects.get().name == "a.txt"


def edited(page: Page) -> None:
    page.goto(f"{URL}edit/")
    page.get_by_label("Name", exact=True).fill('Fjell & "Vidde" AS')
    signed_out(page)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="Not sent yet")).to_be_visible()
    expect(page.get_by_role("main")).to_contain_text(OUT)


def test_a_page_with_a_form_is_sent_again(karis_page: Page, kari, customer):
    page = karis_page
    edited(page)
    sign_in(page, kari)
    expect(page.get_by_role("main")).to_contain_text(IN)
    customer.refresh_from_db()
    assert customer.name == "Fjell AS"
    page.get_by_role("button", name="Send once more").click()
    expect_profile(page, 'Fjell & "Vidde" AS', "77")


class TestWithoutScripts:
    @pytest.fixture
    def browser_context_args(self, browser_context_args: dict) -> dict:
        return browser_context_args | {"java_script_enabled": False}

    def test_a_page_with_a_form_is_sent_again(self, karis_page: Page, kari):
        page = karis_page
        edited(page)
        sign_in(page, kari, come_back=False)
        again = page.get_by_role("button", name="Send once more")
        again.click()  # with the token from before
        expect(page.get_by_role("main")).to_contain_text(IN)
        again.click()
        expect_profile(page, 'Fjell & "Vidde" AS', "77")
