"""Expenses of a project: the page, recording, changing and removing, receipts, who sees what."""

from datetime import date
from decimal import Decimal

import pytest
from django.contrib.auth.models import Permission

from moment.content import receive, sweep
from moment.models import CompanySettings, Content
from moment.projects import expenses, figures
from moment.projects.expenses import Receipt
from moment.projects.models import Expense, Project
from tests.conftest import said, signed_in
from tests.customers.kept_files import pdf
from tests.factories import ExpenseFactory, ProjectFactory, UserFactory
from tests.moment.samples import picture, upload

pytestmark = pytest.mark.django_db
URL = "/projects/K77/expenses/"
DAY = "2026-11-02"


@pytest.fixture
def project():
    return ProjectFactory(number="K77", name="Kai 3")


@pytest.fixture
def marte():
    """She administers projects, and sees no amounts."""
    return UserFactory(first_name="Marte", last_name="Sol", roles=["Administer projects"])


def typed(**changes: object) -> dict:
    fields = {"text": "Ferry", "day": DAY, "cost": "1 250,50", "billable": "on", "seen": ""}
    return fields | {name: value for name, value in changes.items() if value is not None}


def with_receipt(project, user, data: bytes = b"", name: str = "Ferry.pdf") -> Expense:
    content = receive(upload(name, data or pdf("Ferry 1250")))
    made = Expense(project=project, user=user, day=date(2026, 11, 2), text="Ferry", cost=1250)
    return expenses.save(made, receipt=Receipt(content, name))


# Recording


def test_an_expense_is_recorded_with_its_receipt(as_kari, kari, project):
    response = as_kari.post(
        f"{URL}new/", typed(user=kari.pk, surcharge="7,5", file=upload("Ferge.pdf", pdf("Ferge")))
    )
    assert (response.status_code, response["Location"]) == (302, URL)
    (expense,) = project.expenses.all()
    assert (expense.cost, expense.surcharge) == (Decimal("1250.50"), Decimal("7.5"))
    assert (expense.user, expense.day, expense.billable) == (kari, date(2026, 11, 2), True)
    assert (expense.receipt_name, expense.receipt.kind) == ("Ferge.pdf", "application/pdf")
    page = as_kari.get(URL).content.decode()
    assert "1,250.50" in page
    assert "1,344.29" in page
    assert "Ferge.pdf" in page


def test_without_one_of_its_own_the_surcharge_is_inherited(as_kari, project):
    CompanySettings.objects.update_or_create(pk=1, defaults={"expense_surcharge": 10})
    ExpenseFactory(project=project, cost=100)
    ExpenseFactory(project=project, cost=100, surcharge=0)
    ExpenseFactory(project=project, cost=100, billable=False)
    page = as_kari.get(URL)
    assert [line.charged for line in page.context["list"].lines] == [None, 100, 110]
    assert page.context["list"].cost == 300
    assert page.context["list"].to_invoice == 210
    assert "Empty: 10 %" in as_kari.get(f"{URL}new/").content.decode()


def test_the_sum_is_that_of_the_rows_and_the_figures_to_the_cent(as_kari, project):
    Project.objects.update(expense_surcharge=10)
    ExpenseFactory.create_batch(3, project=project, cost=Decimal("0.33"))
    shown = as_kari.get(URL).context["list"]
    project = Project.objects.select_related("customer").get()
    assert sum(line.charged for line in shown.lines) == shown.to_invoice == Decimal("1.08")
    assert figures.of([project])[project.pk].expenses == shown.to_invoice


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("cost", "-1", "An amount is 0 or more."),
        ("cost", "abc", "Write an amount with digits"),
        ("cost", "", "This field is required."),
        ("cost", "1.0005", "At most two decimals."),
        ("surcharge", "101", "A surcharge is between 0 and 100 per cent."),
        ("surcharge", "-5", "An amount is 0 or more."),
        ("text", " \t ", "This field is required."),
        ("day", "1999-12-31", "This date is too far away."),
        ("day", "2099-01-01", "This date is too far away."),
        ("day", "second of May", "Enter a valid date."),
        ("user", "999999", "Select a valid choice."),
    ],
)
def test_what_makes_no_sense_is_said_beside_the_field_and_kept(
    as_kari, kari, project, field, value, words
):
    response = as_kari.post(f"{URL}new/", typed(user=kari.pk) | {field: value})
    assert response.status_code == 422
    assert words in str(response.context["form"].errors[field])
    assert b"Ferry" in response.content or field == "text"
    assert not project.expenses.exists()


@pytest.mark.parametrize("state", ["offer", "finished", "cancelled"])
def test_a_project_that_is_not_under_way_takes_no_new_ones(as_kari, kari, project, state):
    Project.objects.update(state=state)
    response = as_kari.post(f"{URL}new/", typed(user=kari.pk))
    assert response.status_code == 422
    assert b"takes no expenses" in response.content
    assert not project.expenses.exists()
    page = as_kari.get(URL).content
    assert b"takes no expenses" in page
    assert b"expenses/new/" not in page


