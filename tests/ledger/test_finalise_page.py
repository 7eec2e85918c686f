"""Finalising a draft from its page: what will happen is said, and a double click does it once."""

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext

from customers.models import Customer
from moment.ledger import crediting, finalising
from moment.ledger.models import Invoice, InvoiceFile
from tests.factories import CustomerFactory, UserFactory
from tests.ledger.ehf_making import buyer, ehf_draft, ehf_invoice, line
from tests.ledger.making import draft

pytestmark = pytest.mark.django_db
ALL = "/invoices/drafts/finalise/"


def url(made, page="finalise"):
    return f"/invoices/drafts/{made.pk}/{page}/"


def test_it_says_what_will_happen(as_kari):
    made = draft(CustomerFactory(name="Fjell AS", email="post@fjell.example"), "1000")
    html = as_kari.get(url(made)).content.decode()
    for words in ("20001", "Fjell AS", "1,250.00", "E-mail", "post@fjell.example"):
        assert words in html
    assert not Invoice.objects.final().exists()


def test_it_is_final_with_its_documents(as_kari):
    made = draft(None, "1000")
    response = as_kari.post(url(made), {"version": "1"})
    assert response["Location"] == "/invoices/20001/"
    final = Invoice.objects.get()
    assert (final.number, final.finalised_by.username) == ("20001", "kari")
    assert final.files.filter(kind=InvoiceFile.Kind.PDF).exists()


def test_and_it_is_sent_next_where_that_was_pressed(as_kari):
    made = draft(None, "1000")
    response = as_kari.post(url(made), {"version": "1", "then": "send"})
    assert response["Location"] == "/invoices/20001/deliver/"


def test_the_second_of_a_double_click_is_told_and_led_there(as_kari):
    made = draft(None, "1000")
    as_kari.post(url(made), {"version": "1"})
    response = as_kari.post(url(made), {"version": "1"}, follow=True)
    assert response.redirect_chain[-1][0] == "/invoices/20001/"
    assert "It is final already: Invoice 20001." in response.content.decode()
    assert Invoice.objects.count() == 1
    assert as_kari.get(url(made))["Location"] == "/invoices/20001/"


def test_who_finalises_at_the_same_time_is_told_too(as_kari, monkeypatch):
    made, real = draft(None, "1000"), finalising.finalise

    def late(one, **values):
        real(one, version=1, by=UserFactory())
        return real(one, **values)

    monkeypatch.setattr(finalising, "finalise", late)
    response = as_kari.post(url(made), {"version": "1"})
    assert response["Location"] == "/invoices/20001/"


def test_what_was_changed_meanwhile_is_shown_again_first(as_kari):
    made = draft(None, "1000")
    Invoice.objects.update(version=2)
    response = as_kari.post(url(made), {"version": "1"})
    assert response.status_code == 422
    assert "Somebody has changed the draft meanwhile" in response.content.decode()
    assert as_kari.post(url(made), {"version": "2"}).status_code == 302


def test_problems_stand_there_and_there_is_no_button(as_kari):
    made = ehf_draft(line("100"), settings={"your_reference": None})
    html = as_kari.get(url(made)).content.decode()
    assert html.count("(rule PEPPOL-EN16931-R003)") == 1
    assert 'value="send"' not in html
    response = as_kari.post(url(made), {"version": "1"})
    assert response.status_code == 422
    assert "(rule PEPPOL-EN16931-R003)" in response.content.decode()
    assert not Invoice.objects.final().exists()


def test_where_ehf_is_not_possible_it_says_why_and_what_happens_instead(as_kari):
    customer = buyer(org_number="", email="post@fjell.example")
    made = ehf_draft(line("100"), customer=customer)
    html = as_kari.get(url(made)).content.decode()
    assert "EHF is not possible: there is no company reg. no." in html
    assert "Invoices go by e-mail instead." in html


