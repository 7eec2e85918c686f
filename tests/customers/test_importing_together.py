"""Importing customers when others work too: once for a double click, and what changed meanwhile."""

import threading
import time
from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from customers import changing_many, creating, importing
from customers.changing_many import Change, What
from customers.importing import Plan
from customers.models import Customer, CustomerImport, NumberSeries, Tag, UsedNumber
from registry.models import Watch
from tests.conftest import signed_in
from tests.customers.import_files import URL, dry_run, lines, newest, sent
from tests.factories import CustomerFactory, EntityFactory, TagFactory, UserFactory, org_number
from tests.together import at_once

# How long one waits for the other, who has begun, to get as far as they will.
A_WHILE = 0.4
TAGGED = "Name;Tags\nA AS;Energy\nB AS;Energy, Oslo\nC AS;\n"


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


@pytest.mark.django_db
def test_an_import_that_is_forgotten_in_the_moment_it_is_sent_is_not_found(
    as_kari, kari, monkeypatch
):
    sent(as_kari, "Name\nA AS\n")
    read = importing.making.table_of

    def read_and_forgotten(made):
        table = read(made)
        CustomerImport.objects.filter(pk=made.pk).delete()
        return table

    monkeypatch.setattr("customers.importing.making.table_of", read_and_forgotten)
    assert as_kari.post(f"{URL}{newest(kari).pk}/").status_code == 404
    assert not Customer.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_what_is_just_carried_out_is_not_forgotten(kari, monkeypatch):
    sent(signed_in(kari), "Name\nA AS\n")
    CustomerImport.objects.update(made_at=timezone.now() - timedelta(days=31))
    made, begun = newest(kari), threading.Event()

    def slowly(numbers):
        begun.set()
        time.sleep(A_WHILE)

    monkeypatch.setattr("customers.alerting.follow_new", slowly)

    def act(person: int) -> int:
        if not person:
            return len(importing.carry_out(made, kari).created)
        assert begun.wait(20)
        return importing.forget_old()

    created, forgotten = at_once(2, act)
    assert (created, Customer.objects.count()) == (1, 1)
    # SQLite has one of them wait for the other.
    assert forgotten == (connection.vendor == "sqlite")


# Tags that colleagues make and remove in the same moment


def _may_make_tags(user):
    user.user_permissions.add(Permission.objects.get(codename="add_tag"))
    return signed_in(user)


def _done(client, user):
    """Return the page that says what came of the newest import."""
    page = client.get(f"{URL}{newest(user).pk}/")
    assert "created" in page.context
    return page.context


@pytest.mark.django_db
def test_a_tag_that_a_colleague_makes_after_all_was_looked_through_is_taken(kari, monkeypatch):
    client = _may_make_tags(kari)
    sent(client, TAGGED)
    store, made = importing.making.storing.store, []

    def another_makes_it(*about):
        if not made:
            made.append(TagFactory(name="ENERGY"))
        store(*about)

    monkeypatch.setattr("customers.importing.storing.store", another_makes_it)
    assert client.post(f"{URL}{newest(kari).pk}/").status_code == 302
    assert _done(client, kari)["made"].left_out == []
    assert set(Tag.objects.values_list("name", flat=True)) == {"ENERGY", "Oslo"}
    assert set(made[0].customers.values_list("name", flat=True)) == {"A AS", "B AS"}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("what", ["made", "removed"])
def test_who_imports_waits_for_the_colleague_who_makes_or_removes_a_tag(kari, what):
    TagFactory(name="Oslo")
    energy = TagFactory(name="Energy") if what == "removed" else None
    client = signed_in(kari) if what == "removed" else _may_make_tags(kari)
    sent(client, TAGGED)
    url, begun = f"{URL}{newest(kari).pk}/", threading.Event()

    def act(person: int) -> int | None:
        if person:
            assert begun.wait(20)
            return signed_in(kari).post(url).status_code
        with transaction.atomic():
            if energy:
                Tag.objects.filter(pk=energy.pk).delete()
            else:
                Tag.objects.create(name="Energy")
            begun.set()
            time.sleep(A_WHILE)
        return None

    assert at_once(2, act) == [None, 302]
    done = _done(client, kari)
    if what == "made":
        assert (len(done["created"]), done["since"]) == (3, [])
        assert Tag.objects.get(name="Energy").customers.count() == 2
    else:
        # Nothing of it is lost: the rows can be sent again once the tag is back.
        assert [customer.name for customer in done["created"]] == ["C AS"]
        assert [(one["line"], len(one["why"])) for one in done["since"]] == [(2, 1), (3, 1)]
        assert "no tag “Energy”" in done["since"][0]["why"][0][1]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("how", ["alone", "with others"])
def test_who_removes_a_tag_waits_for_the_import_that_gives_it(kari, monkeypatch, how):
    tags = [TagFactory(name=name) for name in ("Energy", "Oslo")]
    client, admin = signed_in(kari), UserFactory(is_staff=True, is_superuser=True)
    sent(client, TAGGED)
    url, begun = f"{URL}{newest(kari).pk}/", threading.Event()
    follow = importing.making.alerting.follow_new

    def slowly(numbers):
        begun.set()
        time.sleep(A_WHILE)
        follow(numbers)

    monkeypatch.setattr("customers.alerting.follow_new", slowly)

    def act(person: int) -> int:
        if not person:
            return signed_in(kari).post(url).status_code
        colleague = signed_in(admin)
        assert begun.wait(20)
        if how == "alone":
            address = f"/admin/customers/tag/{tags[0].pk}/delete/"
            return colleague.post(address, {"post": "yes"}).status_code
        chosen = {"action": "delete_selected", "_selected_action": [tag.pk for tag in tags]}
        return colleague.post("/admin/customers/tag/", chosen | {"post": "yes"}).status_code

    assert at_once(2, act) == [302, 302]
    done = _done(client, kari)
    assert (len(done["created"]), done["since"]) == (3, [])
    left = ["Oslo"] if how == "alone" else []
    assert list(Tag.objects.values_list("name", flat=True)) == left
    assert Customer.tags.through.objects.count() == len(left)


@pytest.mark.django_db(transaction=True)
def test_who_gives_a_tag_to_others_does_not_wait_for_the_import(kari, anne, monkeypatch):
    tag, customer = TagFactory(name="Oslo"), CustomerFactory()
    sent(signed_in(kari), _file(3))
    made, begun, tagged = newest(kari), threading.Event(), threading.Event()

    def until_it_is_tagged(numbers):
        begun.set()
        # On SQLite one writes at a time: there the tag is given after the import.
        assert connection.vendor == "sqlite" or tagged.wait(10)

    monkeypatch.setattr("customers.alerting.follow_new", until_it_is_tagged)

    def act(person: int) -> None:
        if person:
            assert begun.wait(20)
            change = Change(What.TAG, tag)
            changing_many.carry_out(change, Customer.objects.filter(pk=customer.pk), anne)
            tagged.set()
        else:
            importing.carry_out(made, kari)

    at_once(2, act)
    assert tag.customers.count() == 4
