"""Two customers that are the same one: found, made one, and made two again, as people do it."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from customers.duplicates import finding
from customers.models import Customer
from tests.browser.steps import expect_profile, signed_in
from tests.customers.kept_files import kept as kept_file
from tests.factories import (
    ContactFactory,
    CustomerFactory,
    InvoiceRecipientFactory,
    NoteFactory,
    OtherAddressFactory,
    PersonFactory,
    TagFactory,
)

PLACE = {"visiting_street": "Rådhusgata 2", "visiting_postcode": "9008", "visiting_city": "Tromsø"}
PAGES = ("", "contacts/", "files/", "notes/", "invoicing/", "invoicing/recipients/")


@pytest.fixture
def pair(kari):
    """Tromsø kommune, typed in twice, with a contact of both."""
    kept = CustomerFactory(
        number="1040", name="Tromsø kommune", email="post@tromso.example", credit_terms=30,
        tags=[TagFactory(name="Public sector")], **PLACE,
    )  # fmt: skip
    other = CustomerFactory(
        number="1028", name="Tromsø Kommune AS", email="post@tromso.example", credit_terms=14,
        invoice_email="bygg.faktura@tromso.example", responsible=kari,
        tags=[TagFactory(name="Framework agreement")], **PLACE,
    )  # fmt: skip
    marit = PersonFactory(name="Marit Olsen", emails=["marit@tromso.example"])
    ContactFactory(customer=kept, person=marit, title="Innkjøper")
    both = ContactFactory(customer=other, person=marit, phone="900 00 001")
    ContactFactory(customer=other, person=PersonFactory(name="Nils Moe"), title="Byggesjef")
    InvoiceRecipientFactory(customer=other, contact=both, email="")
    NoteFactory(customer=kept, author=kari, text="Vil ha én faktura per prosjekt.")
    NoteFactory(customer=other, author=kari, text="Ny skole i Breivika.")
    OtherAddressFactory(customer=kept, label="Lager", street="Havnegata 1")
    OtherAddressFactory(customer=other, label="Lager", street="Havnegata 9")
    kept_file(kept, "Rammeavtale.pdf")
    kept_file(other, "Rammeavtale.pdf")  # the same once more
    kept_file(other, "Situasjonsplan.pdf", note="Revisjon B")
    finding.scan()
    return kept, other


def seen(page: Page) -> dict[str, str]:
    """Return what the pages of both customers say."""
    said = {}
    for number in ("1040", "1028"):
        for part in PAGES:
            page.goto(f"/customers/{number}/{part}")
            expect(page).to_have_url(re.compile(rf"/customers/{number}/{part}$"))
            said[f"{number}/{part}"] = page.locator("main").inner_text()
    return said


def value(page: Page, field: str, words: str) -> Locator:
    return page.get_by_role("radio", name=re.compile(rf"^{field}: {words}"))


def expect_one(page: Page) -> None:
    """Look at the kept customer's pages, by the old number: all of both is there."""
    page.goto("/customers/1028/")
    expect_profile(page, "Tromsø kommune", "1040")
    main = page.locator("main")
    for words in ("bygg.faktura@tromso.example", "Framework agreement", "Lager (1028)"):
        expect(main).to_contain_text(words)
    expect(page.locator("#notes article")).to_have_count(2)
    page.goto("/customers/1028/contacts/")
    expect(page).to_have_url(re.compile("/customers/1040/contacts/$"))
    expect(main).to_contain_text("Nils Moe")
    expect(page.locator(".contact-list th[scope=row]", has_text="Marit Olsen")).to_have_count(1)
    page.goto("/customers/1028/files/")
    expect(main).to_contain_text("Situasjonsplan.pdf")
    expect(main).to_contain_text("2 files")


def test_a_pair_is_found_merged_and_made_two_again(karis_page: Page, pair):
    page = karis_page
    before = seen(page)
    page.goto("/customers/duplicates/")
    card = page.locator(".duplicate", has_text="Tromsø Kommune AS")
    card.get_by_role("link", name="Merge").click()
    expect(page.get_by_role("heading", name="Merge duplicates", level=1)).to_be_visible()
    if "/1028/" in page.url:
        page.get_by_role("button", name="Swap").click()
        expect(page).to_have_url(re.compile("/customers/1040/merge/"))
    expect(value(page, "Invoice e-mail", "bygg")).to_be_checked()
    value(page, "Name", "Tromsø kommune").check()
    value(page, "Credit terms", "14").check()
    page.get_by_role("button", name="Merge 1028 into 1040").click()
    question = page.get_by_role("dialog")
    expect(question).to_contain_text("This customer becomes part of 1040 Tromsø kommune")
    question.get_by_role("button", name="Merge", exact=True).click()
    expect_profile(page, "Tromsø kommune", "1040")
    expect(page.locator("#toasts")).to_contain_text("1028 is part of 1040 Tromsø kommune now.")
    expect_one(page)

    page.goto("/customers/1040/history/")
    expect(page.locator(".history .title").first).to_contain_text(
        "Merged 1028 Tromsø Kommune AS into this one"
    )
    page.get_by_role("link", name="What moved").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Merged into 1040 Tromsø kommune")
    terms = page.get_by_role("row", name="Credit terms")
    expect(terms.get_by_role("cell")).to_have_text(["30 days", "14 days"])
    expect(page.get_by_role("region", name="What moved to 1040")).to_contain_text("1 file")

    page.get_by_role("link", name="Undo…").click()
    dialog = page.get_by_role("dialog", name="Undo the merge")
    expect(dialog).to_contain_text("1028 Tromsø Kommune AS becomes a customer of its own again.")
    dialog.get_by_role("link", name="Cancel").click()
    expect(dialog).to_be_hidden()
    assert not Customer.objects.filter(number="1028").exists()
    page.get_by_role("link", name="Undo…").click()
    dialog.get_by_role("button", name="Undo the merge").click()
    expect(page.locator("#toasts")).to_contain_text("The merge is undone.")
    expect(page.locator("main")).to_contain_text("A customer of its own again")
    assert seen(page) == before

    page.goto("/customers/1028/history/")
    expect(page.locator(".history")).to_contain_text("Undid the merge into 1040 Tromsø kommune")


