"""VAT is charged by whoever is in the VAT register when the invoice is final.

Credit notes are booked as their invoices were.
"""

import csv
import io

import pytest

from moment.ledger import crediting, exporting, finalising
from moment.ledger.finalising import CannotFinalise
from moment.ledger.models import InvoiceLine
from moment.models import CompanySettings
from tests import sheets
from tests.ledger.draft_pages import form_of
from tests.ledger.making import draft, invoice

pytestmark = pytest.mark.django_db


def final(made, by):
    return finalising.finalise(made, version=made.version, by=by)


def register(*, registered: bool) -> None:
    company = CompanySettings.current()
    company.vat_registered = registered
    company.save()


@pytest.mark.parametrize(("then", "now", "vat"), [(True, False, 0), (False, True, 250)])
def test_a_draft_from_before_is_not_final_with_the_vat_of_then(as_kari, kari, then, now, vat):
    made = draft(None, "1000")
    made.lines.update(vat_rate=25 if then else 0)
    register(registered=now)
    with pytest.raises(CannotFinalise, match="The VAT of “Line 0” is another by now"):
        final(made, kari)
    url = f"/invoices/drafts/{made.pk}/"
    assert as_kari.post(url, form_of(as_kari.get(url))).status_code == 302
    made.refresh_from_db()
    assert final(made, kari).vat == vat


def test_a_credit_note_is_booked_by_the_rate_of_its_invoice(as_kari, kari):
    made = invoice(None, "1000", currency="EUR", rate=11)
    note = crediting.draft_credit(made, parts=None, release=False, by=kari)
    url = f"/invoices/drafts/{note.pk}/"
    assert as_kari.post(url, form_of(as_kari.get(url)) | {"rate": "12"}).status_code == 302
    note.refresh_from_db()
    assert (final(note, kari).rate, note.version) == (11, 2)


def test_what_was_invoiced_with_vat_is_credited_with_it(as_kari, kari):
    made = invoice(None, "1000", vat_code="3")
    register(registered=False)
    note = crediting.draft_credit(made, parts=None, release=False, by=kari)
    url = f"/invoices/drafts/{note.pk}/"
    assert as_kari.post(url, form_of(as_kari.get(url))).status_code == 302
    note.refresh_from_db()
    assert final(note, kari).vat == -250
    assert InvoiceLine.objects.get(invoice=note).vat_rate == 25


def unregistered(by):
    """Make a final invoice of a company outside the VAT register, by codes with VAT and without."""
    register(registered=False)
    made = draft(None, "1000", "200", "30", "4", "5")
    codes = ["3", "31", "33", "5", "6"]
    for line, code in zip(made.lines.all(), codes, strict=True):
        line.vat_code, line.vat_rate = code, 0
        line.sales_account = "3010" if code == "33" else "3000"
        line.save()
    return final(made, by)


def exported(client, by):
    """Return the new rows of sales that accounting gets: number, account, code, rate, net, VAT."""
    export = exporting.export(by=by)
    response = client.get(f"/invoices/accounting/{export.pk}/")
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    names = ("Number", "Account", "VATCode", "VATPercent", "Net", "VAT", "Credit", "Debit")
    rows = csv.DictReader(io.StringIO(text), delimiter=";")
    return [tuple(row[name] for name in names) for row in rows if row["VATCode"]]


def test_accounting_takes_no_vat_out_of_what_was_sold_without(as_kari, kari):
    made = unregistered(kari)
    without = exported(as_kari, kari)
    assert without == [
        ("20001", "3000", "7", "0,00", "-1200,00", "0,00", "1200,00", ""),
        ("20001", "3010", "7", "0,00", "-30,00", "0,00", "30,00", ""),
        ("20001", "3000", "5", "0,00", "-4,00", "0,00", "4,00", ""),
        ("20001", "3000", "6", "0,00", "-5,00", "0,00", "5,00", ""),
    ]
    # What was chosen stays on the lines, and holds once we are in the register.
    assert [line.vat_code for line in made.lines.all()] == ["3", "31", "33", "5", "6"]
    register(registered=True)
    invoice(None, "1000", vat_code="3", by=kari)
    final(crediting.draft_credit(made, parts=None, release=False, by=kari), kari)
    assert exported(as_kari, kari) == [
        ("20002", "3000", "3", "25,00", "-1000,00", "-250,00", "1250,00", ""),
        *(
            ("20003", account, code, rate, net.removeprefix("-"), vat, "", credit)
            for _number, account, code, rate, net, vat, credit, _debit in without
        ),
    ]


def test_the_lines_of_invoices_have_the_codes_of_accounting(as_kari, kari):
    unregistered(kari)
    register(registered=True)
    invoice(None, "1000", vat_code="3", by=kari)
    found = sheets.plain(as_kari.get("/invoices/export/?of=lines&format=csv&sort=number"))
    assert [row["VAT code (SAF-T)"] for row in found] == ["7", "7", "7", "5", "6", "3"]


@pytest.mark.parametrize(("then", "vat"), [(True, -250), (False, 0)])
def test_what_is_written_on_a_credit_note_has_the_vat_of_its_invoice(as_kari, kari, then, vat):
    register(registered=then)
    made = draft(None, "1000")
    made.lines.update(vat_rate=25 if then else 0)
    made = final(made, kari)
    register(registered=not then)
    note = crediting.draft_credit(made, parts=None, release=False, by=kari)
    url = f"/invoices/drafts/{note.pk}/"
    form = form_of(as_kari.get(url))
    # In words of our own, in place of the line that is credited.
    assert as_kari.post(url, form | {"lines-0-id": ""}).status_code == 302
    note.refresh_from_db()
    assert note.lines.get().credited_id is None
    assert final(note, kari).vat == vat
