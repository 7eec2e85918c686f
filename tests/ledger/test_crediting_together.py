"""Several people credit, move and export at once, as real threads: nothing is done twice."""

from decimal import Decimal

import pytest
from django.db import connection

from moment.ledger import correcting, crediting, exporting, finalising
from moment.ledger.crediting import CannotCredit
from moment.ledger.exporting import NothingToExport
from moment.ledger.finalising import CannotFinalise
from moment.ledger.holding import ChangedMeanwhile
from moment.ledger.models import AccountingExport, BilledTime, Invoice, InvoiceLine
from moment.projects.models import Project
from moment.unsent import NotSaved
from tests.factories import CustomerFactory, ProjectFactory
from tests.ledger.making import invoice
from tests.ledger.test_crediting import final
from tests.ledger.work import approved, drafts, shared
from tests.together import at_once

pytestmark = pytest.mark.django_db(transaction=True)
REFUSED = (CannotCredit, CannotFinalise, ChangedMeanwhile, NotSaved)


def tried(act):
    """Return what an act returns, None where it is refused."""
    try:
        return act()
    except REFUSED:
        return None


def test_no_line_is_credited_twice(kari):
    made = invoice(None, "1000", by=kari)
    key = made.lines.get().pk

    def act(person):
        parts = {key: Decimal(300)}
        return tried(
            lambda: correcting.credit(made, parts=parts, release=False, by=kari, reason=str(person))
        )

    notes = [note for note in at_once(6, act) if note]
    assert len(notes) == 3
    made.refresh_from_db()
    assert made.remaining == 100
    assert sorted(note.number for note in notes) == ["20002", "20003", "20004"]


def test_the_same_form_sent_twice_makes_one(kari):
    made = invoice(None, "1000", by=kari)
    shown = crediting.seen(crediting.left(made))
    parts = {made.lines.get().pk: Decimal(10)}

    def act(_person):
        return tried(
            lambda: crediting.draft_credit(made, parts=parts, release=False, by=kari, shown=shown)
        )

    assert len([note for note in at_once(4, act) if note]) == 1
    assert InvoiceLine.objects.filter(credited__invoice=made).count() == 1


def test_parts_of_a_split_that_are_finalised_at_once_set_its_work_free(kari):
    project = shared((CustomerFactory(), 40), (CustomerFactory(), 20), customer=CustomerFactory())
    approved(project, 2, by=kari)
    made = [final(one, kari) for one in drafts(project, by=kari)]
    notes = crediting.draft_split(made[0], by=kari)
    done = at_once(3, lambda n: finalising.finalise(notes[n], version=notes[n].version, by=kari))
    assert sorted(one.number for one in done) == ["20004", "20005", "20006"]
    assert not BilledTime.objects.in_force().exists()


def test_moving_at_once_makes_one_draft(kari):
    project = ProjectFactory(customer=CustomerFactory())
    approved(project, by=kari)
    made = final(drafts(project, by=kari)[0], kari)
    others = [CustomerFactory() for _ in range(3)]

    def act(person):
        return tried(lambda: correcting.move(made, others[person], by=kari))

    moved = [one for one in at_once(3, act) if one]
    assert len(moved) == 1
    assert Invoice.objects.drafts().count() == 1
    assert Project.objects.get().customer == moved[0].drafts[0].customer
    assert BilledTime.objects.in_force().filter(holds=True).count() == 1


def test_of_several_who_export_one_gets_it_all(kari):
    for _ in range(5):
        invoice(None, "10", by=kari)

    def act(_person):
        try:
            return exporting.export(by=kari).count
        except NothingToExport:
            return 0

    assert sorted(at_once(4, act)) == [0, 0, 0, 5]
    assert AccountingExport.objects.count() == 1
    assert not exporting.waiting().exists()
    connection.close()
