"""The pages that credit an invoice and move it: what is typed stays, and what is done is said."""

from decimal import Decimal

import pytest
from lxml import html

from moment.ledger import correcting, crediting, documents
from moment.ledger.models import BilledTime, Invoice, InvoiceFile
from moment.money import amount
from tests.conftest import said
from tests.factories import CustomerFactory, ProjectFactory
from tests.ledger.making import invoice
from tests.ledger.test_crediting import final
from tests.ledger.work import approved, drafts, shared
from tests.offers.editor_pages import errors_of, posted

pytestmark = pytest.mark.django_db


def form_of(response):
    """Return what a browser would post of the dialog, without a button."""
    (form,) = html.fromstring(response.content.decode()).xpath("//form[@class='dialog']")
    return posted(form)


def banner_of(response):
    """Return what the banners of the dialog say."""
    page = html.fromstring(response.content.decode())
    said = page.xpath("//form[@class='dialog']//div[starts-with(@class, 'banner')]")
    return " ".join(" ".join(one.text_content().split()) for one in said)


@pytest.fixture
def made(kari):
    return invoice(CustomerFactory(number="51", name="Feil AS"), "1000", "-100", by=kari)


URL = "/invoices/20001/credit/"


def test_the_whole_as_a_draft_and_at_once(as_kari, made):
    shown = form_of(as_kari.get(URL))
    assert shown["what"] == ["whole"]
    response = as_kari.post(URL, shown | {"reason": "Twice"})
    note = Invoice.objects.get(kind="credit_note")
    assert response["Location"] == f"/invoices/drafts/{note.pk}/"
    assert (note.number, note.gross, note.releases) == (None, -900, True)
    note.lines.all().delete()
    note.delete()
    shown.pop("release")
    response = as_kari.post(URL, shown | {"final": "1"})
    assert (response["Location"], said(response)) == (
        "/invoices/20002/",
        "Credit note 20002 is final.",
    )
    assert not Invoice.objects.get(number="20002").releases
    page = as_kari.get("/invoices/20001/").content.decode()
    assert "/credit/" not in page
    assert "credited" in page
    assert "All of it is credited already" in as_kari.get(URL).content.decode()


def test_some_lines_by_their_amounts(as_kari, made):
    shown = form_of(as_kari.get(URL))
    first, second = (f"line-{line.pk}" for line in made.lines.all())
    assert (shown[first], shown[second]) == ([""], [""])
    asked = shown | {"what": "lines", "final": "1", first: "1 000,01", second: "x"}
    refused = as_kari.post(URL, asked)
    assert refused.status_code == 422
    assert form_of(refused)[first] == ["1 000,01"]
    assert "Only 1,000.00 is left of it." in errors_of(refused)
    nothing = as_kari.post(URL, asked | {first: "", second: ""})
    assert "Choose what to credit." in nothing.content.decode()
    assert as_kari.post(URL, asked | {first: "250,50", second: "50"}).status_code == 302
    assert Invoice.objects.get(number="20002").net == Decimal("-200.50")
    assert "749.50 left of 1,000.00" in as_kari.get(URL).content.decode()


def test_a_double_click_makes_one(as_kari, made):
    shown = form_of(as_kari.get(URL))
    key = f"line-{made.lines.first().pk}"
    data = shown | {"what": "lines", key: "10", "final": "1"}
    assert as_kari.post(URL, data).status_code == 302
    again = as_kari.post(URL, data)
    assert again.status_code == 422
    assert "nothing is saved yet" in again.content.decode()
    assert "“Line 0”: 1,000.00 was left, and now 990.00." in banner_of(again)
    assert Invoice.objects.count() == 2


@pytest.mark.parametrize("during", [False, True], ids=["before", "while it is sent"])
def test_what_is_typed_stays_when_some_is_credited_meanwhile(
    as_kari, kari, made, monkeypatch, during
):
    first, second = made.lines.all()
    shown = form_of(as_kari.get(URL))
    shown.pop("release")
    asked = {"what": "lines", "reason": "Two days\r\ntoo many"}
    asked |= {f"line-{first.pk}": "999,50", f"line-{second.pk}": "100"}

    def colleague():
        parts = {first.pk: Decimal(1)}
        correcting.credit(made, parts=parts, release=False, by=kari)

    with monkeypatch.context() as patch:
        if during:  # between the look at what is left, and the lock
            shown["release"] = "on"
            patch.setattr(documents, "before_release", lambda _invoice: colleague())
        else:
            colleague()
        refused = as_kari.post(URL, shown | asked)
    assert refused.status_code == 422
    assert "“Line 0”: 1,000.00 was left, and now 999.00." in banner_of(refused)
    assert "Line 1" not in banner_of(refused)
    assert "999.00 left of 1,000.00" in refused.content.decode()
    assert errors_of(refused) == ["Only 999.00 is left of it."]
    again = form_of(refused)
    assert {name: again[name][0] for name in asked} == asked
    assert ("release" in again) == during
    again |= {f"line-{first.pk}": "999", "final": "1"}
    assert as_kari.post(URL, again).status_code == 302
    note = Invoice.objects.get(number="20003")
    assert list(note.lines.values_list("amount", flat=True)) == [-999, 100]
    assert note.invoice_settings["invoice_text"].splitlines() == ["Two days", "too many"]


