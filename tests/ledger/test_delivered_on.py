"""A document of sale tells when things were delivered: its lines do, or its head does."""

from datetime import date, timedelta
from importlib import import_module

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from moment.ledger import correcting, finalising
from moment.ledger.ehf import build, official
from moment.ledger.models import Invoice
from tests.factories import CustomerFactory, ProjectFactory
from tests.ledger import papers
from tests.ledger.draft_pages import errors_of, form_of, said
from tests.ledger.ehf_making import ehf_credit_note, ehf_invoice, line
from tests.ledger.making import draft, invoice
from tests.ledger.test_ehf import value, values
from tests.ledger.work import approved, drafts

pytestmark = pytest.mark.django_db

ISSUED, TYPED = date(2026, 11, 20), date(2026, 10, 31)
PERIOD = {"first_day": date(2026, 10, 1), "last_day": date(2026, 10, 30)}


def final(made, by):
    return Invoice.objects.get(pk=finalising.finalise(made, version=made.version, by=by).pk)


@pytest.mark.parametrize(
    ("typed", "lines", "expected"),
    [
        (None, [{}], ISSUED),
        (None, [PERIOD, {}], ISSUED),
        (None, [PERIOD, {"kind": "plan"}], ISSUED),
        (None, [PERIOD, PERIOD], None),
        (None, [PERIOD, {"kind": "discount"}, {"kind": "charge"}], None),
        (None, [{"kind": "charge"}], ISSUED),
        (TYPED, [{}], TYPED),
        (TYPED, [PERIOD], TYPED),
    ],
)
def test_what_lines_do_not_tell_is_written_down_as_it_becomes_final(kari, typed, lines, expected):
    made = draft(None, *["100"] * len(lines), issued_on=ISSUED, delivered_on=typed)
    for row, columns in zip(made.lines.all(), lines, strict=True):
        made.lines.filter(pk=row.pk).update(**columns)
    assert final(made, kari).delivered_on == expected


def test_without_a_date_of_issue_it_is_the_day_of_finalising(kari):
    one, other = draft(), draft()
    done, failed = finalising.finalise_all([one, other], kari)
    assert failed == []
    today = timezone.localdate()
    assert [(row.issued_on, row.delivered_on) for row in done] == [(today, today)] * 2


def test_a_credit_note_has_none(kari):
    made = invoice(None, "100", by=kari, issued_on=ISSUED)
    assert made.delivered_on == ISSUED
    note = correcting.credit(made, parts=None, release=False, by=kari)
    assert Invoice.objects.get(pk=note.pk).delivered_on is None


def test_moved_to_another_customer_it_was_delivered_when_it_was(kari):
    project = ProjectFactory(customer=CustomerFactory())
    approved(project, 2, by=kari)
    (made,) = drafts(project, by=kari)
    Invoice.objects.filter(pk=made.pk).update(delivered_on=TYPED)
    moved = correcting.move(
        final(Invoice.objects.get(pk=made.pk), kari), CustomerFactory(), by=kari
    )
    assert [Invoice.objects.get(pk=one.pk).delivered_on for one in moved.drafts] == [TYPED]


def test_the_database_keeps_it(kari):
    made = invoice(None, "100", by=kari)
    for day in (None, TYPED):
        with pytest.raises(IntegrityError, match="final in the ledger"), transaction.atomic():
            Invoice.objects.filter(pk=made.pk).update(delivered_on=day)
    made.refresh_from_db()
    assert made.delivered_on == timezone.localdate()


def test_those_final_before_it_stay_without(kari, as_kari):
    made = invoice(None, "100", by=kari)
    sealed = import_module("moment.ledger.migrations.0002_sealed")
    with connection.cursor() as cursor:
        for sql in sealed.removals(connection.vendor):
            cursor.execute(sql)
        Invoice.objects.filter(pk=made.pk).update(delivered_on=None)
        for sql in sealed.statements(connection.vendor, sealed._columns(apps)):
            cursor.execute(sql)
    made.refresh_from_db()
    assert "Delivered" not in papers.text(made)
    assert values(build.xml(made, list(made.lines.all())), "cac:Delivery") == []
    assert "<dt>Delivered</dt>" not in as_kari.get(made.get_absolute_url()).content.decode()


