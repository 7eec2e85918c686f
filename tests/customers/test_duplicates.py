"""Customers that may be the same are told apart from those that only sound alike."""

import pytest

from customers.duplicates import alike, finding
from customers.models import Customer
from moment.names import name_key
from tests.factories import CustomerFactory

pytestmark = pytest.mark.django_db


def numbers(name: str, org_number: str = "") -> list[str]:
    found = alike(Customer.objects.all(), name=name, org_number=org_number)
    return [likeness.customer.number for likeness in found]


@pytest.mark.parametrize(
    "name",
    [
        "Brekke & Sønner Bygg AS",
        "BREKKE OG SØNNER BYGG",
        "Brekke & Sonner Bygg",
        "Brekke og Søner Bygg A/S",
        "brekke og sønner bygg a.s.",
    ],
)
def test_spellings_of_one_name_are_found(name):
    CustomerFactory(number="1", name="Brekke og Sønner Bygg AS")
    CustomerFactory(number="2", name="Brekkestø Havn AS")
    if "&" in name:
        CustomerFactory(number="3", name="Brekke & Sønner Bygg")
        assert "3" in numbers(name)
    else:
        assert numbers(name) == ["1"]


@pytest.mark.parametrize("name", ["Fjellheim Eiendom AS", "Fjell AS", "", "AS", "F"])
def test_other_companies_are_left_alone(name):
    CustomerFactory(name="Fjellheim Energi AS")
    assert numbers(name) == []


def test_an_equal_reg_no_comes_first_whatever_the_name():
    CustomerFactory(number="1", name="Fjell AS")
    CustomerFactory(number="2", name="Vidde AS", org_number="212345679", status="inactive")
    found = alike(Customer.objects.all(), name="Fjell", org_number="212345679")
    assert [(like.customer.number, str(like.why)) for like in found] == [
        ("2", "same company reg. no."),
        ("1", "same name"),
    ]


def test_an_equal_reg_no_is_shown_among_many_of_the_same_name():
    for number in "123456":
        CustomerFactory(number=number, name="Hansen AS")
    CustomerFactory(number="9", name="Hansen AS", org_number="212345679")
    assert numbers("Hansen AS", "212345679")[0] == "9"


def test_a_reg_no_is_the_same_however_it_is_written_and_in_its_country_alone():
    swede = CustomerFactory(name="Vidde AB", org_number="556036-0793", country="SE")
    CustomerFactory(name="Vidde AS", org_number="923609016")
    finding.refresh([swede.pk])

    def found(number: str, country: str) -> list[str]:
        rows = alike(Customer.objects.all(), name="", org_number=number, country=country)
        return [like.customer.name for like in rows]

    assert found("5560360793", "SE") == found("SE556036079301", "SE") == ["Vidde AB"]
    assert found("923609016", "NO") == ["Vidde AS"]
    assert found("923609016", "DK") == []


def test_an_island_is_no_company_form():
    CustomerFactory(number="1", name="Norvik Øy")
    assert numbers("Norvik") == []


@pytest.mark.parametrize("count", [40, 300])
def test_two_queries_whatever_the_number(django_assert_num_queries, count):
    for n in range(count):
        CustomerFactory(name=f"Fjellprosjektering{chr(97 + n % 26)}{chr(97 + n // 26)} AS")
    with django_assert_num_queries(2):
        assert len(numbers("Fjellprosjekteringaa AS")) == 5


# What names are spelled like, once customers have been compared


def compared(*names: str) -> None:
    for number, name in enumerate(names, start=1):
        CustomerFactory(number=str(number), name=name)
    finding.scan()


@pytest.mark.parametrize(
    "name",
    [
        "Haaland Brygge",  # å as aa
        "HÅLAND BRYGGE AS",
        "Brygge Håland",  # in another order
        "Påland Brygge",  # the first letter wrong
        "Hålandbrygge",
        "Håland Bryge A/S",
        "AS Håland, Brygge",
    ],
)
def test_all_ways_of_writing_a_name_are_found(name):
    compared("Håland Brygge AS", "Håkonsen Brygge AS", "Brygga Helse AS")
    assert numbers(name) == ["1"]


@pytest.mark.parametrize("name", ["Equinr", "Equinorr", "Eqiunor", "Wquinor", "Equimor"])
def test_one_typo_in_a_short_name_is_forgiven(name):
    compared("Equinor ASA", "Equus AS")
    assert numbers(name) == ["1"]


@pytest.mark.parametrize("name", ["Moss", "Bygg 2 AS", "Vardefjord Sør", "Lade Gård 12"])
def test_names_a_letter_apart_that_are_two_are_left_alone(name):
    compared("Voss AS", "Bygg 1 AS", "Vardefjord Nord AS", "Lade Gård 11 AS")
    assert numbers(name) == []


def test_one_typo_is_found_among_thousands_that_begin_and_end_alike():
    names = [f"Fjordland {n:05} Prosjekt AS" for n in range(1500)]
    Customer.objects.bulk_create(
        Customer(number=str(10_000 + n), name=name, name_key=name_key(name))
        for n, name in enumerate(names)
    )
    CustomerFactory(number="1", name="Fjordland Kvernhus Prosjekt AS")
    finding.scan()
    for typed in ("Fjordland Kvernhuz Prosjekt", "Ejordland Kvernhus Prosjekt"):
        assert numbers(typed) == ["1"]


# Customers that are not their own any more, and those nobody may see


def test_a_merged_customer_leads_to_the_one_that_was_kept():
    kept = CustomerFactory(number="1040", name="Tromsø kommune")
    merged = CustomerFactory(number="1028", name="Nordlys Bygg", merged_into=kept)
    found = alike(Customer.with_merged.all(), name="Nordlys Byg")
    assert [(like.customer, like.kept) for like in found] == [(merged, kept)]
    assert alike(Customer.objects.all(), name="Nordlys Byg") == []


def test_one_line_is_enough_for_a_customer_and_what_was_merged_into_it():
    kept = CustomerFactory(number="1040", name="Nordlys Bygg AS")
    for number in ("1028", "1029"):
        CustomerFactory(number=number, name="Nordlys Bygg", merged_into=kept)
    found = alike(Customer.with_merged.all(), name="Nordlys Bygg")
    assert [(like.customer.number, like.kept) for like in found] == [("1040", None)]


def test_a_customer_is_not_like_itself_nor_what_was_merged_into_it():
    kept = CustomerFactory(name="Nordlys Bygg AS")
    CustomerFactory(name="Nordlys Bygg", merged_into=kept)
    visible = Customer.with_merged.all()
    assert alike(visible, name="Nordlys Bygg", besides=kept.pk) == []
    assert len(alike(visible, name="Nordlys Bygg")) == 1


def test_who_sees_no_customers_is_told_of_none(ola, django_assert_num_queries):
    CustomerFactory(name="Nordlys Bygg AS", org_number="212345679")
    visible = Customer.with_merged.visible_to(ola)
    assert alike(visible, name="Nordlys Bygg", org_number="212345679") == []


@pytest.mark.parametrize("name", ["'; DROP TABLE customers_customer; --", "%", "\\", "x" * 300])
def test_whatever_is_typed_is_only_looked_for(name):
    CustomerFactory(name="Nordlys Bygg AS")
    assert numbers(name) == []
    assert Customer.objects.count() == 1