def test_the_keyboard_alone_merges_and_undoes(karis_page: Page, pair):
    page = karis_page
    before = seen(page)
    page.goto("/customers/1040/merge/?with=1028")
    value(page, "Credit terms", "30").focus()
    page.keyboard.press("ArrowRight")
    expect(value(page, "Credit terms", "14")).to_be_checked()
    page.get_by_role("button", name="Merge 1028 into 1040").focus()
    page.keyboard.press("Enter")
    question = page.get_by_role("dialog")
    expect(question).to_be_visible()
    question.get_by_role("button", name="Merge", exact=True).focus()
    page.keyboard.press("Enter")
    expect_profile(page, "Tromsø kommune", "1040")

    page.goto("/customers/1040/history/")
    undo = page.get_by_role("link", name="Undo…")
    undo.focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Undo the merge")
    expect(dialog).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(undo).to_be_focused()
    page.keyboard.press("Enter")
    expect(dialog).to_be_visible()
    dialog.get_by_role("button", name="Undo the merge").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Merge again")).to_be_visible()
    assert seen(page) == before


def test_it_works_without_javascript(new_context, kari, live_server, pair):
    page = signed_in(new_context(java_script_enabled=False).new_page(), kari, live_server.url)
    before = seen(page)
    page.goto("/customers/1040/merge/?with=1028")
    page.get_by_role("button", name="Merge 1028 into 1040").click()
    page.get_by_role("button", name="Merge", exact=True).click()
    expect_profile(page, "Tromsø kommune", "1040")
    expect_one(page)
    page.goto("/customers/1040/history/")
    page.get_by_role("link", name="Undo…").click()
    expect(page.get_by_role("heading", name="Undo the merge", level=1)).to_be_visible()
    page.get_by_role("link", name="Cancel").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Merged into 1040 Tromsø kommune")
    page.get_by_role("link", name="Undo…").click()
    page.get_by_role("button", name="Undo the merge").click()
    expect(page.locator("#toasts")).to_contain_text("The merge is undone.")
    assert seen(page) == before
    page.goto("/customers/1040/history/")
    page.get_by_role("link", name="What moved").first.click()
    page.get_by_role("link", name="Merge again").click()
    expect(page.get_by_role("button", name="Merge 1028 into 1040")).to_be_visible()


def test_a_field_changed_since_is_decided_though_somebody_was_quicker(
    karis_page: Page, pair, faults
):
    faults.expect_status(422)
    page, (kept, other) = karis_page, pair
    page.goto("/customers/1040/merge/?with=1028")
    page.get_by_role("button", name="Merge 1028 into 1040").click()
    page.get_by_role("dialog").get_by_role("button", name="Merge", exact=True).click()
    expect_profile(page, "Tromsø kommune", "1040")
    page.goto("/customers/1040/edit/")
    page.get_by_label("Invoice e-mail").fill("ny@tromso.example")
    page.get_by_role("button", name="Save").click()
    expect_profile(page, "Tromsø kommune", "1040")

    page.goto("/customers/1040/history/")
    page.get_by_role("link", name="Undo…").click()
    dialog = page.get_by_role("dialog", name="Undo the merge")
    choice = dialog.get_by_role("group", name="Invoice e-mail was changed after the merge")
    back = choice.get_by_role("radio", name="Put back what was before the merge: empty")
    expect(choice.get_by_role("radio", name="ny@tromso.example")).to_be_checked()
    back.check()
    kept.refresh_from_db()
    kept.phone, kept.version = "77 00 00 09", kept.version + 1
    kept.save()
    dialog.get_by_role("button", name="Undo the merge").click()
    expect(dialog).to_contain_text("Somebody has changed Tromsø kommune meanwhile")
    expect(back).to_be_checked()
    dialog.get_by_role("button", name="Undo the merge").click()
    expect(page.get_by_role("link", name="Merge again")).to_be_visible()
    kept.refresh_from_db()
    other.refresh_from_db()
    assert (kept.invoice_email, kept.phone) == ("", "77 00 00 09")
    assert other.invoice_email == "bygg.faktura@tromso.example"
