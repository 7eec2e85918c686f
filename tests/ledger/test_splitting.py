"""A shared price model becomes a draft for each customer that pays a part of it."""

from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from moment.ledger import discarding, drafting, finalising
from moment.ledger.models import BilledTime, Invoice
from moment.money import rounded
from moment.projects import figures
from moment.projects.models import PriceModelShare, Project
from tests.factories import CustomerFactory, ExpenseFactory, PriceModelFactory, UserFactory
from tests.ledger.work import amounts, approved, drafts, everything, shared

pytestmark = pytest.mark.django_db


def drafted(project) -> dict:
    """Return what is on drafts of a project by price model."""
    found = figures.of(Project.objects.select_related("customer").filter(pk=project.pk))
    return found[project.pk].by_model


def billed(invoice: Invoice) -> Decimal:
    return sum(BilledTime.objects.filter(line__invoice=invoice).values_list("amount", flat=True))


def test_the_own_customer_gets_the_work_and_the_others_their_shares():
    anne, bo = CustomerFactory(name="Anne AS"), CustomerFactory(name="Bo AS", charge_amount=25)
    project = shared((anne, 30), (bo, 20), discount=10)
    entries = approved(project, 3, price=Decimal("333.33"))
    first, of_anne, of_bo = drafts(project)
    assert (first.customer, first.project) == (project.customer, project)
    assert amounts(first) == [
        ("work", Decimal("999.99")),
        ("discount", Decimal("-100.00")),
        ("deduction", Decimal("-270.00")),
        ("deduction", Decimal("-180.00")),
    ]
    texts = [line.text for line in first.lines.filter(kind="deduction")]
    assert [text.partition(" (")[0].split()[-2:] for text in texts] == [
        ["Anne", "AS"], ["Bo", "AS"],
    ]  # fmt: skip
    assert amounts(of_anne) == [("share", Decimal("270.00"))]
    assert amounts(of_bo) == [("share", Decimal("180.00")), ("charge", Decimal("25.00"))]
    for part in (of_anne, of_bo):
        assert (part.part_of, part.project) == (first, None)
        assert part.written.value("hours_specification") == "none"
        assert part.lines.first().quantity is None
    rows = BilledTime.objects.filter(entry__in=entries)
    assert rows.filter(holds=True).count() == 3
    assert rows.filter(holds=False).count() == 6
    assert [billed(one) for one in (first, of_anne, of_bo)] == [
        Decimal("449.99"), Decimal("270.00"), Decimal("180.00"),
    ]  # fmt: skip


def test_where_the_own_customer_pays_nothing_the_largest_payer_gets_the_work():
    small, large = CustomerFactory(), CustomerFactory()
    project = shared((small, 40), (large, 60))
    approved(project, price=Decimal("99.99"))
    first, other = drafts(project)
    assert (first.customer, other.customer) == (large, small)
    assert first.project is None
    assert (first.net, other.net) == (Decimal("59.99"), Decimal("40.00"))
    assert not Invoice.objects.filter(customer=project.customer).exists()


def test_expenses_and_plans_are_shared_and_another_price_model_is_not():
    anne = CustomerFactory()
    project = shared((anne, 50))
    approved(project, price=100)
    ExpenseFactory(project=project, cost=30)
    alone = PriceModelFactory(project=project, kind="fixed", order=1)
    alone.plan.create(text="Step", amount=1000, due_on="2026-01-01")
    before = drafted(project)
    first, other = drafts(project)
    assert (first.net, other.net) == (1065, 65)
    assert drafted(project) == before
    assert (billed(first), billed(other)) == (50, 50)
    assert first.lines.get(kind="plan").billedplanitem_set.get().amount == 1000
    assert first.lines.get(kind="expense").billedexpense_set.get().amount == 15


def test_several_projects_together_give_one_draft_to_each_who_shares():
    anne, own = CustomerFactory(), CustomerFactory()
    projects = [shared((anne, 25), customer=own) for _nth in range(2)]
    for project in projects:
        approved(project, price=200)
    first, other = drafts(*projects, together=True)
    assert (first.net, other.net) == (300, 100)
    assert other.lines.count() == 2


def test_discarding_one_discards_the_whole_split():
    project = shared((CustomerFactory(), 50))
    approved(project)
    first, other = drafts(project)
    assert discarding.discard(other, version=other.version) == 2
    assert not Invoice.objects.filter(pk=first.pk).exists()
    assert everything(project)


def test_a_split_of_which_one_is_final_is_not_discarded(kari):
    project = shared((CustomerFactory(), 50))
    approved(project)
    first, other = drafts(project)
    finalising.finalise(other, version=other.version, by=kari)
    with pytest.raises(discarding.CannotDiscard, match="is final"):
        discarding.discard(first, version=first.version)
    assert not everything(project)


def test_a_blocked_one_who_shares_is_named():
    project = shared((CustomerFactory(name="Sperret AS", status="blocked"), 50))
    approved(project)
    with pytest.raises(drafting.CannotDraft, match="Sperret AS is blocked"):
        drafts(project)


def test_one_who_shares_and_was_merged_pays_as_the_kept_one(kari):
    gone, kept = CustomerFactory(), CustomerFactory(name="Kept AS")
    project = shared((gone, 50))
    approved(project)
    choice = everything(project)
    PriceModelShare.objects.update(customer=kept)
    gone.merged_into = kept
    gone.save()
    made = drafting.draft(
        project.customer, choice, by=UserFactory(is_superuser=True), together=False
    )
    assert made[1].customer == kept


def test_a_share_that_still_points_to_a_merged_one_is_answered_in_words():
    gone, kept = CustomerFactory(name="Borte AS"), CustomerFactory()
    project = shared((gone, 50))
    approved(project)
    gone.merged_into = kept
    gone.save()
    with pytest.raises(drafting.NotSaved, match="Borte AS was merged into"):
        drafts(project)
    assert not Invoice.objects.exists()


@given(
    prices=st.lists(st.decimals("0.01", 5000, places=2), min_size=1, max_size=4),
    percents=st.lists(st.integers(1, 33), min_size=1, max_size=3),
    discount=st.sampled_from([0, 5, Decimal("12.5")]),
    currency=st.sampled_from(["NOK", "JPY"]),
)
@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_all_drafts_together_are_the_work_and_so_are_its_pieces(
    prices, percents, discount, currency
):
    parts = [(CustomerFactory(), percent) for percent in percents]
    project = shared(*parts, discount=discount, currency=currency)
    for price in prices:
        approved(project, price=price, hours=Decimal("1.75"))
    made = drafts(project)
    whole = sum(line.amount for line in made[0].lines.filter(kind__in=["work", "discount"]))
    assert sum(one.net for one in made) == whole
    for one in made:
        assert billed(one) == one.net == rounded(one.net, currency)
    for one, (customer, percent) in zip(made[1:], sorted(
        parts, key=lambda part: (-part[1], part[0].pk)), strict=False):  # fmt: skip
        assert one.customer == customer
        assert one.net == rounded(whole * percent / 100, currency)
