"""Merges and undoings that make no sense, are not allowed or come too late: told, nothing done."""

from dataclasses import replace

import pytest

from customers import merging
from customers.merging import own
from customers.merging.relations import rules
from customers.models import Customer, Merge
from registry.models import Entity
from tests.conftest import signed_in
from tests.customers.merged_rows import stored
from tests.customers.merging_pages import (
    asked,
    confirm,
    form_of,
    log_url,
    merge_url,
    opened,
    words,
)
from tests.factories import (
    ContactFactory,
    CustomerFactory,
    EntityFactory,
    HourlyRateFactory,
    NoteFactory,
    PersonFactory,
    ProjectRoleFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
NOBODY = 2**40


@pytest.fixture
def a():
    return CustomerFactory(number="77", name="Fjell AS")


@pytest.fixture
def b():
    return CustomerFactory(number="78", name="Fjell A/S", phone="22 22 22 22")


@pytest.fixture
def c():
    return CustomerFactory(number="79", name="Fjell Norge AS")


def refused(keys, by, **how) -> str:
    """Return what is told of a merge that is refused, having made sure that nothing was done."""
    before = stored()
    with pytest.raises(merging.CannotMerge) as error:
        merging.merge(keys[0], keys[1:], by=by, **how)
    assert stored() == before
    return str(error.value)


def not_undone(merge: Merge, by) -> str:
    before = stored()
    with pytest.raises(merging.CannotUndo) as error:
        merging.undo(merge.pk, by=by)
    assert stored() == before
    return str(error.value)


# Whom


def test_a_customer_is_not_merged_with_itself(kari, as_kari, a, b):
    assert refused([a.pk, a.pk], kari) == "A customer cannot be merged with itself."
    assert "itself" in refused([a.pk, b.pk, b.pk], kari)
    page = as_kari.get("/customers/77/merge/?with=77&with=78")
    assert "77 Fjell AS cannot be merged with itself" in words(page)
    answer = as_kari.post("/customers/77/merge/", {"with": ["77"]})
    assert answer.status_code == 422
    assert not Merge.objects.exists()


def test_a_customer_that_is_merged_is_not_merged_once_more(kari, as_kari, a, b, c):
    merging.merge(a.pk, [b.pk], by=kari)
    told = "78 Fjell A/S is merged into 77 Fjell AS already."
    assert refused([c.pk, b.pk], kari) == told
    assert refused([b.pk, c.pk], kari) == told
    # Its number means the one that was kept, and that is said.
    page = words(as_kari.get("/customers/79/merge/?with=78"))
    assert "The number 78 belongs to 77 Fjell AS by now." in page
    answer = as_kari.post("/customers/79/merge/", {"with": ["78"]})
    assert answer.status_code == 422
    assert Customer.objects.count() == 2


def test_no_circle_comes_of_merging_there_and_back(kari, as_kari, a, b, c):
    page = opened(as_kari, a, b)
    merging.merge(b.pk, [a.pk], by=kari)
    assert "already" in refused([a.pk, b.pk], kari)
    assert "already" in refused([b.pk, a.pk], kari)
    answer = confirm(as_kari, page)
    assert answer.status_code == 422
    assert "They are one customer already." in words(answer)
    merging.merge(c.pk, [b.pk], by=kari)
    assert "is merged into 79 Fjell Norge AS already" in refused([a.pk, c.pk], kari)
    assert [customer.pk for customer in Customer.objects.all()] == [c.pk]


def test_who_is_no_longer_here_is_told(kari, as_kari, a, b):
    page = opened(as_kari, a, b)
    Customer.objects.filter(pk=b.pk).update(number="780")
    b.used_numbers.update(number="780")
    assert refused([a.pk, NOBODY], kari) == "One of the customers is no longer here."
    assert refused([NOBODY, a.pk], kari) == "One of the customers is no longer here."
    answer = confirm(as_kari, page)
    assert answer.status_code == 422
    assert "There is no customer with the number 78." in words(answer)
    assert not Merge.objects.exists()
    assert as_kari.get("/customers/4711/merge/").status_code == 404
    assert as_kari.post("/customers/4711/merge/", {"with": ["77"]}).status_code == 404


@pytest.mark.parametrize("numbers", [["nothing"], ["0"], ["'"], ["x" * 5000], ["\x00"], ["７７"]])
def test_numbers_that_make_no_sense_are_told_and_merge_nothing(as_kari, a, b, numbers):
    for ask in ({}, {"ask": "1"}, {"choose": "1"}):
        answer = as_kari.get("/customers/77/merge/", {"with": numbers} | ask)
        assert answer.status_code in (200, 302)
    answer = as_kari.get("/customers/merge/", {"with": numbers}, follow=True)
    assert answer.status_code == 200
    answer = as_kari.post("/customers/77/merge/", {"with": [*numbers, "78"]})
    assert answer.status_code == 422
    assert not Merge.objects.exists()


@pytest.mark.parametrize("count", [0, 1])
def test_fewer_than_two_are_asked_for_more(kari, as_kari, a, count):
    assert "from 2 to 10" in refused([a.pk], kari)
    answer = as_kari.get("/customers/merge/", {"with": ["77"][:count]}, follow=True)
    assert answer.status_code == 200
    assert "Select two or more customers to merge them." in answer.content.decode()
    assert "Which customers are the same one as" in words(as_kari.get("/customers/77/merge/"))
    assert as_kari.post("/customers/77/merge/").status_code == 422


def test_fifty_selected_are_too_many(kari, as_kari):
    customers = CustomerFactory.create_batch(50)
    keys = [customer.pk for customer in customers]
    numbers = [customer.number for customer in customers]
    assert refused(keys, kari) == "Choose from 2 to 10 customers."
    page = as_kari.get("/customers/merge/", {"with": numbers}, follow=True)
    assert "You selected 50, and nothing is merged." in words(page)
    for answer in (
        as_kari.get(f"/customers/{numbers[0]}/merge/", {"with": numbers[1:]}),
        as_kari.post(f"/customers/{numbers[0]}/merge/", {"with": numbers[1:]}),
    ):
        assert "Choose from 2 to 10 customers." in words(answer)
    assert not Merge.objects.exists()
    merging.merge(keys[0], keys[1:10], by=kari)
    assert Customer.objects.count() == 41


# Two people


def test_what_somebody_changed_meanwhile_is_told_and_all_choices_are_kept(kari, as_kari, a, b):
    Customer.objects.filter(pk=a.pk).update(phone="77 77 77 77")
    person = PersonFactory()
    ContactFactory(customer=a, person=person, title="Clerk")
    post = ContactFactory(customer=b, person=person, title="Boss")
    chosen = {"chosen-phone": b.pk, "chosen-name": b.pk, f"decided-contact-{person.pk}": post.pk}
    form = opened(as_kari, a, b, **chosen)
    theirs = signed_in(UserFactory(first_name="Nils", last_name="Vik", is_superuser=True))
    theirs.post("/customers/78/edit/", edit_form(theirs, "78") | {"email": "new@fjell.example"})
    before = stored()
    answer = confirm(as_kari, form)
    assert answer.status_code == 422
    said = words(answer)
    for text in ("Changed meanwhile by somebody else", "Nils Vik", "new@fjell.example"):
        assert text in said, text
    assert stored() == before
    kept = form_of(answer, "GET").fields
    assert {name: kept[name] for name in chosen} == {k: [str(v)] for k, v in chosen.items()}

    done = confirm(as_kari, asked(as_kari, answer))
    assert done.status_code == 302
    a.refresh_from_db()
    assert (a.name, a.phone, a.email) == ("Fjell A/S", "22 22 22 22", "new@fjell.example")
    assert a.contacts.get().title == "Boss"


def edit_form(client, number: str) -> dict[str, str]:
    form = client.get(f"/customers/{number}/edit/").context["form"]
    return {name: form[name].value() or "" for name in form.fields if name not in ("tags",)}


def test_a_merge_that_saw_an_older_version_is_refused(kari, a, b):
    seen = {a.pk: a.version, b.pk: b.version}
    Customer.objects.filter(pk=b.pk).update(version=7)
    before = stored()
    for known in (seen, {}, {a.pk: a.version}):
        with pytest.raises(merging.ChangedMeanwhile) as error:
            merging.merge(a.pk, [b.pk], by=kari, seen=known)
        assert b in error.value.changed
    assert stored() == before


def test_fields_that_make_no_sense_choose_nothing(kari, as_kari, a, b):
    form = opened(as_kari, a, b)
    odd = {"chosen-phone": "x", "chosen-nothing": "1", "chosen-name": str(NOBODY)}
    odd |= {"decided-nothing": "x", "since": "\x00", "seen-x": "x"}
    assert confirm(as_kari, form, **odd).status_code == 302
    a.refresh_from_db()
    assert (a.name, a.phone) == ("Fjell AS", "22 22 22 22")


def test_a_decision_that_was_not_offered_is_not_one(kari, a, b):
    role = ProjectRoleFactory()
    for customer, rate in ((a, 1000), (b, 1500)):
        HourlyRateFactory(customer=customer, role=role, rate=rate)
    before = stored()
    with pytest.raises(merging.Undecided) as error:
        merging.merge(a.pk, [b.pk], by=kari, decided={f"rates-role-{role.pk}": str(NOBODY)})
    assert [decision.key for decision in error.value.decisions] == [f"rates-role-{role.pk}"]
    assert stored() == before


# What is allowed, and told


def test_a_blocked_or_bankrupt_one_is_merged_and_it_is_said(kari, as_kari, a, b, c):
    Customer.objects.filter(pk=b.pk).update(status="blocked")
    entity = EntityFactory(name="FJELL NORGE AS", bankrupt=True)
    Customer.objects.filter(pk=c.pk).update(org_number=entity.pk)
    page = words(as_kari.get(merge_url(a, b, c)))
    assert "78 Fjell A/S is blocked." in page
    assert "The register says of 79 Fjell Norge AS" in page
    assert confirm(as_kari, opened(as_kari, a, b, c)).status_code == 302
    a.refresh_from_db()
    assert a.status == "active"
    assert Entity.objects.filter(pk=entity.pk).exists()


# Rights


@pytest.mark.parametrize("client", ["as_per", "as_ola"])
def test_who_has_no_right_is_refused_before_anything_else(request, kari, a, b, c, client):
    merge = merging.merge(a.pk, [b.pk], by=kari)
    client = request.getfixturevalue(client)
    before = stored()
    for url in (
        "/customers/77/merge/?with=79",
        "/customers/4711/merge/",
        "/customers/merge/?with=77&with=79",
        log_url(merge, "undo/"),
        f"/customers/merges/{NOBODY}/undo/",
    ):
        assert client.get(url).status_code == 403, url
        assert client.post(url, {"with": ["79"]}).status_code == 403, url
    assert stored() == before


def test_who_may_look_sees_a_merge_but_no_way_to_undo_it(kari, as_per, as_ola, a, b):
    merge = merging.merge(a.pk, [b.pk], by=kari)
    page = as_per.get(log_url(merge))
    assert page.status_code == 200
    assert log_url(merge, "undo/") not in page.content.decode()
    assert "/merge/" not in as_per.get("/customers/77/").content.decode()
    assert as_ola.get(log_url(merge)).status_code == 403


@pytest.mark.parametrize("user", ["per", "ola"])
def test_neither_merging_nor_undoing_asks_the_pages_who_may(request, kari, a, b, c, user):
    merge = merging.merge(a.pk, [b.pk], by=kari)
    user = request.getfixturevalue(user)
    assert "Your role does not allow it" in refused([a.pk, c.pk], user)
    assert "Your role does not allow it" in not_undone(merge, user)


def test_rows_that_take_a_right_of_their_own_take_it_in_merging_and_in_undoing(
    kari, anne, as_kari, a, b, c, monkeypatch
):
    NoteFactory(customer=b)
    label = "customers.note.customer"
    guarded = replace(own.RULES[label], right="customers.delete_person")
    monkeypatch.setitem(rules(), label, guarded)  # as invoices are
    told = "Your role does not allow it: there are 1 note."
    assert refused([a.pk, b.pk], kari) == told
    assert refused([b.pk, a.pk], kari) == told
    assert told in words(as_kari.get(merge_url(a, b)))
    assert as_kari.post("/customers/77/merge/", {"with": ["78"]}).status_code == 422
    merging.merge(a.pk, [c.pk], by=kari)  # neither has any
    Customer.objects.get(pk=a.pk)

    merge = merging.merge(a.pk, [b.pk], by=anne)
    assert "Your role does not allow it" in not_undone(merge, kari)
    answer = as_kari.post(log_url(merge, "undo/"))
    assert answer.status_code == 422
    assert "Your role does not allow it" in words(answer)
    merging.undo(merge.pk, by=anne)
    assert b.notes.count() == 1


# Undoing


def test_a_merge_is_undone_once(kari, as_kari, a, b):
    merge = merging.merge(a.pk, [b.pk], by=kari)
    form = form_of(as_kari.get(log_url(merge, "undo/")))
    assert confirm(as_kari, form).status_code == 302
    assert not_undone(merge, kari) == "This merge was undone already."
    answer = confirm(as_kari, form)
    assert answer.status_code == 422
    assert "This merge was undone already." in words(answer)
    assert as_kari.get(log_url(merge, "undo/")).status_code == 200
    # And it can be made again, and undone again.
    again = merging.merge(a.pk, [b.pk], by=kari)
    assert merging.undo(again.pk, by=kari).undone_by == kari


def test_a_merge_below_a_later_one_is_undone_after_that(kari, as_kari, a, b, c):
    below = merging.merge(a.pk, [b.pk], by=kari)
    above = merging.merge(c.pk, [a.pk], by=kari)
    told = "A later merge rests on this one. Undo that first."
    assert not_undone(below, kari) == told
    answer = as_kari.get(log_url(below, "undo/"))
    assert told in words(answer)
    assert log_url(above) in answer.content.decode()
    assert as_kari.post(log_url(below, "undo/")).status_code == 422
    merging.undo(above.pk, by=kari)
    merging.undo(below.pk, by=kari)
    assert Customer.objects.count() == 3


def test_undoing_after_somebody_changed_the_customer_is_told(kari, as_kari, a, b):
    merge = merging.merge(a.pk, [b.pk], by=kari)
    form = form_of(as_kari.get(log_url(merge, "undo/")))
    as_kari.post("/customers/77/edit/", edit_form(as_kari, "77") | {"website": ""})
    before = stored()
    answer = confirm(as_kari, form)
    assert answer.status_code == 422
    assert "Somebody has changed Fjell AS meanwhile" in words(answer)
    assert stored() == before
    assert confirm(as_kari, form_of(answer)).status_code == 302


def test_a_merge_that_never_was_is_not_found(kari, as_kari):
    for pk in (0, 1, NOBODY):
        for page in ("", "undo/"):
            assert as_kari.get(f"/customers/merges/{pk}/{page}").status_code == 404
        assert as_kari.post(f"/customers/merges/{pk}/undo/").status_code == 404
        with pytest.raises(Merge.DoesNotExist):
            merging.undo(pk, by=kari)
    assert as_kari.get(f"/customers/merges/{10**30}/").status_code == 404


# Numbers


def test_the_kept_customer_does_not_take_a_number_that_goes_back_with_another(kari, as_kari, a, b):
    merge = merging.merge(a.pk, [b.pk], by=kari)
    answer = as_kari.post("/customers/77/edit/", edit_form(as_kari, "77") | {"number": "78"})
    assert answer.status_code in (302, 422)
    merging.undo(merge.pk, by=kari)
    numbers = Customer.objects.order_by("pk").values_list("number", flat=True)
    assert list(numbers) == ["77", "78"]
    for number in numbers:
        assert as_kari.get(f"/customers/{number}/").status_code == 200