def test_what_is_hostile_is_shown_as_text(as_kari, kari, project):
    as_kari.post(f"{URL}new/", typed(user=kari.pk, text="<script>alert(1)</script>\x00\u202e"))
    ExpenseFactory(project=project, text="<img src=x onerror=alert(1)>")
    page = as_kari.get(URL).content
    assert b"<script>alert" not in page
    assert b"<img src=x" not in page


@pytest.mark.parametrize("asked", ["0", "-1", "2", "99", "abc", "\x00", "9" * 40])
def test_a_page_that_makes_no_sense_is_another_one(as_kari, project, asked):
    ExpenseFactory(project=project)
    assert as_kari.get(URL, {"page": asked}).status_code == 200


# Two at once


def test_who_changes_what_somebody_else_changed_is_told_and_may_go_on(as_kari, kari, project):
    expense = ExpenseFactory(project=project, user=kari)
    edit = f"{URL}{expense.pk}/edit/"
    seen = as_kari.get(edit).context["form"]["seen"].value()
    stored = Expense.objects.get()
    stored.text, stored.project = "Bus", project
    expenses.save(stored, shown=seen)
    response = as_kari.post(edit, typed(user=kari.pk, seen=seen))
    assert response.status_code == 422
    assert "Changed meanwhile to “Bus, Kari Lunde, 500.00”" in response.content.decode()
    assert Expense.objects.get().text == "Bus"
    again = response.context["form"]["seen"].value()
    assert as_kari.post(edit, typed(user=kari.pk, seen=again)).status_code == 302
    assert (Expense.objects.get().text, Expense.objects.get().version) == ("Ferry", 3)


@pytest.mark.parametrize("seen", ["", "null", "[1]", '["99"]', "\x00"])
def test_a_form_that_does_not_say_what_it_showed_changes_nothing(as_kari, kari, project, seen):
    expense = ExpenseFactory(project=project, user=kari)
    assert (
        as_kari.post(f"{URL}{expense.pk}/edit/", typed(user=kari.pk, seen=seen)).status_code == 422
    )
    assert as_kari.post(f"{URL}{expense.pk}/delete/", {"seen": seen}).status_code == 422
    assert Expense.objects.get().text == "Train"


def test_nobody_removes_what_they_have_not_seen(as_kari, project):
    expense = ExpenseFactory(project=project)
    delete = f"{URL}{expense.pk}/delete/"
    seen = as_kari.get(delete).context["seen"]
    Expense.objects.update(text="Dearer", version=2)
    response = as_kari.post(delete, {"seen": seen})
    assert (response.status_code, Expense.objects.count()) == (422, 1)
    assert b"Dearer" in response.content
    response = as_kari.post(delete, {"seen": response.context["seen"]})
    assert (response.status_code, Expense.objects.count()) == (302, 0)
    assert "removed" in said(response)
    assert as_kari.post(delete, {"seen": seen}).status_code == 404


def test_a_get_removes_nothing(as_kari, project):
    expense = ExpenseFactory(project=project)
    assert as_kari.get(f"{URL}{expense.pk}/delete/").status_code == 200
    assert Expense.objects.exists()


def test_an_expense_of_another_project_is_not_reached(as_kari, project):
    other = ExpenseFactory(project=ProjectFactory())
    for page in ("edit", "delete", "receipt", "receipt/download", "receipt/preview"):
        assert as_kari.get(f"{URL}{other.pk}/{page}/").status_code == 404


# Receipts


def test_a_receipt_is_shown_and_downloaded_and_never_run(as_kari, kari, project):
    photo = with_receipt(project, kari, picture("PNG"), "kvittering.png")
    shown = as_kari.get(f"{URL}{photo.pk}/receipt/")
    assert f"{URL}{photo.pk}/receipt/preview/".encode() in shown.content
    preview = as_kari.get(f"{URL}{photo.pk}/receipt/preview/")
    assert preview["Content-Type"] == "image/png"
    assert "sandbox" in preview["Content-Security-Policy"]
    saved = as_kari.get(f"{URL}{photo.pk}/receipt/download/")
    assert saved["Content-Disposition"].startswith("attachment")
    assert saved["X-Content-Type-Options"] == "nosniff"
    assert as_kari.get(f"{URL}{ExpenseFactory(project=project).pk}/receipt/").status_code == 404


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("empty.pdf", b""),
        ("run.exe", b"MZ" + bytes(300)),
        ("page.html", b"<html><script>alert(1)</script></html>"),
    ],
)
def test_a_file_that_is_refused_says_why_and_nothing_is_saved(as_kari, kari, project, name, data):
    response = as_kari.post(f"{URL}new/", typed(user=kari.pk, file=upload(name, data)))
    assert response.status_code == 422
    assert response.context["form"].errors["file"]
    assert not project.expenses.exists()
    assert b"1 250,50" in response.content


