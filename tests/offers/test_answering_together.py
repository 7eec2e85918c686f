"""Several people at once: one answer holds, one sending, one project."""

from collections import Counter

import pytest
from django.db import connection
from django.test import Client

from moment.offers import accepting, answering, editing, sending
from moment.offers.answering import CannotAnswer
from moment.offers.models import AnswerLink, Offer, OfferLetter
from moment.offers.sending import ChangedMeanwhile, Recipient
from moment.projects.models import Project
from tests.offers.sending import NINA, address_in, ready, sent
from tests.together import at_once

pytestmark = pytest.mark.django_db(transaction=True)
PEOPLE = 6


def test_of_many_answers_at_once_the_first_holds(kari, mail_server):
    offer = sent(kari)
    path = address_in(mail_server.letters[0])

    def answer(person: int) -> int:
        act = "accept" if person % 2 else "reject"
        return Client().post(path, {"act": act, "name": f"Person {person}"}).status_code

    found = Counter(at_once(PEOPLE, answer))
    assert found == {302: 1, 409: PEOPLE - 1}
    offer.refresh_from_db()
    assert offer.state in ("accepted", "rejected")
    assert OfferLetter.objects.filter(kind="receipt").count() == 1


def test_answering_beside_a_new_version_one_of_both_happens(kari, mail_server):
    offer = sent(kari)

    def act(person: int) -> str:
        try:
            if person % 2:
                answering.accept(
                    AnswerLink.objects.select_related("offer").get(), name="Nina", chosen=[]
                )
                return "accepted"
            editing.new_version(Offer.objects.select_related("customer").get(pk=offer.pk), kari)
        except (CannotAnswer, ChangedMeanwhile):
            return "told"
        return "replaced"

    found = at_once(2, act)
    offer.refresh_from_db()
    assert sorted(found) in (["accepted", "told"], ["replaced", "told"])
    assert offer.state in found


def test_of_many_who_send_at_once_one_does(kari, mail_server):
    offer = ready(kari)

    def send(person: int) -> bool:
        stored = Offer.objects.select_related("customer", "responsible").get(pk=offer.pk)
        try:
            sending.send(stored, [Recipient(NINA)], by=kari, version=1)
        except ChangedMeanwhile:
            return False
        return True

    assert sum(at_once(3, send)) == 1
    assert len(mail_server.letters) == 1
    assert OfferLetter.objects.count() == 1


def test_of_many_who_make_the_project_one_does(kari, mail_server):
    offer = sent(kari)
    answering.accept_by_hand(offer, by=kari, name="Nina", chosen=[])

    def make(person: int) -> bool:
        stored = Offer.objects.select_related("customer", "contact").get(pk=offer.pk)
        try:
            accepting.carry_out(stored, leader=kari)
        except CannotAnswer:
            return False
        finally:
            connection.close()
        return True

    assert sum(at_once(PEOPLE, make)) == 1
    assert Project.objects.count() == 1
