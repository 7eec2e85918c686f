"""Two people make drafts of the same work at once: it is on one of them, and the other is told."""

import pytest

from moment.ledger import drafting
from moment.ledger.models import BilledTime, Invoice
from moment.projects import hours
from moment.projects.billing import OnInvoice
from moment.projects.models import TimeEntry
from tests.factories import CustomerFactory, UserFactory
from tests.ledger.work import approved, everything, shared
from tests.together import at_once

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def project():
    project = shared((CustomerFactory(), 30))
    approved(project, 3)
    return project


def test_the_same_work_is_on_one_draft(project):
    choice, by = everything(project), UserFactory(is_superuser=True)

    def draft(_person: int) -> str:
        try:
            made = drafting.draft(project.customer, choice, by=by, together=False)
        except drafting.CannotDraft as error:
            return str(error)
        return f"{len(made)} drafts"

    answers = sorted(at_once(4, draft))
    assert answers[0] == "2 drafts"
    assert all("on a draft or an invoice already" in answer for answer in answers[1:])
    assert Invoice.objects.count() == 2
    assert BilledTime.objects.filter(holds=True).count() == 3


def test_hours_are_either_drafted_or_taken_back(project):
    choice, by = everything(project), UserFactory(is_superuser=True)

    def act(person: int) -> str:
        try:
            if person:
                hours.take_back(choice.entries)
                return "taken back"
            drafting.draft(project.customer, choice, by=by, together=False)
        except (drafting.CannotDraft, OnInvoice):
            return ""
        return "drafted"

    (done,) = [answer for answer in at_once(2, act) if answer]
    is_open = TimeEntry.objects.filter(approved_at=None).count()
    assert (done, is_open, Invoice.objects.count()) in [("taken back", 3, 0), ("drafted", 0, 2)]
