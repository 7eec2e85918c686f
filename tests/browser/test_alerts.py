"""What the register has changed: answered from the page and the profile, by two people at once."""

import re
from datetime import date

import pytest
from playwright.sync_api import Page, expect

from customers import answering
from customers.alerting import Act
from customers.models import Customer
from registry.models import Alert
from tests.browser.long_words import LONG
from tests.browser.steps import signed_in
from tests.browser.test_accessibility import NARROWEST, TOO_WIDE, expect_accessible
from tests.customers.telling import MOVED, customer_of, named, tell
from tests.factories import CustomerFactory, UserFactory

BELL = re.compile(r"^Alerts")


@pytest.fixture
def told(kari):
    """Three customers, of whom the register tells a name, a new address and a bankruptcy."""
    tell(customer_of(number="1043", name="Vardefjord AS"), name="VARDEFJORD TEKNIKK AS")
    tell(customer_of(number="1044", name="Nordlys AS"), **MOVED)
    brekke = customer_of(number="1045", name="Brekke AS")
    CustomerFactory(number="1046", name="Brekke AS avd. Nord", org_number=brekke.org_number)
    tell(brekke, bankrupt=True, bankrupt_on=date(2026, 11, 19))


def row(page: Page, what: str):
    return page.get_by_role("row").filter(has_text=what)


def test_alerts_are_answered_in_place_one_by_one_and_together(karis_page: Page, told):
    page = karis_page
    page.goto("/customers/")
    bell = page.get_by_role("link", name=BELL)
    expect(bell).to_have_text(re.compile(r"Alerts\s*3"))
    bell.click()
    expect(page.get_by_role("heading", name="Register alerts")).to_be_visible()
    page.evaluate("window.stillTheSamePage = true")

    # One by one: the row goes, the bell counts, the focus stays near.
    name = row(page, "Vardefjord AS")
    expect(name).to_contain_text("Vardefjord Teknikk AS")
    name.get_by_role("button", name="Use the new name").click()
    expect(page.locator("#toasts")).to_contain_text("Vardefjord Teknikk AS, name: new value taken.")
    expect(row(page, "Vardefjord")).to_have_count(0)
    expect(bell).to_have_text(re.compile(r"Alerts\s*2"))
    expect(page.locator("#alerts")).to_be_focused()
    assert Customer.objects.get(number="1043").name == "Vardefjord Teknikk AS"

    # Together, with a bar that comes with the first tick. Enter on a tick answers nothing.
    bar = page.get_by_role("group", name="With all that are ticked")
    expect(bar).not_to_be_visible()
    tick = page.get_by_role("checkbox", name="Tick Postal address, Nordlys AS")
    tick.check()
    expect(bar).to_be_visible()
    tick.press("Enter")
    page.wait_for_load_state("networkidle")
    expect(tick).to_be_checked()
    page.get_by_role("checkbox", name="Tick Bankruptcy").check()
    assert Alert.objects.open().count() == 2
    bar.get_by_role("button", name="Keep ours").click()
    expect(page.get_by_text("Nothing new in the register")).to_be_visible()
    expect(bell).to_have_text(re.compile(r"^\s*Alerts\s*$"))
    assert page.evaluate("window.stillTheSamePage")
    given = Alert.objects.exclude(kind="name").values_list("kind", "answer")
    assert dict(given) == {"postal": "kept", "bankrupt": "noted"}

    page.get_by_role("link", name="Handled").click()
    expect(row(page, "Vardefjord Teknikk AS")).to_contain_text("New value taken")
    expect(row(page, "Nordlys AS")).to_contain_text("Kari Lunde")


def test_blocking_asks_first_and_names_everybody_it_would_block(karis_page: Page, told):
    page = karis_page
    page.goto("/customers/alerts/")
    ask = page.get_by_role("link", name="Block the customer")
    ask.click()
    dialog = page.get_by_role("dialog", name="Block the customer")
    expect(dialog).to_contain_text("1045 Brekke AS")
    expect(dialog).to_contain_text("1046 Brekke AS avd. Nord")
    dialog.get_by_role("link", name="Cancel").click()
    expect(dialog).not_to_be_visible()
    assert not Customer.objects.filter(status="blocked").exists()

    ask.click()
    dialog.get_by_role("button", name="Block", exact=True).click()
    expect(page.locator("#toasts")).to_contain_text("Brekke AS: blocked")
    assert Customer.objects.filter(status="blocked").count() == 2
    page.goto("/customers/1045/history/")
    table = page.get_by_role("table")
    expect(table).to_contain_text("Changed as in the register")
    expect(table).to_contain_text("The register says: Bankrupt since")


