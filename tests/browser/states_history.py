"""States of notes and of the history."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from customers import notes
from customers.models import Customer
from moment.models import User
from tests.factories import NoteFactory, UserFactory


def fill(customer: Customer, kari: User) -> None:
    """Pin, edit and mention in notes on a customer of which Kari wrote some."""
    name = "Fjordlandskapsarkitekt"
    UserFactory(username="fjord." + "lang" * 12, first_name=name, roles=["View customers"])
    pinned = NoteFactory(customer=customer, author=kari, text="Viktig: @fjord." + "lang" * 12)
    notes.pin(pinned, True)
    notes.edit(pinned, text=f"{pinned.text} og {'lang' * 30}", version=1)
    for n in range(22):
        NoteFactory(customer=customer, author=kari if n % 2 else UserFactory(), text=f"Notat {n}")


def notes_page(page: Page) -> None:
    page.goto("/customers/1200/notes/")
    expect(page.locator(".note--pinned .mention")).to_be_visible()


def notes_mention(page: Page) -> None:
    page.goto("/customers/1200/")
    page.locator("#notes textarea").press_sequentially("Hei @fjord")
    expect(page.locator("#notes [role=option][aria-selected=true]")).to_be_visible()


def note_told(page: Page) -> None:
    page.goto("/customers/1200/")
    page.locator("#notes textarea").fill("Hei @nobody.at.all")
    page.locator("#note-add").click()
    expect(page.locator("#notes .told")).to_be_visible()


def note_edit(page: Page) -> None:
    notes_page(page)
    page.locator(".note--pinned [id$=-edit]").click()
    expect(page.locator("#notes .note textarea")).to_be_focused()


def note_edit_changed(page: Page) -> None:
    note_edit(page)
    page.locator("#notes .note [name=version]").evaluate("field => field.value = 1")
    page.locator("#notes .note .btn--primary").click()
    expect(page.locator("#notes .note blockquote")).to_be_visible()


def note_edit_errors(page: Page) -> None:
    notes_page(page)
    address = page.locator(".note--pinned [id$=-edit]").get_attribute("href")
    page.goto(address)
    page.locator("main textarea").fill(" ")
    page.locator("main .note .btn--primary").click()
    expect(page.locator("main textarea[aria-invalid=true]")).to_be_visible()


def note_delete(page: Page) -> None:
    notes_page(page)
    page.locator(".note--pinned [hx-target='#dialog']").click()
    expect(page.locator("dialog[open] .btn--bad")).to_be_visible()


def history_none(page: Page) -> None:
    page.goto("/customers/1200/history/?kind=register&person=moment&since=2099-01-01")
    expect(page.locator(".history .none .link")).to_be_visible()


def history_put_back(page: Page) -> None:
    page.goto("/customers/1200/history/?kind=notes")
    page.locator(".history .act a").first.click()
    expect(page.locator("dialog[open] .putting")).to_be_visible()


def history_put_back_refused(page: Page) -> None:
    history_put_back(page)
    address = page.locator("dialog form").get_attribute("action")
    page.locator("dialog .btn--primary").click()
    expect(page.locator("dialog[open]")).to_have_count(0)
    page.goto(address)
    expect(page.locator("main form.dialog .btn")).to_be_visible()


ALL: list[Callable[[Page], None]] = [
    notes_page, notes_mention, note_told, note_edit, note_edit_changed, note_edit_errors,
    note_delete, history_none, history_put_back, history_put_back_refused,
]  # fmt: skip