@pytest.mark.parametrize(
    ("language", "day"), [("en", "31 Oct 2026"), ("nb", "31. okt. 2026")], ids=["en", "nb"]
)
def test_it_stands_on_the_document(kari, as_kari, language, day):
    papers.company()
    made = draft(papers.customer(language=language), "100", issued_on=ISSUED, delivered_on=TYPED)
    assert day in papers.text(made)  # of the draft, as it would be
    made = final(made, kari)
    assert papers.text(made).count(day) == 1
    assert "<dt>Delivered</dt><dd>31 Oct 2026" in as_kari.get(
        made.get_absolute_url()
    ).content.decode().replace("\n", "")


def test_a_draft_shows_what_it_would_say():
    papers.company()
    made = draft(papers.customer(), "100", issued_on=ISSUED)
    assert "Invoice date 20 Nov 2026 Delivered 20 Nov 2026 Due date" in papers.text(made)
    made.lines.update(**PERIOD)
    assert "Delivered" not in papers.text(made)


def test_an_ehf_says_it_once_and_in_its_place():
    made = ehf_invoice(line("100"), line("50", **PERIOD), issued_on=ISSUED, delivered_on=TYPED)
    xml = build.xml(made, list(made.lines.all()))
    assert [str(one) for one in official.check(xml) if not one.is_warning] == []
    assert value(xml, "cac:Delivery/cbc:ActualDeliveryDate") == "2026-10-31"
    assert value(xml, "cac:InvoicePeriod/cbc:StartDate") == "2026-10-01"
    before, after = "cac:AccountingCustomerParty", "cac:PaymentMeans"
    place = f"cac:Delivery[preceding-sibling::*[1]/self::{before}]"
    assert len(values(xml, f"{place}[following-sibling::*[1]/self::{after}]")) == 1
    note = ehf_credit_note(made)
    assert values(build.xml(note, list(note.lines.all())), "cac:Delivery") == []
    hours = ehf_invoice(line("50", **PERIOD))
    assert values(build.xml(hours, list(hours.lines.all())), "cac:Delivery") == []


def test_it_is_typed_in_the_editor(as_kari):
    made = draft()
    url = made.get_absolute_url()
    page = as_kari.get(url)
    assert form_of(page)["delivered_on"] == [""]
    assert "Empty: the date of the invoice, for lines without a period." in said(page)
    assert as_kari.post(url, form_of(page) | {"delivered_on": "2026-10-31"}).status_code == 302
    made.refresh_from_db()
    assert made.delivered_on == TYPED
    data = form_of(as_kari.get(url))
    assert data["delivered_on"] == ["2026-10-31"]
    assert as_kari.post(url, data | {"delivered_on": ""}).status_code == 302
    made.refresh_from_db()
    assert made.delivered_on is None


def test_it_is_at_most_a_year_ahead(as_kari):
    made = draft()
    url, today = made.get_absolute_url(), timezone.localdate()
    typed = form_of(as_kari.get(url))
    for wrong, words in {
        f"{today + timedelta(days=367)}": "This is more than a year from now. Is the year right?",
        "0026-11-02": "Is the year right? It is 26.",
        "31.10.26x": "Enter a valid date.",
    }.items():
        response = as_kari.post(url, typed | {"delivered_on": wrong})
        assert response.status_code == 422
        assert errors_of(response) == [words]
        assert form_of(response)["delivered_on"] == [wrong]
    assert (
        as_kari.post(url, typed | {"delivered_on": f"{today + timedelta(days=365)}"}).status_code
        == 302
    )


def test_a_draft_of_a_credit_note_has_no_such_field(as_kari):
    made = draft(None, "-1", kind="credit_note", credits=invoice(None, "100"))
    url = made.get_absolute_url()
    data = form_of(as_kari.get(url))
    assert "delivered_on" not in data
    assert as_kari.post(url, data | {"delivered_on": "2026-10-31"}).status_code == 302
    made.refresh_from_db()
    assert made.delivered_on is None
