"""What a customer's pages show of its projects: the tab, and the panels of the profile."""

from decimal import Decimal

import pytest
from django.contrib.auth.models import Permission
from django.utils import timezone

from moment.projects import hours
from moment.projects.models import PriceModelShare, Project
from moment.projects.of_customer import PAGE_SIZE
from tests.conftest import signed_in
from tests.factories import (
    CustomerFactory,
    EmployeeFactory,
    ExpenseFactory,
    PriceModelFactory,
    ProjectFactory,
    TimeEntryFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
URL = "/customers/77/projects/"


@pytest.fixture
def customer():
    return CustomerFactory(number="77", name="Fjordkraft AS")


def share(project, customer, percent) -> None:
    model = project.price_models.first()
    PriceModelShare.objects.create(price_model=model, customer=customer, percent=percent)


def worked(project, user, amount=Decimal(10), day=None, **fields) -> object:
    activity = project.activities.first()
    day = day or timezone.localdate()
    return TimeEntryFactory(activity=activity, user=user, hours=amount, day=day, **fields)


def lines(response) -> list[tuple]:
    shown = response.context["list"].lines
    return [(line.project.name, line.is_own, line.pays, line.share) for line in shown]


# The tab


def test_it_lists_projects_as_customer_and_as_participant(as_kari, kari, customer):
    employee = EmployeeFactory(terms__sales_price=1000)
    own = ProjectFactory(number="K1", name="Own", customer=customer, leader=kari)
    shared = ProjectFactory(number="K2", name="Shared", customer=customer)
    theirs = ProjectFactory(number="K3", name="Theirs")
    ProjectFactory(number="K4", name="Not ours")
    share(shared, CustomerFactory(), 25)
    share(theirs, customer, Decimal("33.33"))
    entries = [worked(project, employee.user) for project in (own, shared, theirs)]
    hours.approve([entry.pk for entry in entries], kari)
    response = as_kari.get(URL)
    assert lines(response) == [
        ("Theirs", False, "33.33 %", Decimal("3333.00")),
        ("Shared", True, "75 %", Decimal("7500.00")),
        ("Own", True, "", Decimal("10000.00")),
    ]
    page = response.content.decode()
    assert "3,333.00" in page
    assert "Participant" in page
    assert theirs.customer.name in page
    assert "/projects/K1/" in page
    assert "Kari Lunde" in page


def test_of_several_price_models_each_is_split_by_its_own_shares(as_kari, customer):
    project = ProjectFactory(customer=customer, model__kind="fixed")
    other = CustomerFactory(number="78")
    second = PriceModelFactory(project=project, kind="fixed", order=1)
    today = timezone.localdate()
    project.price_models.first().plan.create(text="Step", amount=1000, due_on=today)
    second.plan.create(text="Step", amount=100, due_on=today)
    PriceModelShare.objects.create(price_model=second, customer=other, percent=Decimal("33.33"))
    ExpenseFactory(project=project, cost=7)
    assert lines(as_kari.get(URL)) == [(project.name, True, "66.67–100 %", Decimal("1073.67"))]
    assert lines(as_kari.get("/customers/78/projects/")) == [
        (project.name, False, "33.33 %", Decimal("33.33"))
    ]


def test_it_opens_on_those_that_are_open(as_kari, customer):
    for state in Project.State.values:
        ProjectFactory(name=state, state=state, customer=customer)
    shown = [line[0] for line in lines(as_kari.get(URL))]
    assert shown == ["paused", "progress", "planned", "offer"]
    assert len(lines(as_kari.get(f"{URL}?state=all"))) == 6
    assert len(lines(as_kari.get(f"{URL}?state=nonsense"))) == 4
    assert as_kari.get(URL).context["list"].counts == {"all": 6, "open": 4}


def test_it_goes_page_by_page(as_kari, customer):
    ProjectFactory.create_batch(PAGE_SIZE + 1, customer=customer)
    first = as_kari.get(f"{URL}?state=all")
    assert len(lines(first)) == PAGE_SIZE
    assert b"?state=all&amp;page=2" in first.content
    assert len(lines(as_kari.get(f"{URL}?page=2"))) == 1
    assert as_kari.get(f"{URL}?page=\x00").status_code == 200


def test_without_the_right_no_amount_is_shown_but_hours_are(as_per, kari, customer):
    employee = EmployeeFactory(terms__sales_price=1111)
    project = ProjectFactory(customer=customer)
    hours.approve([worked(project, employee.user, Decimal("12.5")).pk], kari)
    for url in (URL, "/customers/77/"):
        page = as_per.get(url).content.decode()
        assert "12.5" in page
        assert "13,887.50" not in page
        assert "Not yet invoiced" not in page


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"status": "potential"}, "is potential, so no new project"),
        ({"status": "inactive"}, "is inactive, so no new project"),
        ({"status": "blocked"}, "is blocked, so no new project"),
        ({"relation": "participant"}, "is a project participant only"),
        ({}, ""),
        ({"relation": "both"}, ""),
    ],
)
def test_a_new_project_is_only_offered_where_it_can_be(as_kari, as_per, fields, words):
    CustomerFactory(number="77", **fields)
    page = as_kari.get(URL).content.decode()
    assert ("/projects/new/?customer=77" in page) is not words
    assert words in page
    assert "/projects/new/" not in as_per.get(URL).content.decode()


def test_an_old_number_leads_to_the_tab_under_the_new(as_kari, customer):
    customer.used_numbers.create(number="7")
    response = as_kari.get("/customers/7/projects/?state=all")
    assert response["Location"] == f"{URL}?state=all"


def test_names_are_shown_as_text(as_kari, customer):
    evil = CustomerFactory(name="<b>Evil</b> AS")
    project = ProjectFactory(name="<script>alert(1)</script>", customer=evil)
    share(project, customer, 10)
    for url in (URL, "/customers/77/"):
        page = as_kari.get(url).content
        assert b"<script>alert" not in page
        assert b"<b>Evil" not in page


# The profile


def test_the_profile_shows_the_newest_open_projects(as_kari, customer):
    ProjectFactory.create_batch(6, customer=customer)
    ProjectFactory(name="Long done", customer=customer, state="finished")
    page = as_kari.get("/customers/77/").content.decode()
    assert "All projects" in page
    assert "Long done" not in page
    assert page.count('data-state="progress"') == 5


def test_a_profile_without_projects_says_nothing_of_them(as_kari, customer):
    page = as_kari.get("/customers/77/").content.decode()
    assert "Projects in progress" not in page
    assert "Who has worked here" not in page


def test_many_colleagues_are_told_together(as_kari, customer):
    project = ProjectFactory(customer=customer)
    for amount in range(1, 8):
        worked(project, UserFactory(), amount)
    assert "and 2 others: 3 h" in as_kari.get("/customers/77/").content.decode()


def test_who_may_not_see_projects_sees_none_of_it(customer):
    ExpenseFactory(project=ProjectFactory(name="Secret work", customer=customer))
    user = UserFactory()
    user.user_permissions.add(Permission.objects.get(codename="view_customer"))
    client = signed_in(user)
    assert client.get(URL).status_code == 403
    page = client.get("/customers/77/").content
    assert b"Secret work" not in page
    assert b"Projects in progress" not in page
