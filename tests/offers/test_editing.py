"""Making offers and changing them: what is stored, and what is refused."""

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from customers.numbers import NumberTaken
from moment.offers import editing
from moment.offers.models import Offer, OfferLine, OfferTag
from tests.factories import CustomerFactory, OfferFactory, OfferLineFactory
from tests.together import at_once

pytestmark = pytest.mark.django_db


def unsaved(**fields) -> Offer:
    offer = OfferFactory.build(customer=CustomerFactory(), responsible=None, **fields)
    offer.number = ""
    return offer


def lines(*prices) -> list[OfferLine]:
    return [OfferLine(title=f"Part {n}", price=Decimal(price)) for n, price in enumerate(prices)]


def save(offer, rows, **fields):
    for name, value in fields.items():
        setattr(offer, name, value)
    return editing.save(offer, rows, version=offer.version, tags=None)


def test_a_new_offer_takes_the_next_number_and_has_its_sums(kari):
    offer = unsaved(discount=Decimal(10))
    offer.responsible = kari
    tag = OfferTag.objects.create(name="Rehab")
    editing.create(offer, lines(1000, 500), tags=[tag])
    stored = Offer.objects.get()
    assert (stored.number, stored.amount, list(stored.tags.all())) == ("7000", 1350, [tag])
    assert [line.order for line in stored.lines.all()] == [0, 1]


@pytest.mark.parametrize("status", ["inactive", "blocked"])
def test_a_customer_that_may_be_given_none_gets_none(kari, status):
    offer = unsaved()
    offer.responsible = kari
    offer.customer.status = status
    offer.customer.save()
    with pytest.raises(ValidationError, match="can be given no new offer"):
        editing.create(offer)
    assert not Offer.objects.exists()


def test_a_number_is_used_once_also_by_a_draft_of_another_name(kari):
    OfferFactory(number="7777")
    offer = unsaved()
    offer.responsible = kari
    with pytest.raises(NumberTaken):
        editing.create(offer, wanted="7777")


def test_lines_keep_their_keys_and_take_the_order_given():
    offer = OfferFactory()
    first, second, third = OfferLineFactory.create_batch(3, offer=offer)
    new = OfferLine(title="New", price=Decimal(50))
    save(offer, [third, new, first])
    found = list(offer.lines.all())
    assert [line.title for line in found] == [third.title, "New", first.title]
    assert [found[0].pk, found[2].pk] == [third.pk, first.pk]
    assert not OfferLine.objects.filter(pk=second.pk).exists()
    assert Offer.objects.get().amount == 2050


def test_a_line_of_another_offer_is_copied_and_not_moved():
    offer, other = OfferFactory(), OfferFactory()
    theirs = OfferLineFactory(offer=other)
    save(offer, [OfferLine(pk=theirs.pk, title="Mine", price=Decimal(1))])
    theirs.refresh_from_db()
    assert (theirs.offer, theirs.title != "Mine") == (other, True)
    assert offer.lines.get().title == "Mine"


def test_who_saves_on_top_of_another_is_told():
    offer = OfferFactory()
    mine, hers = Offer.objects.get(), Offer.objects.get()
    save(hers, lines(10), name="Hers")
    with pytest.raises(editing.ChangedMeanwhile) as raised:
        save(mine, lines(20), name="Mine")
    assert raised.value.stored.name == "Hers"
    assert offer.lines.get().price == 10


@pytest.mark.parametrize("state", ["sent", "accepted", "rejected", "replaced"])
def test_what_was_sent_never_changes(state):
    offer = OfferFactory()
    answered = {"answered_at": offer.created_at} if state in ("accepted", "rejected") else {}
    Offer.objects.update(state=state, buyer_name="Fjell AS", **answered)
    with pytest.raises(editing.ChangedMeanwhile):
        save(offer, lines(1), name="Other")
    assert not offer.lines.exists()


def test_what_is_discarded_meanwhile_is_told_of():
    offer = OfferFactory()
    mine = Offer.objects.get()
    editing.discard(offer, version=1)
    with pytest.raises(editing.ChangedMeanwhile) as raised:
        save(mine, lines(1))
    assert raised.value.stored is None


def test_a_customer_blocked_since_stays_on_its_offer():
    offer = OfferFactory()
    offer.customer.status = "blocked"
    offer.customer.save()
    save(offer, lines(1))
    with pytest.raises(ValidationError, match="can be given no new offer"):
        save(offer, lines(1), customer=CustomerFactory(status="blocked"))


def test_five_hundred_lines_are_stored_and_one_more_is_not():
    offer = OfferFactory()
    save(offer, lines(*[1] * 500))
    assert offer.lines.count() == 500
    with pytest.raises(ValidationError, match="At most 500 lines"):
        save(offer, lines(*[1] * 501))


def test_more_money_than_there_is_room_for_is_refused():
    offer = OfferFactory()
    row = OfferLine(title="All", quantity=Decimal("9999999.99"), price=Decimal("9999999999.99"))
    with pytest.raises(ValidationError, match="more than Moment can write"):
        save(offer, [row])
    row.optional = True
    with pytest.raises(ValidationError, match="more than Moment can write"):
        save(offer, [row])


@pytest.mark.django_db(transaction=True)
def test_of_two_who_save_at_once_one_is_told():
    offer = OfferFactory()

    def act(person: int) -> str:
        mine = Offer.objects.get(pk=offer.pk)
        try:
            editing.save(mine, lines(person + 1), version=1, tags=None)
        except editing.ChangedMeanwhile:
            return "told"
        return "saved"

    assert sorted(at_once(4, act)) == ["saved", "told", "told", "told"]
    assert offer.lines.count() == 1


@pytest.mark.django_db(transaction=True)
def test_new_offers_at_once_get_numbers_of_their_own(kari):
    customer = CustomerFactory()

    def act(_person: int) -> str:
        offer = OfferFactory.build(customer=customer, responsible=kari)
        return editing.create(offer).number

    assert sorted(at_once(5, act)) == ["7000", "7001", "7002", "7003", "7004"]