def test_a_banner_is_answered_on_the_profile_and_a_half_written_note_stays(karis_page: Page, told):
    page = karis_page
    page.goto("/customers/1044/")
    page.evaluate("window.stillTheSamePage = true")
    banner = page.get_by_role("region", name="Postal address")
    expect(banner).to_contain_text("Postal address is now Postboks 17, 9008 Tromsø.")
    note = page.get_by_role("textbox", name="New note")
    note.fill("Ringte om")
    banner.get_by_role("button", name="Use the new address").click()
    expect(banner).to_have_count(0)
    data = page.get_by_role("region", name="Customer data")
    expect(data).to_contain_text("Postboks 17")
    expect(data).to_contain_text("9008 Tromsø")
    expect(page.get_by_role("link", name=BELL)).to_have_text(re.compile(r"Alerts\s*2"))
    expect(note).to_have_value("Ringte om")
    assert page.evaluate("window.stillTheSamePage")


def test_who_answers_second_is_told_who_was_first(karis_page: Page, new_context, live_server, told):
    anne = UserFactory(
        username="anne", first_name="Anne", roles=["View customers", "Administer customer details"]
    )
    hers = signed_in(new_context().new_page(), anne, live_server.url)
    for page in (karis_page, hers):
        page.goto("/customers/alerts/?kind=name")
    hers.get_by_role("button", name="Keep ours").first.click()
    expect(hers.get_by_text("No open alerts of this kind")).to_be_visible()
    karis_page.get_by_role("button", name="Use the new name").click()
    expect(karis_page.locator("#toasts")).to_contain_text("Anne Last handled this already")
    assert Customer.objects.get(number="1043").name == "Vardefjord AS"


def test_who_may_only_look_sees_no_buttons(page: Page, per, live_server, told):
    signed_in(page, per, live_server.url)
    page.goto("/customers/alerts/")
    expect(row(page, "Brekke AS")).to_contain_text("Bankrupt since")
    expect(page.locator("#alerts").get_by_role("button")).to_have_count(0)
    expect(page.get_by_role("checkbox")).to_have_count(0)
    page.goto("/customers/1045/")
    expect(page.get_by_role("region", name="Bankruptcy")).to_be_visible()
    expect(page.get_by_role("link", name="Block")).to_have_count(0)


def test_everything_works_with_pages_alone(new_context, kari, live_server, told):
    page = signed_in(new_context(java_script_enabled=False).new_page(), kari, live_server.url)
    page.goto("/customers/alerts/")
    page.get_by_role("link", name="Tick all").click()
    expect(page.get_by_role("checkbox", checked=True)).to_have_count(3)
    page.get_by_role("checkbox", name="Tick Bankruptcy").uncheck()
    page.get_by_role("button", name="Use the new values").click()
    expect(page.locator("#toasts")).to_contain_text("2 new values taken.")

    page.get_by_role("link", name="Brekke AS", exact=True).click()
    page.get_by_role("link", name="Block the customer").click()
    expect(page.get_by_role("heading", name="Block the customer", level=1)).to_be_visible()
    page.get_by_role("button", name="Block", exact=True).last.click()
    expect(page).to_have_url(re.compile(r"/customers/1045/$"))
    expect(page.locator("#toasts")).to_contain_text("Brekke AS: blocked")
    assert Customer.objects.get(number="1045").status == "blocked"


def ticked(page: Page) -> None:
    page.goto("/customers/alerts/?select=all")
    expect(page.locator(".bulk")).to_be_visible()


def asked(page: Page) -> None:
    page.goto("/customers/alerts/")
    page.locator(".alerts [hx-target='#dialog']").first.click()
    expect(page.locator("dialog[open] .btn--bad")).to_be_visible()


STATES = {
    "list": lambda page: page.goto("/customers/alerts/"),
    "handled": lambda page: page.goto("/customers/alerts/?state=handled"),
    "empty": lambda page: page.goto("/customers/alerts/?kind=merger"),
    "profile": lambda page: page.goto("/customers/1044/"),
    "ticked": ticked,
    "asked": asked,
}


@pytest.fixture
def all_kinds(kari, told):
    """Make rows of each shape, some with names that hardly fit, and one that is handled."""
    long = customer_of(number="1047", name=LONG)
    facts = {"winding_up": True, "deleted_on": date(2026, 11, 18), "merger": "x" * 90}
    alerts = tell(long, name=LONG.upper(), form_code="ASA", vat_registered=True, **facts)
    answering.answer(named(alerts[-1:]), Act.NOTE, kari)
    tell(Customer.objects.get(number="1044"), bankrupt=True)


@pytest.mark.parametrize("state", STATES)
def test_axe_finds_nothing(new_context, kari, live_server, all_kinds, state):
    page = signed_in(new_context(bypass_csp=True).new_page(), kari, live_server.url)
    STATES[state](page)
    expect_accessible(page)


@pytest.mark.parametrize("language", ["en-gb", "nb"])
def test_nothing_scrolls_sideways(page: Page, kari, live_server, all_kinds, language):
    kari.language = language
    kari.save()
    signed_in(page, kari, live_server.url)
    for show in STATES.values():
        page.set_viewport_size({"width": NARROWEST, "height": 740})
        show(page)
        assert not any(page.locator("html, dialog[open]").evaluate_all(TOO_WIDE))
