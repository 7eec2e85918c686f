"""An invoice to the wrong customer: credited, the project given away, and the same work drafted."""

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from moment.ledger import correcting, crediting, finalising
from moment.ledger.crediting import CannotCredit
from moment.ledger.finalising import CannotFinalise
from moment.ledger.holding import ChangedMeanwhile
from moment.ledger.models import BilledTime, Invoice, InvoiceLine
from moment.projects import figures
from moment.projects.models import Project
from tests.factories import CustomerFactory, ProjectFactory
from tests.ledger.making import invoice, payment
from tests.ledger.work import approved, drafts, shared

pytestmark = pytest.mark.django_db


def final(draft, by):
    return finalising.finalise(draft, version=draft.version, by=by)


@pytest.fixture
def wrong():
    return CustomerFactory(number="51", name="Feil AS")


@pytest.fixture
def right():
    return CustomerFactory(number="52", name="Rett AS")


@pytest.fixture
def made(kari, wrong):
    """An invoice of two hours of work, with a line that was written by hand."""
    project = ProjectFactory(number="P-7", name="Bru", customer=wrong)
    approved(project, 2, by=kari)
    (draft,) = drafts(project, by=kari)
    InvoiceLine.objects.create(
        invoice=draft, order=9, text="Frakt", amount=70, vat_code="3", vat_rate=25,
        sales_account="3000",
    )  # fmt: skip
    return final(Invoice.objects.get(pk=draft.pk), kari)


def test_a_draft_of_a_credit_note_is_nothing_to_invoice(kari, made):
    """The work is invoiced until the credit note is final, and then to be invoiced."""

    def sums():
        project = Project.objects.select_related("customer").get()
        found = figures.of([project])[project.pk]
        return found.invoiced, found.to_invoice

    assert sums() == (2000, 0)
    note = crediting.draft_credit(made, parts=None, release=True, by=kari)
    assert sums() == (2000, 0)
    final(note, kari)
    assert sums() == (0, 2000)


def test_to_somebody_abroad_all_lines_are_without_vat(kari, made):
    abroad = CustomerFactory(name="Norr AB", country="SE")
    draft = correcting.move(made, abroad, by=kari).drafts[0]
    found = draft.lines.values_list("kind", "vat_code", "vat_rate", "sales_account")
    assert list(found) == [("work", "52", 0, "3100"), ("other", "52", 0, "3100")]
    assert draft.vat == 0


def test_all_of_it_is_done_at_once(kari, made, wrong, right):
    payment(wrong, "100", made)
    moved = correcting.move(made, right, by=kari, reason="Wrong customer")
    (note,), (draft,) = moved.notes, moved.drafts
    assert (note.number, note.customer, note.net) == ("20002", wrong, -2070)
    assert (draft.number, draft.customer, draft.net) == (None, right, 2070)
    assert Project.objects.get().customer == right
    assert list(draft.lines.values_list("kind", "amount")) == [("work", 2000), ("other", 70)]
    assert BilledTime.objects.in_force().filter(line__invoice=draft, holds=True).count() == 2
    made.refresh_from_db()
    note.refresh_from_db()
    assert (made.remaining, note.remaining) == (0, -100)
    assert final(draft, kari).buyer_name == "Rett AS"


def test_twice_makes_one(kari, made, right):
    shown = crediting.seen(crediting.left(made))
    correcting.move(made, right, by=kari, shown=shown)
    with pytest.raises(ChangedMeanwhile):
        correcting.move(made, right, by=kari, shown=shown)
    with pytest.raises(CannotCredit, match="credited already"):
        correcting.move(made, right, by=kari)
    assert Invoice.objects.count() == 3


@pytest.mark.parametrize("columns", [{"status": "blocked"}, {"relation": "participant"}])
def test_whoever_can_have_no_project_gets_none_and_nothing_happens(kari, made, wrong, columns):
    with pytest.raises(ValidationError):
        correcting.move(made, CustomerFactory(**columns), by=kari)
    made.refresh_from_db()
    assert (Invoice.objects.count(), made.remaining, Project.objects.get().customer) == (
        1,
        made.gross,
        wrong,
    )
    # The number was not taken either.
    assert invoice(by=kari).number == "20002"


def test_what_fails_on_the_way_leaves_all_as_it_was(kari, made, wrong, right, monkeypatch):
    def refuse(*_args, **_rest):
        raise CannotFinalise([])

    monkeypatch.setattr(correcting.drafting, "draft", refuse)
    with pytest.raises(CannotFinalise):
        correcting.move(made, right, by=kari)
    assert (Invoice.objects.count(), Project.objects.get().customer) == (1, wrong)


def test_a_split_goes_as_a_whole(kari, wrong, right):
    third = CustomerFactory(name="Tredje AS")
    project = shared((third, 40), customer=wrong)
    approved(project, 2, by=kari)
    work, part = (final(one, kari) for one in drafts(project, by=kari))
    moved = correcting.move(part, right, by=kari)
    assert [note.credits for note in moved.notes] == [work, part]
    assert [(one.customer, one.net) for one in moved.drafts] == [(right, 1200), (third, 800)]


def test_what_cannot_be_moved_says_why(kari, made, wrong, right):
    with pytest.raises(CannotCredit, match="for Feil AS already"):
        correcting.move(made, wrong, by=kari)
    with pytest.raises(CannotCredit, match="No work of a project"):
        correcting.move(invoice(wrong), right, by=kari)
    first, second = (ProjectFactory(customer=wrong) for _ in range(2))
    approved(first, by=kari)
    approved(second, by=kari)
    (both,) = drafts(first, second, by=kari, together=True)
    with pytest.raises(CannotCredit, match="several projects"):
        correcting.move(final(both, kari), right, by=kari)


def test_a_part_that_was_credited_before_goes_along(kari, made, right):
    line = made.lines.get(kind="work")
    correcting.credit(made, parts={line.pk: Decimal(500)}, release=False, by=kari)
    moved = correcting.move(made, right, by=kari)
    assert moved.notes[0].net == -1570
    assert moved.drafts[0].net == 2070
