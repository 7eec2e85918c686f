"""Versions: a sent offer is never changed, a new version takes its place."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from moment.offers import editing
from moment.offers.models import AnswerLink, Offer, OfferLetter, OfferTag
from tests.factories import OfferFactory, OfferLineFactory
from tests.together import at_once

pytestmark = pytest.mark.django_db
NEW = "/offers/7012/new-version/"


def sent(**fields) -> Offer:
    offer = OfferFactory(
        **{"number": "7012", "name": "Bru", "state": "sent", "buyer_name": "Fjell AS"} | fields
    )
    OfferLineFactory(offer=offer, title="Pillar")
    OfferLineFactory(offer=offer, title="Lamp", optional=True)
    offer.tags.add(OfferTag.objects.create(name="Bridges"))
    return offer


def test_a_new_version_has_the_lines_and_is_open(as_kari):
    today = timezone.localdate()
    offer = sent(issued_on=today - timedelta(days=60), valid_until=today - timedelta(days=40))
    assert b"can no longer answer the version" in as_kari.get(NEW).content
    response = as_kari.post(NEW)
    assert response["Location"] == "/offers/7012/"
    offer.refresh_from_db()
    new = Offer.objects.newest().get()
    assert (offer.state, new.state, new.revision, new.replaces) == ("replaced", "draft", 2, offer)
    assert (new.issued_on, new.valid_until) == (today, today + timedelta(days=20))
    assert [line.title for line in new.lines.all()] == ["Pillar", "Lamp"]
    assert (offer.lines.count(), new.amount, new.buyer_name) == (2, 1000, "")
    assert new.tags.get().name == "Bridges"
    html = as_kari.get("/offers/7012/").content.decode()
    assert "version 2" in html
    assert 'name="lines-0-title"' in html


def test_the_older_version_can_still_be_looked_at(as_kari):
    sent()
    as_kari.post(NEW)
    html = as_kari.get("/offers/7012/versions/1/").content.decode()
    assert "This is version 1, as it was sent" in html
    assert "Pillar" in html
    assert 'name="lines-0-title"' not in html
    for wrong in (3, 0, 10**30):
        assert as_kari.get(f"/offers/7012/versions/{wrong}/").status_code == 404


@pytest.mark.parametrize("state", ["draft", "ready", "accepted"])
def test_only_what_waits_or_was_rejected_gets_one(as_kari, state):
    answered = {"answered_at": timezone.now()} if state == "accepted" else {}
    sent(state=state, **answered)
    assert as_kari.post(NEW).status_code == 422
    assert Offer.objects.count() == 1


def test_a_blocked_customer_gets_no_new_version(as_kari):
    offer = sent()
    offer.customer.status = "blocked"
    offer.customer.save()
    response = as_kari.post(NEW)
    assert response.status_code == 422
    assert "can be given no new offer" in response.content.decode()
    with pytest.raises(ValidationError):
        editing.new_version(offer, offer.responsible)


@pytest.mark.parametrize("answered", [True, False])
def test_discarding_the_draft_brings_back_what_was_sent(as_kari, answered):
    fields = {"state": "rejected", "answered_at": timezone.now()} if answered else {}
    offer = sent(**fields)
    as_kari.post(NEW)
    html = as_kari.get("/offers/7012/discard/").content.decode()
    assert "Version 1 holds again" in html
    assert as_kari.post("/offers/7012/discard/", {"version": "1"}).status_code == 422
    response = as_kari.post("/offers/7012/discard/", {"version": "2"})
    assert response["Location"] == "/offers/7012/"
    assert Offer.objects.get().state == ("rejected" if answered else "sent")
    assert offer.lines.count() == 2


def test_a_first_draft_goes_away_altogether(as_kari):
    OfferLineFactory(offer=OfferFactory(number="7012"))
    assert as_kari.post("/offers/7012/discard/", {"version": "1"})["Location"] == "/offers/"
    assert not Offer.objects.exists()


def test_what_somebody_has_changed_meanwhile_is_not_discarded(as_kari):
    offer = OfferFactory(number="7012")
    editing.save(offer, [], version=1, tags=None)
    response = as_kari.post("/offers/7012/discard/", {"version": "1"})
    assert response.status_code == 422
    assert "changed the offer meanwhile" in response.content.decode()
    for nonsense in ("", "x", "9" * 40):
        assert as_kari.post("/offers/7012/discard/", {"version": nonsense}).status_code == 422
    assert Offer.objects.exists()


def test_what_was_sent_is_not_discarded(as_kari):
    sent()
    assert as_kari.post("/offers/7012/discard/", {"version": "1"}).status_code == 422
    assert Offer.objects.exists()


def test_the_trail_goes_over_all_versions(as_kari):
    now = timezone.now()
    offer = sent(
        state="rejected",
        answered_at=now,
        answered_name="Nina Dahl",
        answer_reason="<b>scanning</b> should be optional",
    )
    link = AnswerLink.objects.create(
        offer=offer, digest="x", expires_on=offer.valid_until, opened_at=now
    )
    letter = {"offer": offer, "made_at": now - timedelta(days=1)}
    OfferLetter.objects.create(
        **letter, to="nina@dahl.example", message_id="a", sent_at=now, link=link
    )
    OfferLetter.objects.create(
        **letter, to="per@dahl.example", message_id="b", failed_at=now, error="No such mailbox"
    )
    as_kari.post(NEW)
    html = as_kari.get("/offers/7012/").content.decode()
    assert "Version 1 sent to nina@dahl.example" in html
    assert "opened today" in html
    assert "Version 1 did not reach per@dahl.example" in html
    assert "No such mailbox" in html
    assert "Rejected by Nina Dahl" in html
    assert "&lt;b&gt;scanning&lt;/b&gt; should be optional" in html


@pytest.mark.django_db(transaction=True)
def test_two_who_make_a_new_version_at_once_make_one(kari):
    offer = sent()

    def act(_person: int) -> str:
        try:
            return str(editing.new_version(Offer.objects.get(pk=offer.pk), kari).revision)
        except editing.ChangedMeanwhile:
            return "told"

    assert sorted(at_once(4, act)) == ["2", "told", "told", "told"]
    assert Offer.objects.newest().count() == 1


def test_what_was_shown_of_one_version_is_not_taken_for_the_next(as_kari):
    """Not even where the next was edited as often, or was discarded and made anew."""
    first = sent(version=3)
    page = {"version": "3", "others": "nina@storgata.example"}
    for edited in (0, 2):
        draft = editing.new_version(Offer.objects.get(pk=first.pk), first.responsible)
        for _ in range(edited):
            editing.save(draft, list(draft.lines.all()), version=draft.version, tags=None)
        assert draft.version > 3
        assert as_kari.post("/offers/7012/send/", page).status_code == 422
        assert as_kari.post("/offers/7012/discard/", page).status_code != 302
        assert Offer.objects.newest().get().state == "draft"
        editing.discard(draft, version=Offer.objects.newest().get().version)
        assert as_kari.post("/offers/7012/send/", page).status_code == 422
        page["version"] = str(Offer.objects.get().version)
