"""The page of what is to be invoiced, choosing on it, and the list of drafts."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from moment.ledger import to_invoice
from moment.ledger.models import BilledTime, Invoice
from moment.projects.models import TimeEntry
from tests.factories import CustomerFactory, ExpenseFactory, PriceModelFactory, ProjectFactory
from tests.ledger.work import DAY, approved, drafts, shared

pytestmark = pytest.mark.django_db
URL = "/invoices/"


def page(client, query="until=all") -> str:
    response = client.get(f"{URL}?{query}")
    assert response.status_code == 200
    return response.content.decode()


@pytest.fixture
def bridge():
    customer = CustomerFactory(name="Bru AS", number="6101")
    project = ProjectFactory(customer=customer, number="6201", name="Bridge")
    approved(project, 2, price=Decimal("1234.50"))
    return project


def test_projects_stand_under_their_customers_with_what_can_be_invoiced(as_kari, bridge):
    ExpenseFactory(project=bridge, cost=100)
    ProjectFactory(name="Nothing here")
    text = page(as_kari)
    assert "6101 Bru AS" in text
    assert "2,469.00" in text
    assert "2,569.00" in text
    assert "Nothing here" not in text


def test_work_is_asked_for_until_the_end_of_last_month(as_kari):
    today = timezone.localdate()
    new, old = ProjectFactory(name="Newer"), ProjectFactory(name="Older")
    approved(new, day=today)
    approved(old, day=to_invoice.last_month())
    assert to_invoice.last_month(date(2026, 1, 15)) == date(2025, 12, 31)
    text = page(as_kari, "")
    assert ("Older" in text, "Newer" in text) == (True, False)
    assert "Newer" in page(as_kari, "until=")
    assert "Newer" in page(as_kari, f"until={today.isoformat()}")
    assert "Older" not in page(as_kari, "until=2001-01-01")
    assert "Older" in page(as_kari, "until=2026-02-31")


def test_missing_prices_and_blocked_customers_are_told_in_words(as_kari):
    unpriced = ProjectFactory(name="Unpriced")
    approved(unpriced, hours=3, price=None)
    approved(ProjectFactory(customer__status="blocked", customer__name="Sperret AS"))
    approved(shared((CustomerFactory(status="blocked", name="Stengt AS"), 10)))
    text = page(as_kari)
    assert "h have no price" in text
    assert "Cannot be invoiced: Sperret AS is blocked." in text
    assert "Cannot be invoiced: Stengt AS is blocked." in text
    assert 'name="project"' not in text


def test_a_blocked_customer_that_pays_nothing_is_no_hindrance(as_kari):
    project = shared((CustomerFactory(), 100), customer__status="blocked")
    approved(project)
    assert "Cannot be invoiced" not in page(as_kari)
    assert drafts(project)[0].customer != project.customer


def test_ticked_projects_become_a_draft_each(as_kari, bridge):
    other = ProjectFactory(customer=bridge.customer)
    approved(other)
    data = {"project": [bridge.pk, other.pk], "until": ""}
    response = as_kari.post("/invoices/make/", data, follow=True)
    assert "2 drafts are made." in response.content.decode()
    assert response.redirect_chain[-1][0] == "/invoices/drafts/"
    assert set(Invoice.objects.values_list("project", flat=True)) == {bridge.pk, other.pk}
    assert "Bru AS" not in page(as_kari)


def test_ticked_projects_of_a_customer_together_become_one(as_kari, bridge):
    other = ProjectFactory(customer=bridge.customer)
    approved(other)
    data = {"project": [bridge.pk, other.pk], "until": "", "together": "1"}
    as_kari.post("/invoices/make/", data)
    assert Invoice.objects.get().project is None


def test_only_work_until_the_day_is_drafted(as_kari, bridge):
    later = approved(bridge, day=date(2026, 11, 3))
    as_kari.post("/invoices/make/", {"project": bridge.pk, "until": "2026-10-31"})
    assert BilledTime.objects.count() == 2
    assert not BilledTime.objects.filter(entry__in=later).exists()


def test_what_cannot_be_drafted_is_told_and_holds_up_nothing_else(as_kari, bridge):
    blocked = ProjectFactory(customer__status="blocked", customer__name="Sperret AS")
    approved(blocked)
    data = {"project": [bridge.pk, blocked.pk, 999_999, "x"], "until": ""}
    text = as_kari.post("/invoices/make/", data, follow=True).content.decode()
    assert "Sperret AS is blocked" in text
    assert Invoice.objects.get().customer == bridge.customer
    text = as_kari.post("/invoices/make/", {"project": bridge.pk}, follow=True).content.decode()
    assert "Nothing is chosen." in text
    assert "Tick the projects" in as_kari.post("/invoices/make/", {}, follow=True).content.decode()
    assert as_kari.get("/invoices/make/").status_code == 302


def test_single_pieces_are_chosen_on_a_page_of_the_project(as_kari, bridge):
    item = PriceModelFactory(project=bridge, kind="fixed", order=1).plan.create(
        text="On signing", amount=500, due_on=DAY
    )
    model = PriceModelFactory(
        project=bridge, kind="subscription", name="Hosting", order=2, amount=90, interval=12,
        starts_on=DAY,
    )  # fmt: skip
    expense = ExpenseFactory(project=bridge, cost=70)
    url = "/invoices/of/6201/?until=all"
    text = as_kari.get(url).content.decode()
    assert text.count("checked") == 5
    first = TimeEntry.objects.earliest("pk")
    data = {"entry": [first.pk, "x"], "period": [f"{model.pk}:{DAY}", "7:x", ""], "item": item.pk}
    response = as_kari.post(url, data)
    made = Invoice.objects.get()
    assert response.status_code == 302
    assert [line.kind for line in made.lines.all()] == ["work", "plan", "subscription"]
    text = as_kari.get(url).content.decode()
    assert text.count("checked") == 2
    response = as_kari.post(url, data | {"expense": expense.pk})
    assert response.status_code == 422
    text = response.content.decode()
    assert "on a draft or an invoice already" in text
    assert f'name="expense" value="{expense.pk}" checked' in text
    assert text.count(" checked") == 1


def test_nothing_is_chosen_where_there_is_nothing(as_kari):
    ProjectFactory(number="6202")
    assert "Nothing is to be invoiced" in as_kari.get("/invoices/of/6202/").content.decode()


def test_filters_narrow_by_customer_words_and_people(as_kari, kari, bridge):
    other = ProjectFactory(name="Tunnel", leader=kari)
    approved(other)
    assert "Tunnel" not in page(as_kari, "until=all&customer=6101")
    assert "Tunnel" not in page(as_kari, "until=all&q=bridge")
    assert "Bridge" not in page(as_kari, f"until=all&leader={kari.pk}")
    bridge.customer.responsible = kari
    bridge.customer.save()
    text = page(as_kari, f"until=all&responsible={kari.pk}")
    assert ("Bridge" in text, "Tunnel" in text) == (True, False)


def test_the_list_goes_on_after_a_page(as_kari):
    for _nth in range(51):
        approved(ProjectFactory())
    text = page(as_kari)
    assert "51 projects" in text
    assert text.count('name="project"') == 50
    last = as_kari.get(f"{URL}?until=all&last=1").content.decode()
    assert 'rel="prev"' in last


def test_drafts_are_listed_with_what_they_are_split_into(as_kari, bridge):
    drafts(bridge)
    split = shared((CustomerFactory(name="Deler AS"), 50), name="Split one")
    approved(split)
    drafts(split)
    text = as_kari.get("/invoices/drafts/").content.decode()
    assert "3 drafts" not in text
    assert "Shared with 1 other" in text
    assert "Deler AS" in text
    assert "3,086.25" in text
    found = as_kari.get("/invoices/drafts/?q=bru").content.decode()
    assert ("Bru AS" in found, "Deler AS" in found) == (True, False)
    for sort in ("customer", "-amount"):
        assert as_kari.get(f"/invoices/drafts/?sort={sort}").status_code == 200


def test_without_the_right_nothing_shows_and_nothing_is_made(as_per, per, bridge):
    for url in (URL, "/invoices/drafts/", "/invoices/of/6201/"):
        assert as_per.get(url).status_code == 403
    assert as_per.post("/invoices/make/", {"project": bridge.pk}).status_code == 403
    hours = as_per.get("/projects/6201/hours/").content.decode()
    drafts(bridge)
    assert as_per.get("/projects/6201/hours/").content.decode().count("draft") == hours.count(
        "draft"
    )


@pytest.mark.parametrize("url", ["/invoices/?until=all", "/invoices/drafts/"])
def test_any_number_of_rows_takes_the_same_number_of_queries(as_kari, url):
    def some():
        for _nth in range(2):
            project = shared((CustomerFactory(), 20))
            approved(project, 2)
            drafts(project)
            approved(project, 2)
            approved(project, price=None)
            ExpenseFactory(project=project)

    counts = []
    for _nth in range(2):
        some()
        as_kari.get(url)
        with CaptureQueriesContext(connection) as queries:
            as_kari.get(url)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_choosing_takes_the_same_number_of_queries_for_more_work(as_kari, bridge):
    counts = []
    for _nth in range(2):
        as_kari.get("/invoices/of/6201/?until=all")
        with CaptureQueriesContext(connection) as queries:
            as_kari.get("/invoices/of/6201/?until=all")
        counts.append(len(queries))
        approved(bridge, 5)
        ExpenseFactory(project=bridge)
    assert counts[0] == counts[1]
