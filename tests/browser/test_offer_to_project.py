"""From a potential customer to hours on its project, by way of an offer it accepts."""

import io
import re
from datetime import date

import pytest
from django.utils import timezone
from playwright.sync_api import BrowserContext, Locator, Page, expect
from pypdf import PdfReader

from moment.models import CompanySettings, User
from moment.offers.models import Offer
from moment.projects.models import Project, TimeEntry
from tests.browser.steps import expect_profile
from tests.factories import ContactFactory, CustomerFactory, EmployeeFactory, PersonFactory
from tests.offers.sending import NINA, address_in, sent
from tests.standin.mail import MailServer, part

KARIS_MAIL = "kari@fjordvik.example"
TELEPHONE = {"has_touch": True, "is_mobile": True}
NO_SCRIPTS = {"java_script_enabled": False}
SIDEWAYS = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


@pytest.fixture
def kari(kari: User) -> User:
    """She has an address to be told at, and registers hours."""
    kari.email = KARIS_MAIL
    kari.save()
    EmployeeFactory(user=kari)
    return kari


@pytest.fixture
def company(db, settings, live_server) -> CompanySettings:
    settings.SITE_URL = live_server.url
    company = CompanySettings(pk=1, name="Fjordvik AS")
    company.save()
    return company


@pytest.fixture
def customer(db):
    """A potential customer, with somebody to whom offers can be sent."""
    customer = CustomerFactory(number="1044", name="Sameiet Storgata 14", status="potential")
    ContactFactory(customer=customer, person=PersonFactory(name="Nina Dahl", emails=[NINA]))
    return customer


