"""Reading and posting the pages of invoice settings as a browser does."""

from typing import Any

from lxml import html

CUSTOMER = "/customers/77/invoicing/"
COMPANY = "/setup/invoicing/"


def form_on(response) -> Any:
    """Return the form of settings on a page."""
    return html.fromstring(response.content.decode()).xpath("//form[.//input[@name='seen']]")[0]


def fields(response) -> dict[str, str]:
    """Return what a browser would post from a page, with no button pressed."""
    found = {}
    for element in form_on(response).inputs:
        if element.name and element.get("type") != "submit" and element.tag != "button":
            text = element.value or ""
            found[element.name] = text.removeprefix("\n") if element.tag == "textarea" else text
    found.pop("csrfmiddlewaretoken", None)
    return found


def posted(client, url: str = CUSTOMER, **changes: str) -> dict[str, str]:
    """Return what a browser would post from the page after these changes."""
    values = fields(client.get(url))
    assert set(changes) - {"reset"} <= set(values)
    return values | changes


def row(response, name: str) -> str:
    """Return the words in the row of a setting, single-spaced."""
    tree = html.fromstring(response.content.decode())
    return " ".join(tree.get_element_by_id(f"row-{name}").text_content().split())


def field(response, name: str) -> str:
    """Return what stands in the field of a setting."""
    return fields(response)[name]


def badge(response, name: str) -> str:
    """Return the badge of a setting: the level its value comes from, empty where there is none."""
    tree = html.fromstring(response.content.decode())
    badges = tree.get_element_by_id(f"origin-{name}").find_class("level")
    return badges[0].text_content() if badges else ""
