"""The list of projects: what it shows to whom, its filters, its order, and its spreadsheet."""

from datetime import date
from decimal import Decimal
from io import BytesIO
from urllib.parse import urlencode

import pytest
from django.contrib.auth.models import Permission
from lxml import html
from openpyxl import load_workbook

from customers import merging
from moment.projects.models import Project, ProjectMember, ProjectTag
from tests.conftest import signed_in
from tests.factories import (
    CustomerFactory,
    ExpenseFactory,
    ProjectFactory,
    TagFactory,
    TimeEntryFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
URL = "/projects/"
HTMX = {"HX-Request": "true"}


def shown(client, query: object = "") -> list[str]:
    """Return the numbers of the projects on the page, in their order."""
    query = query if isinstance(query, str) else urlencode(query, doseq=True)
    page = html.fromstring(client.get(f"{URL}?{query}").content)
    return [cell.text_content().strip() for cell in page.xpath("//td[contains(@class, 'no ')]")]


def words(client, query: str = "") -> str:
    page = html.fromstring(client.get(f"{URL}?{query}").content)
    (main,) = page.xpath("//main")
    return " ".join(main.text_content().split())


def sheet(client, query: str = "") -> list[list]:
    response = client.get(f"/projects/export/?{query}")
    file = BytesIO(b"".join(response.streaming_content))
    return [list(row) for row in load_workbook(file).active.iter_rows(values_only=True)]


@pytest.mark.parametrize("path", ["", "export/", "?state=nonsense&after=0"])
def test_without_the_right_there_is_nothing_to_see(as_ola, path):
    assert as_ola.get(URL + path).status_code == 403


def test_an_empty_list_says_what_belongs_there_and_offers_the_button_to_those_who_may(
    as_kari, as_per
):
    assert "Your projects will appear here" in words(as_kari)
    assert b"/projects/new/" in as_kari.get(URL).content
    assert "Your projects will appear here" in words(as_per)
    assert b"/projects/new/" not in as_per.get(URL).content


def test_a_row_shows_number_name_customer_leader_state_and_hours(as_per, per):
    customer = CustomerFactory(number="1043", name="Fjordkraft AS")
    project = ProjectFactory(
        number="5001", name="Skolebygg", customer=customer, leader=per, ends_on=date(2031, 3, 14)
    )
    project.tags.add(ProjectTag.objects.create(name="Survey", color="teal"))
    TimeEntryFactory(activity=project.activities.get(), hours=Decimal("7.5"))
    page = as_per.get(URL).content.decode()
    for text in ("5001", "Skolebygg", "Fjordkraft AS", "Per Haugen", "In progress", "14 Mar 2031"):
        assert text in page
    assert "7.5" in page
    assert "Survey" in page
    assert 'href="/customers/1043/"' in page
    assert 'href="/projects/5001/"' in page


def test_what_is_not_yet_invoiced_is_for_those_who_may_see_amounts(as_kari, as_per, kari):
    project = ProjectFactory()
    ExpenseFactory(project=project, user=kari, cost=1234)
    unpriced = TimeEntryFactory(activity=project.activities.get())
    assert "1,234.00" in words(as_kari)
    assert "Not yet invoiced, NOK" in words(as_kari)
    assert "7.5 h without a price" in words(as_kari)
    assert unpriced.price is None
    for text in ("1,234", "invoiced", "price", "NOK"):
        assert text not in words(as_per)
    assert [len(row) for row in sheet(as_kari)] == [14, 14]
    assert [len(row) for row in sheet(as_per)] == [11, 11]
    assert 1234 in sheet(as_kari)[1]
    assert 1234 not in sheet(as_per)[1]


def test_an_amount_in_another_currency_says_so(as_kari, kari):
    ExpenseFactory(project=ProjectFactory(currency="EUR"), user=kari, cost=80)
    assert "80.00 EUR" in words(as_kari)


def test_the_page_opens_on_the_open_ones_and_counts_every_state(as_per):
    states = Project.State.values
    for state in states:
        ProjectFactory(number=f"{5000 + states.index(state)}", state=state)
    assert shown(as_per) == ["5003", "5002", "5001", "5000"]
    assert shown(as_per, "state=all") == ["5005", "5004", "5003", "5002", "5001", "5000"]
    for state in states:
        assert shown(as_per, {"state": state}) == [f"{5000 + states.index(state)}"]
    told = words(as_per)
    assert "All6" in told
    assert "Open4" in told
    assert "In progress1" in told


def test_counts_follow_the_filters_and_hits_elsewhere_are_told(as_per):
    ProjectFactory(name="Bru", state="finished")
    ProjectFactory(name="Skole")
    told = words(as_per, "q=bru")
    assert "All1" in told
    assert "Open0" in told
    assert "No projects match" in told
    assert "1 finished" in told
    assert "Try fewer letters" in words(as_per, "q=tak")


@pytest.mark.parametrize(
    ("question", "hits"),
    [
        ("skolebygg", ["5001"]),
        ("SKOLE nord", ["5001"]),
        ("5002", ["5002"]),
        ("fjordkraft", ["5001", "5002"]),
        ("Fjordkraft Teknikk AS", ["5001", "5002"]),
        ("fjordkraft bru", ["5002"]),
        ("ødegård", ["5003"]),
        ("odegard", ["5003"]),
        ("1043", ["5001", "5002"]),
        ("br", ["5002"]),
        ("%", []),
        ("' OR 1=1 --", []),
        ("x" * 5000, []),
    ],
)
def test_searching_looks_at_name_number_and_customer(as_per, question, hits):
    fjord = CustomerFactory(number="1043", name="Fjordkraft Teknikk AS")
    ProjectFactory(number="5001", name="Skolebygg Nord", customer=fjord)
    ProjectFactory(number="5002", name="Bru", customer=fjord)
    ProjectFactory(number="5003", name="Tak", customer=CustomerFactory(name="Ødegård ENK"))
    assert shown(as_per, {"q": question, "sort": "number"}) == hits


def test_tags_are_met_by_any_or_by_all_of_them(as_per):
    survey, small = (ProjectTag.objects.create(name=name) for name in ("Survey", "Small"))
    ProjectFactory(number="5001").tags.add(survey, small)
    ProjectFactory(number="5002").tags.add(survey)
    ProjectFactory(number="5003")
    tags = {"tags": [survey.pk, small.pk], "sort": "number"}
    assert shown(as_per, tags) == ["5001", "5002"]
    assert shown(as_per, tags | {"match": "all"}) == ["5001"]


def test_the_tags_of_customers_are_met_by_any_or_by_all_of_their_own_accord(as_per):
    energy, public = TagFactory(name="Energy"), TagFactory(name="Public")
    survey, small = (ProjectTag.objects.create(name=name) for name in ("Survey", "Small"))
    both, one = CustomerFactory(tags=[energy, public]), CustomerFactory(tags=[energy])
    ProjectFactory(number="5001", customer=both).tags.add(survey)
    ProjectFactory(number="5002", customer=one).tags.add(survey, small)
    ProjectFactory(number="5003").tags.add(small)
    tags = {"customer_tags": [energy.pk, public.pk], "sort": "number"}
    assert shown(as_per, tags) == ["5001", "5002"]
    assert shown(as_per, tags | {"customer_match": "all"}) == ["5001"]
    mixed = tags | {"tags": [survey.pk, small.pk]}
    assert shown(as_per, mixed | {"customer_match": "all"}) == ["5001"]
    assert shown(as_per, mixed | {"match": "all"}) == ["5002"]
    assert shown(as_per, mixed | {"match": "all", "customer_match": "all"}) == []


def test_the_status_of_the_customer_and_the_leader_narrow_the_list(as_per, per):
    ProjectFactory(number="5001", customer=CustomerFactory(status="blocked"), leader=per)
    ProjectFactory(number="5002", customer=CustomerFactory(status="inactive"))
    ProjectFactory(number="5003", leader=UserFactory())
    assert shown(as_per, "customer_status=blocked") == ["5001"]
    assert shown(as_per, "customer_status=blocked&customer_status=inactive&sort=number") == [
        "5001",
        "5002",
    ]
    assert shown(as_per, {"leader": per.pk}) == ["5001"]
    assert shown(as_per, "leader=nobody") == ["5002"]
    assert shown(as_per, {"leader": [per.pk, "nobody"], "sort": "number"}) == ["5001", "5002"]


def test_mine_are_those_that_one_leads_or_works_in(as_per, per):
    ProjectFactory(number="5001", leader=per)
    member = ProjectFactory(number="5002")
    ProjectMember.objects.create(project=member, user=per)
    ProjectMember.objects.create(project=member, user=UserFactory())
    ProjectFactory(number="5003", leader=UserFactory())
    assert shown(as_per, "mine=1&sort=number") == ["5001", "5002"]


def test_of_a_customer_are_its_own_and_those_it_pays_a_share_of(as_per):
    customer = CustomerFactory(number="1043", name="Fjordkraft AS")
    ProjectFactory(number="5001", customer=customer)
    shared = ProjectFactory(number="5002")
    shared.price_models.get().shares.create(customer=customer, percent=30)
    ProjectFactory(number="5003")
    assert shown(as_per, "customer=1043&sort=number") == ["5001", "5002"]
    assert "Customer: 1043 Fjordkraft AS" in words(as_per, "customer=1043")


def test_the_number_of_a_merged_customer_means_the_one_that_was_kept(as_per, kari):
    kept, merged = CustomerFactory(number="1043"), CustomerFactory(number="1044")
    ProjectFactory(number="5001", customer=merged)
    merging.merge(kept.pk, [merged.pk], by=kari)
    assert shown(as_per, "customer=1044") == ["5001"]


def test_a_chip_takes_its_filter_away_and_keeps_the_others(as_per):
    tag = ProjectTag.objects.create(name="Survey")
    ProjectFactory(name="Bru").tags.add(tag)
    page = html.fromstring(as_per.get(f"{URL}?q=bru&tags={tag.pk}&mine=1&state=all").content)
    chips = {
        chip.text_content().replace("Remove filter", "").strip(): chip.get("href")
        for chip in page.xpath("//a[@class='chip']")
    }
    assert chips == {
        "“bru”": f"/projects/?state=all&tags={tag.pk}&mine=1",
        "Survey": "/projects/?state=all&q=bru&mine=1",
        "My projects": f"/projects/?state=all&q=bru&tags={tag.pk}",
    }


@pytest.mark.parametrize(
    "query",
    [
        "state=nonsense&sort=nonsense",
        "tags=998&leader=x&mine=2&customer_status=gone&customer_tags=-1",
        "customer=999",
        "customer=%00",
        "customer_match=neither&match=%27",
        "after=9999&before=%00&row=-3&last=x",
        "after=" + "9" * 30,
    ],
)
def test_what_makes_no_sense_is_left_out(as_per, query):
    ProjectFactory(number="5001")
    assert shown(as_per, query) == ["5001"]


@pytest.mark.parametrize(
    ("query", "label"),
    [("tags=999", "Tags"), ("customer=999", "Customer"), ("leader=x", "Leader")],
)
def test_a_filter_that_makes_no_sense_is_named(as_per, query, label):
    ProjectFactory()
    assert f"{label}: unknown value ignored" in words(as_per, query)


def test_each_order_goes_both_ways(as_per):
    a, b = CustomerFactory(name="Aase AS"), CustomerFactory(name="Ås AS")
    ProjectFactory(number="900", name="Zink", customer=a, state="paused", ends_on=date(2030, 1, 1))
    ProjectFactory(number="1000", name="Ål", customer=b, state="offer", ends_on=date(2029, 1, 1))
    ProjectFactory(number="1001", name="Bru", customer=a, state="planned")
    orders = {
        "number": ["900", "1000", "1001"],
        "name": ["1001", "900", "1000"],
        "customer": ["900", "1001", "1000"],
        "state": ["1000", "1001", "900"],
        "last_day": ["1000", "900", "1001"],
    }
    for sort, order in orders.items():
        assert shown(as_per, {"sort": sort}) == order
        assert shown(as_per, {"sort": f"-{sort}"}) == order[::-1]


@pytest.mark.parametrize("sort", ["number", "name", "-customer", "state", "-state", "last_day"])
def test_leafing_meets_every_project_once_and_goes_back_the_same_way(as_per, sort):
    customers = CustomerFactory.create_batch(3)
    for n in range(120):
        ProjectFactory(
            number=str(5000 + n),
            name=f"Project {n % 7}",
            customer=customers[n % 3],
            state=Project.State.values[n % 4],
            ends_on=date(2030, 1, 1 + n % 5) if n % 2 else None,
        )
    pages, address = [], f"{URL}?sort={sort}"
    while address:
        page = html.fromstring(as_per.get(address).content)
        pages.append(page.xpath("//td[contains(@class, 'no ')]/text()"))
        (following,) = page.xpath("//a[@rel='next']/@href") or [""]
        address = following
    assert [len(page) for page in pages] == [50, 50, 20]
    assert len({number for page in pages for number in page}) == 120
    assert "101–120 of 120" in page.text_content()
    (back,) = page.xpath("//a[@rel='prev']/@href")
    page = html.fromstring(as_per.get(back).content)
    assert page.xpath("//td[contains(@class, 'no ')]/text()") == pages[1]
    assert "51–100 of 120" in page.text_content()
    (last,) = page.xpath("//a[text()='Last']/@href")
    page = html.fromstring(as_per.get(last).content)
    # The last fifty, which is why they begin in the middle of a page.
    assert page.xpath("//td[contains(@class, 'no ')]/text()")[-20:] == pages[2]


def test_htmx_gets_the_rows_the_tabs_and_the_shortest_address(as_per):
    ProjectFactory(name="Bru")
    response = as_per.get(f"{URL}?q=bru&state=open&match=any&sort=-number", headers=HTMX)
    assert response["HX-Replace-Url"] == "/projects/?q=bru"
    assert b"<html" not in response.content
    assert b'hx-swap-oob="innerHTML:#tabs"' in response.content
    assert b"1 project found." in response.content


def test_the_spreadsheet_has_all_that_the_filters_let_through_in_their_order(as_kari, kari):
    customer = CustomerFactory(number="1043", name="=cmd|' /C calc'!A0", status="inactive")
    ProjectFactory(number="5001", name="Skole", state="paused")
    project = ProjectFactory(
        number="5002",
        name="Bru",
        customer=customer,
        leader=kari,
        starts_on=date(2026, 1, 2),
        ends_on=date(2027, 1, 2),
    )
    project.tags.add(ProjectTag.objects.create(name="Survey"))
    TimeEntryFactory(activity=project.activities.get(), user=kari, hours=Decimal("7.25"))
    rows = sheet(as_kari, "sort=name")
    assert [row[0] for row in rows] == ["No.", "5002", "5001"]
    bru = [cell.date() if hasattr(cell, "date") else cell for cell in rows[1]]
    assert bru[1:10] == [
        "Bru", "1043", "=cmd|' /C calc'!A0", "Inactive", "Kari Lunde", "In progress", "Survey",
        date(2026, 1, 2), date(2027, 1, 2),
    ]  # fmt: skip
    assert bru[10:] == [7.25, 0, "NOK", 7.25]
    assert [row[0] for row in sheet(as_kari, "state=paused")] == ["No.", "5001"]


def test_the_spreadsheet_has_more_than_a_page(as_per):
    customer = CustomerFactory()
    for n in range(230):
        ProjectFactory(number=str(5000 + n), customer=customer, model=False, activity=False)
    assert len(sheet(as_per)) == 231


def test_what_people_typed_is_text_on_the_page(as_per):
    customer = CustomerFactory(name="<script>alert(1)</script>")
    ProjectFactory(name="<img src=x onerror=alert(1)>", customer=customer)
    page = as_per.get(f"{URL}?q=%3Cscript%3E").content.decode() + as_per.get(URL).content.decode()
    assert "<script>alert" not in page
    assert "<img src=x" not in page


def test_who_may_not_see_customers_gets_no_links_to_them():
    user = UserFactory(roles=[])
    user.user_permissions.add(_permission("view_project"))
    ProjectFactory(number="5001", customer=CustomerFactory(number="1043"))
    client = signed_in(user)
    page = client.get(URL).content.decode()
    assert "5001" in page
    assert "/customers/1043/" not in page
    # Nor can it be told from the filter which customers there are.
    assert "unknown value ignored" in client.get(f"{URL}?customer=1043").content.decode()


def _permission(codename: str):
    return Permission.objects.get(codename=codename, content_type__app_label="projects")
