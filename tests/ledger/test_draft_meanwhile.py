"""Two people edit the same draft: the second is told what the first did, and loses nothing."""

import pytest

from moment.ledger import discarding, editing, finalising
from moment.ledger.models import Invoice
from tests.ledger.draft_pages import errors_of, form_of, texts
from tests.ledger.making import draft

pytestmark = pytest.mark.django_db


@pytest.fixture
def made():
    return draft(None, "100", "200", "300")


def both(as_kari, as_anne, made, hers, mine, *, press=("", "")):
    """Have Anne save while Kari types, each after pressing a button; return Kari's answer."""
    url = made.get_absolute_url()
    shown = form_of(as_kari.get(url))
    theirs = form_of(as_kari.post(url, shown | {"line": press[0]})) if press[0] else shown
    assert as_anne.post(url, theirs | hers).status_code == 302
    ours = form_of(as_kari.post(url, shown | {"line": press[1]})) if press[1] else shown
    response = as_kari.post(url, ours | mine)
    assert response.status_code == 422
    assert "Changed meanwhile by somebody else" in response.content.decode()
    return response


def test_different_fields_are_both_kept(as_kari, as_anne, made):
    hers = {"contact": "Hers", "lines-0-amount": "7", "invoice_type": "letter"}
    mine = {"your_reference": "Mine", "lines-1-text": "Typed", "lines-0-text": "Map"}
    response = both(as_kari, as_anne, made, hers, mine)
    fields = form_of(response)
    assert (fields["contact"], fields["invoice_type"]) == (["Hers"], ["letter"])
    assert (fields["your_reference"], fields["lines-0-amount"]) == (["Mine"], ["7.00"])
    assert texts(fields) == ["Map", "Typed", "Line 2"]
    assert "Amount: changed meanwhile by somebody else." in errors_of(response)
    assert as_kari.post(made.get_absolute_url(), fields).status_code == 302
    stored = Invoice.objects.get()
    assert (stored.contact, stored.written.value("your_reference")) == ("Hers", "Mine")
    assert stored.net == 507


def test_the_same_field_keeps_what_is_typed_and_shows_the_other(as_kari, as_anne, made):
    hers = {"contact": "Hers <b>", "lines-2-amount": "20", "invoice_type": "letter"}
    hers |= {"lines-0-vat_code": "33", "credit_terms": "10"}
    mine = {"contact": "Mine", "lines-2-amount": "30", "invoice_type": "ehf"}
    mine |= {"lines-0-vat_code": "31", "credit_terms": "20"}
    response = both(as_kari, as_anne, made, hers, mine)
    told = errors_of(response)
    for value in ("Hers <b>", "Letter", "10 days"):
        assert f"Changed meanwhile to “{value}”. Save again to keep what is here." in told
    kept = "Changed meanwhile to “20.00”. Save again to keep what is here."
    assert f"Amount: {kept}" in told
    kept = "Changed meanwhile to “33 · 12 %, low rate”. Save again to keep what is here."
    assert f"VAT code: {kept}" in told
    fields = form_of(response)
    assert (fields["contact"], fields["lines-2-amount"]) == (["Mine"], ["30"])
    assert as_kari.post(made.get_absolute_url(), fields).status_code == 302
    stored = Invoice.objects.get()
    assert (stored.contact, stored.written.value("credit_terms")) == ("Mine", 20)
    assert stored.lines.get(order=0).vat_rate == 15


def test_lines_that_somebody_added_removed_or_changed(as_kari, as_anne, made):
    hers = {"lines-2-text": "Added by her", "lines-2-price": "5"}
    url = made.get_absolute_url()
    shown = form_of(as_kari.get(url))
    theirs = form_of(as_kari.post(url, shown | {"line": "drop-1"}))
    theirs = form_of(as_kari.post(url, theirs | {"line": "add-line"}))
    assert as_anne.post(url, theirs | hers).status_code == 302
    response = as_kari.post(url, shown | {"lines-1-text": "Typed"})
    fields = form_of(response)
    assert texts(fields) == ["Line 0", "Typed", "Line 2", "Added by her"]
    told = errors_of(response)
    assert "Somebody has removed this line. Save again to keep it." in told
    assert "Somebody has added this line." in told
    assert as_kari.post(url, fields).status_code == 302
    assert made.lines.count() == 4


def test_a_line_removed_here_and_changed_there_is_shown_again(as_kari, as_anne, made):
    hers = {"lines-1-amount": "9"}
    response = both(as_kari, as_anne, made, hers, {}, press=("", "drop-1"))
    assert texts(form_of(response)) == ["Line 0", "Line 2", "Line 1"]
    assert any("You removed this line" in one for one in errors_of(response))


def test_what_was_finalised_meanwhile_is_told_and_what_was_typed_is_there(as_kari, kari, made):
    url = made.get_absolute_url()
    shown = form_of(as_kari.get(url))
    finalising.finalise(made, version=1, by=kari)
    response = as_kari.post(url, shown | {"invoice_text": "Typed", "lines-0-text": "Typed too"})
    page = response.content.decode()
    assert response.status_code == 422
    assert "It was finalised meanwhile, so nothing is saved." in page
    fields = form_of(response)
    assert (fields["invoice_text"], texts(fields)[0]) == (["Typed"], "Typed too")
    assert 'value="preview"' not in page
    assert not made.lines.filter(text="Typed too").exists()


def test_what_was_discarded_while_saving_is_told_and_what_was_typed_is_there(
    as_kari, made, monkeypatch
):
    url = made.get_absolute_url()
    shown = form_of(as_kari.get(url))
    original = editing.save

    def late(*args, **kwargs):
        discarding.discard(Invoice.objects.get(), version=1)
        return original(*args, **kwargs)

    monkeypatch.setattr(editing, "save", late)
    response = as_kari.post(url, shown | {"invoice_text": "Typed"})
    assert response.status_code == 422
    assert "Somebody has discarded this draft meanwhile" in response.content.decode()
    assert form_of(response)["invoice_text"] == ["Typed"]


@pytest.mark.parametrize("seen", ["", "{", "[]", '{"version": "x"}', '{"version": 1}', "[" * 9999])
def test_who_hides_what_was_shown_is_told_as_if_it_were_old(as_kari, made, seen):
    url = made.get_absolute_url()
    response = as_kari.post(url, form_of(as_kari.get(url)) | {"seen": seen, "contact": "Mine"})
    assert response.status_code == 422
    assert as_kari.post(url, form_of(response)).status_code == 302
    assert Invoice.objects.get().contact == "Mine"
