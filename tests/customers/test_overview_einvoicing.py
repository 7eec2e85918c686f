"""The overview tells whom EHF reaches, how invoices go out, and what the register has changed."""

import itertools
import re
from datetime import timedelta

import pytest
from django.http import QueryDict
from django.utils import timezone

from customers import counts
from customers.models import Customer
from customers.overview import Overview
from moment.models import CompanySettings
from registry.models import Alert, Reachability
from tests.factories import CustomerFactory, TagFactory, org_number

pytestmark = pytest.mark.django_db
URL = "/customers/"
REACHES = {
    "yes": (True, True),
    "invoice only": (True, False),
    "no": (False, False),
    "asked in vain": (None, None),
}


@pytest.fixture
def shown(kari):
    """Return the overview that a query string asks for."""
    return lambda query="": Overview(QueryDict(query), kari)


def names(overview: Overview) -> set[str]:
    return {row["name"] for row in overview.page.rows}


def answer(number: str, invoice: bool | None, credit_note: bool | None, **more) -> Reachability:
    certain = {} if invoice is None else {"checked_at": timezone.now()}
    return Reachability.objects.create(
        scheme="0192", identifier=number, invoice=invoice, credit_note=credit_note,
        **certain | more,
    )  # fmt: skip


def alert(number: str, **more) -> Alert:
    return Alert.objects.create(
        org_number=number, kind="vat", new="1", changed_on=timezone.localdate(), **more
    )


@pytest.fixture
def reaches():
    """A customer of each reach, one abroad with the number of one who is reached, and one never
    asked about."""
    for n, (name, said) in enumerate(REACHES.items()):
        CustomerFactory(name=name, org_number=org_number(n))
        answer(org_number(n), *said)
    CustomerFactory(name="never asked", org_number=org_number(9))
    CustomerFactory(name="no number")
    CustomerFactory(name="abroad", country="DK", org_number=org_number(0))
    CustomerFactory(name="abroad, no number", country="DK")


BY_EHF = {
    "yes": {"yes", "invoice only"},
    "no": {"no"},
    "unknown": {"asked in vain", "never asked"},
    "none": {"no number"},
}


# The column


def test_the_column_says_whom_ehf_reaches(shown, reaches):
    cells = {row["name"]: row["ehf_label"] for row in shown().page.rows}
    assert cells == {
        "yes": "Yes",
        "invoice only": "Invoice only",
        "no": "No",
        "asked in vain": "–",
        "never asked": "–",
        "no number": "",
        "abroad": "",
        "abroad, no number": "",
    }


def test_the_column_says_when_it_was_checked(as_kari):
    yesterday = timezone.now() - timedelta(days=400)
    CustomerFactory(name="then", org_number=org_number(1))
    CustomerFactory(name="in vain", org_number=org_number(2))
    CustomerFactory(name="never", org_number=org_number(3))
    answer(org_number(1), True, True, checked_at=yesterday, failed_at=timezone.now())
    answer(org_number(2), None, None, failed_at=yesterday)
    html = as_kari.get(URL).content.decode()
    day = timezone.localtime(yesterday)
    on = f"{day.day} {day:%b %Y}"
    assert f'title="Checked {on}">Yes<span class="visually-hidden">, Checked {on}</span>' in html
    assert f'title="No answer {on}">–<' in html
    assert 'title="Not checked yet">–<' in html


def test_one_cannot_sort_by_it(shown):
    column = next(column for column in shown().columns if column.label == "EHF")
    assert (column.url, column.sorted) == ("", "")


def test_an_open_alert_is_marked_in_the_row(as_kari):
    CustomerFactory(name="changed", org_number=org_number(1))
    CustomerFactory(name="abroad", org_number=org_number(1), country="DK")
    CustomerFactory(name="answered", org_number=org_number(2))
    alert(org_number(1))
    alert(org_number(2), handled_at=timezone.now(), answer="noted")
    html = as_kari.get(URL).content.decode()
    rows = re.findall(r'<th scope="row">(.*?)</th>', html, re.DOTALL)
    assert {re.search(r">(\w+)<", row)[1]: "Register alert" in row for row in rows} == {
        "changed": True,
        "abroad": False,
        "answered": False,
    }


# The filters


@pytest.mark.parametrize("few", [0, 5000])
@pytest.mark.parametrize(
    "values", [v for n in range(1, 5) for v in itertools.combinations(BY_EHF, n)]
)
def test_ehf_finds_those_of_the_chosen_kinds(shown, reaches, monkeypatch, values, few):
    monkeypatch.setattr("customers.overview.FEW", few)
    overview = shown("&".join(f"ehf={value}" for value in values))
    expected = set().union(*(BY_EHF[value] for value in values))
    assert names(overview) == expected
    assert overview.total == len(expected)


