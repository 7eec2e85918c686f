"""The editor as a browser has it: its form read from the page, typed in, and posted."""

from typing import Any

from lxml import html

HTMX = {"HX-Request": "true"}


def form_of(response: Any) -> dict[str, list[str]]:
    """Return what a browser would post of the editor's form, without a button."""
    page = html.fromstring(response.content.decode())
    (form,) = page.xpath("//form[@id='offer-form']")
    return posted(form)


def part_of(response: Any) -> dict[str, list[str]]:
    """Return the same of a part of the form."""
    return posted(html.fromstring(f"<form>{response.content.decode()}</form>"))


def titles(fields: dict[str, list[str]]) -> list[str]:
    return [fields[f"lines-{n}-title"][0] for n in range(int(fields["lines"][0]))]


def errors_of(response: Any) -> list[str]:
    """Return what is said beside the fields and lines."""
    page = html.fromstring(response.content.decode())
    said = page.xpath("//*[@class='errorlist']/li")
    return [" ".join(one.text_content().split()) for one in said]


def posted(form: Any) -> dict[str, list[str]]:
    # Where nothing stands in a field, browsers post that nothing; lxml leaves it out.
    fields = {
        field.name: [""]
        for field in form.inputs
        if field.name
        and field.tag != "select"
        and field.get("type") not in ("checkbox", "radio", "submit")
    }
    areas = {field.name for field in form.inputs if field.tag == "textarea"}
    given: dict[str, list[str]] = {}
    for name, value in form.form_values():
        # Browsers leave out a first empty line of such a field, and post line breaks as CRLF.
        text = value.removeprefix("\n") if name in areas else value
        given.setdefault(name, []).append("\r\n".join(text.splitlines()))
    return fields | given
