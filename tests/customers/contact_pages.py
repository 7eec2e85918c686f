"""What tests of the contact pages share: forms as a browser would post them."""

import re
from html import unescape
from typing import Any

from django.test import Client

from customers.models import Contact, Customer


def form_of(client: Client, url: str) -> dict[str, Any]:
    """Return what a browser would post from this page if nothing were changed."""
    return posted_by(client.get(url).content.decode())


def posted_by(html: str) -> dict[str, Any]:
    """Return what a browser would post from the dialog's form on a page."""
    form = html[html.index('class="dialog"') :].partition("</form>")[0]
    data: dict[str, Any] = {}
    for tag in re.findall(r"<(?:input|textarea)[^>]*>", form):
        name = re.search(r'name="([^"]+)"', tag)
        if name is None or name[1] == "csrfmiddlewaretoken":
            continue
        value = re.search(r'value="([^"]*)"', tag)
        if tag.startswith("<textarea"):
            text = form[form.index(tag) + len(tag) :].partition("</textarea>")[0]
            lines = unescape(text).removeprefix("\n").splitlines()
            data[name[1]] = "\r\n".join(lines)
        elif 'type="checkbox"' in tag or name[1] == "known":
            if name[1] == "known" or "checked" in tag:
                data.setdefault(name[1], []).append(value[1] if value else "")
        else:
            data[name[1]] = unescape(value[1]) if value else ""
    return data


def url_of(customer: Customer, page: str = "") -> str:
    return f"/customers/{customer.number}/contacts/{page}"


def url_of_contact(contact: Contact, page: str = "") -> str:
    return url_of(contact.customer, f"{contact.pk}/{page}")


def addresses_of(contact: Contact) -> list[str]:
    return [email.address for email in contact.person.emails.all()]
