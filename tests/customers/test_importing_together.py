"""Importing customers when others work too: once for a double click, and what changed meanwhile."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from customers import creating, importing
from customers.importing import Plan
from customers.models import Customer, CustomerImport, NumberSeries, UsedNumber
from registry.models import Watch
from tests.conftest import signed_in
from tests.customers.import_files import URL, dry_run, lines, newest, sent
from tests.factories import CustomerFactory, EntityFactory, TagFactory, org_number
from tests.together import at_once


def _file(count: int, first: int = 1) -> bytes:
    rows: list[list[object]] = [["Number", "Name", "Reg. no.", "Tags", "Responsible", "City"]]
    for n in range(first, first + count):
        typed = f"T-{n}" if n % 2 else ""
        rows.append([typed, f"Fjellbygg {n} AS", org_number(n), "Oslo", "kari", "Oslo"])
    return lines(*rows)


@pytest.mark.django_db(transaction=True)
def test_a_double_click_imports_once(kari):
    TagFactory(name="Oslo")
    client = signed_in(kari)
    dry_run(client, _file(40))
    url = f"{URL}{newest(kari).pk}/"
    answers = at_once(4, lambda _person: signed_in(kari).post(url).status_code)
    assert answers == [302] * 4
    assert Customer.objects.count() == UsedNumber.objects.count() == Watch.objects.count() == 40
    assert len(newest(kari).created) == 40
    assert b"Imported" in client.get(url).content


@pytest.mark.django_db(transaction=True)
def test_two_files_and_the_dialog_at_once_share_no_number(kari):
    TagFactory(name="Oslo")
    NumberSeries.objects.filter(kind="customer").update(next=1000)
    for first in (1, 101):
        sent(signed_in(kari), _file(30, first))
    pks = list(CustomerImport.objects.values_list("pk", flat=True))

    def act(person: int) -> None:
        if person < 2:
            importing.carry_out(CustomerImport.objects.get(pk=pks[person]), kari)
        else:
            for n in range(5):
                creating.create(Customer(name=f"Dialog {person} {n}"))

    at_once(4, act)
    numbers = list(Customer.objects.values_list("number", flat=True))
    assert len(numbers) == len(set(numbers)) == 70
    from_series = sorted(int(number) for number in numbers if number.isdigit())
    assert from_series == list(range(1000, 1000 + len(from_series)))


@pytest.mark.django_db
def test_what_was_taken_meanwhile_is_told_row_by_row(as_kari):
    data = "Number;Name;Reg. no.\nA-1;Fjell AS;\nA-2;Vidde AS;{}\nA-3;Li AS;\n;Uvær;1\n"
    page = dry_run(as_kari, data.format(org_number(1)))
    assert len(page.context["plan"].new) == 3
    taken = CustomerFactory(number="A-1", name="Noen Andre AS")
    CustomerFactory(number="9", name="Vidde", org_number=org_number(1))
    url = f"{URL}{page.context['made'].pk}/"
    as_kari.post(url)
    page = as_kari.get(url)
    assert [one["line"] for one in page.context["since"]] == [2, 3]
    assert [one["line"] for one in page.context["left_out"]] == [5]
    assert [customer.number for customer in page.context["created"]] == ["A-3"]
    text = page.content.decode()
    assert "Changed since the dry run" in text
    assert f'href="{taken.get_absolute_url()}"' in text
    assert "Fjell AS" in text


@pytest.mark.django_db
def test_an_import_that_fails_leaves_nothing(as_kari, kari, monkeypatch):
    sent(as_kari, _file(3).replace(b"Oslo;kari", b";kari"))
    made = newest(kari)

    def fail(numbers):
        raise RuntimeError

    monkeypatch.setattr("customers.alerting.follow_new", fail)
    with pytest.raises(RuntimeError):
        importing.carry_out(made, kari)
    assert not Customer.objects.exists()
    assert not UsedNumber.objects.exists()
    assert not newest(kari).is_done
    monkeypatch.undo()
    assert len(importing.carry_out(made, kari).created) == 3


@pytest.mark.django_db
def test_queries_do_not_grow_with_rows(as_kari, kari):
    TagFactory(name="Oslo")

    def counted(count: int, first: int) -> tuple[int, int, int, int]:
        for n in range(first, first + count, 3):
            EntityFactory(org_number=org_number(n), bankrupt=True)
            CustomerFactory(name=f"Fjellbygg {n} A", org_number=org_number(n + 50_000))
        data = _file(count, first) + b"\n" + _file(count, first + 50_000).partition(b"\n")[2]
        found = []
        for act in (
            lambda: sent(as_kari, data),
            lambda: as_kari.get(f"{URL}{newest(kari).pk}/"),
            lambda: as_kari.post(f"{URL}{newest(kari).pk}/"),
            lambda: as_kari.get(f"{URL}{newest(kari).pk}/"),
        ):
            with CaptureQueriesContext(connection) as captured:
                act()
            found.append(len(captured))
        return tuple(found)

    counted(3, 1)
    few = counted(6, 1001)
    many = counted(90, 2001)
    assert all(now <= then for now, then in zip(many, few, strict=True)), (many, few)
    assert max(few) <= 45, few


@pytest.mark.django_db
def test_a_plan_makes_no_customer(as_kari, kari):
    page = dry_run(as_kari, "Name\nA AS\n")
    assert isinstance(page.context["plan"], Plan)
    assert not Customer.objects.exists()
    assert NumberSeries.objects.get(kind="customer").next == 1000
