"""Drafts made of work, by the settings in force."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moment.ledger import discarding, drafting, finalising, spreading
from moment.ledger.models import BilledExpense, BilledTime, Invoice
from moment.ledger.unbilled import Choice
from moment.models import CompanySettings
from moment.money import rounded
from moment.projects import figures
from moment.projects.models import Project, TimeEntry
from tests.factories import (
    ActivityFactory,
    ContactFactory,
    CustomerFactory,
    ExpenseFactory,
    PriceModelFactory,
    ProjectFactory,
    UserFactory,
)
from tests.ledger.work import DAY, amounts, approved, drafts, everything, of

pytestmark = pytest.mark.django_db


def test_a_draft_has_a_line_for_each_activity_with_hours_price_and_period():
    project = ProjectFactory(name="Bridge", number="5991", activity__title="Design")
    approved(project, 2, hours=Decimal("2.5"), price=1200)
    approved(project, hours=1, price=1200, day=date(2026, 10, 9))
    (made,) = drafts(project)
    line = made.lines.get()
    assert (line.kind, line.text, line.heading) == ("work", "Design", "5991 Bridge")
    assert (line.quantity, line.price, line.amount) == (6, 1200, 7200)
    assert (line.first_day, line.last_day) == (DAY, date(2026, 10, 9))
    assert (line.vat_code, line.vat_rate, line.sales_account) == ("3", 25, "3000")
    assert (line.project, line.price_model) == (project, project.price_models.get())
    made.refresh_from_db()
    assert (made.net, made.vat, made.gross) == (7200, 1800, 9000)
    assert (made.number, made.project, made.customer) == (None, project, project.customer)
    assert sorted(line.billedtime_set.values_list("amount", flat=True)) == [1200, 3000, 3000]


def test_discount_surcharge_and_charge_come_from_the_settings_and_are_spread(kari):
    project = ProjectFactory(
        discount=10, expense_surcharge=5, charge_amount=Decimal("49.50"), line_period=False
    )
    approved(project, 3, price=Decimal("333.35"))
    ExpenseFactory(project=project, cost=Decimal("100.10"))
    ExpenseFactory(project=project, cost=Decimal("9.99"))
    ExpenseFactory(project=project, cost=50, surcharge=Decimal("12.5"))
    said = figures.of(Project.objects.filter(pk=project.pk))[project.pk]
    (made,) = drafts(project)
    assert amounts(made) == [
        ("work", Decimal("1000.05")),
        ("discount", Decimal("-100.01")),
        ("expense", Decimal("100.10")),
        ("expense", Decimal("9.99")),
        ("expense", Decimal("50.00")),
        ("surcharge", Decimal("5.51")),
        ("surcharge", Decimal("6.25")),
        ("charge", Decimal("49.50")),
    ]
    assert sum(amount for kind, amount in amounts(made)[2:7]) == said.expenses
    assert sum(BilledTime.objects.values_list("amount", flat=True)) == Decimal("900.04")
    assert sum(BilledExpense.objects.values_list("amount", flat=True)) == said.expenses
    assert made.lines.first().first_day is None
    final = finalising.finalise(made, version=made.version, by=kari)
    assert final.number


def test_each_project_has_its_own_draft_unless_they_are_put_together():
    customer = CustomerFactory(line_grouping="project", order_reference="Ours")
    first = ProjectFactory(customer=customer, number="5801", name="One")
    second = ProjectFactory(customer=customer, number="5802", name="Two", order_reference="Its own")
    for project in (first, second):
        approved(project)
    both = everything(first, second)
    by = UserFactory(is_superuser=True)
    made = drafting.draft(customer, both, by=by, together=False)
    assert [one.written.value("order_reference") for one in made] == ["Ours", "Its own"]
    for one in made:
        discarding.discard(one, version=one.version)
    (made,) = drafting.draft(customer, both, by=by, together=True)
    assert (made.project, made.written.value("order_reference")) == (None, "Ours")
    assert [line.text for line in made.lines.all()] == ["5801 One", "5802 Two"]


def test_currencies_never_mix():
    customer = CustomerFactory()
    nok, eur = ProjectFactory(customer=customer), ProjectFactory(customer=customer, currency="EUR")
    for project in (nok, eur):
        approved(project)
    made = drafts(nok, eur, together=True)
    assert sorted(one.currency for one in made) == ["EUR", "NOK"]
    assert {one.written.value("currency") for one in made} == {"EUR", "NOK"}


def test_a_foreign_customer_has_its_own_vat_code_and_account_and_language():
    customer = CustomerFactory(country="SE", language="en")
    project = ProjectFactory(customer=customer, discount=50)
    approved(project)
    (made,) = drafts(project)
    line = made.lines.first()
    assert (line.vat_code, line.vat_rate, line.sales_account) == ("52", 0, "3100")
    assert made.lines.last().text.startswith("Discount (50")


def test_a_company_without_vat_charges_none():
    company = CompanySettings.current()
    company.vat_registered = False
    company.save()
    project = ProjectFactory()
    approved(project)
    assert drafts(project)[0].lines.get().vat_rate == 0


def test_plans_and_periods_stand_with_their_texts_and_what_they_are_about():
    project = ProjectFactory(model__kind="fixed", number="5803", name="House")
    item = project.price_models.get().plan.create(text="On signing", amount=5000, due_on=DAY)
    model = PriceModelFactory(
        project=project, kind="subscription", name="Hosting", amount=200, interval=3, order=1,
        starts_on=DAY,
    )  # fmt: skip
    (made,) = drafts(project)
    plan, period = made.lines.all()
    assert (plan.kind, plan.text, plan.heading) == ("plan", "On signing", "5803 House")
    assert plan.billedplanitem_set.get().item == item
    assert (period.text, period.last_day) == ("Hosting", date(2027, 1, 4))
    billed = period.billedperiod_set.get()
    assert (billed.price_model, billed.begins_on, billed.amount) == (model, DAY, 200)


def test_the_customer_contact_is_written_down():
    contact = ContactFactory()
    project = ProjectFactory(customer=contact.customer, invoice_contact=contact)
    approved(project)
    assert drafts(project)[0].contact == str(contact)


def test_hours_that_were_priced_late_keep_the_price_that_they_are_drafted_with():
    project = ProjectFactory()
    project.activities.update(hourly_rate=500)
    (entry,) = approved(project, price=None)
    drafts(project)
    entry.refresh_from_db()
    assert entry.price == 500


def test_nothing_is_drafted_twice_and_what_is_discarded_is_free_again():
    project = ProjectFactory()
    approved(project)
    choice, by = everything(project), UserFactory(is_superuser=True)
    (made,) = drafting.draft(project.customer, choice, by=by, together=False)
    with pytest.raises(drafting.CannotDraft, match="on a draft or an invoice already"):
        drafting.draft(project.customer, choice, by=by, together=False)
    assert Invoice.objects.count() == 1
    assert discarding.discard(made, version=made.version) == 1
    assert everything(project) == choice


def test_a_draft_that_somebody_changed_is_not_discarded():
    project = ProjectFactory()
    approved(project)
    (made,) = drafts(project)
    with pytest.raises(discarding.ChangedMeanwhile):
        discarding.discard(made, version=made.version + 1)
    assert Invoice.objects.exists()


def test_what_is_not_there_or_not_the_customers_is_refused():
    project, other = ProjectFactory(), ProjectFactory()
    approved(other)
    by = UserFactory(is_superuser=True)
    for choice in (everything(other), Choice(entries=frozenset([999_999])), Choice()):
        with pytest.raises(drafting.CannotDraft):
            drafting.draft(project.customer, choice, by=by, together=True)
    assert not Invoice.objects.exists()


def test_hours_without_a_price_and_blocked_customers_are_refused():
    project = ProjectFactory()
    (entry,) = approved(project, price=None)
    by = UserFactory(is_superuser=True)
    choice = Choice(entries=frozenset([entry.pk]))
    with pytest.raises(drafting.CannotDraft, match="Nobody knows the price"):
        drafting.draft(project.customer, choice, by=by, together=True)
    TimeEntry.objects.update(price=100)
    project.customer.status = "blocked"
    project.customer.save()
    with pytest.raises(drafting.CannotDraft, match="is blocked"):
        drafting.draft(project.customer, choice, by=by, together=True)


def test_one_activity_can_be_drafted_while_the_rest_waits():
    project = ProjectFactory()
    (now,) = approved(project)
    later = approved(project, activity=ActivityFactory(project=project))
    choice = Choice(entries=frozenset([now.pk]))
    by = UserFactory(is_superuser=True)
    drafting.draft(project.customer, choice, by=by, together=False)
    assert [one.key for one in of(project)[0].hours] == [one.pk for one in later]


@given(
    st.decimals(-10_000, 10_000, places=2),
    st.lists(st.decimals(0, 1000, places=2), min_size=1, max_size=30),
    st.sampled_from(["NOK", "JPY", "KWD"]),
)
def test_parts_are_whole_coins_and_together_the_amount(amount, weights, currency):
    amount = rounded(amount, currency)
    found = spreading.parts(amount, weights, currency)
    assert sum(found) == amount
    assert all(part == rounded(part, currency) for part in found)
    if sum(weights):
        coin = Decimal(1) if currency == "JPY" else Decimal("0.01")
        for part, weight in zip(found, weights, strict=True):
            assert abs(part - amount * weight / sum(weights)) <= coin


def test_spreading_again_follows_lines_that_were_edited():
    project = ProjectFactory()
    approved(project, 3)
    (made,) = drafts(project)
    made.lines.update(amount=Decimal("1000.00"))
    spreading.spread(made)
    found = sorted(BilledTime.objects.values_list("amount", flat=True))
    assert found == [Decimal("333.33"), Decimal("333.33"), Decimal("333.34")]
