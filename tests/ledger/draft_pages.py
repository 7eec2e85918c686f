"""The editor of a draft as a browser has it: its form read from the page, typed in, and posted."""

from typing import Any

from lxml import html

from tests.offers.editor_pages import HTMX, errors_of, part_of, posted

__all__ = ["HTMX", "errors_of", "form_of", "part_of", "texts"]


def form_of(response: Any) -> dict[str, list[str]]:
    """Return what a browser would post of the editor's form, without a button."""
    page = html.fromstring(response.content.decode())
    (form,) = page.xpath("//form[@id='draft-form']")
    return posted(form)


def texts(fields: dict[str, list[str]]) -> list[str]:
    return [fields[f"lines-{n}-text"][0] for n in range(int(fields["lines"][0]))]
