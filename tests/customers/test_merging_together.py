"""Several people at once at customers that are merged: one wins, and the others are told."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from customers import addresses, contacts, files, merging, notes, privacy, rates, recipients
from customers.contacts import Details
from customers.holding import MergedMeanwhile
from customers.models import (
    Contact,
    Customer,
    HourlyRate,
    InvoiceRecipient,
    Merge,
    MergeChange,
    MergeMove,
    OtherAddress,
    Person,
)
from customers.privacy import erase
from moment.content import receive
from moment.turns import in_turn
from registry import alerts, copies
from registry.models import Alert, Entity
from tests.conftest import signed_in
from tests.customers.kept_files import pdf
from tests.customers.merged_rows import check_whole, family
from tests.factories import (
    ContactFactory,
    CustomerFactory,
    NoteFactory,
    PersonFactory,
    UserFactory,
    org_number,
)
from tests.moment.samples import upload
from tests.registry.test_lock_order import told
from tests.together import at_once

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 4


def ended(act, *args, **how) -> str:
    """Return how an act ended: `done`, or the name of what was raised to tell that it did not."""
    try:
        act(*args, **how)
    except (
        merging.CannotMerge,
        merging.CannotUndo,
        merging.ChangedMeanwhile,
        MergedMeanwhile,
    ) as told:
        return type(told).__name__
    return "done"


def seen(*customers: Customer) -> dict[int, int]:
    return {customer.pk: customer.version for customer in customers}


# Two merges


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ((0, 1), (2, 1)),
        ((0, 1), (1, 0)),
        ((0, 1), (1, 2)),
        ((0, 1, 2), (1, 2)),
        ((0, 1, 2), (2, 1, 0)),
        ((0, 1), (0, 1)),
    ],
    ids=lambda keys: f"{keys[0]} takes {', '.join(map(str, keys[1:]))}",
)
def test_of_two_who_merge_the_same_customer_one_wins_and_the_other_is_told(kari, one, other):
    for _round in range(ROUNDS):
        customers = [CustomerFactory() for _ in range(3)]
        for customer in customers:
            NoteFactory(customer=customer, text=f"Of {customer.pk}")

        def merge(who: int, customers=customers) -> str:
            kept, *others = (customers[n].pk for n in (one, other)[who])
            versions = seen(*customers)
            return ended(merging.merge, kept, others, by=kari, seen=versions)

        ends = at_once(2, merge)
        assert ends.count("done") == 1, ends
        assert {*ends} - {"done"} <= {"CannotMerge", "ChangedMeanwhile"}
        check_whole()
        winner = (one, other)[ends.index("done")]
        assert customers[winner[0]].notes.count() == len(winner)


def test_of_many_who_merge_two_customers_one_wins_and_each_other_reads_why(kari):
    a, b = CustomerFactory(number="77"), CustomerFactory(number="78")
    clients = [signed_in(kari) for _ in range(6)]
    data = {"with": ["78"], f"seen-{a.pk}": a.version, f"seen-{b.pk}": b.version}

    def merge(who: int) -> int:
        return clients[who].post("/customers/77/merge/", data).status_code

    codes = at_once(6, merge)
    assert codes.count(302) == 1, codes
    assert {*codes} - {302} <= {409, 422}, codes
    assert Merge.objects.count() == 1
    check_whole()


def test_merges_of_different_customers_with_the_same_contacts_wait_for_none(kari):
    for _round in range(ROUNDS):
        people = [PersonFactory() for _ in range(8)]
        ones = [CustomerFactory() for _ in range(3)]
        others = [CustomerFactory() for _ in range(3)]
        for kept in (ones[0], others[0]):
            for person in people:
                ContactFactory(customer=kept, person=person)
        # Who merges the ones comes upon the people from the first on, the others from the last.
        for n, person in enumerate(people):
            first = n < len(people) // 2
            ContactFactory(customer=ones[1 if first else 2], person=person, title="A")
            ContactFactory(customer=others[2 if first else 1], person=person, title="B")
        both = [[customer.pk for customer in some] for some in (ones, others)]

        def merge(who: int, both=both) -> Merge:
            return merging.merge(both[who][0], both[who][1:], by=kari)

        merges = at_once(2, merge)
        for kept in (ones[0], others[0]):
            assert kept.contacts.count() == len(people)
        at_once(2, lambda who, merges=merges: merging.undo(merges[who].pk, by=kari))
        for customer in (*ones[1:], *others[1:]):
            assert customer.contacts.count() == len(people) // 2
        assert set(Person.objects.filter(pk__in=[p.pk for p in people]).values_list("version")) == {
            (1 + 2 * 2,)
        }
        check_whole()


def test_merges_by_many_of_many_customers_leave_each_number_leading_to_one(kari):
    customers = family(kari, 6)
    pairs = [(0, 1), (1, 2), (2, 3), (3, 4), (4, 5), (5, 0)]

    def merge(who: int) -> str:
        kept, other = (customers[n].pk for n in pairs[who])
        return ended(merging.merge, kept, [other], by=kari)

    ends = at_once(len(pairs), merge)
    assert ends.count("done") >= 2, ends
    assert {*ends} <= {"done", "CannotMerge"}
    assert Customer.objects.count() == 6 - ends.count("done")
    check_whole()
    for merge in Merge.objects.order_by("-pk"):
        merging.undo(merge.pk, by=kari)
    assert Customer.objects.count() == 6
    check_whole()


# Undoing


def test_of_two_who_undo_a_merge_one_does_and_the_other_is_told(kari):
    customers = [customer.pk for customer in family(kari)]
    for _round in range(ROUNDS):
        merge = merging.merge(customers[0], customers[1:], by=kari)
        ends = at_once(3, lambda _who, pk=merge.pk: ended(merging.undo, pk, by=kari))
        assert sorted(ends) == ["CannotUndo", "CannotUndo", "done"]
        check_whole()


def test_undoing_while_somebody_merges_on_top_of_it(kari):
    ends = set()
    for _round in range(ROUNDS * 2):
        a, b, c = (CustomerFactory() for _ in range(3))
        of_b, of_c = (NoteFactory(customer=one, text=one.number) for one in (b, c))
        below = merging.merge(a.pk, [b.pk], by=kari)

        def act(who: int, below=below, a=a, c=c) -> str:
            if who:
                return ended(merging.undo, below.pk, by=kari)
            return ended(merging.merge, c.pk, [a.pk], by=kari)

        end = at_once(2, act)
        assert end in (["done", "CannotUndo"], ["done", "done"])
        ends.add(tuple(end))
        check_whole()
        of_b.refresh_from_db()
        assert of_b.customer_id == (c.pk if end[1] == "CannotUndo" else b.pk)
        of_c.refresh_from_db()
        assert of_c.customer_id == c.pk
    assert ends


def test_undoing_two_merges_of_a_chain_at_once_leaves_none_of_them_half(kari):
    for _round in range(ROUNDS):
        a, b, c = (CustomerFactory() for _ in range(3))
        note = NoteFactory(customer=a, author=kari)
        merges = [
            merging.merge(b.pk, [a.pk], by=kari).pk,
            merging.merge(c.pk, [b.pk], by=kari).pk,
        ]
        ends = at_once(2, lambda who, merges=merges: ended(merging.undo, merges[who], by=kari))
        assert ends in (["CannotUndo", "done"], ["done", "done"])
        note.refresh_from_db()
        assert note.customer_id == (a.pk if ends[0] == "done" else b.pk)
        check_whole()


# Others at work


def test_merging_while_somebody_edits_one_of_them_tells_whoever_comes_second(kari):
    for round_ in range(ROUNDS * 2):
        a, b = CustomerFactory(), CustomerFactory()
        edited = (a, b)[round_ % 2]
        client = signed_in(kari)
        form = client.get(f"/customers/{edited.number}/edit/").context["form"]
        data = {name: form[name].value() or "" for name in form.fields}
        data = {name: value for name, value in data.items() if name != "tags"}
        data |= {"version": edited.version, "phone": "22 22 22 22"}

        def act(who: int, a=a, b=b, edited=edited, client=client, data=data) -> str | int:
            if who:
                return client.post(f"/customers/{edited.number}/edit/", data).status_code
            return ended(merging.merge, a.pk, [b.pk], by=kari, seen=seen(a, b))

        merged, saved = at_once(2, act)
        assert (merged, saved) in (
            ("done", 409),
            ("done", 422),
            ("ChangedMeanwhile", 302),
        ), (merged, saved)
        phone = Customer.with_merged.get(pk=edited.pk).phone
        assert phone == ("22 22 22 22" if saved == 302 else "")
        check_whole()


@pytest.mark.parametrize("what", ["contact", "known", "note", "file", "rate", "recipient", "site"])
def test_what_somebody_adds_while_its_customer_is_merged_is_kept_or_its_writer_is_told(kari, what):
    for _round in range(ROUNDS):
        a, b = CustomerFactory(), CustomerFactory()
        add = adding(what, b, kari)

        def act(who: int, a=a, b=b, add=add) -> str:
            return ended(add) if who else ended(merging.merge, a.pk, [b.pk], by=kari)

        merged, added = at_once(2, act)
        assert merged == "done"
        rows = {one: list(rows_of(what, one)) for one in (a, b)}
        assert rows[b] == []
        assert len(rows[a]) == (1 if added == "done" else 0), added
        # Whoever comes quite late is told too, and nothing stays where nobody looks.
        assert ended(adding(what, b, kari)) == "MergedMeanwhile"
        assert list(rows_of(what, b)) == []


def adding(what: str, customer: Customer, by) -> Callable[[], Any]:
    """Return what adds a row of a kind to a customer as it was known before."""
    match what:
        case "contact":
            return partial(contacts.add_new, customer, Details("Eva Moen"))
        case "known":
            return partial(contacts.add_existing, customer, PersonFactory())
        case "note":
            return partial(notes.add, customer, text="A note.", author=by)
        case "file":
            content = receive(upload("Plan.pdf", pdf("Plan")))
            return partial(files.add, customer, content, "Plan.pdf", by)
        case "rate":
            return partial(rates.save, HourlyRate(customer=customer, user=by, rate=1000))
        case "recipient":
            to = InvoiceRecipient.Kind.TO
            add = partial(recipients.add, customer, contacts=[], kind=to)
            return partial(add, addresses=["post@fjell.example"])
        case "site":
            return partial(addresses.save, OtherAddress(customer=customer, label="Site"))
    raise AssertionError(what)


def rows_of(what: str, customer: Customer) -> Any:
    names = {
        "known": "contacts",
        "rate": "hourly_rates",
        "recipient": "invoice_recipients",
        "site": "other_addresses",
    }
    return getattr(customer, names.get(what, f"{what}s")).all()


def test_a_person_who_is_erased_while_customers_are_merged_is_nowhere_afterwards(kari, anne):
    for _round in range(ROUNDS):
        person = PersonFactory(name="Eva Moen", emails=["eva@moen.example"])
        customers = [CustomerFactory() for _ in range(3)]
        for n, customer in enumerate(customers):
            post = ContactFactory(customer=customer, person=person, title=f"Secret {n}")
            Customer.objects.filter(pk=customer.pk).update(invoice_contact=post)
        keys = [customer.pk for customer in customers]

        def act(who: int, keys=keys, person=person) -> str:
            if who:
                return ended(erase, person, anne)
            return ended(merging.merge, keys[0], keys[1:], by=kari)

        assert at_once(2, act) == ["done", "done"]
        merging.undo(Merge.objects.latest("pk").pk, by=kari)
        person.refresh_from_db()
        assert person.erased_at
        assert privacy.export(person)["email_addresses"] == []
        posts = Contact.objects.filter(person=person)
        assert {(post.title, post.is_former()) for post in posts} == {("", True)}
        assert len(posts) == 3
        assert not Customer.with_merged.filter(invoice_contact__person=person).exists()
        assert "Secret" not in str(list(MergeChange.objects.values_list("values", flat=True)))
        for customer in Customer.objects.filter(pk__in=keys):
            assert "eva" not in customer.search_text


def test_merging_while_the_register_changes_them_and_somebody_answers(kari):
    for round_ in range(2):
        numbers = [org_number(5000 + 10 * round_ + n) for n in range(4)]
        customers = [CustomerFactory(org_number=number) for number in numbers]
        alerts.watch(*numbers)
        copies.keep(told(number, "FØR AS") for number in numbers)
        keys = [customer.pk for customer in customers]

        def act(who: int, round_=round_, numbers=numbers, keys=keys) -> str:
            client = signed_in(kari)
            for step in range(5):
                if who == 0 and step == 2:
                    return ended(merging.merge, keys[0], keys[1:], by=kari)
                if who == 1:
                    with in_turn():
                        copies.keep(told(n, f"ETTER {round_} {step} AS") for n in numbers)
                elif who == 2:
                    waiting = Alert.objects.open().filter(org_number__in=numbers)
                    names = [f"keep {alert.pk}-" for alert in waiting]
                    client.post("/customers/alerts/answer/", {"do": "note", "alert": names})
            return "done"

        assert at_once(3, act) == ["done"] * 3
        assert set(Entity.objects.filter(pk__in=numbers).values_list("name", flat=True)) == {
            f"ETTER {round_} 4 AS"
        }
        # What is known of the numbers of those merged is there when they come back.
        assert Alert.objects.open().filter(org_number__in=numbers).count() == 4
        merging.undo(Merge.objects.latest("pk").pk, by=kari)
        check_whole()


def test_nothing_is_written_down_of_a_merge_that_lost(kari):
    other = UserFactory(is_superuser=True)
    a, b, c = (CustomerFactory() for _ in range(3))
    for customer in (a, b, c):
        NoteFactory(customer=customer)

    def merge(who: int) -> str:
        kept, by = ((a, kari), (c, other))[who]
        return ended(merging.merge, kept.pk, [b.pk], by=by)

    ends = at_once(2, merge)
    assert sorted(ends) == ["CannotMerge", "done"]
    [made] = Merge.objects.all()
    assert made.made_by == (kari, other)[ends.index("done")]
    assert set(MergeMove.objects.values_list("merge", flat=True)) == {made.pk}
