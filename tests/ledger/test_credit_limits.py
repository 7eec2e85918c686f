"""No more is credited than was invoiced: of all, of each VAT, from its day on, and in coins."""

from contextlib import suppress
from datetime import date, datetime, time, timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from moment.ledger import correcting, crediting, editing, finalising
from moment.ledger.crediting import CannotCredit
from moment.ledger.finalising import CannotFinalise
from moment.ledger.models import Invoice, InvoiceLine
from tests.ledger.making import draft, invoice
from tests.ledger.test_credit_pages import form_of
from tests.ledger.test_credited_in_parts import by_rate, credit, left_of

pytestmark = pytest.mark.django_db


def mixed(by, *lines, currency="NOK") -> Invoice:
    """Make a final invoice of lines, each given by its amount and VAT."""
    made = draft(None, *(amount for amount, *_vat in lines), currency=currency, rate=1)
    for line, (_amount, code, rate) in zip(made.lines.all(), lines, strict=True):
        line.vat_code, line.vat_rate = code, rate
        line.save()
    return finalising.finalise(made, version=made.version, by=by)


def by_hand(note, amount, code, rate) -> InvoiceLine:
    """Write a line on a draft of a credit note; what is credited by it is above 0."""
    return InvoiceLine.objects.create(
        invoice=note,
        order=99,
        text="By hand",
        amount=-Decimal(amount),
        vat_code=code,
        vat_rate=rate,
        sales_account="3000",
    )


NONE, STANDARD, FOOD = ("5", 0), ("3", 25), ("31", 15)
MORE, ADDS = "More is credited with {} VAT", "does not add to what has {} VAT"


@pytest.mark.parametrize(
    ("lines", "credited", "written", "why"),
    [
        # VAT that was never charged, in place of what was not.
        ([("1000", *NONE)], ["0"], ("1000", *STANDARD), MORE.format("25 %")),
        ([("1000", *NONE)], ["999"], ("0.01", *STANDARD), MORE.format("25 %")),
        # More of one of two, and less of the other.
        (
            [("1000", *NONE), ("500", *STANDARD)],
            ["0", "500"],
            ("1", *STANDARD),
            MORE.format("25 %"),
        ),
        ([("1000", *NONE), ("500", *STANDARD)], ["1000", "0"], ("1", *NONE), MORE.format("0 %")),
        ([("1000", *NONE)], ["900"], ("90", "6", 0), r"More is credited with 0 % VAT \(code 6\)"),
        # Nor is anything charged by it.
        ([("1000", *NONE)], ["900"], ("-90", *STANDARD), ADDS.format("25 %")),
        ([("1000", *NONE), ("500", *FOOD)], ["900", "0"], ("-1", *FOOD), ADDS.format("15 %")),
        # What was deducted is not credited.
        (
            [("1000", *NONE), ("-500", *STANDARD)],
            ["100", "0"],
            ("1", *STANDARD),
            MORE.format("25 %"),
        ),
    ],
)
def test_no_vat_is_credited_that_was_not_invoiced(kari, lines, credited, written, why):
    made = mixed(kari, *lines)
    note = crediting.draft_credit(made, parts=None, release=False, by=kari)
    for line, amount in zip(note.lines.all(), credited, strict=True):
        line.amount, line.quantity = -Decimal(amount), None
        line.save()
    more = by_hand(note, *written)
    with pytest.raises(CannotFinalise, match=why):
        finalising.finalise(note, version=note.version, by=kari)
    more.delete()
    finalising.finalise(note, version=note.version, by=kari)
    credit(made, kari)
    assert left_of(made) == (0, 0, 0, 0)


def test_what_was_written_by_hand_counts_too(kari):
    """It takes of the VAT that was invoiced, also where it is of no line."""
    made = mixed(kari, ("1000", *STANDARD))
    first = crediting.draft_credit(made, parts=None, release=False, by=kari)
    first.lines.update(amount=0)
    by_hand(first, "400", *STANDARD)
    assert finalising.finalise(first, version=first.version, by=kari).gross == -500
    note = crediting.draft_credit(made, parts=None, release=False, by=kari)
    with pytest.raises(CannotFinalise, match="More is credited with 25 % VAT"):
        finalising.finalise(note, version=note.version, by=kari)
    note.lines.update(amount=Decimal(-600))
    finalising.finalise(note, version=note.version, by=kari)
    assert left_of(made) == (0, 0, 0, 0)


@pytest.mark.parametrize(
    ("lines", "part", "most"),
    [
        ([("1000", *NONE), ("-500", *STANDARD)], "500", "375"),
        # Whose net is nothing, while its VAT is not.
        ([("-1000", *NONE), ("1000", *STANDARD)], "200.01", "200"),
    ],
)
def test_a_part_is_never_more_than_the_whole(kari, lines, part, most):
    """A deduction with other VAT makes the whole less than its first lines."""
    made = mixed(kari, *lines)
    line = made.lines.get(amount=1000)
    for amount in (part, most):
        note = crediting.draft_credit(
            made, parts={line.pk: Decimal(amount)}, release=False, by=kari
        )
        if amount == part:
            with pytest.raises(CannotFinalise, match="More is credited than the invoice comes to"):
                finalising.finalise(note, version=note.version, by=kari)
            note.lines.all().delete()
            note.delete()
        else:
            finalising.finalise(note, version=note.version, by=kari)
    credit(made, kari)
    assert left_of(made) == (0, 0, 0, 0)


