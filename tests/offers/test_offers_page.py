"""The list of offers: finding them, what they come to, and what remains to be invoiced."""

import re
from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO

import pytest
from django.utils import timezone
from openpyxl import load_workbook

from moment.offers import editing
from moment.offers.models import OfferTag
from tests.conftest import signed_in
from tests.factories import CustomerFactory, OfferFactory, ProjectFactory, TagFactory, UserFactory

pytestmark = pytest.mark.django_db
URL = "/offers/"
HTMX = {"HX-Request": "true"}
TODAY = timezone.localdate()


def made(state="draft", **fields):
    if state not in ("draft", "ready"):
        fields.setdefault("buyer_name", "Kjøper AS")
    if state in ("accepted", "rejected"):
        fields["answered_at"] = timezone.now()
    return OfferFactory(state=state, **fields)


def rows(response) -> list[str]:
    """Return the numbers of the offers that a page shows."""
    return re.findall(r'<td class="number">(\w+)</td>', response.content.decode())


def tabs(response) -> dict[str, str]:
    found = re.findall(r'(\w+)<span class="count">([\d,+]+)</span>', response.content.decode())
    return dict(found)


@pytest.fixture
def several():
    made(number="7001", name="Bru over elva", customer=CustomerFactory(name="Fjell AS"))
    made("ready", number="7002", name="Tunnel")
    made("sent", number="7003", name="Kai", valid_until=TODAY)
    late = TODAY - timedelta(days=1)
    made("sent", number="7004", name="Molo", issued_on=late, valid_until=late)
    made("accepted", number="7005", name="Veg")
    made("rejected", number="7006", name="Bane")
    made("replaced", number="7006", revision=2, name="Bane før")


def test_tabs_count_each_state_and_expired_ones_apart(as_kari, several):
    response = as_kari.get(URL)
    counts = {"Draft": "1", "Ready": "1", "Sent": "1", "Expired": "1"}
    assert tabs(response) == {"All": "6", **counts, "Accepted": "1", "Rejected": "1"}
    assert rows(response) == ["7006", "7005", "7004", "7003", "7002", "7001"]
    assert rows(as_kari.get(f"{URL}?state=sent")) == ["7003"]
    assert rows(as_kari.get(f"{URL}?state=expired")) == ["7004"]
    assert rows(as_kari.get(f"{URL}?state=nonsense")) == rows(response)


@pytest.mark.parametrize("question", ["elva", "7001", "fjell", "bru fjell", "Fjell AS", "BRU"])
def test_search_finds_by_name_number_and_customer(as_kari, several, question):
    assert rows(as_kari.get(URL, {"q": question})) == ["7001"]


@pytest.mark.parametrize("question", ["fjell tunnel", "før", "%", "'", "   x ø"])
def test_search_finds_nothing_else(as_kari, several, question):
    response = as_kari.get(URL, {"q": question})
    assert rows(response) == []
    assert "No offers match" in response.content.decode()


def test_filters_by_tags_customer_tags_and_responsible(as_kari, kari):
    tag, theirs = OfferTag.objects.create(name="Rehab"), TagFactory(name="Key")
    other = OfferTag.objects.create(name="Urgent")
    eva = UserFactory(first_name="Eva", last_name="Moe")
    first = made(number="7001", responsible=kari, customer=CustomerFactory(tags=[theirs]))
    second = made(number="7002", responsible=eva)
    first.tags.add(tag)
    second.tags.add(tag, other)
    shown = {
        f"tags={tag.pk}": ["7002", "7001"],
        f"tags={tag.pk}&tags={other.pk}&match=all": ["7002"],
        f"customer_tags={theirs.pk}": ["7001"],
        f"responsible={eva.pk}": ["7002"],
        "mine=1": ["7001"],
        "mine=1&tags=999999": ["7001"],
    }
    assert {query: rows(as_kari.get(f"{URL}?{query}")) for query in shown} == shown
    html = as_kari.get(f"{URL}?mine=1&responsible={kari.pk}&tags=999999").content.decode()
    assert "Responsible: Kari Lunde" in html
    assert "Tags: unknown value ignored" in html


def test_sorted_by_each_column_both_ways(as_kari):
    a = CustomerFactory(name="Alta AS")
    made(number="7001", name="Å", customer=a, amount=5, valid_until=TODAY + timedelta(days=9))
    made(number="7002", name="A", amount=50, issued_on=date(2026, 1, 1))
    made(number="7003", name="Z", customer=a, amount=-1, valid_until=TODAY + timedelta(days=8))
    shown = {
        "number": ["7001", "7002", "7003"],
        "name": ["7002", "7003", "7001"],
        "amount": ["7003", "7001", "7002"],
        "issued": ["7002", "7001", "7003"],
    }
    for sort, numbers in shown.items():
        assert rows(as_kari.get(f"{URL}?sort={sort}")) == numbers
        back = rows(as_kari.get(f"{URL}?sort=-{sort}"))
        assert back == (["7003", "7001", "7002"] if sort == "issued" else numbers[::-1])
    assert rows(as_kari.get(f"{URL}?sort=customer"))[:2] == ["7001", "7003"]