def test_pressing_again_credits_what_is_left_by_now(as_kari, kari, made):
    shown = form_of(as_kari.get(URL)) | {"reason": "Twice"}
    correcting.credit(made, parts={made.lines.first().pk: Decimal(1)}, release=False, by=kari)
    again = form_of(as_kari.post(URL, shown))
    assert as_kari.post(URL, again | {"final": "1"}).status_code == 302
    assert Invoice.objects.get(number="20003").net == -899


def test_what_was_typed_for_a_line_that_is_credited_meanwhile_is_said(as_kari, kari):
    made = invoice(CustomerFactory(), "1000", "100", by=kari)
    first, second = made.lines.all()
    shown = form_of(as_kari.get(URL)) | {"what": "lines"}
    correcting.credit(made, parts={first.pk: first.amount}, release=False, by=kari)
    refused = as_kari.post(URL, shown | {f"line-{first.pk}": "250,50", f"line-{second.pk}": "40"})
    assert "“Line 0”: 1,000.00 was left, and now 0.00. You wrote 250,50." in banner_of(refused)
    assert form_of(refused)[f"line-{second.pk}"] == ["40"]


def test_what_was_shown_can_be_anything(as_kari, made):
    key = made.lines.first().pk
    for shown in ("", f"{key}:NaN", f"{key}:1E999999", f"{'9' * 5000}:1 x:y \0"):
        refused = as_kari.post(URL, {"what": "whole", "reason": "Twice", "shown": shown})
        assert refused.status_code == 422
        assert "was left" not in banner_of(refused)
        assert form_of(refused)["shown"] == form_of(as_kari.get(URL))["shown"]
    assert Invoice.objects.count() == 1


def test_nothing_is_asked_where_all_is_credited_meanwhile(as_kari, kari, made):
    shown = form_of(as_kari.get(URL)) | {"what": "lines"}
    correcting.credit(made, parts=None, release=False, by=kari)
    refused = as_kari.post(URL, shown)
    assert refused.status_code == 422
    assert banner_of(refused) == "All of it is credited already."
    assert "reason" not in form_of(refused)


@pytest.mark.parametrize("dialog", ["credit", "move"])
def test_a_draft_that_takes_all_of_it_is_named(as_kari, kari, dialog):
    project = ProjectFactory(customer=CustomerFactory(number="51"))
    approved(project, by=kari)
    invoiced = final(drafts(project, by=kari)[0], kari)
    note = crediting.draft_credit(invoiced, parts=None, release=True, by=kari)
    answer = as_kari.get(f"/invoices/20001/{dialog}/")
    assert "it is on a draft of a credit note. Finalise or discard it." in banner_of(answer)
    links = html.fromstring(answer.content.decode()).xpath("//form[@class='dialog']//a/@href")
    assert f"/invoices/drafts/{note.pk}/" in links
    assert "reason" not in form_of(answer)
    final(note, kari)
    assert banner_of(as_kari.get(f"/invoices/20001/{dialog}/")) == "All of it is credited already."


def test_a_draft_that_takes_some_of_it_is_named(as_kari, kari, made):
    assert banner_of(as_kari.get(URL)) == ""
    parts = {made.lines.first().pk: Decimal(250)}
    note = crediting.draft_credit(made, parts=parts, release=False, by=kari)
    answer = as_kari.get(URL)
    assert banner_of(answer) == "Some of it is on drafts of credit notes: Draft · −250.00 NOK"
    assert f'href="/invoices/drafts/{note.pk}/"' in answer.content.decode()
    assert "750.00 left of 1,000.00" in answer.content.decode()
    final(note, kari)
    assert banner_of(as_kari.get(URL)) == ""