def test_who_has_to_mend_something_is_told_to_choose_the_file_again(as_kari, kari, project):
    file = upload("Ferge.pdf", pdf("Ferge"))
    response = as_kari.post(f"{URL}new/", typed(user=kari.pk, cost="x", file=file))
    assert "Choose the receipt once more." in response.content.decode()
    assert not Content.objects.exists()


def test_what_a_receipt_held_is_let_go_when_it_is_replaced_or_removed(as_kari, kari, project):
    expense = with_receipt(project, kari)
    edit = f"{URL}{expense.pk}/edit/"
    seen = as_kari.get(edit).context["form"]["seen"].value()
    new = upload("Better.pdf", pdf("Better"))
    assert as_kari.post(edit, typed(user=kari.pk, seen=seen, file=new)).status_code == 302
    first, second = Content.objects.order_by("pk")
    assert first.unused_since is not None
    seen = as_kari.get(edit).context["form"]["seen"].value()
    assert as_kari.post(edit, typed(user=kari.pk, seen=seen, drop_receipt="on")).status_code == 302
    second.refresh_from_db()
    expense.refresh_from_db()
    assert second.unused_since is not None
    assert (expense.receipt, expense.receipt_name) == (None, "")


def test_what_a_removed_expense_held_goes_unless_something_else_holds_it(as_kari, kari, project):
    one, two = with_receipt(project, kari), with_receipt(project, kari)
    content = Content.objects.get()
    expenses.delete(one, expenses.seen(one))
    Content.objects.update(unused_since=content.created_at)
    sweep()
    assert as_kari.get(f"{URL}{two.pk}/receipt/download/").status_code == 200
    expenses.delete(two, expenses.seen(two))
    content.refresh_from_db()
    assert content.unused_since is not None


# Who sees what


def test_without_amounts_only_the_cost_of_ones_own_is_shown(marte, project):
    CompanySettings.objects.update_or_create(pk=1, defaults={"expense_surcharge": 13})
    hers = with_receipt(project, marte, name="hers.pdf")
    others = ExpenseFactory(project=project, cost=Decimal("777.77"), surcharge=19)
    other_receipt = with_receipt(project, UserFactory(), picture("PNG"), "theirs.png")
    Expense.objects.filter(pk=other_receipt.pk).update(cost=Decimal("888.88"))
    client = signed_in(marte)
    page = client.get(URL).content.decode()
    assert "1,250.00" in page
    assert "hers.pdf" in page
    hidden = ("777.77", "888.88", "theirs", "13 %", "19 %", "To invoice")
    assert not [word for word in hidden if word in page]
    edit = client.get(f"{URL}{others.pk}/edit/")
    assert "cost" not in edit.context["form"].fields
    for address in (f"{others.pk}/edit/", f"{others.pk}/delete/", f"{other_receipt.pk}/edit/"):
        shown = client.get(URL + address).content.decode()
        assert not [word for word in hidden if word in shown]
    for address in ("receipt", "receipt/download", "receipt/preview"):
        assert client.get(f"{URL}{other_receipt.pk}/{address}/").status_code == 403
        assert client.get(f"{URL}{hers.pk}/{address}/").status_code == 200
    assert "13 %" not in client.get(f"{URL}new/").content.decode()


def test_without_amounts_what_is_hidden_stays_as_it_is(marte, project):
    others = ExpenseFactory(project=project, cost=Decimal("777.77"), surcharge=19)
    client = signed_in(marte)
    edit = f"{URL}{others.pk}/edit/"
    seen = client.get(edit).context["form"]["seen"].value()
    sent = typed(user=others.user_id, cost="1", surcharge="1", seen=seen, text="Bus to town")
    assert client.post(edit, sent).status_code == 302
    stored = Expense.objects.get()
    assert (stored.text, stored.cost, stored.surcharge) == ("Bus to town", Decimal("777.77"), 19)
    response = client.post(edit, sent)  # as it was before
    assert response.status_code == 422
    assert b"777.77" not in response.content


def test_who_may_only_add_records_ones_own(project):
    user = UserFactory(roles=["View customers"])
    user.user_permissions.add(Permission.objects.get(codename="add_expense"))
    client = signed_in(user)
    response = client.post(f"{URL}new/", typed(user=UserFactory().pk, surcharge="50"))
    assert response.status_code == 302
    stored = Expense.objects.get()
    assert (stored.user, stored.surcharge) == (user, None)
    assert client.get(f"{URL}{stored.pk}/edit/").status_code == 403
    assert client.post(f"{URL}{stored.pk}/delete/").status_code == 403
    page = client.get(URL).content
    assert b"1,250.50" in page
    assert b"/edit/" not in page
    assert b"/delete/" not in page


def test_who_may_look_sees_no_amount_and_no_button(as_per, project):
    ExpenseFactory(project=project, cost=Decimal("777.77"))
    page = as_per.get(URL).content
    assert b"Train" in page
    assert b"777.77" not in page
    assert b"expenses/new/" not in page
    assert b"/edit/" not in page
