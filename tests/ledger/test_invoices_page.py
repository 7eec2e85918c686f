"""The list of invoices: tabs, search, filters, order, pages and totals; and a customer's tab."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.http import QueryDict
from django.utils import timezone
from lxml import html

from moment.ledger.listing import InvoiceList
from moment.ledger.models import Delivery, Invoice
from tests.factories import CustomerFactory, TagFactory
from tests.ledger.making import days_ago, draft, invoice, payment
from tests.ledger.test_crediting import credit, final
from tests.test_query_growth import queries

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()


def listed(user, query=""):
    return InvoiceList(QueryDict(query), user)


def numbers(user, query=""):
    return [row.invoice.number for row in listed(user, query).page.rows]


@pytest.fixture
def some(kari):
    """20001 open, 20002 overdue, 20003 paid, 20004 and its credit note 20005."""
    fjell, vidde = CustomerFactory(number="51", name="Fjell AS"), CustomerFactory(name="Vidde AS")
    return [
        invoice(fjell, "100", by=kari),
        invoice(vidde, "300", by=kari, terms=10, issued_on=days_ago(40)),
        _paid(invoice(fjell, "200", by=kari, currency="EUR", rate=Decimal(11))),
        _credited(invoice(vidde, "50", by=kari), kari),
        draft(fjell, "7"),
    ]


def _paid(made):
    payment(made.customer, "200", made, currency="EUR", on=days_ago(2))
    return made


def _credited(made, by):
    credit(made, by)
    return made


def test_tabs_and_what_they_count(kari, some):
    found = listed(kari)
    assert found.counts == {"all": 5, "open": 2, "overdue": 1, "settled": 3, "credit_notes": 1}
    assert numbers(kari) == ["20005", "20004", "20003", "20002", "20001"]
    assert numbers(kari, "state=overdue") == ["20002"]
    assert numbers(kari, "state=open&sort=due") == ["20002", "20001"]
    assert numbers(kari, "state=credit_notes") == ["20005"]
    assert numbers(kari, "state=nonsense&sort=nonsense&after=x") == numbers(kari)


def test_states_in_words(kari, some):
    words = [row.state.words for row in listed(kari, "sort=number").page.rows]
    day = f"{TODAY.day} {TODAY:%b}"  # the later of the two days
    assert words == ["due in 30 days", "30 days overdue", f"paid {day}", "credited", "settled"]


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("20002", ["20002"]),
        ("fjell", ["20003", "20001"]),
        ("51", ["20003", "20001"]),
        ("vid 20004", ["20004"]),
        ("hallo", []),
        ("PO-77", ["20006"]),
    ],
)
def test_searched_by_number_customer_and_reference(kari, some, question, found):
    made = draft(CustomerFactory(name="Skog AS"))
    made.invoice_settings["order_reference"] = "PO-77"
    made.save()
    final(made, kari)
    assert numbers(kari, f"q={question}") == found


def test_found_by_the_name_it_was_printed_with_and_that_of_today(kari, some):
    customer = some[0].customer
    customer.name = "Topp AS"
    customer.save()
    assert numbers(kari, "q=topp") == numbers(kari, "q=fjell") == ["20003", "20001"]


def test_filters(kari, some):
    first, late = some[0], some[1]
    tags = [TagFactory(), TagFactory()]
    first.customer.tags.set(tags)
    late.customer.tags.set(tags[:1])
    late.customer.responsible = kari
    late.customer.save()
    keys = [f"customer_tags={tag.pk}" for tag in tags]
    assert len(numbers(kari, "&".join(keys))) == 5
    assert numbers(kari, "&".join([*keys, "customer_match=all"])) == ["20003", "20001"]
    assert numbers(kari, f"responsible={kari.pk}&state=open") == ["20002"]
    assert numbers(kari, "responsible=nobody&state=open") == ["20001"]
    until = days_ago(40).isoformat()
    assert numbers(kari, f"since={days_ago(41).isoformat()}&until={until}") == ["20002"]
    assert numbers(kari, f"since={TODAY + timedelta(days=1)}") == []
    assert len(numbers(kari, "since=x&until=2026-02-31")) == 5
    done = {"way": "email", "made_by": kari, "done_at": timezone.now()}
    Delivery.objects.create(invoice=first, **done)
    Delivery.objects.create(invoice=late, **done | {"done_at": None, "failed_at": timezone.now()})
    assert numbers(kari, "delivered=email") == ["20001"]
    assert numbers(kari, "delivered=ehf") == []
    assert len(numbers(kari, "delivered=none")) == 4
    assert len(numbers(kari, "delivered=none&delivered=email")) == 5
    assert len(numbers(kari, "exported=no")) == 5
    assert numbers(kari, "exported=yes") == []


def test_chips_and_dropped_values(kari, some):
    found = listed(kari, "since=2026-01-01&delivered=ehf&responsible=77&q=fjell")
    assert [words for words, _url in found.chips] == [
        "“fjell”",
        "issued from 1 Jan 2026",
        "Delivered: EHF",
    ]
    assert found.filter.dropped == ["Responsible"]


def test_totals_by_currency(kari, some):
    totals = [(one.currency, one.amount, one.remaining, one.count) for one in listed(kari).totals]
    assert totals == [("NOK", 400, 400, 4), ("EUR", 200, 0, 1)]


@pytest.mark.parametrize("sort", ["number", "-date", "due", "customer", "-amount", "remaining"])
def test_pages_follow_each_other_in_every_order(kari, sort):
    customer = CustomerFactory()
    for n in range(53):
        invoice(customer, str(10 + n % 3), by=kari)
    first = listed(kari, f"sort={sort}")
    query = first.page.next_url.partition("?")[2]
    second = listed(kari, query)
    both = [row.invoice.pk for row in (*first.page.rows, *second.page.rows)]
    assert len(first.page.rows) == 50
    assert len(set(both)) == len(both) == 53
    before = listed(kari, second.page.previous_url.partition("?")[2])
    assert [row.invoice.pk for row in before.page.rows] == both[:50]


def test_the_page_says_it_all(as_kari, kari, some):
    page = html.fromstring(as_kari.get("/invoices/all/").content.decode())
    rows = [" ".join(row.text_content().split()) for row in page.xpath("//tbody/tr")]
    assert rows[3].startswith("20002 Vidde AS")
    assert "30 days overdue" in rows[3]
    assert rows[3].endswith("300.00 NOK 300.00")
    assert "Credit note" in rows[0]
    feet = [" ".join(row.text_content().split()) for row in page.xpath("//tfoot/tr")]
    assert feet == ["In NOK, 4 invoices 400.00 NOK 400.00", "In EUR, 1 invoice 200.00 EUR 0.00"]
    part = as_kari.get("/invoices/all/?q=fjell", headers={"HX-Request": "true"})
    assert part["HX-Replace-Url"] == "/invoices/all/?q=fjell"
    assert b"2 invoices found" in part.content
    assert b"No invoices match" in as_kari.get("/invoices/all/?q=zzz").content


def test_before_there_is_any(as_kari):
    page = as_kari.get("/invoices/all/").content
    assert b"Final invoices and credit notes will appear here" in page
    CustomerFactory(number="51")
    assert b"No invoices yet" in as_kari.get("/customers/51/invoices/").content


def test_a_customers_tab(as_kari, kari, some):
    page = as_kari.get("/customers/51/invoices/").content.decode()
    rows = html.fromstring(page).xpath("//tbody/tr/th")
    assert [row.text_content().strip() for row in rows] == ["20003", "20001"]
    assert "1 draft is not final yet" in page
    tab = html.fromstring(page).xpath("//nav[@class='tabs']/a[@aria-current]")[0]
    assert tab.text_content().split() == ["Invoices", "2"]


def test_a_fixed_number_of_queries(as_kari, kari):
    customer = CustomerFactory(number="77")

    def more(count):
        for _ in range(count):
            made = invoice(customer, "100", "20", by=kari)
            payment(customer, "20", made)
            credit(made, kari, "10")
            done = {"way": "email", "made_by": kari, "done_at": timezone.now()}
            Delivery.objects.create(invoice=made, **done)
            invoice(CustomerFactory(tags=[TagFactory()]), by=kari)
            draft(customer)

    limits = {
        "/invoices/all/": 18,
        "/invoices/all/?state=open&q=kunde&sort=-customer&delivered=email": 18,
        "/invoices/20001/": 22,
        "/invoices/export/": 14,
        "/invoices/export/?of=lines&format=csv": 12,
        "/invoices/accounting/": 8,
        "/invoices/20001/credit/": 12,
        "/invoices/20001/move/": 12,
        "/customers/77/invoices/": 14,
    }
    more(2)
    few = {page: max(queries(as_kari, page) for _ in range(2)) for page in limits}
    assert {page: n for page, n in few.items() if n > limits[page]} == {}
    more(8)
    assert {page: n for page in limits if (n := queries(as_kari, page)) > few[page]} == {}
    assert Invoice.objects.final().count() == 30