def test_a_split_is_credited_as_a_whole(as_kari, kari):
    project = shared((CustomerFactory(name="Vidde AS"), 40), customer=CustomerFactory())
    approved(project, 2, by=kari)
    for one in drafts(project, by=kari):
        final(one, kari)
    page = as_kari.get(URL)
    assert "Vidde AS" in page.content.decode()
    shown = form_of(page)
    refused = as_kari.post(URL, shown | {"release": "on"})
    assert "once all of them are credited" in refused.content.decode()
    done = as_kari.post(URL, shown | {"what": "split", "final": "1"})
    assert said(done) == "Credit notes 20003, 20004 are final."
    assert not BilledTime.objects.in_force().exists()


def test_moving_leads_to_the_draft(as_kari, kari):
    CustomerFactory(number="52", name="Rett AS")
    project = ProjectFactory(number="P-7", name="Bru", customer=CustomerFactory(name="Feil AS"))
    approved(project, by=kari)
    final(drafts(project, by=kari)[0], kari)
    url = "/invoices/20001/move/"
    page = as_kari.get(url)
    assert "Project P-7 Bru becomes" in page.content.decode()
    refused = as_kari.post(url, form_of(page) | {"customer": "nobody", "reason": "Feil"})
    assert refused.status_code == 422
    assert form_of(refused)["customer"] == ["nobody"]
    assert form_of(refused)["reason"] == ["Feil"]
    blocked = CustomerFactory(name="Sperret AS", status="blocked")
    refused = as_kari.post(url, form_of(page) | {"customer": blocked.number})
    assert "is blocked" in refused.content.decode()
    done = as_kari.post(url, form_of(page) | {"customer": "52", "reason": "Feil"})
    draft = Invoice.objects.get(customer__number="52")
    assert done["Location"] == f"/invoices/drafts/{draft.pk}/"
    assert "Invoice 20001 is credited" in said(done)
    assert "All of it is credited already" in as_kari.get(url).content.decode()


def test_who_gets_it_and_why_stay_when_some_is_credited_meanwhile(as_kari, kari):
    CustomerFactory(number="52", name="Rett AS")
    project = ProjectFactory(customer=CustomerFactory(name="Feil AS"))
    approved(project, by=kari)
    invoiced = final(drafts(project, by=kari)[0], kari)
    url = "/invoices/20001/move/"
    asked = form_of(as_kari.get(url)) | {"customer": "52", "reason": "Feil"}
    parts = {invoiced.lines.get().pk: Decimal(1)}
    correcting.credit(invoiced, parts=parts, release=False, by=kari)
    refused = as_kari.post(url, asked)
    assert refused.status_code == 422
    left = amount(invoiced.net - 1)
    assert f"{amount(invoiced.net)} was left, and now {left}." in banner_of(refused)
    again = form_of(refused)
    assert (again["customer"], again["reason"]) == (["52"], ["Feil"])
    done = as_kari.post(url, again)
    draft = Invoice.objects.get(customer__number="52")
    assert done["Location"] == f"/invoices/drafts/{draft.pk}/"


def test_what_cannot_be_moved_says_so_at_once(as_kari, made):
    assert "No work of a project" in as_kari.get("/invoices/20001/move/").content.decode()


def test_a_credit_note_is_not_credited(as_kari, kari, made):
    correcting.credit(made, parts=None, release=False, by=kari)
    url = "/invoices/20002/credit/"
    assert "A credit note cannot be credited" in as_kari.get(url).content.decode()
    assert as_kari.post(url, {"what": "whole"}).status_code == 422
    assert Invoice.objects.count() == 2


@pytest.mark.parametrize("page", ["credit", "move"])
def test_what_was_printed_is_made_before_its_work_can_change(as_kari, kari, page):
    """Of invoices that were finalised many at once nobody has asked for the PDF yet."""
    project = ProjectFactory(
        customer=CustomerFactory(number="51"), hours_specification="pdf", hours_rates=True
    )
    (entry,) = approved(project, by=kari, comment="Levelled the site")
    final(drafts(project, by=kari)[0], kari)
    url = f"/invoices/20001/{page}/"
    assert not InvoiceFile.objects.exists()
    to = {"customer": CustomerFactory(number="52").number} if page == "move" else {"final": "1"}
    assert as_kari.post(url, form_of(as_kari.get(url)) | to).status_code == 302
    entry.refresh_from_db()
    assert not BilledTime.objects.in_force().filter(line__invoice__number="20001").exists()
    kinds = InvoiceFile.objects.filter(invoice__number="20001").values_list("kind", flat=True)
    assert set(kinds) == {"pdf", "hours_pdf"}
