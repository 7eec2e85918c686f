"""Notes in a browser: mentioned colleagues, editing in place, pinning, deleting."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from customers.models import Note
from tests.browser.steps import signed_in
from tests.factories import CustomerFactory, NoteFactory, UserFactory


@pytest.fixture
def customer(transactional_db):
    return CustomerFactory(number="1043", name="Vardefjord Teknikk AS")


@pytest.fixture
def colleagues(transactional_db):
    return [
        UserFactory(
            username=name.lower(), first_name=name, last_name="Moe",
            email=f"{name.lower()}@moment.example", roles=["View customers"],
        )
        for name in ("Jonas", "Jorunn")
    ]  # fmt: skip


def notes_of(page: Page) -> Locator:
    page.goto("/customers/1043/")
    return page.get_by_role("region", name="Notes")


def test_a_colleague_is_mentioned_by_keyboard_and_gets_a_letter(
    karis_page: Page, customer, colleagues, mail_server
):
    page, notes = karis_page, notes_of(karis_page)
    text = notes.get_by_role("textbox", name="New note")
    offered = notes.get_by_role("listbox", name="Colleagues")
    text.press_sequentially("Hei @jo")
    expect(offered.get_by_role("option")).to_have_count(2)
    expect(offered.get_by_role("option", selected=True)).to_contain_text("Jonas Moe")
    page.keyboard.press("ArrowDown")
    expect(offered.get_by_role("option", selected=True)).to_contain_text("Jorunn Moe")
    chosen = offered.get_by_role("option", selected=True).get_attribute("id")
    expect(text).to_have_attribute("aria-activedescendant", chosen)
    page.keyboard.press("ArrowDown")  # and round to the first
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(text).to_have_value("Hei @jorunn ")
    expect(offered).to_be_hidden()
    expect(text).to_be_focused()

    text.press_sequentially("og @jona")
    expect(offered.get_by_role("option")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(offered).to_be_hidden()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    note = notes.get_by_role("article")
    expect(note).to_contain_text("Hei Jorunn Moe og @jona")
    expect(notes).to_contain_text("Jorunn Moe was told by e-mail.")
    expect(notes).to_contain_text("There is nobody with the user name @jona.")
    assert mail_server.to == ["jorunn@moment.example"]


def test_a_colleague_is_chosen_with_the_mouse_in_the_middle_of_a_text(
    karis_page: Page, customer, colleagues
):
    notes = notes_of(karis_page)
    text = notes.get_by_role("textbox", name="New note")
    text.fill("Spør  om dette")
    for _letter in " om dette":
        karis_page.keyboard.press("ArrowLeft")
    text.press_sequentially("@mo")
    notes.get_by_role("option", name="Jonas Moe").click()
    expect(text).to_have_value("Spør @jonas  om dette")


def test_a_note_is_edited_in_place_and_given_up(karis_page: Page, customer, kari, faults):
    faults.expect_status(422)
    NoteFactory(customer=customer, author=kari, text="Ring Eva.")
    page, notes = karis_page, notes_of(karis_page)
    page.evaluate("window.stillTheSamePage = true")
    notes.get_by_role("link", name="Edit: Ring Eva.").press("Enter")
    text = notes.get_by_role("textbox", name="Note", exact=True)
    expect(text).to_be_focused()
    text.fill("Noe annet")
    notes.get_by_role("link", name="Cancel").click()
    expect(notes.get_by_role("article")).to_contain_text("Ring Eva.")
    expect(notes.get_by_role("link", name="Edit: Ring Eva.")).to_be_focused()

    page.keyboard.press("Enter")
    text.fill("   ")
    notes.get_by_role("button", name="Save").click()
    expect(text).to_have_attribute("aria-invalid", "true")
    expect(text).to_have_accessible_description(re.compile("This field is required."))
    text.fill("Ring Ida.")
    notes.get_by_role("button", name="Save").click()
    expect(notes.get_by_role("article")).to_contain_text("Ring Ida.")
    expect(notes.get_by_role("article")).to_contain_text("edited today")
    assert page.evaluate("window.stillTheSamePage")
    assert Note.objects.get().text == "Ring Ida."


def test_two_windows_of_one_author_lose_nothing(karis_page: Page, customer, kari, faults):
    faults.expect_status(422)
    NoteFactory(customer=customer, author=kari, text="Ring Eva.")
    notes = notes_of(karis_page)
    notes.get_by_role("link", name="Edit: Ring Eva.").click()
    text = notes.get_by_role("textbox", name="Note", exact=True)
    text.fill("Fra dette vinduet")
    Note.objects.update(text="Fra det andre", version=2)
    notes.get_by_role("button", name="Save").click()
    expect(notes.get_by_role("alert")).to_contain_text("Changed meanwhile in another window")
    expect(notes.get_by_role("alert")).to_contain_text("Fra det andre")
    expect(text).to_have_value("Fra dette vinduet")
    notes.get_by_role("button", name="Save").click()
    expect(notes.get_by_role("article")).to_contain_text("Fra dette vinduet")


def test_a_note_is_pinned_in_place_and_keeps_the_focus(karis_page: Page, customer):
    NoteFactory(customer=customer, text="Gammel.")
    NoteFactory(customer=customer, text="Ny.")
    page, notes = karis_page, notes_of(karis_page)
    page.evaluate("window.stillTheSamePage = true")
    notes.get_by_role("button", name="Pin: Gammel.").press("Enter")
    expect(notes.get_by_role("article").first).to_contain_text("Gammel.")
    expect(notes.get_by_role("button", name="Unpin: Gammel.")).to_be_focused()
    page.keyboard.press("Enter")
    expect(notes.get_by_role("article").first).to_contain_text("Ny.")
    assert page.evaluate("window.stillTheSamePage")


def test_a_note_is_deleted_after_a_question(karis_page: Page, customer, kari):
    NoteFactory(customer=customer, author=kari, text="Feil kunde.")
    page, notes = karis_page, notes_of(karis_page)
    notes.get_by_role("link", name="Delete: Feil kunde.").click()
    dialog = page.get_by_role("dialog", name="Delete note")
    expect(dialog).to_contain_text("Feil kunde.")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    notes.get_by_role("link", name="Delete: Feil kunde.").click()
    dialog.get_by_role("button", name="Delete").click()
    expect(page.locator("#toasts")).to_contain_text("The note is deleted.")
    expect(notes).to_contain_text("No notes yet.")


class TestWithoutScripts:
    @pytest.fixture
    def browser_context_args(self, browser_context_args: dict) -> dict:
        return browser_context_args | {"java_script_enabled": False}

    def test_notes_are_edited_pinned_and_deleted(
        self, page: Page, kari, live_server, customer, colleagues, mail_server, faults
    ):
        faults.expect_status(422)
        for n in range(21):
            NoteFactory(customer=customer, author=kari, text=f"Notat {n}.")
        signed_in(page, kari, live_server.url)
        notes = notes_of(page)
        notes.get_by_role("link", name="All notes").click()
        notes.get_by_role("link", name="Edit: Notat 0.").click()
        text = page.get_by_role("textbox", name="Note", exact=True)
        text.fill(" ")
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_text("This field is required.")).to_be_visible()
        text.fill("Hei @jonas")
        page.get_by_role("button", name="Save").click()
        expect(page).to_have_url(re.compile(r"/customers/1043/notes/#note-\d+$"))
        expect(page.locator("#toasts")).to_contain_text("Jonas Moe was told by e-mail.")
        assert mail_server.to == ["jonas@moment.example"]

        notes.get_by_role("button", name="Pin: Hei @jonas").click()
        expect(notes.get_by_role("article").first).to_contain_text("Hei Jonas Moe")
        notes.get_by_role("link", name="Delete: Hei @jonas").click()
        expect(page.get_by_role("heading", name="Delete note", level=1)).to_be_visible()
        page.get_by_role("button", name="Delete").click()
        expect(page).to_have_url(re.compile(r"/customers/1043/notes/#notes$"))
        expect(notes.get_by_role("article")).to_have_count(20)
