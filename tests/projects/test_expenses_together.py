"""Expenses when two people act at once, and whose they are."""

from datetime import timedelta

import pytest
from django.utils import timezone

from customers.holding import ChangedMeanwhile
from moment.content import receive, sweep
from moment.models import Content
from moment.projects import expenses
from moment.projects.expenses import Receipt
from moment.projects.models import Expense
from tests.conftest import signed_in
from tests.customers.kept_files import pdf
from tests.factories import ExpenseFactory, ProjectFactory, UserFactory
from tests.moment.samples import upload
from tests.pages import fields_of
from tests.together import at_once

pytestmark = pytest.mark.django_db
URL = "/projects/K77/expenses/"


@pytest.fixture
def project():
    return ProjectFactory(number="K77")


def administrator():
    """Return somebody who administers projects, and sees no amounts."""
    return UserFactory(roles=["Administer projects"])


def test_nobody_comes_to_see_a_cost_by_making_the_expense_their_own(kari, project):
    expense = ExpenseFactory(project=project, user=kari, cost=4321)
    somebody = administrator()
    client = signed_in(somebody)
    page = f"{URL}{expense.pk}/edit/"
    sent = fields_of(client.get(page), "form.dialog")
    assert "user" not in sent
    client.post(page, sent | {"user": somebody.pk, "text": "Mine"})
    expense.refresh_from_db()
    assert (expense.user, expense.text, expense.cost) == (kari, "Mine", 4321)
    assert "4,321" not in client.get(URL).content.decode()


def test_who_sees_the_cost_says_whose_it_is(as_kari, kari, project):
    expense = ExpenseFactory(project=project, user=kari)
    page = f"{URL}{expense.pk}/edit/"
    other = UserFactory()
    sent = fields_of(as_kari.get(page), "form.dialog") | {"user": other.pk}
    assert as_kari.post(page, sent).status_code == 302
    expense.refresh_from_db()
    assert expense.user == other


@pytest.mark.django_db(transaction=True)
def test_of_six_who_change_one_at_once_one_does_and_the_others_are_told(kari):
    expense = ExpenseFactory(project=ProjectFactory(number="K77"), user=kari, cost=100)
    clients = [signed_in(kari) for _ in range(6)]
    page = f"{URL}{expense.pk}/edit/"
    sent = [
        fields_of(client.get(page), "form.dialog") | {"cost": f"{n}00"}
        for n, client in enumerate(clients, start=2)
    ]
    answers = at_once(6, lambda n: clients[n].post(page, sent[n]))
    assert sorted(answer.status_code for answer in answers) == [302] + [422] * 5
    winner = next(n for n, answer in enumerate(answers) if answer.status_code == 302)
    expense.refresh_from_db()
    assert (expense.cost, expense.version) == ((winner + 2) * 100, 2)
    told = f"Changed meanwhile to “{expense.text}, "
    assert all(told in one.content.decode() for one in answers if one.status_code == 422)


@pytest.mark.django_db(transaction=True)
def test_of_four_who_remove_one_at_once_one_does(kari):
    expense = ExpenseFactory(project=ProjectFactory(number="K77"), user=kari)
    clients = [signed_in(kari) for _ in range(4)]
    page = f"{URL}{expense.pk}/delete/"
    sent = fields_of(clients[0].get(page), "form.dialog")
    codes = at_once(4, lambda n: clients[n].post(page, sent).status_code)
    assert sorted(codes) == [302, 404, 404, 404]
    assert not Expense.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_receipts_put_in_place_at_once_leave_one_and_nothing_that_nobody_needs(kari):
    expense = ExpenseFactory(project=ProjectFactory(number="K77"), user=kari)
    shown = expenses.seen(expense)

    def put(n):
        content = receive(upload("Ferry.pdf", pdf(f"Ferry {n}")))
        mine = Expense.objects.select_related("project__customer").get(pk=expense.pk)
        try:
            expenses.save(mine, shown=shown, receipt=Receipt(content, f"Ferry {n}.pdf"))
        except ChangedMeanwhile:
            return False
        return True

    assert sorted(at_once(4, put)) == [False, False, False, True]
    expense.refresh_from_db()
    Content.objects.update(unused_since=timezone.now() - timedelta(days=2))
    sweep()
    assert list(Content.objects.values_list("pk", flat=True)) == [expense.receipt_id]


@pytest.mark.django_db(transaction=True)
def test_one_recorded_while_the_project_ends_is_there_or_refused(kari):
    project = ProjectFactory(number="K77")
    clients = [signed_in(kari) for _ in range(4)]
    sent = {"text": "Ferry", "day": "2026-11-02", "cost": "10", "seen": "", "user": kari.pk}
    ended = {"state": "finished", "shown": "progress"}

    def act(n):
        if n == 0:
            return clients[0].post("/projects/K77/state/", ended).status_code
        return clients[n].post(f"{URL}new/", sent).status_code

    ending, *codes = at_once(4, act)
    assert ending == 302
    assert set(codes) <= {302, 422}
    assert project.expenses.count() == codes.count(302)
