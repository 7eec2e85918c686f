"""The report over all contacts: who, filters, sort, pages, all of it in the address."""

import html
import re
from datetime import date, timedelta
from io import BytesIO

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from openpyxl import load_workbook

from customers.contact_report import ContactReport
from customers.models import Contact, Person
from moment.names import sort_key
from tests.factories import (
    ContactFactory,
    ContactTagFactory,
    CustomerFactory,
    PersonFactory,
    TagFactory,
)

pytestmark = pytest.mark.django_db
URL = "/customers/contacts/"
YESTERDAY = timezone.localdate() - timedelta(days=1)
TOMORROW = timezone.localdate() + timedelta(days=1)


@pytest.fixture
def shown(kari):
    """Return the report that a query string asks for."""
    return lambda query="": ContactReport(QueryDict(query), kari)


def named(name: str, **post) -> Contact:
    emails = post.pop("emails", [])
    contact = ContactFactory(person__name=name, person__emails=emails, **post)
    contact.person.save()  # the search text follows the post
    return contact


def names(report: ContactReport) -> list[str]:
    return [row["name"] for row in report.page.rows]


# Who


def test_it_opens_on_those_who_work_there_today(shown):
    named("now")
    named("until today", employed_until=timezone.localdate())
    named("gone", employed_until=YESTERDAY)
    named("to come", employed_from=TOMORROW)
    PersonFactory(name="alone")
    assert names(shown()) == ["now", "until today"]
    assert names(shown("who=former")) == ["gone"]
    assert names(shown("who=all")) == ["gone", "now", "to come", "until today"]
    assert names(shown("who=none")) == ["alone"]
    assert {tab.value: tab.count for tab in shown().tabs} == {
        "current": 2,
        "former": 1,
        "all": 4,
        "none": 1,
    }


def test_a_person_at_two_customers_has_a_line_at_each(shown):
    person = PersonFactory(name="Kari", emails=["kari@alle.example"])
    ContactFactory(person=person, customer__name="A AS", email="kari@a.example")
    ContactFactory(person=person, customer__name="B AS")
    rows = shown("sort=customer").page.rows
    assert [(row["customer"], row["email"]) for row in rows] == [
        ("A AS", "kari@a.example"),
        ("B AS", "kari@alle.example"),
    ]


def test_erased_persons_are_nowhere(shown):
    erased = named("Erased person").person
    alone = PersonFactory(name="Erased person")
    Person.objects.filter(pk__in=[erased.pk, alone.pk]).update(erased_at=timezone.now())
    assert [names(shown(f"who={who}")) for who in ("current", "former", "all", "none")] == [[]] * 4


def test_hits_only_elsewhere_are_told_and_linked(as_kari):
    named("Kari Borte", employed_until=YESTERDAY)
    content = as_kari.get(URL + "?q=borte").content.decode()
    assert "But there are some elsewhere" in content
    link = html.unescape(re.search(r'href="([^"]+who=former[^"]*)"', content)[1])
    assert "Kari Borte" in as_kari.get(link).content.decode()


# Filters


def test_customers_one_works_with_or_wants_to_unless_asked_for_others(shown):
    for status in ("active", "potential", "inactive", "blocked"):
        named(status, customer__status=status)
    assert names(shown()) == ["active", "potential"]
    assert names(shown("status=blocked")) == ["blocked"]
    assert names(shown("status=all")) == ["active", "blocked", "inactive", "potential"]


def test_contact_tags_any_and_all(shown):
    decides, letter = ContactTagFactory(name="Decides"), ContactTagFactory(name="Newsletter")
    named("both", tags=[decides, letter])
    named("one", tags=[decides])
    named("none")
    query = f"tags={decides.pk}&tags={letter.pk}"
    assert names(shown(query)) == ["both", "one"]
    assert names(shown(query + "&match=all")) == ["both"]


def test_customer_filters(shown, kari, per):
    energy = TagFactory(name="Energy")
    named("hers", customer__responsible=kari, customer__tags=[energy])
    named("his", customer__responsible=per, customer__relation="both", customer__country="SE")
    named("nobody's", customer__relation="participant", customer__country="DK")
    assert names(shown(f"customer_tags={energy.pk}")) == ["hers"]
    assert names(shown("relation=both&relation=participant")) == ["his", "nobody's"]
    assert names(shown(f"responsible={per.pk}&responsible=nobody")) == ["his", "nobody's"]
    assert names(shown("country=SE&country=DK&relation=both")) == ["his"]


def test_with_and_without_an_address(shown):
    named("own", emails=["own@x.example"])
    named("here", email="here@x.example")
    named("neither")
    PersonFactory(name="alone with", emails=["alone@x.example"])
    PersonFactory(name="alone without")
    assert names(shown("email=yes")) == ["here", "own"]
    assert names(shown("email=no")) == ["neither"]
    assert names(shown("who=none&email=yes")) == ["alone with"]
    assert names(shown("who=none&email=no")) == ["alone without"]