def text_of(pdf: bytes) -> str:
    pages = PdfReader(io.BytesIO(pdf)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def fetched(context: BrowserContext, link: Locator) -> bytes:
    """Return the PDF behind a link, as the browser of this session would get it."""
    response = context.request.get(link.get_attribute("href") or "")
    assert (response.status, response.headers["content-type"]) == (200, "application/pdf")
    return response.body()


def expect_toast(page: Page, words: str) -> None:
    expect(page.locator("#toasts")).to_contain_text(words)


def write_offer(page: Page) -> None:
    """Make the offer in the editor: two sure lines and one that can be ticked."""
    page.goto("/customers/1044/")
    page.locator(".tabs").get_by_role("link", name="Offers").click()
    page.get_by_role("link", name="New offer").click()
    dialog = page.get_by_role("dialog", name="New offer")
    expect(dialog.get_by_label("Customer")).to_have_value(re.compile("Storgata 14"))
    dialog.get_by_label("Name").fill("Rehabilitering")
    dialog.get_by_role("button", name="Create offer").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Rehabilitering")
    expect(page.locator(".offer-customer")).to_contain_text("Can be made active when")

    page.locator("#offer_language").select_option("en")
    page.locator("#offer_contact").select_option(label="Nina Dahl")
    lines = [
        ("fixed", "Forprosjekt", "", "45 000"),
        ("hourly", "Prosjektering", "40", "1 150"),
        ("fixed", "3D-skanning", "", "28 000"),
    ]
    for n, (kind, title, quantity, price) in enumerate(lines):
        page.locator(f"#add-{kind}").click()
        expect(page.locator(f"#line-{n}-title")).to_be_focused()
        page.keyboard.type(title)
        if quantity:
            page.locator(f"#line-{n}-quantity").fill(quantity)
        page.locator(f"#line-{n}-price").fill(price)
    page.locator("#line-2").get_by_label("Optional").check()
    sums = ["91,000.00", "22,750.00", "113,750.00", "28,000.00"]
    expect(page.locator("#totals dd")).to_have_text(sums)


def look_at_pdf(page: Page) -> None:
    """Save, see the preview, and read what the document says."""
    page.get_by_role("button", name="Preview PDF").click()
    preview = page.get_by_role("region", name="Preview")
    expect(preview.locator("iframe")).to_be_visible()
    link = preview.get_by_role("link", name="Open by itself")
    said = text_of(fetched(page.context, link))
    for words in (
        "Sameiet Storgata 14", "Nina Dahl", "Fjordvik AS", "Forprosjekt", "45,000.00",
        "3D-skanning", "113,750.00",
    ):  # fmt: skip
        assert words in said, said


def send_offer(page: Page) -> None:
    page.get_by_role("button", name="Send…").click()
    expect(page.get_by_role("heading", name=re.compile("^Send offer"))).to_be_visible()
    expect(page.get_by_role("checkbox", name="Nina Dahl")).to_be_checked()
    page.get_by_role("button", name="Send", exact=True).click()
    expect_toast(page, f"Sent to {NINA}.")
    expect(page.locator(".head .pill")).to_have_attribute("data-state", "sent")


def accept(page: Page, address: str, *, before: str, after: str) -> None:
    """Tick the option, see the sum become another one, and accept."""
    page.goto(address)
    total = page.locator("dd.offer-totals__all")
    expect(total).to_have_text(before)
    page.get_by_role("checkbox", name="3D-skanning").check()
    if (show := page.get_by_role("button", name="Show the new sum")).is_visible():
        show.click()  # without JavaScript
    expect(total).to_have_text(after)
    accepting = page.get_by_role("region", name="Accept the offer")
    accepting.get_by_label("Your name").fill("Nina Dahl")
    accepting.get_by_role("button", name="Accept the offer").click()
    expect(page.get_by_role("status").first).to_contain_text("The offer has been accepted.")


def make_project(page: Page) -> None:
    page.reload()
    expect(page.locator(".head .pill")).to_have_attribute("data-state", "accepted")
    expect(page.get_by_role("region", name="Answer")).to_contain_text("Accepted by Nina Dahl")
    page.get_by_role("link", name="Make the project…").click()
    dialog = page.get_by_role("dialog", name="Make the project")
    expect(dialog).to_contain_text("becomes a project with 3 activities")
    expect(dialog.get_by_label("Make Sameiet Storgata 14 active")).to_be_checked()
    dialog.get_by_role("button", name="Make the project").click()
    expect_toast(page, "is made.")
    activities = page.locator("table.activities tbody th")
    expect(activities).to_have_text(["Forprosjekt", "Prosjektering", "3D-skanning"])
    expect(page.locator(".plan__total")).to_contain_text("73,000.00")
    page.locator(".state-menu summary").click()
    page.locator(".state-menu").get_by_role("button", name="In progress").click()
    expect(page.locator(".state-menu summary")).to_have_attribute("data-state", "progress")


def register_hours(page: Page, day: date) -> None:
    """Fill in a day of the project's week."""
    page.locator(".tabs").get_by_role("link", name="Hours").click()
    page.get_by_role("link", name="Fill in a week").click()
    page.get_by_label(f"{day:%A} {day.day} {day:%B}, Prosjektering", exact=True).fill("7.5")
    page.get_by_role("button", name="Save week").click()
    expect(page.locator(".week .total")).to_have_text("7.5")


def approve_hours(page: Page) -> None:
    page.get_by_role("link", name="List", exact=True).click()
    page.get_by_role("link", name="Approve all").click()
    dialog = page.get_by_role("dialog", name="Approve hours")
    expect(dialog).to_contain_text("1 entry with 7.5 hours")
    dialog.get_by_role("button", name="Approve").click()
    expect(page.locator("tr[data-approved] .money")).to_have_text("8,625.00")


def test_an_offer_becomes_a_project_on_which_hours_are_registered(
    karis_page: Page, new_context, customer, company, mail_server: MailServer
):
    page = karis_page
    write_offer(page)
    look_at_pdf(page)
    send_offer(page)
    (letter,) = mail_server.letters
    assert letter["To"] == NINA
    (attached,) = letter.iter_attachments()
    assert "113,750.00" in text_of(attached.get_content())

    outside = new_context()
    accept(outside.new_page(), address_in(letter), before="113,750.00", after="148,750.00")
    assert not [one for one in outside.cookies() if one["name"] == "sessionid"]
    assert mail_server.to == sorted([NINA, NINA, KARIS_MAIL])
    for receipt in mail_server.letters[1:]:
        assert "With the option: 3D-skanning" in part(receipt, "plain")
        assert "148,750.00" in part(receipt, "plain")
    customer.refresh_from_db()
    assert customer.status == "potential"

    make_project(page)
    customer.refresh_from_db()
    assert customer.status == "active"
    today = timezone.localdate()
    register_hours(page, today)
    entry = TimeEntry.objects.get()
    assert (entry.day, entry.activity.title, str(entry.hours)) == (today, "Prosjektering", "7.50")
    approve_hours(page)

    page.goto("/customers/1044/")
    expect_profile(page, "Sameiet Storgata 14", "1044")
    expect(page.locator(".head .pill")).to_have_text("Active")
    # Nothing is invoiced yet, so that there is no margin and nobody has paid.
    figures = page.locator(".key-figures")
    expect(figures.locator("strong")).to_have_text(["0", "0", "–", "–"])
    tabs = page.locator(".tabs")
    tabs.get_by_role("link", name="Projects").click()
    row = page.locator(".of-customer tbody tr")
    expect(row).to_have_count(1)
    expect(row).to_contain_text("Rehabilitering")
    expect(row.locator(".hours")).to_have_text("7.5 h")
    expect(row.locator(".sum")).to_have_text("8,625.00 NOK")
    tabs.get_by_role("link", name="Offers").click()
    row = page.locator("table.offers tbody tr")
    expect(row.locator(".pill")).to_have_attribute("data-state", "accepted")
    expect(row.locator(".amount")).to_have_text("119,000.00 NOK")
    assert Offer.objects.get().project == Project.objects.get()


@pytest.mark.parametrize("options", [TELEPHONE, NO_SCRIPTS])
def test_an_offer_is_accepted_on_any_device(
    new_context, kari, company, live_server, mail_server: MailServer, options
):
    offer = sent(kari)
    page = new_context(**options).new_page()
    page.set_viewport_size({"width": 390, "height": 844})
    accept(page, address_in(mail_server.letters[0]), before="286,250.00", after="321,250.00")
    assert not page.evaluate(SIDEWAYS)
    offer.refresh_from_db()
    assert (offer.state, offer.answered_name) == ("accepted", "Nina Dahl")
    assert [line.title for line in offer.lines.filter(chosen=True)] == ["3D-skanning"]
    assert mail_server.to == sorted([NINA, NINA, KARIS_MAIL])
    # What was answered is seen again, and cannot be answered twice.
    page.reload()
    expect(page.get_by_role("checkbox", name="3D-skanning")).to_be_disabled()
    expect(page.get_by_role("button")).to_have_count(0)


@pytest.mark.parametrize("options", [TELEPHONE, NO_SCRIPTS])
def test_an_offer_is_rejected_on_any_device(
    new_context, kari, company, live_server, mail_server: MailServer, options
):
    offer = sent(kari)
    page = new_context(**options).new_page()
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(address_in(mail_server.letters[0]))
    page.get_by_text("No, thank you").click()
    rejecting = page.locator(".offer-page__reject")
    rejecting.get_by_label("Your name").fill("Nina Dahl")
    rejecting.get_by_label("Why").fill("For dyrt <b>nå</b>")
    assert not page.evaluate(SIDEWAYS)
    rejecting.get_by_role("button", name="Reject the offer").click()
    expect(page.locator(".offer-page__state")).to_contain_text("The offer has been rejected.")
    offer.refresh_from_db()
    assert (offer.state, offer.answer_reason) == ("rejected", "For dyrt <b>nå</b>")
    assert mail_server.to == sorted([NINA, NINA, KARIS_MAIL])
    for receipt in mail_server.letters[1:]:
        assert "For dyrt <b>nå</b>" in part(receipt, "plain")
