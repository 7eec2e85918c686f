"""The report over all contacts, mailing lists, and erasing a person, as people use them."""

import re
from datetime import date
from io import BytesIO

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Locator, Page, expect

from customers.models import MailingList, Person
from tests.browser.steps import signed_in
from tests.factories import ContactFactory, ContactTagFactory, CustomerFactory, PersonFactory

URL = "/customers/contacts/"


@pytest.fixture
def contacts(kari):
    """Four current contacts, one of them of a blocked customer, and a former one."""
    letter = ContactTagFactory(name="Newsletter", color="teal")
    decides = ContactTagFactory(name="Decides")
    fjord = CustomerFactory(number="1001", name="Fjord AS", responsible=kari)
    nord = CustomerFactory(number="1002", name="Nord AS", status="potential")
    people = [
        ("Arne Ås", "arne@fjord.example", fjord, [letter, decides], {"title": "Ærlig leder"}),
        ("Berit Bø", "", nord, [letter], {"title": "Arkitekt"}),
        ("Carl Lie", "CARL@nord.example", nord, [letter], {}),
        ("Dina Moe", "dina@x.example", CustomerFactory(status="blocked"), [], {}),
        ("Eva Borte", "eva@fjord.example", fjord, [], {"employed_until": date(2024, 1, 1)}),
    ]
    for name, email, customer, tags, post in people:
        person = PersonFactory(name=name, emails=[email] if email else [])
        ContactFactory(person=person, customer=customer, tags=tags, **post)
        person.save()  # the search text follows the post
    ContactFactory(person=PersonFactory(name="Finn Alt", emails=["carl@NORD.example"]))


def names(page: Page) -> Locator:
    return page.locator("table.contact-report tbody th a")


def open_menu(page: Page, label: str) -> Locator:
    menu = page.locator("details.menu").filter(has=page.locator("summary", has_text=label))
    menu.locator("summary").click()
    return menu


def test_the_report_is_searched_and_filtered_as_one_goes(karis_page: Page, contacts):
    page = karis_page
    page.goto("/customers/")
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Contacts").click()
    expect(names(page)).to_have_text(["Arne Ås", "Berit Bø", "Carl Lie", "Finn Alt"])
    expect(page.get_by_text("4 contacts of active and potential customers.")).to_be_visible()

    page.get_by_role("searchbox", name="Search contacts").press_sequentially("fjord")
    expect(names(page)).to_have_text(["Arne Ås"])
    expect(page).to_have_url(re.compile(r"\?q=fjord$"))
    expect(page.locator("#report-status")).to_have_text("1 contact found.")
    with page.expect_response(re.compile("q=fjord")):
        page.keyboard.press("Tab")  # leaving the field asks once more
    page.get_by_role("navigation", name="Employment").get_by_role("link", name="Former").click()
    expect(names(page)).to_have_text(["Eva Borte"])
    page.get_by_role("link", name="Remove filter “fjord”").click()

    page.goto(URL)
    open_menu(page, "Contact tags").get_by_role("checkbox", name="Newsletter").check()
    expect(names(page)).to_have_text(["Arne Ås", "Berit Bø", "Carl Lie"])
    menu = page.locator("details.menu[open]")
    menu.get_by_role("checkbox", name="Decides").check()
    menu.get_by_role("radio", name="all of these").check()
    expect(names(page)).to_have_text(["Arne Ås"])

    page.goto(URL)
    open_menu(page, "Customer status").get_by_role("radio", name="Blocked").check()
    expect(names(page)).to_have_text(["Dina Moe"])
    page.locator("details.menu[open]").get_by_role("radio", name="Active and potential").check()
    expect(names(page)).to_have_count(4)
    expect(page).to_have_url(re.compile(r"/customers/contacts/$"))
    open_menu(page, "More").get_by_role("radio", name="Without e-mail", exact=True).check()
    expect(names(page)).to_have_text(["Berit Bø"])


