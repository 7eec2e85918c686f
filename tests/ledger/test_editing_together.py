"""Many people change the same draft at once, as real threads."""

from decimal import Decimal

import pytest

from moment.ledger import discarding, drafting, editing, finalising
from moment.ledger.models import BilledTime, Invoice, InvoiceLine
from tests.factories import ProjectFactory, UserFactory
from tests.ledger import work
from tests.ledger.making import draft
from tests.together import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def line(text: str) -> InvoiceLine:
    values = {"vat_code": "3", "vat_rate": 25, "sales_account": "3000"}
    return InvoiceLine(text=text, amount=Decimal(1), **values)


def saved(made: Invoice, *lines: InvoiceLine) -> str:
    try:
        editing.save(Invoice.objects.get(pk=made.pk), lines, version=made.version)
    except editing.ChangedMeanwhile as error:
        return "told" if error.stored is not None else "gone"
    except Invoice.DoesNotExist:
        return "gone"
    return "saved"


def test_of_those_who_save_at_once_one_saves_and_the_others_are_told():
    made = draft()
    answers = at_once(5, lambda person: saved(made, line(f"Of {person}"), line("Second")))
    assert sorted(answers) == ["saved", *["told"] * 4]
    winner = answers.index("saved")
    assert list(made.lines.values_list("text", flat=True)) == [f"Of {winner}", "Second"]
    assert Invoice.objects.get().version == 2


def test_a_draft_is_saved_or_final_and_never_changed_after_that():
    made, by = draft(), UserFactory(is_superuser=True)

    def act(person: int) -> str:
        if person:
            return saved(made, line(f"Of {person}"))
        try:
            finalising.finalise(Invoice.objects.get(pk=made.pk), version=1, by=by)
        except finalising.ChangedMeanwhile:
            return "told"
        return "final"

    answers = at_once(3, act)
    assert sorted(answers) in (["final", "told", "told"], ["saved", "told", "told"])
    stored = Invoice.objects.get()
    assert stored.is_final == ("final" in answers)
    assert stored.net == sum(one.amount for one in stored.lines.all())


def test_a_draft_is_saved_or_discarded():
    made = draft()

    def act(person: int) -> str:
        if person:
            return saved(made, line("Mine"))
        try:
            discarding.discard(Invoice.objects.get(pk=made.pk), version=1)
        except discarding.ChangedMeanwhile:
            return "told"
        return "discarded"

    answers = sorted(at_once(2, act))
    assert answers in (["discarded", "gone"], ["saved", "told"])
    assert Invoice.objects.exists() == ("saved" in answers)


def test_work_that_is_set_free_is_drafted_by_one_other():
    project, by = ProjectFactory(), UserFactory(is_superuser=True)
    work.approved(project, 3)
    choice = work.everything(project)
    (made,) = work.drafts(project, by=by)

    def act(person: int) -> str:
        if not person:
            return saved(made, line("By hand"))
        for _nth in range(40):
            try:
                drafting.draft(project.customer, choice, by=by, together=False)
            except drafting.CannotDraft:
                continue
            return "drafted"
        return "refused"

    answers = at_once(3, act)
    assert answers[0] == "saved"
    assert answers.count("drafted") <= 1
    held = BilledTime.objects.in_force().filter(holds=True)
    assert held.count() == (3 if "drafted" in answers else 0)
