"""What the pages of projects and offers are measured over."""

from datetime import date, timedelta
from decimal import Decimal

from django.utils import timezone

from customers.models import Customer
from moment.models import User
from moment.offers.models import Offer, OfferTag
from moment.projects import creating, hours
from moment.projects.models import (
    Activity,
    Employee,
    EmployeeTerms,
    PriceModel,
    PriceModelShare,
    Project,
    ProjectTag,
    TimeEntry,
)

COLLEAGUES = 8
ACTIVITIES = 10
PROJECTS = 300
ENTRIES = 20  # of each of those
OFFERS = 500
OF_CUSTOMER = 20  # projects and offers of the one customer that is looked at


def project(user: User, count: int) -> Project:
    """Return a project with so many hours of eight colleagues, most of them approved."""
    colleagues = list(User.objects.order_by("pk")[:COLLEAGUES])
    for colleague in {*colleagues, user}:
        employee, made = Employee.objects.get_or_create(user=colleague)
        if made:
            EmployeeTerms.objects.create(
                employee=employee, valid_from=date(2020, 1, 1), sales_price=1400, cost_rate=700
            )
    customer = Customer.objects.for_new_project().order_by("pk")[100]
    made = creating.create(
        Project(name="Hovedplan vann og avløp", customer=customer, leader=user),
        PriceModel(kind=PriceModel.Kind.HOURLY, rates_from=PriceModel.Rates.EMPLOYEE),
        activities=[Activity(title=f"Aktivitet {n}") for n in range(ACTIVITIES)],
    )
    activities, today = list(made.activities.all()), timezone.localdate()
    entries = TimeEntry.objects.bulk_create(
        (
            TimeEntry(
                user=colleagues[n % len(colleagues)],
                activity=activities[n % ACTIVITIES],
                day=today - timedelta(days=n // len(colleagues)),
                hours=Decimal("2.5"),
                comment=f"Arbeid {n}",
            )
            for n in range(count)
        ),
        batch_size=500,
    )
    hours.approve([entry.pk for entry in entries[200:]], user)
    return made


def others(user: User, known: Project) -> None:
    """Make projects with some hours each, and offers of which some became those."""
    customers = list(Customer.objects.for_new_project().order_by("-pk")[:PROJECTS])
    customers[:OF_CUSTOMER] = [known.customer] * OF_CUSTOMER
    projects = Project.objects.bulk_create(
        Project(number=f"B{n}", name=f"Delprosjekt {n}", customer=customer, leader=user)
        for n, customer in enumerate(customers)
    )
    tag = ProjectTag.objects.create(name="Bench")
    tag.projects.add(*projects[::3])
    models = PriceModel.objects.bulk_create(
        PriceModel(project=one, kind="hourly", rates_from="employee") for one in projects
    )
    PriceModelShare.objects.bulk_create(
        PriceModelShare(price_model=model, customer=known.customer, percent=Decimal("12.5"))
        for model in models[OF_CUSTOMER :: PROJECTS // OF_CUSTOMER]
    )
    activities = Activity.objects.bulk_create(
        Activity(project=one, number=1, title="Arbeid") for one in projects
    )
    today = timezone.localdate()
    entries = TimeEntry.objects.bulk_create(
        (
            TimeEntry(user=user, activity=one, hours=Decimal("0.5"), day=today - timedelta(days=n))
            for one in activities
            for n in range(400, 400 + ENTRIES)
        ),
        batch_size=500,
    )
    hours.approve([entry.pk for entry in entries[::2]], user)
    _offers(user, customers, projects)


def _offers(user: User, customers: list[Customer], projects: list[Project]) -> None:
    now = timezone.now()
    done = {"state": Offer.State.ACCEPTED, "answered_at": now, "buyer_name": "Kunde"}
    states = [{}, {"state": Offer.State.SENT, "buyer_name": "Kunde"}, done]
    offers = Offer.objects.bulk_create(
        Offer(
            number=f"B{n}",
            name=f"Tilbud {n}",
            customer=customers[n % len(customers)],
            responsible=user,
            valid_until=timezone.localdate() + timedelta(days=30),
            amount=1000 + n,
            project=projects[n] if n % 3 == 2 and n < len(projects) else None,
            **states[n % 3],
        )
        for n in range(OFFERS)
    )
    tag = OfferTag.objects.create(name="Bench")
    tag.offers.add(*offers[::4])