def test_columns_sort_and_titles_follow_the_norwegian_alphabet(karis_page: Page, contacts):
    page = karis_page
    page.goto(URL)
    page.get_by_role("columnheader", name="Title").get_by_role("link").click()
    expect(names(page)).to_have_text(["Berit Bø", "Arne Ås", "Carl Lie", "Finn Alt"])
    page.get_by_role("columnheader", name="Title").get_by_role("link").click()
    expect(page.get_by_role("columnheader", name="Title")).to_have_attribute(
        "aria-sort", "descending"
    )
    page.get_by_role("columnheader", name="Customer").get_by_role("link").click()
    expect(names(page).first).to_have_text("Arne Ås")


def test_addresses_are_copied(new_context, kari, live_server, contacts):
    context = new_context(permissions=["clipboard-read", "clipboard-write"])
    page = signed_in(context.new_page(), kari, live_server.url)
    page.goto(URL)
    page.get_by_role("link", name="Copy addresses").click()
    dialog = page.get_by_role("dialog", name="Copy addresses")
    expect(dialog).to_contain_text("Paste into Bcc.")
    expect(dialog.get_by_label("2 addresses")).to_have_value(
        "arne@fjord.example; CARL@nord.example"
    )
    expect(dialog).to_contain_text("1 contact shares an address with another one")
    expect(dialog).to_contain_text("1 has no e-mail address: Berit Bø (Nord AS)")
    dialog.get_by_role("button", name="Copy").click()
    expect(dialog.get_by_text("Copied.")).to_be_visible()
    expect(dialog.locator(".toast")).to_have_attribute("data-level", "success")
    assert page.evaluate("navigator.clipboard.readText()") == (
        "arne@fjord.example; CARL@nord.example"
    )
    dialog.get_by_role("link", name="One per line").click()
    lines = "arne@fjord.example\nCARL@nord.example"
    expect(dialog.get_by_label("2 addresses")).to_have_value(lines)
    dialog.get_by_role("button", name="Copy").click()
    page.wait_for_function(
        "async (lines) => await navigator.clipboard.readText() === lines", arg=lines
    )
    dialog.locator("footer").get_by_role("link", name="Close").click()
    expect(dialog).to_be_hidden()


def test_where_the_browser_refuses_the_addresses_are_selected(karis_page: Page, contacts):
    page = karis_page
    page.goto(URL)
    page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject() }")
    page.get_by_role("link", name="Copy addresses").click()
    page.get_by_role("dialog").get_by_role("button", name="Copy").click()
    field = page.get_by_label("2 addresses")
    expect(field).to_be_focused()
    selected = field.evaluate(
        "field => field.value.slice(field.selectionStart, field.selectionEnd)"
    )
    assert selected == "arne@fjord.example; CARL@nord.example"


