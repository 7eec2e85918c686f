"""The files of a customer, as people use the page."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import APIResponse, FilePayload, Page, Route, expect

from customers.models import File, FileVersion
from moment.models import Content
from tests.browser.steps import signed_in
from tests.customers.kept_files import kept, pdf, replaced
from tests.factories import CustomerFactory
from tests.moment.samples import photo, picture, workbook

URL = "/customers/1043/files/"


@pytest.fixture
def customer():
    return CustomerFactory(number="1043", name="Vardefjord Teknikk AS")


@pytest.fixture(autouse=True)
def folder(settings, tmp_path) -> Path:
    """The folder that keeps the files of one test, and another for what is on its way."""
    for name in ("MEDIA_ROOT", "FILE_UPLOAD_TEMP_DIR"):
        (tmp_path / name).mkdir()
        setattr(settings, name, str(tmp_path / name))
    return tmp_path


def payload(name: str, data: bytes) -> FilePayload:
    return {"name": name, "mimeType": "application/octet-stream", "buffer": data}


def choose(page: Page, *files: FilePayload) -> None:
    page.locator("#upload-files").set_input_files(list(files))


def names(page: Page):
    return page.locator("table.files tbody th a:not(.sub)")


def status(page: Page):
    return page.locator("form.upload [role=status]")


def dialog_of(page: Page, name: str):
    return page.get_by_role("dialog", name=name)


def test_several_are_chosen_and_stand_in_the_list_without_loading_the_page(
    karis_page: Page, customer
):
    page = karis_page
    page.goto(URL)
    page.evaluate("window.stillTheSamePage = true")
    expect(page.get_by_role("heading", name="No files yet")).to_be_visible()
    choose(page, payload("Ærlig plan 📎.pdf", pdf()), payload("نص.png", picture("PNG")))
    expect(status(page)).to_have_text("Files added: 2")
    expect(names(page)).to_have_text(["نص.png", "Ærlig plan 📎.pdf"])
    expect(page.locator("nav.tabs [aria-current] .count")).to_have_text("2")
    choose(page, payload("Timer.xlsx", workbook()))
    expect(names(page)).to_have_count(3)
    expect(status(page)).to_have_text("Files added: 1")
    assert page.evaluate("window.stillTheSamePage")


def test_files_are_dropped_on_the_page(karis_page: Page, customer):
    page = karis_page
    page.goto(URL)
    carried = page.evaluate_handle(
        """() => {
          const carried = new DataTransfer();
          for (const name of ["a.txt", "b.txt"]) carried.items.add(new File([name], name));
          return carried;
        }"""
    )
    zone = page.locator("form.upload")
    zone.dispatch_event("dragover", {"dataTransfer": carried})
    expect(zone).to_have_attribute("data-over", "")
    zone.dispatch_event("drop", {"dataTransfer": carried})
    expect(names(page)).to_have_text(["b.txt", "a.txt"])
    expect(zone).not_to_have_attribute("data-over", "")
    words = page.evaluate_handle(
        "() => { const d = new DataTransfer(); d.setData('text', 'x'); return d; }"
    )
    zone.dispatch_event("drop", {"dataTransfer": words})
    expect(status(page)).to_have_text("Files added: 2")


def test_thirty_at_once(karis_page: Page, customer, folder):
    page = karis_page
    page.goto(URL)
    choose(page, *(payload(f"{n:02}.txt", f"file {n}".encode()) for n in range(30)))
    expect(status(page)).to_have_text("Files added: 30", timeout=60_000)
    expect(names(page)).to_have_count(30)
    page.get_by_role("columnheader", name="Name").get_by_role("link").click()
    expect(names(page)).to_have_text([f"{n:02}.txt" for n in range(30)])
    page.get_by_role("searchbox", name="Search files").fill("2")
    page.get_by_role("button", name="Search").click()
    expect(names(page)).to_have_text([f"{n:02}.txt" for n in range(30) if "2" in f"{n:02}"])
    assert len([path for path in folder.rglob("*") if path.is_file()]) == 30


def test_pictures_and_pdfs_are_looked_at_one_after_the_other(karis_page: Page, customer):
    kept(customer, "Plan.pdf", note="Signed")
    kept(customer, "Punkter.txt", data=b"1 2 3")
    kept(customer, "Befaring.jpg", data=photo())
    page = karis_page
    page.goto(URL)
    page.get_by_role("link", name="Befaring.jpg", exact=True).click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("heading", name="Befaring.jpg")).to_be_visible()
    shown = dialog.get_by_role("img", name="Befaring.jpg")
    expect(shown).to_be_visible()
    assert shown.evaluate("picture => picture.decode().then(() => picture.naturalWidth)") > 0
    expect(dialog.get_by_role("link", name="Previous file")).to_have_count(0)

    with page.expect_response(re.compile(r"/preview/$")) as answer:
        dialog.get_by_role("link", name="Next file").press("Enter")
    assert answer.value.headers["content-type"] == "application/pdf"
    expect(dialog.get_by_title("Plan.pdf")).to_be_visible()
    expect(dialog).to_contain_text("Signed")
    expect(dialog.get_by_role("link", name="Next file")).to_have_count(0)
    with page.expect_download() as download:
        dialog.get_by_role("link", name="Download").click()
    assert download.value.suggested_filename == "Plan.pdf"
    assert Path(download.value.path()).read_bytes() == pdf("Plan.pdf")
    dialog.get_by_role("link", name="Previous file").click()
    expect(dialog.get_by_role("img", name="Befaring.jpg")).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()

    # What has no preview is downloaded; each is a page of its own too.
    with page.expect_download() as download:
        page.get_by_role("link", name="Punkter.txt", exact=True).click()
    assert download.value.suggested_filename == "Punkter.txt"
    page.goto(page.get_by_role("link", name="Befaring.jpg", exact=True).get_attribute("href"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Befaring.jpg")
    page.get_by_role("link", name="Next file").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Plan.pdf")


def test_a_file_is_renamed_noted_and_ticked_in_a_dialog(karis_page: Page, customer, faults):
    faults.expect_status(422)
    kept(customer, "Plan.pdf")
    kept(customer, "Map.pdf")
    page = karis_page
    page.goto(URL)
    page.get_by_role("link", name="Edit Plan.pdf").click()
    dialog = dialog_of(page, "Edit file")
    dialog.get_by_label("Note").fill("Signed by both")
    dialog.get_by_label("Invoice attachment").check()
    dialog.get_by_label("Name").fill("map.pdf")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_label("Name")).to_have_accessible_description(
        "Another file has this name."
    )
    expect(dialog.get_by_label("Name")).to_be_focused()
    expect(dialog.get_by_label("Note")).to_have_value("Signed by both")
    dialog.get_by_label("Name").fill("Agreement")
    dialog.get_by_role("button", name="Save").click()
    row = page.get_by_role("row").filter(has_text="Agreement.pdf")
    expect(row).to_contain_text("Signed by both")
    expect(row.locator(".attached")).to_have_text("With invoices")


def test_a_file_is_replaced_and_an_older_version_put_back(karis_page: Page, customer, faults):
    faults.expect_status(422)
    kept(customer, "Plan.pdf", data=pdf("one"))
    page = karis_page
    page.goto(URL)
    page.get_by_role("link", name="Replace Plan.pdf").click()
    dialog = dialog_of(page, "Replace file")
    dialog.get_by_role("button", name="Replace").click()
    expect(dialog.get_by_label("The new file")).to_have_accessible_description(
        "This field is required."
    )
    dialog.get_by_label("The new file").set_input_files(payload("Scan.pdf", pdf("two")))
    dialog.get_by_role("button", name="Replace").click()
    expect(page.locator("#toasts")).to_contain_text("“Plan.pdf” is version 2 now.")

    page.get_by_role("link", name="2 versions of Plan.pdf").click()
    versions = dialog_of(page, "Versions")
    expect(versions.get_by_role("listitem")).to_have_count(2)
    with page.expect_download() as download:
        versions.get_by_role("link", name="Download version 1").click()
    assert Path(download.value.path()).read_bytes() == pdf("one")
    versions.get_by_role("button", name="Put version 1 back").click()
    expect(page.locator("#toasts")).to_contain_text("“Plan.pdf” is again as in version 1.")
    page.get_by_role("link", name="3 versions of Plan.pdf").click()
    expect(dialog_of(page, "Versions").get_by_role("listitem")).to_have_count(3)


def test_two_who_replace_the_same_file_both_keep_theirs(
    karis_page: Page, new_context, anne, live_server, customer
):
    kept(customer, "Plan.pdf", data=pdf("first"))
    annes_page = signed_in(new_context().new_page(), anne, live_server.url)
    for page, text in ((karis_page, "of Kari"), (annes_page, "of Anne")):
        page.goto(URL)
        page.get_by_role("link", name="Replace Plan.pdf").click()
        new = dialog_of(page, "Replace file").get_by_label("The new file")
        new.set_input_files(payload("Scan.pdf", pdf(text)))
    for page in (karis_page, annes_page):
        dialog_of(page, "Replace file").get_by_role("button", name="Replace").click()
        expect(page.locator("#toasts")).to_contain_text("version")
    expect(annes_page.locator("#toasts")).to_contain_text("Both are kept, and yours is the newest.")
    annes_page.get_by_role("link", name="3 versions of Plan.pdf").click()
    versions = dialog_of(annes_page, "Versions").get_by_role("listitem")
    expect(versions.nth(0)).to_contain_text("Anne Dahl")
    expect(versions.nth(1)).to_contain_text("Kari Lunde")


def test_a_file_is_deleted_after_a_question_while_another_edits(
    karis_page: Page, new_context, anne, live_server, customer
):
    file = kept(customer, "Plan.pdf")
    replaced(file, pdf("two"))
    annes_page = signed_in(new_context().new_page(), anne, live_server.url)
    annes_page.goto(URL)
    annes_page.get_by_role("link", name="Edit Plan.pdf").click()
    dialog_of(annes_page, "Edit file").get_by_label("Note").fill("Typed in vain")

    page = karis_page
    page.goto(URL)
    page.get_by_role("link", name="Delete Plan.pdf").click()
    question = dialog_of(page, "Delete file")
    expect(question).to_contain_text("All its 2 versions go with it.")
    question.get_by_role("link", name="Cancel").click()
    expect(question).to_be_hidden()
    assert File.objects.exists()
    page.get_by_role("link", name="Delete Plan.pdf").click()
    question.get_by_role("button", name="Delete").click()
    expect(page.get_by_role("heading", name="No files yet")).to_be_visible()

    dialog_of(annes_page, "Edit file").get_by_role("button", name="Save").click()
    expect(annes_page.locator("#toasts")).to_contain_text(
        "“Plan.pdf” was deleted meanwhile by Kari Lunde."
    )
    assert not FileVersion.objects.exists()


def test_what_is_added_while_the_list_is_fetched_is_shown_too(karis_page: Page, customer):
    page = karis_page
    page.goto(URL)
    held: list[tuple[Route, APIResponse]] = []

    def hold_the_first(route: Route) -> None:
        if held or route.request.method != "GET":
            route.continue_()
        else:
            held.append((route, route.fetch()))

    page.route(f"**{URL}", hold_the_first)
    choose(page, payload("a.txt", b"a"))
    expect(status(page)).to_have_text("Files added: 1")
    choose(page, payload("b.txt", b"b"), payload("c.txt", b"c"))
    expect(status(page)).to_have_text("Files added: 2")
    [(first, as_it_was)] = held
    first.fulfill(response=as_it_was)
    expect(names(page)).to_have_text(["c.txt", "b.txt", "a.txt"])


def test_everything_by_keyboard_alone(karis_page: Page, customer):
    page = karis_page
    # Somebody listens from the start: the browser needs a while to be told so.
    page.on("filechooser", lambda _chooser: None)
    page.goto(URL)
    page.locator("#upload-files").focus()
    with page.expect_file_chooser() as chooser:
        page.keyboard.press("Enter")
    chooser.value.set_files(payload("Plan.png", picture("PNG")))
    expect(status(page)).to_have_text("Files added: 1")
    names(page).focus()
    page.keyboard.press("Enter")
    expect(dialog_of(page, "Plan.png")).to_be_visible()
    page.keyboard.press("Escape")
    expect(names(page)).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Download Plan.png")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Edit Plan.png")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    question = dialog_of(page, "Delete file")
    question.get_by_role("button", name="Delete").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="No files yet")).to_be_visible()


def test_everything_without_scripts(new_context, kari, live_server, customer, faults):
    faults.expect_status(422)
    page = signed_in(new_context(java_script_enabled=False).new_page(), kari, live_server.url)
    page.goto(URL)
    chosen = page.get_by_label("Choose files")
    chosen.set_input_files(
        [
            payload("Plan.pdf", pdf("one")),
            payload("empty.pdf", b""),
            payload("b.png", picture("PNG")),
        ]
    )
    page.get_by_role("button", name="Upload").click()
    expect(page.get_by_role("alert")).to_have_text("empty.pdf: The file is empty.")
    expect(names(page)).to_have_text(["b.png", "Plan.pdf"])
    expect(page.locator("#toasts")).to_contain_text("2 files added.")
    page.get_by_role("link", name="b.png", exact=True).click()
    expect(page.get_by_role("img", name="b.png")).to_be_visible()
    page.get_by_role("link", name="Next file").click()
    page.get_by_role("link", name="Files", exact=True).first.click()

    page.get_by_role("link", name="Edit Plan.pdf").click()
    page.get_by_label("Note").fill("Signed")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("link", name="Replace Plan.pdf").click()
    page.get_by_label("The new file").set_input_files(payload("Scan.pdf", pdf("two")))
    page.get_by_role("button", name="Replace").click()
    page.get_by_role("link", name="2 versions of Plan.pdf").click()
    page.get_by_role("button", name="Put version 1 back").click()
    expect(page.get_by_role("link", name="3 versions of Plan.pdf")).to_be_visible()
    page.get_by_role("link", name="Delete b.png").click()
    page.get_by_role("button", name="Delete").click()
    expect(names(page)).to_have_text(["Plan.pdf"])
    assert Content.objects.count() == 3