def test_search_finds_by_name_title_address_and_phone(shown):
    named("Kari Åsgård", title="Økonomisjef", emails=["kari@fjord.example"], phone="22 33 44 55")
    named("Ola Hansen")
    PersonFactory(name="Kari Alene")
    for question in ("åsgård", "asgard kari", "økonomi", "kari@fjord", "22+33+44+55"):
        assert names(shown(f"q={question}")) == ["Kari Åsgård"]
    assert names(shown("q=kari&who=none")) == ["Kari Alene"]
    assert names(shown("q=...")) == []


def test_without_a_customer_the_filters_about_customers_are_forgotten(shown):
    PersonFactory(name="alone")
    report = shown("who=none&status=blocked&country=NO&sort=-title")
    assert names(report) == ["alone"]
    assert report.url() == URL + "?who=none"
    assert report.chips == []


@pytest.mark.parametrize(
    "query",
    [
        "who=gone",
        "sort=password",
        "sort=-",
        "tags=x",
        "tags=99999999999999999999",
        "customer_tags=-1",
        "match=or",
        "status=gone",
        "email=perhaps",
        "relation=friend",
        "responsible=-1",
        "country=XX",
        "after=nobody",
        "after=99999999999999999",
        "after=%00",
        "before=",
        "row=x",
        "row=٣",
        "q=" + "a" * 5000,
        "q=%00",
        "q=%FF%FE",
        "last=1&after=1",
    ],
)
@pytest.mark.parametrize("who", ["", "&who=none"])
def test_nonsense_in_the_address_shows_a_page_all_the_same(as_kari, query, who):
    named("Kari")
    assert as_kari.get(f"{URL}?{query}{who}").status_code == 200


def test_a_filter_value_nobody_offered_is_left_out_and_said(as_kari):
    named("Kari Lunde")
    content = as_kari.get(URL + "?status=gone&country=XX").content.decode()
    assert "Kari Lunde" in content
    assert "Country: unknown value ignored" in content
    assert "Customer status: unknown value ignored" in content


def test_the_address_is_the_shortest_that_shows_the_same(shown):
    report = shown("who=current&sort=person&q=+kari+&match=any&status=&page=3&email=yes")
    assert report.url() == URL + "?q=kari&email=yes"
    assert report.query == "q=kari&email=yes"


def test_a_chip_takes_its_own_filter_away(shown):
    tag = ContactTagFactory(name="Decides")
    chips = dict(shown(f"q=e&tags={tag.pk}&status=all&email=no").chips)
    assert set(chips) == {"“e”", "Decides", "Customer status: All", "Without e-mail"}
    assert "tags" not in chips["Decides"]
    assert chips["“e”"].count("tags") == 1


# Sort and pages


@pytest.mark.parametrize("sort", list(ContactReport.sorts))
@pytest.mark.parametrize("sign", ["", "-"])
def test_every_sort_walks_through_all_pages_without_doubles_or_gaps(shown, sort, sign):
    customers = CustomerFactory.create_batch(5)
    for n in range(130):
        ContactFactory(
            person__name=f"Navn {n % 7}",
            customer=customers[n % 5],
            title=["", "Ågent", "Ærlig", "øl", "Ål", "arkitekt"][n % 6],
        )
    met, pages, report = [], 0, shown(f"sort={sign}{sort}")
    while True:
        met += [row["key"] for row in report.page.rows]
        pages += 1
        if not report.page.next_url:
            break
        report = shown(report.page.next_url.partition("?")[2])
    assert pages == 3
    rows = Contact.objects.select_related("person", "customer")
    keys = {
        "person": lambda c: (c.person.sort_name, c.pk),
        "customer": lambda c: (c.customer.sort_name, c.person.sort_name, c.pk),
        "title": lambda c: (not c.title, sort_key(c.title), c.person.sort_name, c.pk),
    }
    expected = sorted(rows, key=keys[sort], reverse=sign == "-")
    assert met == [contact.pk for contact in expected]


def test_previous_leads_back_and_last_to_the_end(shown):
    for n in range(120):
        ContactFactory(person__name=f"Navn {n:03}")
    first = shown()
    second = shown(first.page.next_url.partition("?")[2])
    back = shown(second.page.previous_url.partition("?")[2])
    last = shown(first.page.last_url.partition("?")[2])
    assert names(back) == names(first)
    positions = (first.page.first, second.page.first, back.page.first, last.page.first)
    assert positions == (1, 51, 1, 71)
    assert not last.page.next_url
    assert shown(last.page.previous_url.partition("?")[2]).page.first == 21


def test_persons_without_a_customer_have_pages_too(shown):
    for n in range(60):
        PersonFactory(name=f"Navn {n:02}")
    first = shown("who=none")
    second = shown(first.page.next_url.partition("?")[2])
    assert names(first) + names(second) == [f"Navn {n:02}" for n in range(60)]