def test_several_at_once_and_who_fails_is_named(as_kari):
    good = [draft(CustomerFactory(name=f"Kunde {n}"), "100") for n in range(3)]
    blocked = draft(CustomerFactory(name="Sperret AS", status=Customer.Status.BLOCKED), "100")
    older = draft(CustomerFactory(name="Endret AS"), "100")
    Invoice.objects.filter(pk=older.pk).update(version=3)
    keys = [f"{one.pk}:1" for one in (*good, blocked, older)]
    response = as_kari.post("/invoices/drafts/finalise/", {"draft": [*keys, "x", "9" * 40]})
    assert response["Location"] == ("/invoices/deliver/?invoice=20001&invoice=20002&invoice=20003")
    html = as_kari.get(response["Location"]).content.decode()
    assert "3 are final." in html
    assert "Sperret AS: Sperret AS is blocked, so it cannot be invoiced." in html
    assert "Endret AS: Somebody has changed it meanwhile." in html


def test_several_are_asked_about_first(as_kari, django_assert_max_num_queries):
    rows = [draft(CustomerFactory(name=f"Kunde {n}"), "100") for n in range(3)]
    rows.append(draft(None, "10.10", currency="EUR", rate=11))
    blocked = draft(CustomerFactory(name="Sperret AS", status=Customer.Status.BLOCKED), "100")
    keys = [f"{one.pk}:{one.version}" for one in (*rows, blocked)]
    html = as_kari.get(ALL, {"draft": keys}).content.decode()
    for words in ("Finalise 4 drafts", "NOK 375.00", "EUR 12.63", "from 20001", "“Invoices”",
                  "1 is left out", "Sperret AS is blocked"):  # fmt: skip
        assert words in html
    assert [key in html for key in keys] == [True] * 4 + [False]
    assert not Invoice.objects.final().exists()
    with django_assert_max_num_queries(20):
        as_kari.get(ALL, {"draft": keys}, headers={"HX-Request": "true"})
    only = as_kari.get(ALL, {"draft": keys[-1]}).content.decode()
    assert 'class="btn btn--primary"' not in only
    for nothing in ({}, {"draft": "999999:1"}, {"draft": ["x", ":"]}):
        response = as_kari.get(ALL, nothing, follow=True)
        assert "Tick the drafts that are to be finalised." in response.content.decode()
    assert as_kari.post(ALL).status_code == 302


def test_many_credit_notes_take_no_more_queries(as_kari):
    notes = [
        crediting.draft_credit(ehf_invoice(), parts=None, release=False, by=UserFactory())
        for _n in range(4)
    ]
    keys = [f"{one.pk}:{one.version}" for one in notes]
    counts = []
    for some in (keys[:1], keys[:1], keys):
        with CaptureQueriesContext(connection) as queries:
            as_kari.get("/invoices/drafts/finalise/", {"draft": some})
        counts.append(len(queries))
    assert counts[1] == counts[2]


def test_drafts_are_ticked_in_their_list_all_of_a_page_too(as_kari):
    rows = [draft(None, "100") for _n in range(3)]
    html = as_kari.get("/invoices/drafts/").content.decode()
    assert html.count('name="draft"') == 3
    assert "Select all 3 of this page" in html
    assert html.count(" checked") == 0
    html = as_kari.get("/invoices/drafts/?select=page").content.decode()
    assert html.count(" checked ") == 3
    for one in rows:
        assert f'value="{one.pk}:{one.version}"' in html


def test_who_only_looks_ticks_nothing(client):
    looker = UserFactory()
    looker.user_permissions.add(Permission.objects.get(codename="view_invoice"))
    client.force_login(looker)
    draft(None, "100")
    html = client.get("/invoices/drafts/?select=page").content.decode()
    for part in ('name="draft"', "Finalise", "Select"):
        assert part not in html


def test_per_sees_and_does_nothing(as_per):
    made, final = draft(None, "1000"), ehf_invoice()
    for address in (url(made), "/invoices/deliver/", f"/invoices/{final.number}/ehf/",
                    f"/invoices/{final.number}/deliver/"):  # fmt: skip
        assert as_per.get(address).status_code == 403
    assert as_per.post("/invoices/drafts/finalise/", {"draft": f"{made.pk}:1"}).status_code == 403
    assert not Invoice.objects.filter(pk=made.pk, number__isnull=False).exists()
