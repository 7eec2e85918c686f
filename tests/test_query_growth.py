"""A page asks the database the same number of questions for 3 rows as for 30."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories import CustomerFactory, EntityFactory, NoteFactory, TagFactory, UserFactory

HTMX = {"HX-Request": "true"}


def add(count: int, customer=None) -> None:
    for _ in range(count):
        entity = EntityFactory(name="FJELL OG VIDDE AS", bankrupt=True)
        CustomerFactory(
            name="Fjell og Vidde AS",
            org_number=entity.org_number,
            responsible=UserFactory(),
            tags=TagFactory.create_batch(2),
        )
        if customer:
            NoteFactory(customer=customer)
            customer.tags.add(TagFactory())
            customer.phone += "1"
            customer.save()


def queries(client, path: str, headers: dict | None = None) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(path, headers=headers).status_code == 200
    return len(captured)


@pytest.mark.parametrize(
    ("path", "headers", "limit"),
    [
        ("/customers/?status=all", None, 14),
        ("/customers/?status=all&q=fjell&country=NO", HTMX, 16),
        ("/registry/search/?q=fjell", HTMX, 12),
        ("/customers/new/", HTMX, 9),
        ("/customers/77/", None, 12),
        ("/customers/77/edit/", None, 14),
        ("/customers/77/history/", None, 12),
    ],
)
def test_queries_do_not_grow_with_rows(as_kari, path, headers, limit):
    entity = EntityFactory()
    customer = CustomerFactory(number="77", org_number=entity.org_number)
    add(3, customer)
    as_kari.get(path, headers=headers)  # fills what is kept for a while, such as content types
    few = queries(as_kari, path, headers)
    add(27, customer)
    # Fewer is fine: a full first step spares the lookup its next.
    assert queries(as_kari, path, headers) <= few
    assert few <= limit
