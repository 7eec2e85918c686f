"""What stands beside the lines of a draft, discarding it, and who may."""

from datetime import timedelta

import pytest
from auditlog.context import set_actor
from django.utils import timezone

from customers.models import Customer
from moment.ledger import correcting
from moment.ledger.models import Invoice, InvoiceLine
from moment.templatetags.moment import full_date
from tests.conftest import signed_in
from tests.factories import CustomerFactory, ProjectFactory, UserFactory
from tests.ledger import work
from tests.ledger.draft_pages import HTMX, form_of, said, three_lines
from tests.ledger.making import draft, invoice

pytestmark = pytest.mark.django_db


@pytest.fixture
def made():
    return three_lines()


@pytest.fixture
def url(made):
    return f"/invoices/drafts/{made.pk}/"


def test_where_it_goes_and_what_is_missing_follow_what_is_typed(as_kari, made, url):
    told = said(as_kari.get(url))
    assert "Where it will go E-mail post@fjell.example" in told
    assert "Before it can be finalised" not in told
    data = form_of(as_kari.get(url)) | {"invoice_type": "letter", "issued_on": "2031-01-01"}
    told = said(as_kari.post(f"{url}totals/", data, headers=HTMX))
    assert "Chosen for this invoice alone." in told
    assert "There is no address to send a letter to." in told
    assert "Before it can be finalised This date is too far away." in told
    made.customer.status = "blocked"
    made.customer.save()
    told = said(as_kari.get(url))
    assert "Fjell AS is blocked, so it cannot be invoiced." in told


def shown(as_kari, made) -> tuple[str, str]:
    """Return what the draft's page and its finalising say."""
    url = made.get_absolute_url()
    return said(as_kari.get(url)), said(as_kari.get(f"{url}finalise/"))


def test_a_buyer_with_neither_address_nor_number_is_hinted_at_and_final_all_the_same(as_kari):
    """By bokføringsforskriften § 5-1-1, 2, one of them stands on each document of sale."""
    customer = CustomerFactory(number="77", org_number="")
    made, told = draft(customer), "has neither an address nor a reg. no."
    assert [told in page for page in shown(as_kari, made)] == [True, True]
    link = 'href="/customers/77/edit/"'
    url = made.get_absolute_url()
    assert [link in as_kari.get(one).content.decode() for one in (url, f"{url}finalise/")] == [
        True, True,
    ]  # fmt: skip
    for columns in ({"org_number": "918212444"}, {"visiting_city": "Bodø"}):
        Customer.objects.update(**{"org_number": "", "visiting_city": ""} | columns)
        assert [told in page for page in shown(as_kari, made)] == [False, False]
    Customer.objects.update(org_number="", visiting_city="")
    assert as_kari.post(f"{url}finalise/", {"version": "1"})["Location"] == "/invoices/20001/"


def test_a_date_before_the_last_invoice_or_long_ago_is_hinted_at(as_kari):
    today = timezone.localdate()
    last = invoice(None, "100", issued_on=today - timedelta(days=2))
    before = f"Dated before invoice 20001 of {full_date(last.issued_on)}."
    old = "This date is more than a month back."
    made = draft()
    for day, hints in {
        None: [],
        last.issued_on: [],
        today - timedelta(days=3): [before],
        today - timedelta(days=31): [before],
        today - timedelta(days=32): [before, old],
    }.items():
        Invoice.objects.drafts().update(issued_on=day)
        for page in shown(as_kari, made):
            assert [text for text in (before, old) if text in page] == hints
    url = made.get_absolute_url()
    data = form_of(as_kari.get(url)) | {"issued_on": f"{today - timedelta(days=3)}"}
    assert before in said(as_kari.post(f"{url}totals/", data, headers=HTMX))
    assert as_kari.post(f"{url}finalise/", {"version": "1"})["Location"] == "/invoices/20002/"


def test_a_credit_note_is_the_last_one_too(as_kari, kari):
    correcting.credit(invoice(None, "100"), parts=None, release=False, by=kari)
    made = draft(issued_on=timezone.localdate() - timedelta(days=1))
    for page in shown(as_kari, made):
        assert "Dated before credit note 20002 of" in page


def test_it_says_who_made_it(as_kari, url, kari):
    with set_actor(kari):
        made = draft(None, "100")
    for reader in (as_kari, signed_in(UserFactory(roles=["View customer economy"]))):
        assert f"made today by {kari}" in said(reader.get(made.get_absolute_url()))
    assert "made today" not in said(as_kari.get(url))


def test_lines_with_work_that_are_removed_say_what_is_free(as_kari):
    project = ProjectFactory()
    work.approved(project, 3)
    (made,) = work.drafts(project)
    url = made.get_absolute_url()
    page = as_kari.post(url, form_of(as_kari.get(url)) | {"line": "drop-0"})
    assert "Once this is saved: Free to be invoiced again: 3 h." in said(page)
    page = as_kari.post(url, form_of(page), follow=True)
    assert "The draft is saved. Free to be invoiced again: 3 h." in said(page)


