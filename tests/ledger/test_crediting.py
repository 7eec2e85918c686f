"""A credit note takes back an invoice or parts of it, settles it, and sets its work free or not."""

from decimal import Decimal

import pytest

from moment.ledger import crediting, finalising
from moment.ledger.crediting import CannotCredit
from moment.ledger.finalising import CannotFinalise
from moment.ledger.holding import ChangedMeanwhile
from moment.ledger.models import BilledTime, Invoice, InvoiceLine, Match
from tests.factories import CustomerFactory, TimeEntryFactory
from tests.ledger.making import draft, invoice, payment

pytestmark = pytest.mark.django_db


def final(note, by):
    return finalising.finalise(note, version=note.version, by=by)


def credit(made, by, *amounts, release=False, **more):
    """Credit these amounts of the lines in their order, or all that is left; finalised."""
    keys = made.lines.values_list("pk", flat=True)
    parts = {key: Decimal(a) for key, a in zip(keys, amounts, strict=False) if a} or None
    return final(crediting.draft_credit(made, parts=parts, release=release, by=by, **more), by)


def billed(line, **columns):
    """Have hours stand on a line of a draft."""
    return BilledTime.objects.create(
        line=line, entry=TimeEntryFactory(), amount=line.amount, **columns
    )


def work(*amounts, customer=None, by, **columns):
    """Make a final invoice with hours on each line; return it with what is billed."""
    made = draft(customer, *amounts, **columns)
    rows = [billed(line) for line in made.lines.all()]
    return finalising.finalise(made, version=1, by=by), rows


def test_crediting_the_whole_settles_both(kari):
    made = invoice(
        None, "1000.50", "200", vat_code="3", contact="Eva Moen", currency="EUR", rate=11
    )
    note = credit(made, kari, reason="Wrong customer")
    made.refresh_from_db()
    note.refresh_from_db()
    assert (note.net, note.vat, note.gross) == (-made.net, -made.vat, -made.gross)
    assert (made.remaining, note.remaining, made.is_open, note.is_open) == (0, 0, False, False)
    assert (note.rate, note.currency, note.contact) == (11, "EUR", "Eva Moen")
    assert note.written.value("invoice_text") == "Wrong customer"
    assert (note.number, note.due_on, note.kid) == ("20002", note.issued_on, "")
    assert made.settled_on == note.settled_on == note.issued_on
    lines = note.lines.values_list("text", "amount", "vat_code", "vat_rate", "sales_account")
    vat = ("3", 25, "3000")
    assert list(lines) == [("Line 0", Decimal("-1000.50"), *vat), ("Line 1", -200, *vat)]


def test_hours_are_taken_back_with_their_quantity_only_where_all_of_them_are(kari):
    made = draft(None, "1000", "500")
    made.lines.update(quantity=10, price=100)
    made = final(made, kari)
    note = credit(made, kari, "1000", "200")
    assert list(note.lines.values_list("quantity", "price", "amount")) == [
        (-10, 100, -1000),
        (None, None, -200),
    ]


def test_parts_add_up_and_never_to_more_than_the_line(kari):
    made = invoice(None, "1000", "50")
    credit(made, kari, "400")
    first = made.lines.first()
    with pytest.raises(CannotCredit, match="So much is not left of “Line 0”"):
        crediting.draft_credit(made, parts={first.pk: Decimal("600.01")}, release=False, by=kari)
    with pytest.raises(CannotCredit, match="So much is not left"):
        crediting.draft_credit(made, parts={first.pk: Decimal(-1)}, release=False, by=kari)
    with pytest.raises(CannotCredit, match="Choose what to credit"):
        crediting.draft_credit(made, parts={0: Decimal(1)}, release=False, by=kari)
    with pytest.raises(CannotCredit, match="Choose what to credit"):
        crediting.draft_credit(made, parts={}, release=False, by=kari)
    rest = credit(made, kari)
    assert list(rest.lines.values_list("amount", flat=True)) == [-600, -50]
    made.refresh_from_db()
    assert made.remaining == 0
    with pytest.raises(CannotCredit, match="credited already"):
        crediting.draft_credit(made, parts=None, release=False, by=kari)
    assert Invoice.objects.count() == 3


def test_a_discount_is_taken_back_by_its_own_sign(kari):
    made = invoice(None, "1000", "-100")
    key = made.lines.last().pk
    for wrong in ("50", "-100.01"):
        with pytest.raises(CannotCredit):
            crediting.draft_credit(made, parts={key: Decimal(wrong)}, release=False, by=kari)
    note = credit(made, kari, "700", "-40")
    assert note.gross == -660
    assert [one.amount for one in crediting.left(made)] == [300, -60]


def test_drafts_count_as_credited_until_they_are_gone(kari):
    made = invoice(None, "100")
    note = crediting.draft_credit(made, parts=None, release=False, by=kari)
    with pytest.raises(CannotCredit, match="credited already"):
        crediting.draft_credit(made, parts=None, release=False, by=kari)
    note.lines.all().delete()
    note.delete()
    assert credit(made, kari).gross == -100


def test_what_was_shown_is_what_is_credited(kari):
    made = invoice(None, "100")
    shown = crediting.seen(crediting.left(made))
    parts = {made.lines.get().pk: Decimal(40)}
    crediting.draft_credit(made, parts=parts, release=False, by=kari, shown=shown)
    with pytest.raises(ChangedMeanwhile):
        crediting.draft_credit(made, parts=parts, release=False, by=kari, shown=shown)
    assert InvoiceLine.objects.filter(credited__invoice=made).count() == 1


