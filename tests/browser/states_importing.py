"""States of importing customers; see `states`."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.long_words import LONG

_ROWS = (
    "Nummer;Navn;Org.nr.;Poststed;E-post;Status;Merker;Skostørrelse\n"
    f"IMP-{{turn}};{LONG} {{turn}};;Ås;{'lang' * 12}@fjell.example;aktiv;Merkelapp teal;44\n"
    f"1000;{LONG};;;;;;\n"
    f";{LONG} {LONG};123;{LONG};x;sover;{LONG};\n"
)


def _send(page: Page, rows: str, name: str = f"{LONG}.csv") -> None:
    page.goto("/customers/import/")
    file = {"name": name, "mimeType": "text/csv", "buffer": rows.encode("latin-1")}
    page.locator("[name=file]").set_input_files(files=[file])
    page.locator(".importing-file .btn--primary").click()


def import_new(page: Page) -> None:
    page.goto("/customers/import/")
    expect(page.locator(".importing-columns li").first).to_be_visible()


def import_refused(page: Page) -> None:
    _send(page, "%PDF-1.7\n", "kunder.xlsx")
    expect(page.locator(".importing-file [name=file][aria-invalid=true]")).to_be_visible()


def import_dry_run(page: Page) -> None:
    _send(page, _ROWS.format(turn=page.evaluate("Date.now()")))
    expect(page.locator(".importing-first")).to_be_visible()


def import_done(page: Page) -> None:
    import_dry_run(page)
    page.locator(".importing-go button").click()
    expect(page.locator("#created-title")).to_be_visible()


ALL: list[Callable[[Page], None]] = [import_new, import_refused, import_dry_run, import_done]
