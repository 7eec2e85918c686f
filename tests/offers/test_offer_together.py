"""Two people edit the same offer: the second is told what the first did, and loses nothing."""

import pytest
from django.utils import timezone

from moment.offers import editing
from moment.offers.models import Offer
from tests.factories import CustomerFactory, OfferFactory, OfferLineFactory
from tests.offers.editor_pages import errors_of, form_of, titles

pytestmark = pytest.mark.django_db
URL = "/offers/7012/"


@pytest.fixture
def offer():
    offer = OfferFactory(number="7012", name="Bru", customer=CustomerFactory(name="Fjell AS"))
    for order, title in enumerate(["Survey", "Design", "Scan"]):
        OfferLineFactory(offer=offer, order=order, title=title)
    return offer


def both(as_kari, as_anne, hers: dict, mine: dict, *, press: tuple[str, str] = ("", "")):
    """Have Anne save while Kari types, each after pressing a button; return Kari's answer."""
    shown = form_of(as_kari.get(URL))
    theirs = form_of(as_kari.post(URL, shown | {"line": press[0]})) if press[0] else shown
    assert as_anne.post(URL, theirs | hers).status_code == 302
    ours = form_of(as_kari.post(URL, shown | {"line": press[1]})) if press[1] else shown
    response = as_kari.post(URL, ours | mine)
    assert response.status_code == 422
    assert "Changed meanwhile by somebody else" in response.content.decode()
    return response


def test_different_fields_are_both_kept(as_kari, as_anne, offer):
    hers = {"name": "Bru 2", "lines-0-price": "7", "terms": "Hers"}
    mine = {"your_reference": "Mine", "lines-1-title": "Design mine", "lines-0-title": "Map"}
    response = both(as_kari, as_anne, hers, mine)
    fields = form_of(response)
    assert (fields["name"], fields["terms"]) == (["Bru 2"], ["Hers"])
    assert fields["your_reference"] == ["Mine"]
    assert (fields["lines-0-price"], titles(fields)) == (["7.00"], ["Map", "Design mine", "Scan"])
    assert "Rate: changed meanwhile by somebody else." in errors_of(response)
    assert as_kari.post(URL, fields).status_code == 302
    assert (offer.lines.get(order=0).price, Offer.objects.get().name) == (7, "Bru 2")


def test_the_same_field_keeps_what_is_typed_and_shows_the_other(as_kari, as_anne, offer):
    hers = {"name": "Hers <b>", "lines-2-price": "20", "state": "ready"}
    mine = {"name": "Mine", "lines-2-price": "30"}
    response = both(as_kari, as_anne, hers, mine)
    fields = form_of(response)
    assert (fields["name"], fields["lines-2-price"]) == (["Mine"], ["30"])
    told = errors_of(response)
    assert "Changed meanwhile to “Hers <b>”. Save again to keep what is here." in told
    assert "Rate: Changed meanwhile to “20”. Save again to keep what is here." not in told
    assert "Rate: Changed meanwhile to “20.00”. Save again to keep what is here." in told
    assert as_kari.post(URL, fields).status_code == 302
    stored = Offer.objects.get()
    assert (stored.name, stored.state, stored.lines.get(order=2).price) == ("Mine", "ready", 30)


def test_lines_that_somebody_added_come_along(as_kari, as_anne, offer):
    hers = {"lines-3-title": "Hers", "lines-3-price": "5"}
    mine = {"lines-3-title": "Mine", "lines-3-price": "6"}
    response = both(as_kari, as_anne, hers, mine, press=("add-fixed", "add-fixed"))
    fields = form_of(response)
    assert titles(fields) == ["Survey", "Design", "Scan", "Mine", "Hers"]
    assert "Somebody has added this line." in errors_of(response)
    assert as_kari.post(URL, fields).status_code == 302
    assert offer.lines.count() == 5


def test_a_line_that_somebody_removed_stays_where_something_was_typed_in_it(
    as_kari, as_anne, offer
):
    response = both(as_kari, as_anne, {}, {"lines-1-text": "Typed"}, press=("drop-1", ""))
    fields = form_of(response)
    assert titles(fields) == ["Survey", "Design", "Scan"]
    assert "Somebody has removed this line. Save again to keep it." in errors_of(response)
    assert as_kari.post(URL, fields).status_code == 302
    assert offer.lines.get(order=1).text == "Typed"


def test_a_line_that_somebody_removed_and_nobody_typed_in_is_gone(as_kari, as_anne, offer):
    response = both(as_kari, as_anne, {}, {"name": "Mine"}, press=("drop-1", ""))
    assert titles(form_of(response)) == ["Survey", "Scan"]


def test_a_line_removed_here_and_changed_there_is_shown_again(as_kari, as_anne, offer):
    response = both(as_kari, as_anne, {"lines-1-price": "9"}, {}, press=("", "drop-1"))
    assert titles(form_of(response)) == ["Survey", "Scan", "Design"]
    assert any("You removed this line" in one for one in errors_of(response))


def test_a_line_removed_here_and_left_alone_there_stays_removed(as_kari, as_anne, offer):
    response = both(as_kari, as_anne, {"name": "Hers"}, {}, press=("", "drop-1"))
    fields = form_of(response)
    assert titles(fields) == ["Survey", "Scan"]
    assert as_kari.post(URL, fields).status_code == 302
    assert offer.lines.count() == 2


def test_what_was_sent_meanwhile_is_told_and_what_was_typed_is_there(as_kari, offer):
    shown = form_of(as_kari.get(URL))
    Offer.objects.update(state="sent", buyer_name="Fjell AS", sent_at=timezone.now(), version=2)
    response = as_kari.post(URL, shown | {"terms": "Typed", "lines-0-title": "Typed too"})
    html = response.content.decode()
    assert response.status_code == 422
    assert "The offer was sent meanwhile, so nothing is saved." in html
    fields = form_of(response)
    assert (fields["terms"], titles(fields)[0]) == (["Typed"], "Typed too")
    assert 'value="preview"' not in html
    assert not offer.lines.filter(title="Typed too").exists()


def test_what_was_discarded_while_saving_is_told_and_what_was_typed_is_there(
    as_kari, offer, monkeypatch
):
    shown = form_of(as_kari.get(URL))
    original = editing.save

    def late(*args, **kwargs):
        editing.discard(Offer.objects.get(), version=1)
        return original(*args, **kwargs)

    monkeypatch.setattr(editing, "save", late)
    response = as_kari.post(URL, shown | {"terms": "Typed"})
    assert response.status_code == 422
    assert "Somebody has discarded this offer meanwhile" in response.content.decode()
    assert form_of(response)["terms"] == ["Typed"]


@pytest.mark.parametrize("seen", ["", "{", "[]", '{"version": "x"}', '{"version": 1}', "[" * 9999])
def test_who_hides_what_was_shown_is_told_as_if_it_were_old(as_kari, offer, seen):
    response = as_kari.post(URL, form_of(as_kari.get(URL)) | {"seen": seen, "name": "Mine"})
    assert response.status_code == 422
    assert "Changed meanwhile to “Bru”" in " ".join(errors_of(response))
    assert as_kari.post(URL, form_of(response)).status_code == 302
    assert Offer.objects.get().name == "Mine"
