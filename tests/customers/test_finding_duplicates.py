"""Pairs of customers that may be one are found, and kept up as customers change."""

import pytest

from customers import merging
from customers.creating import create
from customers.duplicates import finding, pairs, storing
from customers.models import Customer, DuplicatePair, MatchKey
from tests.factories import CustomerFactory, UserFactory

pytestmark = pytest.mark.django_db


def customer(name: str, **values) -> Customer:
    """Make a customer that has been compared."""
    made = CustomerFactory(name=name, **values)
    finding.refresh([made.pk])
    return made


def change(customer: Customer, **values) -> None:
    for column, value in values.items():
        setattr(customer, column, value)
    customer.save()
    finding.refresh([customer.pk])


def found() -> set[tuple[int, int]]:
    return set(DuplicatePair.objects.filter(dismissed_at=None).values_list("first", "second"))


def keys_of(customer: Customer) -> set[tuple[str, str]]:
    return set(MatchKey.objects.filter(customer=customer).values_list("kind", "key"))


def dismiss(*customers: Customer) -> DuplicatePair:
    pair = DuplicatePair.objects.get(first=customers[0], second=customers[1])
    return pairs.dismiss(pair.pk, UserFactory(is_superuser=True))


LIKE = [
    ({"name": "Fjellheim Energi AS"}, {"name": "FJELLHEIM ENERGI"}),
    ({"name": "Fjellheim Energi AS"}, {"name": "Fjellheim Enerig AS"}),
    ({"name": "Fjellheim Energi AS"}, {"name": "Kjellheim Energi AS"}),
    ({"name": "Fjellheim Energi AS"}, {"name": "Energi Fjellheim"}),
    ({"name": "Haaland Bygg"}, {"name": "Håland Bygg"}),
    ({"name": "Norsk Kraft", "org_number": "212345679"}, {"name": "X", "org_number": "212345679"}),
    ({"name": "Vidde", "email": "post@vidde.no", "phone": "22 33 44 55"},
     {"name": "Fjord", "email": "POST@vidde.no", "phone": "+47 22334455"}),
    ({"name": "Vidde Konsult", "bank_account": "8601.11.17947"},
     {"name": "Vidde", "bank_account": "NO93 8601 1117 947"}),
]  # fmt: skip


@pytest.mark.parametrize(("one", "other"), LIKE)
@pytest.mark.parametrize("way", ["as they are made", "by a scan"])
def test_a_pair_is_found(one, other, way):
    make = customer if way == "as they are made" else CustomerFactory
    first, second = make(**one), make(**other)
    make(name="Something Quite Different")
    if way == "by a scan":
        assert finding.scan() == (3, 1)
    assert found() == {(first.pk, second.pk)}


def test_a_pair_says_how_likely_it_is_and_why():
    customer("Fjellheim Energi AS", email="post@fjellheim.no")
    customer("Fjellheim Enerig AS", email="post@fjellheim.no")
    pair = DuplicatePair.objects.get()
    assert pair.score == 86
    assert pair.evidence == [["email", 100], ["name", 93]]


def test_a_customer_found_by_nothing_is_like_nobody():
    customer("!!!"), customer("???")
    finding.scan()
    assert found() == set()
    assert finding.not_compared() == 0


def test_customers_without_any_values_are_not_alike_in_that():
    for name in ("Fjellheim", "Strandvik", "Norsk Kraft"):
        customer(name)
    finding.scan()
    assert found() == set()


def test_a_pair_goes_once_a_name_is_another():
    one, other = customer("Fjellheim Energi"), customer("Fjellheim Energi AS")
    assert found() == {(one.pk, other.pk)}
    change(one, name="Strandvik Rør")
    assert found() == set()
    assert ("name", "strandvik ror") in keys_of(one)
    assert ("name", "fjellheim energi") not in keys_of(one)
    change(one, name="Energi Fjellheim")
    assert found() == {(one.pk, other.pk)}


def test_a_pair_follows_what_the_two_share():
    one, _other = customer("Fjellheim Energi"), customer("Fjellheim Energi", phone="22334455")
    before = DuplicatePair.objects.get()
    change(one, phone="22 33 44 55")
    after = DuplicatePair.objects.get()
    assert (after.pk, after.found_at) == (before.pk, before.found_at)
    assert after.score > before.score
    assert after.evidence == [["name", 100], ["phone", 100]]