@pytest.mark.parametrize("few", [0, 5000])
@pytest.mark.parametrize(
    ("standard", "query", "expected"),
    [
        ("email", "invoice_type=email", {"own e-mail", "standard"}),
        ("email", "invoice_type=ehf", {"own ehf"}),
        ("ehf", "invoice_type=ehf", {"own ehf", "standard"}),
        ("ehf", "invoice_type=email", {"own e-mail"}),
        ("letter", "invoice_type=email&invoice_type=ehf", {"own e-mail", "own ehf"}),
        ("letter", "invoice_type=letter", {"standard"}),
    ],
)
def test_invoice_type_is_the_one_in_force(shown, monkeypatch, standard, query, expected, few):
    monkeypatch.setattr("customers.overview.FEW", few)
    CompanySettings(pk=1, invoice_type=standard).save()
    for name, invoice_type in (("own ehf", "ehf"), ("own e-mail", "email"), ("standard", "")):
        CustomerFactory(name=name, invoice_type=invoice_type)
    assert names(shown(query)) == expected


@pytest.mark.parametrize("few", [0, 5000])
def test_has_register_alert(shown, monkeypatch, few):
    monkeypatch.setattr("customers.overview.FEW", few)
    CustomerFactory(name="changed", org_number=org_number(1))
    CustomerFactory(name="its twin", org_number=org_number(1))
    CustomerFactory(name="abroad", org_number=org_number(1), country="DK")
    CustomerFactory(name="answered", org_number=org_number(2))
    CustomerFactory(name="quiet")
    for kind in ("name", "address"):
        Alert.objects.create(org_number=org_number(1), kind=kind, changed_on=timezone.localdate())
    alert(org_number(2), handled_at=timezone.now(), answer="noted")
    overview = shown("alert=1")
    assert names(overview) == {"changed", "its twin"}
    assert overview.total == 2


@pytest.mark.parametrize("few", [0, 5000])
def test_a_link_of_the_readiness_page_finds_who_could_be_switched(shown, reaches, monkeypatch, few):
    monkeypatch.setattr("customers.overview.FEW", few)
    Customer.objects.filter(name="invoice only").update(invoice_type="ehf")
    CustomerFactory(
        name="inactive", org_number=org_number(0), status="inactive", invoice_type="letter"
    )
    link = "status=all&country=NO&ehf=yes&invoice_type=email&invoice_type=letter"
    overview = shown(link)
    assert names(overview) == {"yes", "inactive"}
    assert {tab.value: tab.count for tab in overview.tabs if tab.count} == {
        "all": 2,
        "active": 1,
        "inactive": 1,
    }
    assert overview.url() == f"/customers/?{link}"


def test_all_filters_together(shown, reaches, kari):
    tag = TagFactory()
    CustomerFactory(
        name="Fjell AS", org_number=org_number(0), tags=[tag], responsible=kari, relation="both"
    )
    alert(org_number(0))
    query = (
        f"q=fjell&tags={tag.pk}&relation=both&responsible={kari.pk}&country=NO"
        "&ehf=yes&invoice_type=email&alert=1"
    )
    assert names(shown(query)) == {"Fjell AS"}
    for other in ("ehf=no", "invoice_type=ehf"):
        name = other.partition("=")[0]
        assert names(shown(re.sub(rf"{name}=\w+", other, query))) == set()


def test_chips_say_what_their_value_is_of_and_take_it_away(shown):
    query = "ehf=yes&ehf=unknown&invoice_type=letter&alert=1"
    chips = dict(shown(query).chips)
    assert chips == {
        "EHF: Yes": "/customers/?ehf=unknown&invoice_type=letter&alert=1",
        "EHF: Not known": "/customers/?ehf=yes&invoice_type=letter&alert=1",
        "Invoice type: Letter": "/customers/?ehf=yes&ehf=unknown&alert=1",
        "Has register alert": "/customers/?ehf=yes&ehf=unknown&invoice_type=letter",
    }


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("ehf=maybe", "EHF: unknown value ignored"),
        ("invoice_type=fax", "Invoice type: unknown value ignored"),
        ("alert=2", "Register alerts: unknown value ignored"),
    ],
)
def test_values_that_make_no_sense_are_left_out_and_said(as_kari, query, said):
    CustomerFactory(name="Fjell AS")
    html = as_kari.get(f"{URL}?{query}").content.decode()
    assert "Fjell AS" in html
    assert said in html


def test_the_menu_shows_what_is_chosen(as_kari, reaches):
    html = as_kari.get(URL + "?ehf=no&alert=1").content.decode()
    boxes = re.findall(r'name="(ehf|invoice_type|alert)" value="(\w+)" (checked)?', html)
    assert {(name, value) for name, value, checked in boxes if checked} == {
        ("ehf", "no"),
        ("alert", "1"),
    }
    assert len(boxes) == 8


# What is kept


def test_in_a_large_base_counts_that_test_everyone_are_kept_for_a_moment(
    shown, reaches, monkeypatch
):
    monkeypatch.setattr("customers.overview.FEW", 0)
    assert shown("ehf=no").total == 1
    CustomerFactory(name="no too", org_number=org_number(2))
    later = shown("ehf=no&sort=name")
    assert (later.total, names(later)) == (1, {"no", "no too"})
    assert shown("ehf=yes").total == 2
    counts.forget()
    assert shown("ehf=no").total == 2


def test_in_a_small_base_counts_are_right_at_once(shown, reaches):
    assert shown("ehf=no").total == 1
    CustomerFactory(name="no too", org_number=org_number(2))
    assert shown("ehf=no").total == 2
