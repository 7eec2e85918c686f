"""An invoice that is credited in parts comes to nothing in the end, VAT to the coin."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from customers.models import NumberSeries
from moment.ledger import crediting, document, finalising, journal, totals
from moment.ledger.ehf import build, rules
from moment.ledger.finalising import CannotFinalise
from moment.ledger.models import Invoice
from moment.models import CompanySettings
from tests.ledger.making import draft, invoice

pytestmark = pytest.mark.django_db


def credit(made, by, *amounts):
    """Credit these amounts of the lines in their order, or all that is left; finalised."""
    keys = made.lines.values_list("pk", flat=True)
    parts = {key: Decimal(a) for key, a in zip(keys, amounts, strict=False) if a} or None
    note = crediting.draft_credit(made, parts=parts, release=False, by=by)
    return finalising.finalise(note, version=note.version, by=by)


def left_of(made) -> tuple[Decimal, Decimal, Decimal, Decimal]:
    """Return net, VAT and gross of an invoice with all that credits it, and what is open."""
    rows = [made, *made.credit_notes.final()]
    made.refresh_from_db()
    open_now = sum(
        Invoice.objects.filter(pk__in=[r.pk for r in rows]).values_list("remaining", flat=True)
    )
    return (
        *(sum(getattr(row, name) for row in rows) for name in ("net", "vat", "gross")),
        open_now,
    )


# Halves and thirds whose VAT is rounded to more, or to less, than that of the whole.
PARTS = [
    ("NOK", "0.10", ["0.05", None]),
    ("NOK", "0.04", ["0.02", None]),
    ("NOK", "100.02", ["33.34", "33.34", None]),
    ("NOK", "1000.01", ["0.01"] * 6 + [None]),
    ("JPY", "1001", ["333", "333", None]),
    ("ISK", "6", ["2", "2", None]),
]


@pytest.mark.parametrize(("currency", "whole", "parts"), PARTS)
def test_the_last_part_takes_what_is_left_of_the_vat(kari, currency, whole, parts):
    made = invoice(None, whole, vat_code="3", currency=currency, rate=1)
    for part in parts:
        credit(made, kari, part)
    assert left_of(made) == (0, 0, 0, 0)


def test_of_several_rates_nothing_is_left_either(kari):
    made = draft(None, "100.02", "100.02", "100.02", vat_code="3")
    for line, (code, rate) in zip(
        made.lines.all(), [("3", 25), ("31", 15), ("33", 12)], strict=True
    ):
        line.vat_code, line.vat_rate = code, rate
        line.save()
    made = finalising.finalise(made, version=made.version, by=kari)
    for parts in (["33.34"] * 3, ["33.34"] * 3, []):
        credit(made, kari, *parts)
    assert left_of(made) == (0, 0, 0, 0)


def by_rate(made) -> dict[Decimal, Decimal]:
    """Return the VAT of an invoice with all that credits it by rate, as their journals have it."""
    found: dict[Decimal, Decimal] = {}
    for one in [made, *made.credit_notes.final()]:
        lines = list(one.lines.all())
        for vat in totals.of(one, lines).vats:
            found[vat.rate] = found.get(vat.rate, 0) + vat.amount
        booked = [x for x in journal.entries(one, lines, one.currency) if x.vat_rate is not None]
        assert sum(x.vat for x in booked) == -one.vat
        for rate in {x.vat_rate for x in booked}:
            of_rate = sum(x.vat for x in booked if x.vat_rate == rate)
            assert of_rate == -next(v.amount for v in totals.of(one, lines).vats if v.rate == rate)
    return found


@given(
    amounts=st.lists(st.integers(1, 40), min_size=2, max_size=5),
    credited=st.lists(st.lists(st.integers(0, 12), min_size=5, max_size=5), min_size=1, max_size=4),
    currency=st.sampled_from(["NOK", "ISK"]),
)
@example(amounts=[1, 4], credited=[[1, 1, 0, 0, 0]], currency="NOK")
@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_of_each_rate_nothing_is_left(kari, amounts, credited, currency):
    """Notes of one invoice are off by a coin at one rate, and by another at another."""
    unit = Decimal("0.01") if currency == "NOK" else Decimal(1)
    with transaction.atomic():
        made = draft(None, *(n * unit for n in amounts), currency=currency, rate=1)
        codes = [("3", 25), ("31", 15), ("33", 12)]
        for place, line in enumerate(made.lines.all()):
            line.vat_code, line.vat_rate = codes[place % 3]
            line.save()
        made = finalising.finalise(made, version=made.version, by=kari)
        for parts in [*credited, None]:
            left = crediting.left(made)
            wanted = {
                one.line.pk: min(one.amount, n * unit)
                for one, n in zip(left, parts or (), strict=False)
                if one.amount and n
            }
            if all(one.is_whole for one in left) or (parts and not wanted):
                continue
            note = crediting.draft_credit(made, parts=wanted or None, release=False, by=kari)
            finalising.finalise(note, version=note.version, by=kari)
        assert set(by_rate(made).values()) == {0}
        assert left_of(made) == (0, 0, 0, 0)
        transaction.set_rollback(True)


def of_two_rates(by) -> tuple[Invoice, list[dict[int, Decimal]]]:
    """Make an invoice with two rates, and parts whose VAT depends on which is credited first."""
    made = draft(None, "0.02", "0.03", vat_code="3")
    made.lines.filter(order=1).update(vat_code="31", vat_rate=15)
    made = finalising.finalise(made, version=made.version, by=by)
    first, second = made.lines.values_list("pk", flat=True)
    parts = [{first: "0.01", second: "0.02"}, {first: "0.01", second: "0.01"}]
    return made, [{key: Decimal(part) for key, part in one.items()} for one in parts]


def split_of(note) -> list[tuple[Decimal, Decimal]]:
    """Return the VAT of a credit note by rate, as it is read again."""
    note = Invoice.objects.get(pk=note.pk)
    return [(vat.rate, vat.amount) for vat in totals.of(note, note.lines.all()).vats]


@pytest.mark.parametrize("change", [{"prefix": "A"}, {"first": 1, "next": 1}, {}])
def test_the_vat_by_rate_stays_when_the_number_series_changes(kari, change):
    """Later numbers can be smaller ones."""
    NumberSeries.objects.filter(kind="invoice").update(prefix="B")
    made, parts = of_two_rates(kari)
    notes, said = [], []
    for part in parts:
        note = crediting.draft_credit(made, parts=part, release=False, by=kari)
        said.append([(vat.rate, vat.amount) for vat in totals.of(note, note.lines.all()).vats])
        notes.append(finalising.finalise(note, version=note.version, by=kari))
        NumberSeries.objects.filter(kind="invoice").update(**{"prefix": "B", **change})
    assert said[0] == [(25, Decimal("-0.01")), (15, 0)]
    assert [split_of(note) for note in notes] == said
    assert set(by_rate(made).values()) == {0}


def test_who_waited_for_another_credit_note_is_after_it(kari, monkeypatch):
    """Its number and its VAT are, also where somebody pressed the button earlier."""
    made, parts = of_two_rates(kari)
    notes = [crediting.draft_credit(made, parts=p, release=False, by=kari) for p in parts]
    lock, ahead = finalising.holding.look_and_lock, [notes[0]]

    def waiting(keys):
        for note in [ahead.pop()] if ahead else ():
            finalising.finalise(note, version=note.version, by=kari)
        return lock(keys)

    monkeypatch.setattr("moment.ledger.holding.look_and_lock", waiting)
    late = finalising.finalise(notes[1], version=notes[1].version, by=kari)
    assert late.number == "20003"
    assert split_of(notes[0]) == [(25, Decimal("-0.01")), (15, 0)]
    assert set(by_rate(made).values()) == {0}


def test_what_was_credited_by_a_draft_is_reckoned_when_it_is_final(kari):
    """Two drafts, made before either is final, are final in the other order."""
    made = invoice(None, "0.10", vat_code="3")
    key = made.lines.get().pk
    notes = [
        crediting.draft_credit(made, parts={key: Decimal("0.05")}, release=False, by=kari)
        for _each in range(2)
    ]
    for note in reversed(notes):
        finalising.finalise(note, version=note.version, by=kari)
    assert left_of(made) == (0, 0, 0, 0)


def test_it_is_not_dated_before_its_invoice(kari):
    """Else the customer would have had something to its credit before it owed anything."""
    made = invoice(None, "100", issued_on=date.today() + timedelta(days=9))
    note = crediting.draft_credit(made, parts=None, release=False, by=kari)
    assert note.issued_on == made.issued_on
    Invoice.objects.filter(pk=note.pk).update(issued_on=made.issued_on - timedelta(days=1))
    with pytest.raises(CannotFinalise, match="not dated before its invoice"):
        finalising.finalise(note, version=note.version, by=kari)


def test_it_has_the_vat_of_its_invoice(kari):
    made = invoice(None, "100", vat_code="3")
    note = crediting.draft_credit(made, parts=None, release=False, by=kari)
    note.lines.update(vat_code="5", vat_rate=0)
    with pytest.raises(CannotFinalise, match="credited with the VAT that it was invoiced with"):
        finalising.finalise(note, version=note.version, by=kari)


def test_all_that_is_made_of_a_credit_note_has_its_vat(kari):
    """PDF, EHF and journal say what is booked, also where that is a coin off by itself."""
    made = invoice(None, "0.10", vat_code="3")
    note = credit(made, kari, "0.05")
    credit(made, kari)
    lines = list(note.lines.all())
    assert (note.net, note.vat, note.gross) == (
        Decimal("-0.05"),
        Decimal("-0.02"),
        Decimal("-0.07"),
    )
    assert totals.printed(note, lines).gross == Decimal("0.07")
    assert document.of(note, CompanySettings.current()).totals.vat == Decimal("0.02")
    booked = journal.entries(note, lines, "NOK")
    assert sum(one.gross for one in booked) == sum(one.booked for one in booked) == 0
    assert booked[1].vat == Decimal("0.02")
    named = {one.rule for one in rules.broken(build.xml(note, lines))}
    assert not named & {"BR-CO-14", "BR-CO-15", "BR-CO-17", "BR-S-08"}