def test_what_many_share_says_nothing():
    for n in range(21):
        customer(chr(ord("A") + n) * 6, email="post@regnskap.no", phone="22334455")
    assert DuplicatePair.objects.count() <= 190  # while they were few
    change(Customer.objects.earliest("pk"), name="Zzzzzz")
    DuplicatePair.objects.all().delete()
    finding.scan()
    assert found() == set()


@pytest.mark.parametrize("again", [finding.scan, None], ids=["scan", "refresh"])
def test_what_somebody_said_are_two_stays_so_until_either_changes(again):
    one, other = customer("Fjellheim Energi"), customer("Fjellheim Energi AS")
    dismiss(one, other)
    again = again or (lambda: finding.refresh([one.pk, other.pk]))
    again()
    assert found() == set()
    Customer.objects.filter(pk=other.pk).update(website="https://fjellheim.no/")
    again()
    assert found() == set()
    Customer.objects.filter(pk=other.pk).update(email="post@fjellheim.no")
    again()
    assert found() == {(one.pk, other.pk)}
    pair = DuplicatePair.objects.get()
    assert (pair.dismissed_by, pair.dismissed_at, pair.dismissed_as) == (None, None, "")


def test_two_that_somebody_told_apart_and_are_unlike_now_are_forgotten():
    one, other = customer("Fjellheim Energi"), customer("Fjellheim Energi AS")
    dismiss(one, other)
    change(one, name="Strandvik Rør")
    assert not DuplicatePair.objects.exists()


def test_merged_customers_keep_their_keys_and_lose_their_pairs(
    kari, django_capture_on_commit_callbacks
):
    kept, other = customer("Fjellheim Energi"), customer("Fjellheim Energi AS")
    third = customer("Fjellheim Energi DA")
    assert len(found()) == 3
    with django_capture_on_commit_callbacks(execute=True):
        merge = merging.merge(kept.pk, [other.pk], by=kari)
    assert found() == {(kept.pk, third.pk)}
    assert ("name", "fjellheim energi") in keys_of(other)
    assert finding.scan() == (2, 1)
    with django_capture_on_commit_callbacks(execute=True):
        merging.undo(merge.pk, by=kari)
    assert found() == {(kept.pk, other.pk), (kept.pk, third.pk), (other.pk, third.pk)}


def test_what_was_told_apart_stays_so_through_a_merge_that_is_undone(
    kari, django_capture_on_commit_callbacks
):
    kept, other = customer("Fjellheim Energi"), customer("Fjellheim Energi AS")
    third = customer("Fjellheim Energi DA")
    dismiss(other, third)
    with django_capture_on_commit_callbacks(execute=True):
        merge = merging.merge(kept.pk, [other.pk], by=kari)
    finding.scan()
    with django_capture_on_commit_callbacks(execute=True):
        merging.undo(merge.pk, by=kari)
    assert found() == {(kept.pk, other.pk), (kept.pk, third.pk)}


def test_creating_finds_pairs(django_capture_on_commit_callbacks):
    one = customer("Fjellheim Energi")
    with django_capture_on_commit_callbacks(execute=True):
        other = create(Customer(name="Fjellheim Energi AS"))
    assert found() == {(one.pk, other.pk)}


@pytest.mark.django_db(transaction=True)
def test_an_error_while_finding_leaves_what_was_saved(monkeypatch, caplog):
    def fail(*_args):
        raise RuntimeError("no likeness today")

    monkeypatch.setattr(storing, "compare", fail)
    create(Customer(name="Fjellheim Energi"))
    made = create(Customer(name="Fjellheim Energi"))
    assert Customer.objects.get(pk=made.pk).name == "Fjellheim Energi"
    assert "no likeness today" in caplog.text


@pytest.mark.parametrize("others", [3, 40])
def test_refreshing_takes_a_fixed_number_of_queries(django_assert_max_num_queries, others):
    for n in range(others):
        customer(f"Fjellheim Energi {chr(97 + n % 26) * (n // 26 + 2)}", phone="22334455")
    one = customer("Fjellheim Energi", email="a@b.no")
    with django_assert_max_num_queries(14):
        finding.refresh([one.pk])
    one.name = "Strandvik Rør"
    one.save()
    with django_assert_max_num_queries(14):
        finding.refresh([one.pk])
