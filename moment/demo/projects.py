"""Makes the demo's projects, with all that belongs to them but hours."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from django.db.models import Sum

from customers.models import Customer, ProjectRole
from customers.numbers import allocate
from moment.demo.jobs import INTERNAL, Job, Kind, State
from moment.models import User
from moment.offers.models import Offer, OfferLine
from moment.projects import creating, sharing
from moment.projects.models import (
    Activity,
    Employee,
    Expense,
    PlanItem,
    PriceList,
    PriceModel,
    Project,
    ProjectMember,
    ProjectTag,
    TimeEntry,
)
from moment.projects.numbers import PROJECTS

_LEADERS = ("kari", "admin", "marte", "per")
_NOTES = (
    "Faste statusmøter annenhver torsdag.",
    "Byggherren vil ha timelister per uke.",
    "Tegninger leveres i byggherrens prosjekthotell.",
    "Avventer grunnundersøkelser før neste fase.",
)
# Parts of a fixed price, and after how much of the time they fall due: before the work is done.
_STEPS = (
    ("Oppstart", Decimal("0.3"), 0.0),
    ("Første utkast", Decimal("0.25"), 0.25),
    ("Halvveis", Decimal("0.25"), 0.5),
    ("Ved levering", Decimal("0.2"), 0.9),
)
_INTERVALS = (PriceModel.Interval.MONTH, PriceModel.Interval.QUARTER)
# What an hour of a fixed price brings in, about, and the least that one comes to.
_HOUR, _SMALL = 1180, 60_000
# Hours a week on a project, and those of an activity that nobody has estimated.
_WEEKLY, _RARELY = 6, 5
_EXPENSES = (
    ("Flyreise Oslo–Tromsø t/r", 3480),
    ("Hotell, to netter", 2790),
    ("Leie av drone med operatør", 6900),
    ("Kjøring, 212 km", 1060),
    ("Prøvetaking og laboratorium", 8450),
    ("Utskrift av tegninger", 640),
    ("Leiebil, tre dager", 2310),
    ("Bom og parkering", 385),
    ("Ferge", 214),
)


@dataclass(frozen=True)
class Made:
    """A project, and who works in it: those of the demo who do so for longest first."""

    job: Job
    project: Project
    activities: Sequence[Activity]
    people: Sequence[str]
    # How much of the work each activity is.
    weights: Sequence[float]


def load(jobs: Iterable[Job], colleagues: Mapping[str, User], today: date) -> list[Made]:
    """Make these projects, in progress so that hours can be registered; see `settle`."""
    roles = list(ProjectRole.objects.order_by("order", "name"))
    lists = {row.name: row for row in PriceList.objects.all()}
    tags = {row.name: row for row in ProjectTag.objects.all()}
    names = list(Employee.objects.order_by("pk").values_list("user__username", flat=True))
    made = []
    for place, job in enumerate(jobs):
        leader = _LEADERS[place % len(_LEADERS)]
        # Round the table, so that everybody has enough to do.
        others = [names[(place * 3 + n) % len(names)] for n in range(job.rng.choice((2, 3, 4)))]
        people = list(dict.fromkeys([*others, leader]))
        project = _create(job, colleagues[leader], lists, tags)
        for name in people:
            role = job.rng.choice(roles) if roles and job.rng.random() < 0.1 else None
            ProjectMember.objects.create(project=project, user=colleagues[name], role=role)
        activities = list(project.activities.order_by("number"))
        weights = [float(activity.estimated_hours or _RARELY) for activity in activities]
        made.append(Made(job, project, activities, people, weights))
        _expenses(made[-1], colleagues, today)
    return made


def of_offers(offered: Iterable[Offer], colleagues: Mapping[str, User], today: date) -> list[Made]:
    """Return the projects that came of accepted offers, with people who work in them."""
    made = []
    names = list(Employee.objects.order_by("pk").values_list("user__username", flat=True))
    for place, offer in enumerate(one for one in offered if one.project):
        project = offer.project
        assert project is not None
        starts_on = min(today, offer.issued_on + timedelta(days=14))
        taken = offer.lines.exclude(optional=True, chosen=False).order_by("order", "pk")
        weights = [_work_in(line) for line in taken]
        # Three people, each for the better part of a day a week.
        days = max(28, round(sum(weights) / 20 * 7))
        ends_on = starts_on + timedelta(days=days)
        state = State.FINISHED if ends_on < today else State.PROGRESS
        rng = Random(project.name)
        job = Job(offer.customer, project.name, INTERNAL, Kind.OFFER, state, starts_on, days, rng)
        project.starts_on, project.ends_on = starts_on, ends_on
        project.save()
        people = [names[(place * 2 + n) % len(names)] for n in range(3)]
        for name in people:
            ProjectMember.objects.create(project=project, user=colleagues[name])
        activities = list(project.activities.order_by("number"))
        made.append(Made(job, project, activities, people, weights))
    return made


def _work_in(line: OfferLine) -> float:
    """Return about how many hours a line of an offer is."""
    return float(line.quantity * (1 if line.kind == OfferLine.Kind.HOURLY else line.price / 1500))


def _create(
    job: Job, leader: User, lists: Mapping[str, PriceList], tags: Mapping[str, ProjectTag]
) -> Project:
    contact = job.customer.contacts.current().order_by("pk").first()
    project = Project(
        name=job.name,
        customer=job.customer,
        leader=leader,
        starts_on=job.starts_on,
        ends_on=job.ends_on,
        notes=job.rng.choice(_NOTES) if job.rng.random() < 0.3 else "",
        invoice_contact=contact if job.rng.random() < 0.4 else None,
        order_reference=f"R-{job.rng.randrange(10_000, 99_999)}"
        if job.rng.random() < 0.2
        else None,
        # Our people have prices in our currency.
        currency="NOK" if job.customer.currency not in ("", "NOK") and not job.price_list else None,
    )
    model = _model(job, lists)
    activities = [Activity(title=title, estimated_hours=hours) for title, hours in _estimated(job)]
    mine = [tags[job.work.tag]] if job.work.tag in tags else []
    if job.customer.status == Customer.Status.ACTIVE:
        creating.create(project, model, activities=activities, tags=mine)
    else:  # it was, when the project began
        _as_it_was_then(project, model, activities, mine)
    _agree(job, project, model)
    return project


def _as_it_was_then(
    project: Project, model: PriceModel, activities: list[Activity], tags: list[ProjectTag]
) -> None:
    project.number = allocate("", PROJECTS)
    project.save()
    project.tags.add(*tags)
    model.project = project
    model.save()
    for number, activity in enumerate(activities, start=1):
        activity.project, activity.number = project, number
        activity.save()


def _model(job: Job, lists: Mapping[str, PriceList]) -> PriceModel:
    if job.kind == Kind.SUBSCRIPTION:
        interval = job.rng.choice(_INTERVALS)
        return PriceModel(
            kind=job.kind,
            amount=Decimal(interval * job.rng.randrange(150, 260) * 100),
            interval=interval,
            starts_on=job.starts_on,
            ends_on=job.ends_on if job.state == State.FINISHED else None,
        )
    return PriceModel(
        kind=job.kind, rates_from=job.rates_from, price_list=lists.get(job.price_list)
    )


def _agree(job: Job, project: Project, model: PriceModel) -> None:
    """Add what the price model has but a payment plan: shares, and for some a second model."""
    if job.kind == Kind.FIXED:
        # What comes on top is paid by the hour.
        extra = PriceModel.objects.create(
            project=project, order=1, name="Tillegg", kind=Kind.HOURLY, rates_from="employee"
        )
        number = project.activities.count() + 1
        Activity.objects.create(
            project=project, number=number, title="Tillegg og endringer", price_model=extra
        )
    sharing.store(model, {customer.pk: percent for customer, percent in job.shares})


def _estimated(job: Job) -> Iterator[tuple[str, Decimal]]:
    """Yield the activities with their hours: about what is worked in so many weeks."""
    whole = job.days / 7 * _WEEKLY * job.rng.choice((0.8, 1, 1.2, 1.6))
    parts = sum(hours for _title, hours in job.work.activities)
    for title, hours in job.work.activities:
        yield title, Decimal(max(5, round(whole * hours / parts / 5) * 5))


def _expenses(made: Made, colleagues: Mapping[str, User], today: date) -> None:
    job, rows = made.job, []
    for _n in range(job.rng.choice((0, 0, 1, 2, 3)) if job.starts_on < today else 0):
        text, cost = job.rng.choice(_EXPENSES)
        days = min(job.days, (today - job.starts_on).days)
        rows.append(
            Expense(
                project=made.project,
                user=colleagues[job.rng.choice(made.people)],
                day=job.starts_on + timedelta(days=job.rng.randrange(days + 1)),
                text=text,
                cost=Decimal(cost),
                surcharge=job.rng.choice((None, None, Decimal(0), Decimal(10))),
                billable=job.rng.random() < 0.9,
            )
        )
    Expense.objects.bulk_create(rows)


def plan(made: Iterable[Made], today: date) -> None:
    """Give fixed prices their payment plans: about what the work that goes on will have cost."""
    for one in made:
        job = one.job
        for model in one.project.price_models.filter(kind=Kind.FIXED):
            worked = TimeEntry.objects.filter(activity__project=one.project)
            hours = worked.aggregate(hours=Sum("hours", default=0))["hours"]
            passed = min(job.days, max(30, (today - job.starts_on).days))
            whole = Decimal(max(_SMALL, round(float(hours) * job.days / passed * _HOUR, -4)))
            for place, (text, part, gone) in enumerate(_STEPS):
                due = job.starts_on + timedelta(days=round(job.days * gone))
                PlanItem.objects.create(
                    price_model=model, order=place, text=text, amount=whole * part, due_on=due
                )


def settle(made: Iterable[Made]) -> None:
    """Bring the projects into the states that they are in now."""
    for one in made:
        project, state = one.project, one.job.state
        if state != project.state:
            project.state = state
            project.version += 1
            project.save()
        if state in (State.FINISHED, State.CANCELLED):
            # As a person would, all at once at the end.
            Activity.objects.filter(project=project).update(state=Activity.State.FINISHED)
        elif state in (State.PLANNED, State.OFFER):
            Activity.objects.filter(project=project).update(state=Activity.State.PLANNED)
        elif one.job.rng.random() < 0.5:
            first = one.activities[0]
            first.state = Activity.State.FINISHED
            first.save()