def test_only_final_invoices_are_credited(kari):
    with pytest.raises(CannotCredit, match="Only a final invoice"):
        crediting.draft_credit(draft(), parts=None, release=False, by=kari)
    note = credit(invoice(), kari)
    with pytest.raises(CannotCredit, match="Only a final invoice"):
        crediting.draft_credit(note, parts=None, release=False, by=kari)


def test_a_draft_that_was_made_larger_since_is_not_finalised(kari):
    made = invoice(None, "100", "70")
    note = crediting.draft_credit(made, parts=None, release=False, by=kari)
    note.lines.filter(text="Line 0").update(amount=Decimal(-101))
    with pytest.raises(CannotFinalise, match="More than what is left of “Line 0”"):
        final(note, kari)
    note.lines.filter(text="Line 0").update(amount=Decimal(-100))
    values = {"vat_code": "5", "vat_rate": 0, "sales_account": "3000"}
    more = InvoiceLine(invoice=note, text="More", amount=Decimal(-1), **values)
    more.save()
    with pytest.raises(CannotFinalise, match="More is credited with 0 % VAT"):
        final(note, kari)
    more.delete()
    assert final(note, kari).gross == -170


def test_what_is_paid_already_stays_to_the_customers_credit(kari):
    made = invoice(None, "100")
    payment(made.customer, "70", made)
    note = credit(made, kari)
    made.refresh_from_db()
    note.refresh_from_db()
    assert (made.remaining, note.remaining, note.is_open) == (0, -70, True)
    assert Match.objects.get(credit_note=note).amount == 30


def test_work_is_set_free_only_on_lines_that_are_credited_in_whole(kari):
    made, rows = work("1000", "500", by=kari)
    note = credit(made, kari, "1000", "200", release=True)
    for row in rows:
        row.refresh_from_db()
    assert [row.released_by for row in rows] == [note, None]
    rest = credit(made, kari, release=True)
    rows[1].refresh_from_db()
    assert rows[1].released_by == rest
    # It can stand on another invoice now, and once only.
    again = draft()
    BilledTime.objects.create(line=again.lines.get(), entry=rows[0].entry)


def test_work_of_which_it_was_said_that_it_is_not_invoiced_again_stays(kari):
    made, rows = work("1000", "500", by=kari)
    credit(made, kari, "1000")
    rest = credit(made, kari, release=True)
    for row in rows:
        row.refresh_from_db()
    assert [row.released_by for row in rows] == [None, rest]


def test_work_is_not_set_free_unless_somebody_says_so(kari):
    made, (row,) = work("1000", by=kari)
    credit(made, kari)
    row.refresh_from_db()
    assert row.released_by is None


def test_work_at_no_price_is_set_free_too(kari):
    made, rows = work("1000", "0", by=kari)
    note = credit(made, kari, release=True)
    assert BilledTime.objects.filter(released_by=note).count() == len(rows) == 2
    with pytest.raises(CannotCredit, match="credited already"):
        crediting.draft_credit(made, parts=None, release=True, by=kari)


@pytest.fixture
def shared(kari):
    """A split in three: the one with the work, and what two others pay."""
    made, (row, _deduction) = work("1000", "-600", by=kari)
    parts = []
    for amount in ("400", "200"):
        one = draft(CustomerFactory(), amount, part_of=made)
        billed(one.lines.get(), holds=False)
        parts.append(final(one, kari))
    return made, parts, row


def test_a_split_is_set_free_once_all_of_it_is_credited(kari, shared):
    made, parts, row = shared
    for one in (made, *parts):
        with pytest.raises(CannotCredit, match="once all of them are credited"):
            crediting.draft_credit(one, parts=None, release=True, by=kari)
    credit(parts[0], kari)  # without setting anything free it goes one by one
    notes = [final(note, kari) for note in crediting.draft_split(parts[1], by=kari, reason="Feil")]
    assert [note.customer for note in notes] == [made.customer, parts[1].customer]
    row.refresh_from_db()
    assert row.released_by == notes[0]
    assert not BilledTime.objects.in_force().exists()
    with pytest.raises(CannotCredit, match="credited already"):
        crediting.draft_split(made, by=kari)


def test_a_split_is_not_set_free_half_way(kari, shared):
    made, _parts, row = shared
    first, *others = crediting.draft_split(made, by=kari)
    final(first, kari)
    row.refresh_from_db()
    assert row.released_by is None
    # The last of a split sets it free with one that is credited by itself.
    for note in others:
        final(note, kari)
    row.refresh_from_db()
    assert row.released_by == first
    # Each by its own: what comes back is a matter between us and that customer.
    for each in BilledTime.objects.select_related("line__invoice", "released_by"):
        assert each.released_by.customer == each.line.invoice.customer


def test_a_split_with_a_draft_waits_for_it(kari, shared):
    made, _parts, _row = shared
    waiting = draft(CustomerFactory(name="Vidde AS"), "10", part_of=made)
    for act in (
        lambda: crediting.draft_split(made, by=kari),
        lambda: crediting.draft_credit(made, parts=None, release=True, by=kari),
    ):
        with pytest.raises(CannotCredit, match="still a draft, for Vidde AS"):
            act()
    waiting.lines.all().delete()
    waiting.delete()
    assert len(crediting.draft_split(made, by=kari)) == 3