def test_a_split_shows_the_others_and_its_work_stays(as_kari):
    project = work.shared((CustomerFactory(name="Vidde AS"), 40))
    work.approved(project, 2)
    whole, part = work.drafts(project)
    page = as_kari.get(whole.get_absolute_url())
    assert f'href="{part.get_absolute_url()}">Vidde AS' in page.content.decode()
    data = form_of(as_kari.post(whole.get_absolute_url(), form_of(page) | {"line": "drop-0"}))
    response = as_kari.post(whole.get_absolute_url(), data)
    assert response.status_code == 422
    assert "Several customers pay for this work, so its lines stay." in said(response)
    assert "with the work" in said(as_kari.get(part.get_absolute_url()))


def test_a_credit_note_is_typed_positive_and_stored_negative(as_kari):
    final = invoice(None, "1000", "500")
    note = draft(
        final.customer, "-400", kind="credit_note", credits=final, releases=True, net=-400,
        vat_code="5",
    )  # fmt: skip
    url = note.get_absolute_url()
    page = as_kari.get(url)
    told = said(page)
    assert f"Invoice {final.number} Once this is finalised, the work can be invoiced again" in told
    assert "Credited NOK 400.00" in told
    data = form_of(page)
    assert data["lines-0-amount"] == ["400.00"]
    assert not {"credit_terms", "currency"} & data.keys()
    typed = {"lines-0-quantity": "2", "lines-0-price": "100"}
    assert as_kari.post(url, data | typed).status_code == 302
    line = note.lines.get()
    assert (line.quantity, line.price, line.amount) == (-2, 100, -200)
    note.refresh_from_db()
    assert note.gross == -200
    assert form_of(as_kari.get(url))["lines-0-quantity"] == ["2"]


def test_saved_buttons_lead_on(as_kari, made, url):
    response = as_kari.post(url, form_of(as_kari.get(url)) | {"then": "preview"})
    assert response["Location"] == f"{url}?preview=1#preview"
    assert f'<iframe src="{url}pdf/#' in as_kari.get(f"{url}?preview=1").content.decode()
    data = form_of(as_kari.get(f"{url}?preview=1"))
    assert as_kari.post(f"{url}?preview=1", data)["Location"] == f"{url}?preview=1#preview"


# Discarding, and who may


def test_discarding_says_what_becomes_free_and_does_it(as_kari):
    project = work.shared((CustomerFactory(name="Vidde AS"), 40))
    work.approved(project, 2)
    whole, part = work.drafts(project)
    asked = said(as_kari.get(f"{part.get_absolute_url()}discard/", headers=HTMX))
    assert project.customer.name in asked
    assert "Free to be invoiced again: 2 h." in asked
    url = f"{part.get_absolute_url()}discard/"
    assert as_kari.post(url, {"version": "99"}).status_code == 422
    assert Invoice.objects.count() == 2
    response = as_kari.post(url, {"version": str(part.version)})
    assert (response.status_code, response["Location"]) == (302, "/invoices/drafts/")
    assert not Invoice.objects.exists()
    assert as_kari.get(whole.get_absolute_url()).status_code == 404


def test_what_is_final_is_read_and_not_edited(as_kari):
    final = invoice(None, "1")
    url = f"/invoices/drafts/{final.pk}/"
    assert as_kari.get(url)["Location"] == f"/invoices/{final.number}/"
    response = as_kari.post(f"{url}discard/", {"version": str(final.version)})
    assert "It is final, so it stays." in said(response)
    assert as_kari.get("/invoices/drafts/999999999999999999999/").status_code == 404


def test_who_may_only_look_reads_and_changes_nothing(as_kari, made, url):
    made.invoice_settings |= {"your_reference": "Ref 7", "invoice_text": "Hello"}
    made.save()
    looker = signed_in(UserFactory(roles=["View customers", "View customer economy"]))
    page = looker.get(url).content.decode()
    for words in ("Survey", "34,490.00", "Ref 7", "Hello", "30 days"):
        assert words in page
    for words in ('name="lines-0-text"', "Discard", "Finalise"):
        assert words not in page
    data = form_of(as_kari.get(url))
    for address in (url, f"{url}totals/", f"{url}discard/"):
        assert looker.post(address, data).status_code == 403
    assert InvoiceLine.objects.count() == 3


def test_who_may_not_see_money_sees_nothing(as_per, made, url):
    for address in (url, f"{url}totals/", f"{url}discard/", "/invoices/drafts/new/"):
        assert as_per.get(address).status_code == 403