def test_three_thousand_contacts_cost_no_more_questions_than_three(as_kari, monkeypatch):
    monkeypatch.setattr("customers.counts._KEPT_FOR", 3600)  # however slow the machine is

    def fill(count: int) -> None:
        people = Person.objects.bulk_create(
            Person(name=f"Navn {n}", sort_name=f"navn {n}", search_text=f" navn {n}")
            for n in range(count)
        )
        customers = [CustomerFactory(), CustomerFactory(), CustomerFactory()]
        contacts = Contact.objects.bulk_create(
            Contact(person=person, customer=customers[n % 3]) for n, person in enumerate(people)
        )
        tag = ContactTagFactory()
        Contact.tags.through.objects.bulk_create(
            Contact.tags.through(contact=contact, contacttag=tag) for contact in contacts
        )

    def asked(path: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            response = as_kari.get(path)
            assert b"".join(response) if response.streaming else response.content
        return len(captured)

    paths = [URL + "?q=navn&sort=title", URL + "addresses/", URL + "?who=all&after=1"]
    fill(3)
    few = [max(asked(path) for _ in range(2)) for path in paths]
    fill(3000)
    assert all(asked(path) <= before for path, before in zip(paths, few, strict=True))
    assert max(few) <= 20
    # The spreadsheet asks for tags once for each thousand.
    assert asked(URL + "export/") <= 20


# The page


def test_a_row_says_what_matters(as_kari):
    contact = named(
        "Kari & <Sønner>",
        title="Daglig leder",
        customer=CustomerFactory(number="1043", name="Fjord AS", status="potential"),
        emails=["kari@fjord.example"],
        tags=[ContactTagFactory(name="Decides", color="amber")],
        employed_until=date(2099, 2, 3),
    )
    content = as_kari.get(URL).content.decode()
    assert f'<a href="/customers/contacts/{contact.person_id}/">Kari &amp; &lt;Sønner&gt;</a>' in (
        content
    )
    assert '<a href="/customers/1043/" data-status="potential">Fjord AS</a>' in content
    assert "Until 3 Feb 2099" in content
    assert 'href="mailto:kari@fjord.example"' in content
    assert '<span class="tag" data-color="amber">Decides</span>' in content
    assert "1 contact\n" in content


def test_an_empty_base_says_what_belongs_here(as_kari):
    content = as_kari.get(URL).content.decode()
    assert "The people you deal with will appear here" in content


def test_htmx_gets_the_rows_and_the_address_to_show(as_kari):
    named("Kari Lunde")
    response = as_kari.get(URL + "?q=kari&who=current", headers={"HX-Request": "true"})
    assert b"<html" not in response.content
    assert b"Kari Lunde" in response.content
    assert response["HX-Replace-Url"] == URL + "?q=kari"


def test_who_may_only_look_is_offered_no_list(as_per):
    named("Kari Lunde")
    content = as_per.get(URL).content.decode()
    assert "Kari Lunde" in content
    assert "Mailing lists" not in content
    assert "Copy addresses" not in content
    assert "XLSX" in content
    assert as_per.get(URL + "addresses/").status_code == 403


# The spreadsheet


def sheet(client, query: str = "") -> list[tuple]:
    response = client.get(URL + "export/" + query)
    assert response["Content-Disposition"].startswith('attachment; filename="contacts-')
    book = load_workbook(BytesIO(b"".join(response.streaming_content)))
    return list(book.active.iter_rows(values_only=True))


def test_the_spreadsheet_has_all_rows_of_the_report_in_its_order(as_kari):
    tags = [ContactTagFactory(name=name) for name in ("Decides", "Newsletter")]
    customer = CustomerFactory(number="1043", name="Fjord AS")
    named(
        "Kari",
        customer=customer,
        title="Leder",
        email="kari@fjord.example",
        tags=tags,
        employed_from=date(2020, 1, 2),
    )
    for n in range(60):
        named(f"Navn {n:02}", customer=customer)
    named("gone", employed_until=YESTERDAY)
    rows = sheet(as_kari, "?sort=-person")
    assert rows[0][:4] == ("Person", "Title", "Customer no.", "Customer")
    assert [row[0] for row in rows[1:]] == [*(f"Navn {n:02}" for n in range(59, -1, -1)), "Kari"]
    kari = rows[-1]
    assert kari[1:6] == ("Leder", "1043", "Fjord AS", "Active", "kari@fjord.example")
    assert kari[9] == "Decides, Newsletter"
    assert kari[10].date() == date(2020, 1, 2)


def test_persons_without_a_customer_stand_in_the_same_columns(as_kari):
    PersonFactory(name="Alene", emails=["alene@x.example"], mobile="900 12 345")
    heading, alone = sheet(as_kari, "?who=none")
    row = dict(zip(heading, alone, strict=True))
    assert (row["Person"], row["E-mail"], row["Mobile"]) == (
        "Alene",
        "alene@x.example",
        "900 12 345",
    )


def test_a_name_that_is_a_formula_stays_text(as_kari):
    named("=cmd|' /C calc'!A0", title="+1", customer__name="@SUM(A1)")
    response = as_kari.get(URL + "export/")
    cells = load_workbook(BytesIO(b"".join(response.streaming_content))).active[2]
    assert [cells[n].value for n in (0, 1, 3)] == ["=cmd|' /C calc'!A0", "+1", "@SUM(A1)"]
    assert all(cells[n].data_type == "s" and cells[n].quotePrefix for n in (0, 1, 3))
