"""Who can be chosen where, by status and relation: the cells, and how pages speak of them."""

from collections.abc import Iterator
from typing import Any

import pytest
from lxml import html

from customers.models import Customer
from tests.customers.test_choosing import RELATIONS, STATUSES, TABLE
from tests.factories import CustomerFactory

WHO = "1033 Storgata"
EVERYBODY = [(status, relation) for status in STATUSES for relation in RELATIONS]
_REFUSED = {
    "project": "Storgata is {status}, so no new project can be for it.",
    "price_model": "Storgata is {status}, so it cannot be added to a price model.",
    "offer": "Storgata is {status}, so it can be given no new offer.",
    "invoice": "Storgata is {status}, so it cannot be invoiced.",
}


def cells(place: str) -> Any:
    """Return the mark that runs a test for each cell of a place: status, relation, can."""
    found = [(status, relation, can) for where, status, relation, can in TABLE if where == place]
    assert len(found) == 12
    return pytest.mark.parametrize(("status", "relation", "can"), found)


def who(status: str = "active", relation: str = "both") -> Customer:
    """Return the customer that is chosen, or not; without more said, it can be anywhere."""
    return CustomerFactory(number="1033", name="Storgata", status=status, relation=relation)


def becomes(customer: Customer, status: str, relation: str) -> None:
    """Let somebody else change the customer."""
    customer.status, customer.relation = status, relation
    customer.save()


def why_not(place: str, status: str) -> str:
    if status == "active":
        return "Storgata is a project participant only."
    return _REFUSED[place].format(status=status)


def beside(response: Any, name: str) -> tuple[str, str]:
    """Return what stands in the field of a form that was refused, and what is said beside it."""
    assert response.status_code == 422
    page = html.fromstring(response.content.decode())
    (field,) = page.xpath(f"//input[@name='{name}']")
    (errors,) = page.xpath(f"//*[@id='{field.get('id')}_error']")
    return field.get("value"), " ".join(errors.text_content().split())


def offered(client: Any, response: Any, name: str, typed: str = "storg") -> list[str]:
    """Return whom the list under a field of a page offers for what is typed there."""
    page = html.fromstring(response.content.decode())
    (field,) = page.xpath(f"//input[@name='{name}']")
    (shown,) = page.xpath(f"//datalist[@id='{field.get('list')}']")
    assert shown.get("hx-include") == f"#{field.get('id')}"
    answer = client.get(shown.get("hx-get"), query_params=_query(shown) | {name: typed})
    assert answer.status_code == 200
    # The options alone, without a list around them.
    return list(_values(html.fragment_fromstring(answer.content.decode(), create_parent=True)))


def _query(shown: Any) -> dict[str, str]:
    _path, _mark, query = shown.get("hx-get").partition("?")
    return dict(part.split("=") for part in query.split("&"))


def _values(options: Any) -> Iterator[str]:
    for option in options.iter("option"):
        yield option.get("value")
