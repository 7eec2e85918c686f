"""The demo's projects, hours and offers: of every kind, in every state, and made once."""

from datetime import timedelta
from io import BytesIO, StringIO

import pypdf
import pytest
from auditlog.models import LogEntry
from django.core import mail
from django.core.management import call_command
from django.db.models import Count, F, Max, Sum
from django.utils import timezone

from customers.models import Customer
from moment.content import open_content
from moment.demo import jobs, ledger, work
from moment.models import User
from moment.offers.models import (
    AnswerLink,
    Offer,
    OfferLetter,
    OfferLine,
    OfferTag,
    TextTemplate,
)
from moment.projects import figures
from moment.projects.models import (
    Activity,
    Employee,
    EmployeeTerms,
    Expense,
    PlanItem,
    PriceListRate,
    PriceModel,
    PriceModelShare,
    Project,
    ProjectMember,
    RolePrice,
    TimeEntry,
)

pytestmark = pytest.mark.django_db
MODELS = (
    *(Employee, EmployeeTerms, RolePrice, PriceListRate, Project, ProjectMember, PriceModel),
    *(PriceModelShare, PlanItem, Activity, TimeEntry, Expense, Offer, OfferLine, OfferLetter),
    *(AnswerLink, OfferTag, TextTemplate),
)


@pytest.fixture(autouse=True)
def debug(settings, tmp_path, monkeypatch):
    settings.DEBUG = True
    settings.MEDIA_ROOT = str(tmp_path)
    # The invoices of it have tests of their own.
    monkeypatch.setattr(ledger, "load", lambda now, colleagues: 0)


def demo(weeks=30):
    said = StringIO()
    call_command("demo", customers=130, entities=300, weeks=weeks, stdout=said)
    return said.getvalue()


def rows():
    return {model: list(model.objects.order_by("pk").values()) for model in MODELS}


def test_projects_hours_and_offers_of_every_kind_made_once():
    """One test for what takes long to make."""
    assert " projects" in demo()
    would_pass_the_forms()
    projects_are_of_every_state_and_price_model()
    offers_are_in_every_state()
    hours_are_of_eight_and_the_last_are_not_approved()
    the_history_is_as_old_as_what_it_tells()
    assert mail.outbox == []
    Project.objects.filter(number="5003").update(name="Renamed")
    TimeEntry.objects.filter(approved_at=None).delete()
    before = rows()
    assert "nothing to add" in demo()
    assert rows() == before


def would_pass_the_forms():
    for model in MODELS:
        assert model.objects.exists(), model
    for model in (Project, PriceModel, PriceModelShare, Activity, Expense, Offer, OfferLine):
        for row in model.objects.all():
            row.full_clean(exclude=["customer"])


def projects_are_of_every_state_and_price_model():
    assert set(Project.objects.values_list("state", flat=True)) == set(Project.State.values)
    kinds = set(PriceModel.objects.values_list("kind", flat=True))
    assert kinds == set(PriceModel.Kind.values)
    rates = set(PriceModel.objects.filter(kind="hourly").values_list("rates_from", flat=True))
    assert rates == set(PriceModel.Rates.values)
    assert Project.objects.alias(n=Count("price_models")).filter(n__gt=1).exists()
    sums = PriceModelShare.objects.values("price_model").annotate(together=Sum("percent"))
    assert all(0 < row["together"] < 100 for row in sums)
    payers = Customer.objects.filter(project_shares__isnull=False)
    assert not payers.filter(relation=Customer.Relation.CUSTOMER).exists()
    assert Expense.objects.exclude(receipt=None).count() == 8
    found = figures.of(Project.objects.select_related("customer"))
    assert any(one.work for one in found.values())
    assert any(one.subscriptions for one in found.values())
    assert all(one.unpriced == 0 for one in found.values())


def offers_are_in_every_state():
    assert set(Offer.objects.values_list("state", flat=True)) == set(Offer.State.values)
    assert Offer.objects.expired().exists()
    assert Offer.objects.filter(customer__status=Customer.Status.POTENTIAL).exists()
    assert Offer.objects.filter(revision=2, state=Offer.State.SENT).exists()
    assert Project.objects.filter(offers__isnull=False, activities__entries__isnull=False).exists()
    assert OfferLetter.objects.exclude(failed_at=None).exclude(error="").exists()
    sent = Offer.objects.exclude(state__in=[*Offer.OPEN])
    assert not sent.filter(document=None).exists()
    with open_content(sent.latest("pk").document) as file:
        text = pypdf.PdfReader(BytesIO(file.read())).pages[0].extract_text()
    assert sent.latest("pk").number in text
    assert not Offer.objects.filter(answered_at__lt=F("sent_at")).exists()


def hours_are_of_eight_and_the_last_are_not_approved():
    entries = TimeEntry.objects.all()
    assert entries.values("user").distinct().count() == 8
    assert (
        entries.values("user", "day")
        .annotate(day_=Sum("hours"))
        .aggregate(most=Max("day_"))["most"]
        <= 10
    )
    today = timezone.localdate()
    assert not entries.filter(day__gt=today).exists()
    assert not entries.filter(approved_at=None, day__lt=today - timedelta(weeks=7)).exists()
    assert entries.filter(approved_at=None).exists()
    assert not entries.exclude(approved_at=None).filter(cost=None).exists()
    assert not entries.filter(approved_at__lt=F("created_at")).exists()


def the_history_is_as_old_as_what_it_tells():
    finished = Project.objects.filter(state=Project.State.FINISHED, offers=None).first()
    made, *_tags, changed = LogEntry.objects.get_for_object(finished).order_by("timestamp", "pk")
    assert made.timestamp == finished.created_at
    assert changed.changes["state"] == ["progress", "finished"]
    assert changed.timestamp.date() == finished.ends_on
    assert changed.actor.username == "kari"
    accepted = Offer.objects.filter(state=Offer.State.ACCEPTED).first()
    told = LogEntry.objects.get_for_object(accepted).filter(changes__has_key="state")
    assert told.get(changes__state__1="accepted").timestamp == accepted.answered_at
    quiet = Customer.objects.get(name="Studio Måke ENK")
    assert quiet.last_activity_at < timezone.now() - timedelta(days=60)


def test_without_weeks_there_is_none_of_it_and_it_can_come_later():
    demo(weeks=0)
    assert not any(model.objects.exists() for model in MODELS)


def test_where_people_have_begun_it_stays_away(settings):
    demo(weeks=0)
    Employee.objects.create(user=User.objects.get(username="kari"))
    assert "nothing to add" in demo(weeks=4)
    assert not Project.objects.exists()


def test_the_same_customers_get_the_same_projects():
    demo(weeks=0)
    today = timezone.localdate()
    customers = list(Customer.objects.for_new_project().order_by("sort_number"))
    partners = list(Customer.objects.for_price_model().filter(relation="participant"))
    first, second = ([(j.name, j.kind, j.state, j.starts_on, j.rates_from, j.shares)
                      for j in jobs.of(customers, partners, today)] for _n in range(2))  # fmt: skip
    assert first == second
    assert len(first) > 40
    assert work.WEEKS == 104
