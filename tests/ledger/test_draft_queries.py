"""The editor of a draft asks the database the same number of questions however long it is."""

import pytest

from customers import counts
from tests.conftest import signed_in
from tests.factories import (
    ContactFactory,
    CustomerFactory,
    ExpenseFactory,
    InvoiceRecipientFactory,
    ProjectFactory,
    UserFactory,
)
from tests.ledger import work
from tests.test_query_growth import queries

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _kept_for_long(monkeypatch):
    """Nothing that is kept for seconds runs out while a busy machine takes its time."""
    monkeypatch.setattr(counts, "_KEPT_FOR", 3600)


def of(count: int):
    """Make a draft with so many lines, of which so many customers pay a part."""
    customer = CustomerFactory(email="post@fjell.example", invoice_type="ehf")
    parts = [(CustomerFactory(), 1) for _nth in range(count)]
    project = work.shared(*parts, customer=customer)
    project.line_grouping = "entry"
    project.save()
    for _nth in range(count):
        work.approved(project)
        ExpenseFactory(project=project)
        ProjectFactory(customer=customer)
        InvoiceRecipientFactory(
            customer=customer, email="", contact=ContactFactory(customer=customer)
        )
    whole, *_parts = work.drafts(project)
    return whole


def test_queries_do_not_grow_with_lines_parts_and_projects(as_kari):
    looker = signed_in(UserFactory(roles=["View customers", "View customer economy"]))
    found = []
    for count in (2, 9):
        made = of(count)
        url = made.get_absolute_url()
        assert made.lines.count() > 2 * count
        pages = [url, f"{url}discard/", f"/invoices/drafts/new/?customer={made.customer.number}"]
        for page in (*pages, url):  # the first time more is asked
            queries(as_kari, page)
        found.append([*(queries(as_kari, page) for page in pages), queries(looker, url)])
    few, many = found
    assert many == few
    assert few[0] <= 25
