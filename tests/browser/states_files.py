"""The pages of a customer's files, each in its states (see `states`)."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from customers.models import Customer
from moment.models import User
from tests.customers.kept_files import kept, pdf, replaced
from tests.moment.samples import picture

LONG = "Fjordlandskapsarkitekturprosjekteringsselskapet Øst-Norge og Vestfold"


def fill(customer: Customer, kari: User) -> None:
    """Give a customer files that can be seen and others, one of them with versions."""
    kept(customer, "Points.txt", data=b"1 2 3", by=kari)
    kept(customer, f"{LONG} {'lang' * 20}.pdf", by=kari, note="lang" * 40)
    plan = kept(customer, "Plan.pdf", by=kari, note="Signed", is_invoice_attachment=True)
    replaced(plan, pdf("new"), f"{'lang' * 20}.pdf", by=kari)
    kept(customer, "Site.jpg", data=picture(), by=kari)


def files(page: Page) -> None:
    page.goto("/customers/1200/files/")
    expect(page.locator("table.files tbody tr")).to_have_count(4)


def files_none(page: Page) -> None:
    page.goto("/customers/1300/files/")
    expect(page.locator("#files .empty")).to_be_visible()


def files_refused(page: Page) -> None:
    page.goto("/customers/1301/files/")
    for name in ("lang" * 30, "short"):
        empty = {"name": f"{name}.pdf", "mimeType": "application/pdf", "buffer": b""}
        page.locator("#upload-files").set_input_files([empty])
        expect(page.locator(".upload .errorlist li")).to_contain_text(name)


def files_sending(page: Page) -> None:
    page.goto("/customers/1301/files/")
    page.route("**/files/add/", lambda route: None)
    some = {"name": f"{'lang' * 30}.txt", "mimeType": "text/plain", "buffer": b"a"}
    page.locator("#upload-files").set_input_files([some])
    expect(page.locator(".upload [data-cancel]")).to_be_visible()


def file_picture(page: Page) -> None:
    files(page)
    page.locator("table.files th[scope=row] a").first.click()
    expect(page.locator("dialog[open] img.file-view__shown")).to_be_visible()


def file_pdf(page: Page) -> None:
    file_picture(page)
    page.locator("#file-after").click()
    expect(page.locator("dialog[open] iframe")).to_be_visible()


def file_page(page: Page) -> None:
    files(page)
    page.goto(page.locator("table.files th[scope=row] a").first.get_attribute("href"))
    expect(page.locator("img.file-view__shown")).to_be_visible()


def _file_dialog(page: Page, path: str) -> None:
    files(page)
    page.locator(f"table.files a[hx-get$='/{path}/']").first.click()
    expect(page.locator("dialog[open] .dialog footer")).to_be_visible()


def file_edit(page: Page) -> None:
    _file_dialog(page, "edit")
    page.locator("dialog [name=name]").fill("a.exe")
    page.locator("dialog footer .btn--primary").click()
    expect(page.locator("dialog [name=name][aria-invalid=true]")).to_be_visible()


def file_replace(page: Page) -> None:
    _file_dialog(page, "replace")
    page.locator("dialog footer .btn--primary").click()
    expect(page.locator("dialog [name=file][aria-invalid=true]")).to_be_visible()


def file_versions(page: Page) -> None:
    _file_dialog(page, "versions")


def file_delete(page: Page) -> None:
    _file_dialog(page, "delete")


ALL: list[Callable[[Page], None]] = [
    files, files_none, files_refused, files_sending, file_picture, file_pdf, file_page, file_edit,
    file_replace, file_versions, file_delete,
]  # fmt: skip
