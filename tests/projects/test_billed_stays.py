"""What is on an invoice or on a draft is not changed underneath it; answers say where it is."""

from datetime import date
from decimal import Decimal

import pytest

from moment.ledger import crediting, discarding, finalising
from moment.projects import billed, expenses, hours, price_models
from moment.projects.billing import OnInvoice
from moment.projects.models import Expense, PlanItem, PriceModel, TimeEntry
from tests.factories import EmployeeFactory, ExpenseFactory, PriceModelFactory, ProjectFactory
from tests.ledger.work import DAY, approved, drafts
from tests.projects.price_model_pages import fields

pytestmark = pytest.mark.django_db


@pytest.fixture
def project():
    return ProjectFactory(number="6301", name="Bridge")


def final(project, by):
    (made,) = drafts(project)
    return finalising.finalise(made, version=made.version, by=by)


def released(project, by):
    """Invoice all of a project and credit it so that it can be invoiced again."""
    invoice = final(project, by)
    note = crediting.draft_credit(invoice, by=by, parts=None, release=True)
    finalising.finalise(note, version=note.version, by=by)
    return invoice


def test_the_approval_of_invoiced_hours_stays(as_kari, project):
    (entry,) = approved(project)
    drafts(project)
    with pytest.raises(OnInvoice, match="On a draft already"):
        hours.take_back([entry.pk])
    free = approved(project)[0]
    url = "/projects/6301/hours/take-back/"
    text = as_kari.get(url).content.decode()
    assert "1 entry is invoiced or on a draft already" in text
    token = hours_token([free])
    response = as_kari.post(url, {"shown": token, "entry": [entry.pk, free.pk]})
    assert response.status_code == 302
    assert TimeEntry.objects.get(pk=entry.pk).approved_at
    assert not TimeEntry.objects.get(pk=free.pk).approved_at


def hours_token(entries) -> str:
    keys = [entry.pk for entry in entries]
    return f"{len(keys)}-{sum(e.hours for e in entries)}-{max(keys)}"


def test_lists_show_where_it_is_to_who_may_see_invoices(as_kari, as_per, kari, project):
    approved(project)
    ExpenseFactory(project=project)
    invoice = final(project, kari)
    approved(project)
    drafts(project)
    for path in ("hours", "expenses"):
        url = f"/projects/6301/{path}/"
        assert f"Invoice {invoice.number}" in as_kari.get(url).content.decode()
        assert invoice.number not in as_per.get(url).content.decode()
    assert "On a draft" in as_kari.get("/projects/6301/hours/").content.decode()


def test_a_billed_expense_is_neither_changed_nor_removed(as_kari, kari, project):
    expense = ExpenseFactory(project=project, cost=100, user=kari)
    invoice = final(project, kari)
    expense.cost = 200
    with pytest.raises(OnInvoice, match=f"On invoice {invoice.number} already"):
        expenses.save(expense, shown=expenses.seen(expense))
    base = f"/projects/6301/expenses/{expense.pk}"
    response = as_kari.post(f"{base}/delete/", {"seen": expenses.seen(Expense.objects.get())})
    assert response.status_code == 422
    assert f"On invoice {invoice.number} already." in response.content.decode()
    form = fields(as_kari.get(f"{base}/edit/")) | {"cost": "1"}
    response = as_kari.post(f"{base}/edit/", form)
    assert response.status_code == 422
    assert f"On invoice {invoice.number} already." in response.content.decode()
    assert Expense.objects.get().cost == 100


def plan_of(project) -> PriceModel:
    model = project.price_models.get()
    for text in ("First", "Second"):
        model.plan.create(text=text, amount=500, due_on=DAY if text == "First" else None)
    return model


def save(model, plan):
    return price_models.save(model, version=model.version, further={}, plan=plan)


def test_a_billed_item_of_a_plan_stays_while_the_others_change(kari):
    project = ProjectFactory(model__kind="fixed")
    model = plan_of(project)
    drafts(project)
    first, second = model.plan.order_by("pk")
    first.amount = Decimal(1)
    with pytest.raises(OnInvoice, match="On a draft already") as error:
        save(model, [second, first])
    assert error.value.field == 1
    with pytest.raises(OnInvoice) as error:
        save(model, [second])
    assert error.value.field == "plan"
    first.amount, second.amount = Decimal(500), Decimal(700)
    save(PriceModel.objects.get(), [first, second])
    assert list(PlanItem.objects.order_by("pk").values_list("amount", flat=True)) == [500, 700]