@pytest.mark.parametrize("sort", ["-number", "amount", "-issued", "customer", "valid"])
def test_pages_go_on_after_the_last_row_and_back(as_kari, sort):
    customer = CustomerFactory()
    for n in range(120):
        made(number=f"{7000 + n}", customer=customer, amount=n % 7)
    seen, url, forth = [], f"{URL}?sort={sort}", []
    while url:
        response = as_kari.get(url)
        seen += rows(response)
        forth.append(rows(response))
        following = re.search(r'href="([^"]+)" rel="next"', response.content.decode())
        url = following[1].replace("&amp;", "&") if following else ""
    assert len(seen) == len(set(seen)) == 120
    back = re.search(r'href="([^"]+)" rel="prev"', response.content.decode())[1]
    assert rows(as_kari.get(back.replace("&amp;", "&"))) == forth[1]
    assert as_kari.get(f"{URL}?after=x&before=9999999999999999999").status_code == 200


def test_totals_add_up_all_hits_by_currency(as_kari):
    customer = CustomerFactory(currency="EUR")
    for n in range(60):
        made(number=f"{7000 + n}", amount=1000)
    made(amount=7, customer=customer)
    made(amount=8, currency="EUR")
    made("replaced", amount=10**6)
    html = as_kari.get(URL).content.decode()
    assert "In NOK, 60 offers" in html
    assert "60,000.00" in html
    assert "In EUR, 2 offers" in html
    assert "15.00" in html
    assert "In EUR" not in as_kari.get(f"{URL}?q=7059").content.decode()


def with_project(**fields):
    project = ProjectFactory(model__kind="offer")
    plan = project.price_models.get().plan
    plan.create(text="Now", amount=Decimal(300), due_on=TODAY)
    plan.create(text="Later", amount=Decimal(45))
    return made("accepted", project=project, **fields)


def test_what_remains_to_be_invoiced_is_that_of_the_project(as_kari):
    with_project(number="7001", amount=1000)
    made("accepted", number="7002")
    html = as_kari.get(URL).content.decode()
    assert html.count("345.00") == 2  # the row and the sum of the page
    assert "Remaining to invoice of the offers on this page" in html


def test_who_may_not_see_amounts_of_projects_sees_none(client):
    with_project(number="7001", amount=1000)
    seller = signed_in(UserFactory(roles=["View customers", "Administer offers"]))
    html = seller.get(URL).content.decode()
    assert "1,000.00" in html
    assert "345.00" not in html
    assert "Remaining" not in html
    sheet = load_workbook(BytesIO(b"".join(seller.get(f"{URL}export/").streaming_content))).active
    assert "Remaining to invoice" not in [cell.value for cell in sheet[1]]


def test_the_spreadsheet_holds_all_hits(as_kari):
    with_project(number="7001", name='=HYPERLINK("x")', amount=1000)
    for n in range(60):
        made(number=f"{7100 + n}", name="Bru")
    response = as_kari.get(f"{URL}export/?sort=number")
    sheet = load_workbook(BytesIO(b"".join(response.streaming_content))).active
    assert sheet.max_row == 62
    first = {cell.value: sheet[2][n].value for n, cell in enumerate(sheet[1])}
    assert (first["No."], first["Amount"], first["Currency"]) == ("7001", 1000, "NOK")
    assert first["Remaining to invoice"] == 345
    assert sheet[2][2].data_type == "s"
    few = as_kari.get(f"{URL}export/?q=7105")
    assert load_workbook(BytesIO(b"".join(few.streaming_content))).active.max_row == 2


def test_htmx_gets_the_hits_and_the_address_follows(as_kari, several):
    response = as_kari.get(URL, {"q": "elva", "state": "", "tags": ""}, headers=HTMX)
    assert "<html" not in response.content.decode()
    assert response["HX-Replace-Url"] == "/offers/?q=elva"
    assert "hx-swap-oob" in response.content.decode()


def test_where_there_is_none_it_says_what_belongs_here(as_kari):
    assert "will appear here" in as_kari.get(URL).content.decode()


def test_an_offer_in_its_newest_version_is_listed_once(as_kari, kari):
    offer = made("sent", number="7001")
    editing.new_version(offer, kari)
    assert rows(as_kari.get(URL)) == ["7001"]
    assert "version 2" in as_kari.get(URL).content.decode()
