"""The page of a customer's key statistics, the profile's figures, and their spreadsheet."""

from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO

import pytest
from django.utils import timezone
from openpyxl import load_workbook

from tests.factories import CustomerFactory, ProjectFactory, TimeEntryFactory, UserFactory
from tests.ledger.making import payment
from tests.statistics.making import employee, invoiced, worked
from tests.test_query_growth_of_work import no_growth

pytestmark = pytest.mark.django_db
URL = "/customers/77/statistics/"
OWN = "period=own&from=2025-01-01&until=2025-12-31"
TODAY = timezone.localdate()


@pytest.fixture
def customer():
    return CustomerFactory(number="77", name="Fjordkraft AS")


@pytest.fixture
def project(customer):
    """One with 10 hours of which 8 are invoiced, in 2025."""
    made, user = ProjectFactory(name="Ny bru", number="P-1", customer=customer), employee("500")
    entry = worked(made, user, "8", date(2025, 3, 2))
    worked(made, user, "2", date(2025, 3, 3), billable=False)
    invoice = invoiced(
        customer, (made, "12000"), (None, "500"), on=date(2025, 4, 1), entries={entry: "12000"}
    )
    payment(customer, "12500", invoice, on=date(2025, 4, 21))
    return made


def text(response) -> str:
    return " ".join(response.content.decode().split())


def test_the_page_tells_what_was_invoiced_and_earned(as_kari, project):
    page = text(as_kari.get(f"{URL}?{OWN}"))
    for words in (
        "<strong>12,500</strong>", "<strong>7,500</strong>", "60.0 % of income",
        "<strong>10</strong>", "80 % billable", "<strong>1,500</strong>", "of 8 invoiced hours",
        "<strong>20 days</strong>", "Nothing the year before", "Engineer", "Not by hours",
        "No project", "Ny bru", "April 2025",
    ):  # fmt: skip
        assert words in page, words
    assert 'role="img"' in page
    assert "style=" not in page


def test_the_year_before_is_compared_with(as_kari, customer):
    for year, amount in ((2024, "100"), (2025, "112")):
        invoiced(customer, (None, amount), on=date(year, 5, 1))
    assert "12 % on the year before" in text(as_kari.get(f"{URL}?{OWN}"))
    invoiced(customer, (None, "100"), on=date(2024, 5, 1))
    assert "44 % less than the year before" in text(as_kari.get(f"{URL}?{OWN}"))


def test_a_customer_with_nothing_is_told_in_words(as_kari, customer):
    page = text(as_kari.get(URL))
    for words in (
        "No income",
        "Nobody has worked here",
        "Nothing was invoiced",
        "Nothing was paid",
    ):
        assert words in page


def test_last_12_months_are_shown_at_first_and_other_periods_a_click_away(as_kari, customer):
    response = as_kari.get(URL)
    assert response.context["statistics"].period.name == "last_12_months"
    page = response.content.decode()
    for query in ("period=this_year", "period=last_year", "period=own"):
        assert f"{URL}?{query}" in page


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("period=own&from=2025-02-01&until=2025-01-01", "The last day is before the first."),
        ("period=own&from=tull", "Enter a valid date."),
        ("period=%00", "There is no such period."),
    ],
)
@pytest.mark.parametrize("page", ["", "export/", "rows/", "rows/export/"])
def test_nonsense_is_answered_beside_the_field(as_kari, customer, query, words, page):
    response = as_kari.get(f"{URL}{page}?figure=invoiced&{query}")
    assert response.status_code == 422
    assert words in text(response)
    assert "tull" not in query or 'value="tull"' in text(response)


def test_an_old_number_leads_to_the_page_under_the_new(as_kari, customer):
    customer.used_numbers.create(number="7")
    response = as_kari.get(f"/customers/7/statistics/?{OWN}")
    assert response["Location"] == f"{URL}?{OWN}"


def test_names_are_shown_as_text(as_kari, customer):
    ProjectFactory(name="<b>Evil", customer=customer)
    made = ProjectFactory(name="<script>alert(1)", customer=customer)
    worked(made, employee(role="<i>Boss"), "1", date(2025, 3, 3))
    for page in ("", "rows/?figure=hours&"):
        shown = as_kari.get(f"{URL}{page}{'' if page else '?'}{OWN}").content
        assert b"<script>alert" not in shown
        assert b"<i>Boss" not in shown


