"""The pages of merging, read and sent as a browser does it."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin

from lxml import html

from customers.models import Customer, Merge


@dataclass(frozen=True)
class Form:
    """A form of a page, with what a browser would send of it."""

    action: str
    fields: dict[str, list[str]]


def merge_url(*customers: Customer) -> str:
    """Return the address at which these become one, the first of them."""
    query = "&".join(f"with={customer.number}" for customer in customers[1:])
    return f"/customers/{customers[0].number}/merge/?{query}"


def log_url(merge: Merge, page: str = "") -> str:
    return f"/customers/merges/{merge.pk}/{page}"


def opened(client: Any, *customers: Customer, **chosen: Any) -> Form:
    """Return the form that merges these, with these fields as they are told: the last question."""
    return asked(client, client.get(merge_url(*customers)), **chosen)


def asked(client: Any, page: Any, **chosen: Any) -> Form:
    """Return the form of the question that comes of a page of customers side by side."""
    form = form_of(page, "GET")
    return form_of(client.get(form.action, form.fields | {"ask": "1"} | chosen))


def form_of(response: Any, method: str = "POST") -> Form:
    """Return the only form of the content that is sent so."""
    assert response.status_code in (200, 422), response.status_code
    page = html.fromstring(response.content.decode())
    forms = [form for form in page.xpath("//main//form") if form.method == method]
    assert len(forms) == 1, [form.action for form in forms]
    fields: dict[str, list[str]] = defaultdict(list)
    for name, value in forms[0].form_values():
        fields[name].append(value)
    address = response.wsgi_request.get_full_path()
    return Form(urljoin(address, forms[0].action or ""), dict(fields))


def confirm(client: Any, form: Form, **changed: Any) -> Any:
    """Send the form, with these fields as they are told."""
    return client.post(form.action, form.fields | changed)


def words(response: Any) -> str:
    """Return what the content of a page says, blanks put together."""
    page = html.fromstring(response.content.decode())
    content = (page.xpath("//main") or [page])[0]
    return " ".join(content.text_content().split())