def test_filters_are_kept_as_a_list_by_keyboard_and_single_contacts_left_out(
    karis_page: Page, contacts, faults, kari
):
    faults.expect_status(422)
    MailingList.objects.create(name="Julekort", created_by=kari)
    page = karis_page
    page.goto(URL)
    open_menu(page, "Contact tags").get_by_role("checkbox", name="Newsletter").check()
    expect(names(page)).to_have_count(3)
    page.get_by_role("link", name="Save as list").focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Save as list")
    expect(dialog).to_contain_text("Newsletter")
    expect(dialog).to_contain_text("3 contacts now.")
    expect(dialog.get_by_label("Name")).to_be_focused()
    page.keyboard.type("JULEKORT")
    page.keyboard.press("Enter")
    expect(dialog.locator("[data-field=name]")).to_contain_text("already a list with this name")
    dialog.get_by_label("Name").fill("Nyhetsbrev")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Nyhetsbrev")

    row = page.get_by_role("row").filter(has_text="Carl Lie")
    row.get_by_role("button", name="Leave out").click()
    expect(row.get_by_role("button", name="Take back")).to_be_visible()
    expect(page.locator(".report-actions")).to_contain_text("3 contacts, 1 left out")
    page.get_by_role("link", name="Copy addresses").click()
    dialog = page.get_by_role("dialog", name="Addresses of Nyhetsbrev")
    expect(dialog.locator("#addresses")).to_have_value("arne@fjord.example")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    row.get_by_role("button", name="Take back").click()
    expect(page.locator("tr.left-out")).to_have_count(0)

    with page.expect_download() as download:
        page.get_by_role("link", name="XLSX").click()
    sheet = load_workbook(BytesIO(download.value.path().read_bytes())).active
    people = [cell.value for cell in sheet["A"]]
    assert people == ["Person", "Arne Ås", "Berit Bø", "Carl Lie"]

    page.get_by_role("link", name="Rename").click()
    page.get_by_role("dialog").get_by_label("Name").fill("Nytt")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Nytt")
    page.get_by_role("link", name="Delete").click()
    expect(page.get_by_role("dialog")).to_contain_text("Nytt is deleted for everybody.")
    page.get_by_role("button", name="Delete").click()
    expect(page.locator("#toasts")).to_contain_text("The list Nytt is deleted.")
    expect(page.locator(".mailing-lists tbody tr")).to_have_count(1)


def test_an_administrator_exports_and_erases_a_person(page: Page, anne, live_server, contacts):
    signed_in(page, anne, live_server.url)
    page.goto(URL)
    page.get_by_role("link", name="Arne Ås").click()
    expect(page.get_by_role("region", name="Contact of")).to_contain_text("Fjord AS")
    with page.expect_download() as download:
        page.get_by_role("link", name="Export data").click()
    assert "arne@fjord.example" in download.value.path().read_text()

    page.get_by_role("link", name="Erase").click()
    dialog = page.get_by_role("dialog", name="Erase a person's data")
    expect(dialog).to_contain_text("It cannot be undone.")
    dialog.get_by_role("link", name="Cancel").click()
    expect(dialog).to_be_hidden()
    assert Person.objects.filter(name="Arne Ås").exists()
    page.get_by_role("link", name="Erase").click()
    dialog.get_by_role("button", name="Erase for good").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Erased person")
    expect(page.get_by_role("main")).to_contain_text("What is kept")
    page.goto(URL + "?who=all&status=all")
    expect(names(page)).to_have_count(5)
    expect(page.get_by_text("Arne")).to_have_count(0)


@pytest.fixture
def plain_page(new_context, kari, live_server) -> Page:
    """A page without scripts on which Kari is signed in."""
    return signed_in(new_context(java_script_enabled=False).new_page(), kari, live_server.url)


def test_without_javascript_all_of_it_works(plain_page: Page, contacts):
    page = plain_page
    page.goto(URL)
    open_menu(page, "Contact tags").get_by_role("checkbox", name="Newsletter").check()
    page.get_by_role("search").get_by_role("button", name="Search").click()
    expect(names(page)).to_have_text(["Arne Ås", "Berit Bø", "Carl Lie"])

    page.get_by_role("link", name="Copy addresses").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Copy addresses")
    expect(page.get_by_label("2 addresses")).to_have_value("arne@fjord.example; CARL@nord.example")
    expect(page.get_by_role("button", name="Copy")).to_be_hidden()
    page.get_by_role("link", name="One per line").click()
    expect(page.get_by_label("2 addresses")).to_have_value("arne@fjord.example\nCARL@nord.example")
    page.get_by_role("link", name="Close").click()

    page.get_by_role("link", name="Save as list").click()
    page.get_by_label("Name").fill("Nyhetsbrev")
    page.get_by_role("button", name="Save list").click()
    page.get_by_role("button", name="Leave out Arne Ås").click()
    expect(page.locator("tr.left-out")).to_have_count(1)
    page.get_by_role("link", name="Delete").click()
    page.get_by_role("button", name="Delete").click()
    expect(page.get_by_role("heading", name="No mailing lists yet")).to_be_visible()