def test_the_row_of_a_billed_item_says_where_it_is(as_kari):
    project = ProjectFactory(number="6302", model__kind="fixed")
    model = plan_of(project)
    drafts(project)
    url = f"/projects/6302/price-models/{model.pk}/edit/"
    form = fields(as_kari.get(url)) | {"plan-0-amount": "7"}
    response = as_kari.post(url, form)
    assert response.status_code == 422
    assert "On a draft already." in response.content.decode()


def test_a_price_model_that_lines_name_is_not_removed(as_kari, kari, project):
    extra = PriceModelFactory(project=project, kind="fixed", order=1)
    extra.plan.create(text="Step", amount=10, due_on=DAY)
    (made,) = drafts(project)
    with pytest.raises(OnInvoice):
        price_models.remove(extra)
    url = f"/projects/6301/price-models/{extra.pk}/remove/"
    assert "On a draft already." in as_kari.get(url).content.decode()
    assert as_kari.post(url).status_code == 422
    discarding.discard(made, version=made.version)
    price_models.remove(extra)
    assert project.price_models.count() == 1


@pytest.fixture
def subscription(project):
    return PriceModelFactory(
        project=project, kind="subscription", amount=100, interval=1, starts_on=date(2026, 8, 1),
        order=1,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("starts_on", date(2026, 7, 1)),
        ("interval", 3),
        ("ends_on", date(2026, 9, 1)),
        ("kind", "hourly"),
        ("amount", Decimal(120)),
    ],
)
def test_what_a_drafted_period_hangs_on_stays(project, subscription, field, value):
    drafts(project)
    now = PriceModel.objects.get(pk=subscription.pk)
    setattr(now, field, value)
    with pytest.raises(OnInvoice) as error:
        billed.check_subscription(subscription, now)
    assert error.value.field == field
    with pytest.raises(OnInvoice):
        save(now, [])


def test_a_subscription_can_end_later_and_cost_more_once_its_periods_are_final(
    kari, project, subscription
):
    final(project, kari)
    now = PriceModel.objects.get(pk=subscription.pk)
    now.amount, now.ends_on = Decimal(120), date(2027, 12, 31)
    save(now, [])
    assert PriceModel.objects.get(pk=subscription.pk).amount == 120


def test_the_field_of_a_subscription_says_where_its_periods_are(as_kari, project, subscription):
    drafts(project)
    url = f"/projects/6301/price-models/{subscription.pk}/edit/"
    response = as_kari.post(url, fields(as_kari.get(url)) | {"starts_on": "2026-07-01"})
    assert response.status_code == 422
    assert "On a draft already." in response.content.decode()
    assert PriceModel.objects.get(pk=subscription.pk).starts_on == date(2026, 8, 1)


def test_who_may_not_see_invoices_is_not_told_which_one(per, kari, project):
    (entry,) = approved(project)
    final(project, kari)
    with pytest.raises(OnInvoice) as error:
        hours.take_back([entry.pk])
    assert error.value.told(per) == "It is invoiced already."


def test_what_was_invoiced_once_and_set_free_can_change_but_not_vanish(as_kari, kari, project):
    EmployeeFactory(user=kari)
    (entry,) = approved(project, user=kari)
    expense = ExpenseFactory(project=project, user=kari)
    released(project, kari)
    assert hours.take_back([entry.pk]) == 1
    entry.refresh_from_db()
    with pytest.raises(OnInvoice):
        hours.delete(entry)
    with pytest.raises(OnInvoice):
        expenses.delete(expense, expenses.seen(expense))
    expense.cost = 999
    expenses.save(expense, shown=expenses.seen(expense))
    url = f"/projects/6301/hours/{entry.pk}/"
    text = as_kari.get(f"{url}delete/").content.decode()
    seen = text.split('name="seen" value="')[1].split('"')[0]
    assert as_kari.post(f"{url}delete/", {"seen": seen}).status_code == 422
