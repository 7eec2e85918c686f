"""VAT is charged by whoever is in the VAT register when the invoice is final.

Credit notes are booked as their invoices were.
"""

import pytest

from moment.ledger import crediting, finalising
from moment.ledger.finalising import CannotFinalise
from moment.ledger.models import InvoiceLine
from moment.models import CompanySettings
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