def test_the_spreadsheet_has_all_that_the_page_has(as_kari, project):
    response = as_kari.get(f"{URL}export/?{OWN}")
    sheet = load_workbook(BytesIO(b"".join(response.streaming_content))).active
    rows = list(sheet.iter_rows(values_only=True))
    figures = {row[1]: row[2] for row in rows if row[0] == "Figure"}
    assert figures["Invoiced, excl. VAT"] == 12500
    assert figures["Cost of hours"] == 5000
    assert figures["Margin"] == 60
    assert figures["Pays in"] == 20
    for kind in ("Month", "Colleague", "Project role", "Project"):
        assert sum(row[5] for row in rows if row[0] == kind) == 12500
    assert "statistics-77-2025-01-01-2025-12-31.xlsx" in response["Content-Disposition"]


# The profile


def test_the_profile_shows_what_the_page_shows(as_kari, customer):
    user, made = employee("500"), ProjectFactory(customer=customer)
    day = TODAY - timedelta(days=40)
    worked(made, user, "10", day)
    invoice = invoiced(customer, (made, "20000"), on=day)
    late = invoiced(customer, (None, "1000"), on=day)
    payment(customer, "20000", invoice, on=day + timedelta(days=15))
    overdue = (TODAY - late.due_on).days
    page = text(as_kari.get("/customers/77/"))
    for words in (
        "<strong>21,000</strong>", "<strong>1,000</strong>", "<strong>76.2 %</strong>",
        "NOK 16,000 on 10 hours", "<strong>15 days</strong>",
    ):  # fmt: skip
        assert words in page, words
    if overdue > 0:
        assert f"1,000 overdue, oldest {overdue} day" in page
    assert "<strong>21,000</strong>" in text(as_kari.get(URL))


def test_who_may_not_see_money_is_shown_projects_and_hours(as_per, customer):
    ProjectFactory(customer=customer, state="finished")
    project = ProjectFactory(customer=customer)
    TimeEntryFactory(activity=project.activities.first(), user=UserFactory(), day=TODAY, hours=7)
    invoiced(customer, (project, "21000"), on=TODAY)
    page = text(as_per.get("/customers/77/"))
    assert "of 2 in all" in page
    assert "<strong>7</strong>" in page
    for words in ("21,000", "Outstanding", "Margin", "Key statistics"):
        assert words not in page


def test_who_has_worked_here_in_the_last_12_months(as_per, customer):
    people = [UserFactory(first_name=name, last_name="Berg") for name in ("Ida", "Odd", "Eva")]
    project = ProjectFactory(customer=customer)
    theirs = ProjectFactory()
    theirs.price_models.first().shares.create(customer=customer, percent=10)
    long_ago = TODAY - timedelta(days=366)
    for place, who, amount, day in (
        (project, 0, 5, TODAY), (theirs, 1, 8, TODAY), (project, 1, 2, TODAY),
        (project, 2, 9, long_ago), (ProjectFactory(), 2, 9, TODAY),
    ):  # fmt: skip
        activity = place.activities.first()
        TimeEntryFactory(activity=activity, user=people[who], hours=amount, day=day)
    page = text(as_per.get("/customers/77/"))
    card = page[page.index("panel-worked") :]
    assert card.index("Odd Berg") < card.index("Ida Berg")
    assert "Eva Berg" not in card
    assert 'value="100"' in card
    assert 'value="50"' in card


# However many rows


def test_pages_take_a_fixed_number_of_queries(as_kari, customer, project):
    def more(count):
        for _ in range(count):
            made, user = ProjectFactory(customer=customer), employee(role=f"R{UserFactory().pk}")
            entry = worked(made, user, "8", date(2025, 3, 2))
            worked(made, user, "1", date(2025, 3, 2), approved=False)
            invoice = invoiced(customer, (made, "10"), on=date(2025, 5, 1), entries={entry: "10"})
            payment(customer, Decimal(10), invoice, on=date(2025, 6, 1))
            ProjectFactory().price_models.get().shares.create(customer=customer, percent=20)

    rows = [
        f"{URL}rows/?figure={figure}&{OWN}"
        for figure in (
            "invoiced", "lines", "billed", "paid", "hours", "expenses", "offers", "not_invoiced",
        )
    ]  # fmt: skip
    limits = {f"{URL}?{OWN}": 45, f"{URL}export/?{OWN}": 45} | dict.fromkeys(rows, 30)
    limits |= {row.replace("rows/", "rows/export/"): 30 for row in rows}
    no_growth(as_kari, more, limits)
