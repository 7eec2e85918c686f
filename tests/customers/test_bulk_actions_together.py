"""Many customers changed at once: what it costs, and several people at it together."""

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test.utils import CaptureQueriesContext

from customers import changing_many, merging
from customers.changing_many import Change, What, carry_out
from customers.models import Customer
from tests.customers.test_bulk_actions import do, now, some, updates
from tests.factories import CustomerFactory, TagFactory, UserFactory
from tests.together import at_once

__all__ = ["some"]
pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("what", What.values)
def test_queries_do_not_grow_with_the_customers(kari, what):
    tag, ida = TagFactory(), UserFactory()
    to = {"status": "inactive", "tag": tag, "untag": tag, "responsible": ida}[what]
    ContentType.objects.get_for_model(Customer)  # asked for once in a lifetime
    assert kari.has_perm("customers.view_customer")  # and this once of a user
    taken = []
    for count in (3, 30):
        keys = [
            one.pk for one in CustomerFactory.create_batch(count, tags=[tag] * (what == "untag"))
        ]
        customers = Customer.objects.filter(pk__in=keys)
        with CaptureQueriesContext(connection) as captured:
            assert carry_out(Change(What(what), to), customers, kari) == count
        taken.append(len(captured))
    assert taken[0] == taken[1] <= 12


def test_the_question_and_the_answer_take_as_many_queries_for_thirty(as_kari):
    taken = []
    for count in (3, 30):
        made = CustomerFactory.create_batch(count)
        with CaptureQueriesContext(connection) as captured:
            do(as_kari, "status", "inactive", *made)
        taken.append(len(captured))
    assert taken[0] == taken[1]


def test_more_than_a_batch_is_one_change(kari, monkeypatch):
    monkeypatch.setattr(changing_many, "_BATCH", 4)
    made, tag = CustomerFactory.create_batch(11), TagFactory()
    assert carry_out(Change(What.TAG, tag), Customer.objects.all(), kari) == 11
    assert tag.customers.count() == 11
    assert all(len(updates(one)) == 1 for one in made)


def test_what_fails_changes_nobody(kari, monkeypatch, some):
    monkeypatch.setattr(changing_many, "_BATCH", 2)
    log, calls = changing_many.log_many, []

    def fail_the_second_time(*about):
        calls.append(1)
        if len(calls) == 2:
            raise RuntimeError("the disk is full")
        log(*about)

    monkeypatch.setattr(changing_many, "log_many", fail_the_second_time)
    with pytest.raises(RuntimeError):
        carry_out(Change(What.STATUS, "inactive"), Customer.objects.all(), kari)
    assert {one.status for one in Customer.objects.all()} == {"active"}


def test_a_tag_that_was_removed_meanwhile_is_given_to_nobody(kari, some):
    tag = TagFactory()
    change = Change(What.TAG, tag)
    type(tag).objects.filter(pk=tag.pk).delete()
    assert carry_out(change, Customer.objects.all(), kari) == 0
    assert all(now(one).version == 1 for one in some)


@pytest.mark.django_db(transaction=True)
def test_two_who_give_the_same_tag_in_several_steps_wait_in_line(kari, anne, monkeypatch):
    """The tag is locked before any customer: else each could wait for what the other has."""
    monkeypatch.setattr(changing_many, "_BATCH", 1)
    for _round in range(5):
        keys, tag = [one.pk for one in CustomerFactory.create_batch(6)], TagFactory()

        def act(person, keys=keys, tag=tag):
            mine = Customer.objects.filter(pk__in=keys[3:] if person else keys)
            carry_out(Change(What.TAG, tag), mine, (kari, anne)[person])

        at_once(2, act)
        assert tag.customers.count() == 6


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("what", What.values)
def test_two_change_the_same_while_some_are_merged(kari, anne, what):
    """Each customer changes once, history says so once, and who is merged is part of the other."""
    tag = TagFactory()
    to = {"status": "inactive", "tag": tag, "untag": tag, "responsible": anne}[what]
    for _round in range(3):
        made = CustomerFactory.create_batch(12, tags=[tag] * (what == "untag"))
        keys = [one.pk for one in made]
        merged, kept = made[3], made[8]

        def act(person: int, keys=keys, merged=merged, kept=kept):
            if person == 2:
                return merging.merge(kept.pk, [merged.pk], by=anne)
            customers = Customer.objects.filter(pk__in=keys)
            return carry_out(Change(What(what), to), customers, (kari, anne)[person])

        one, other, _merge = at_once(3, act)
        assert now(merged).merged_into_id == kept.pk
        for customer in made:
            # What merging writes of tags and the like is another matter.
            if customer.pk not in (merged.pk, kept.pk):
                assert len(updates(customer)) == 1
                assert now(customer).version == 2
        assert 11 <= one + other <= 12
        if what != "untag":
            links = tag.customers.filter(pk__in=keys).count()
            assert links in ((11, 12) if what == "tag" else (0,))
        else:
            assert not tag.customers.filter(pk__in=[pk for pk in keys if pk != merged.pk]).exists()


@pytest.mark.django_db(transaction=True)
def test_two_different_changes_and_an_edit_at_once_lose_nothing(kari, anne):
    tag, made = TagFactory(), CustomerFactory.create_batch(10)
    keys = [one.pk for one in made]
    changes = [Change(What.TAG, tag), Change(What.STATUS, "inactive"),
               Change(What.RESPONSIBLE, anne)]  # fmt: skip
    counted = at_once(
        3, lambda n: carry_out(changes[n], Customer.objects.filter(pk__in=keys), kari)
    )
    assert counted == [10, 10, 10]
    for one in made:
        row = now(one)
        assert (row.status, row.responsible, row.version) == ("inactive", anne, 4)
        assert list(row.tags.all()) == [tag]
        assert len(updates(one)) == 3