def bases_left(made) -> dict[str, Decimal]:
    """Return what is left of an invoice by VAT code."""
    rows = InvoiceLine.objects.filter(invoice__in=[made, *made.credit_notes.final()])
    found: dict[str, Decimal] = {}
    for line in rows:
        found[line.vat_code] = found.get(line.vat_code, Decimal(0)) + line.amount
    return found


@given(
    amounts=st.lists(st.integers(-15, 40), min_size=2, max_size=5),
    parts=st.lists(st.lists(st.integers(0, 25), min_size=5, max_size=5), min_size=1, max_size=4),
    shift=st.integers(0, 2),
)
@example(amounts=[40, -20], parts=[[20, 0, 0, 0, 0]], shift=2)
@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_all_that_is_left_can_be_credited_whatever_was_before(kari, amounts, parts, shift):
    """Parts take no more than there is, of all and of each VAT; the rest always goes."""
    coin, vats = Decimal("0.01"), [STANDARD, FOOD, NONE]
    lines = [(n * coin, *vats[(place + shift) % 3]) for place, n in enumerate(amounts)]
    with transaction.atomic():
        try:
            made = mixed(kari, *lines)
        except CannotFinalise:  # it comes to less than nothing
            transaction.set_rollback(True)
            return
        whole = bases_left(made)
        for wanted in parts:
            chosen = {
                one.line.pk: min(n * coin, abs(one.amount)).copy_sign(one.amount)
                for one, n in zip(crediting.left(made), wanted, strict=False)
                if one.amount and n
            }
            with suppress(CannotFinalise, CannotCredit):
                correcting.credit(made, parts=chosen, release=False, by=kari)
            assert left_of(made)[2] >= 0
            assert all(0 <= now * (whole[code] or -1) <= whole[code] ** 2
                       for code, now in bases_left(made).items())  # fmt: skip
        if not crediting.is_whole(crediting.left(made)):
            credit(made, kari)
        assert left_of(made) == (0, 0, 0, 0)
        assert set(by_rate(made).values()) <= {0}
        transaction.set_rollback(True)


def test_many_are_looked_at_with_four_queries(kari, django_assert_num_queries):
    notes = []
    for _each in range(3):
        made = mixed(kari, ("1000", *NONE), ("500", *STANDARD))
        credit(made, kari, "10")
        notes.append(crediting.draft_credit(made, parts=None, release=False, by=kari))
    rows = [(note, list(note.lines.all())) for note in Invoice.objects.drafts()]
    with django_assert_num_queries(4):
        assert crediting.problems_of(rows, date.today()) == [[], [], []]


def test_without_a_date_it_is_not_final_before_its_invoice_either(kari):
    """An empty date is the day on which it is finalised."""
    first = date.today() + timedelta(days=20)
    made = invoice(None, "100", issued_on=first)
    note = crediting.draft_credit(made, parts=None, release=False, by=kari)
    note.issued_on = None
    editing.save(note, list(note.lines.all()), version=note.version)
    note = Invoice.objects.get(pk=note.pk)
    (problem,) = crediting.problems(note, note.lines.all())
    assert problem.field == "issued_on"
    assert [len(found) for found in finalising.look([note])] == [0, 1]
    with pytest.raises(CannotFinalise, match="not dated before its invoice"):
        finalising.finalise(note, version=note.version, by=kari)
    at = datetime.combine(first, time(12), timezone.get_current_timezone())
    assert finalising.finalise(note, version=note.version, by=kari, at=at).issued_on == first


@pytest.mark.parametrize(
    ("currency", "amount"), [("JPY", "100.50"), ("JPY", "0.01"), ("NOK", "0.005")]
)
def test_only_coins_that_exist_are_credited(kari, currency, amount):
    made = invoice(None, "1001", "-101", currency=currency, rate=1)
    for line, sign in zip(made.lines.all(), (1, -1), strict=True):
        with pytest.raises(CannotCredit, match=f"{currency} has no such small coins"):
            crediting.draft_credit(
                made, parts={line.pk: sign * Decimal(amount)}, release=False, by=kari
            )
    assert not made.credit_notes.exists()


def test_a_rest_is_credited_though_there_are_no_coins_for_it(kari):
    """That of lines from before coins were looked at."""
    made = draft(None, "1001", currency="JPY", rate=1)
    made.lines.update(amount=Decimal("500.50"))
    made = finalising.finalise(made, version=made.version, by=kari)
    assert credit(made, kari, "500.50").net == Decimal("-500.50")
    assert crediting.is_whole(crediting.left(made))


def test_there_are_no_halves_of_a_yen(as_kari, kari):
    made = invoice(None, "1001", "-100", currency="JPY", rate=1, by=kari)
    url = f"/invoices/{made.number}/credit/"
    shown = form_of(as_kari.get(url))
    first, second = (f"line-{line.pk}" for line in made.lines.all())
    asked = shown | {"what": "lines", "final": "1", first: "500,50", second: "0,5"}
    refused = as_kari.post(url, asked)
    assert refused.status_code == 422
    assert refused.content.decode().count("JPY has no such small coins.") == 2
    assert form_of(refused)[first] == ["500,50"]
    assert Invoice.objects.count() == 1
    assert as_kari.post(url, asked | {first: "500", second: ""}).status_code == 302
    assert made.credit_notes.get().net == -500
