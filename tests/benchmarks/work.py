"""Pages of projects and offers, 1,000 hours pasted, and the PDF of an offer."""

import time
from datetime import timedelta
from statistics import median
from typing import Any

import typst
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from rich.progress import track

from customers.models import Customer
from moment.models import User
from moment.offers import document, editing
from moment.offers.models import Offer, OfferLine
from moment.offers.views import offers as offers_view
from moment.projects import hours
from moment.projects.importing_hours import Draft
from moment.projects.models import Project, TimeEntry
from moment.projects.views import hours as hours_view
from moment.projects.views import hours_week, my_hours
from moment.projects.views import project as project_view
from moment.projects.views import projects as projects_view
from tests.benchmarks import kept, work_data
from tests.benchmarks.clock import Case, Visitor, measure, timed
from tests.benchmarks.report import Target, figures_table, requests_table
from tests.benchmarks.work_data import ACTIVITIES

HOURS = 5000
PASTED = 1000
LINES = 100
ADDED_UP = ("project", "projects", "offers", "profile with projects")


def run(engine: str, repeats: int) -> list[Target]:
    user = User.objects.get(username="kari")
    project = work_data.project(user, HOURS)
    work_data.others(user, project)
    return [
        *_pages(engine, repeats, user, project),
        *_pasting(engine, repeats, user, project),
        *_pdf(engine, repeats, user, project.customer),
    ]


# Pages


def _pages(engine: str, repeats: int, user: User, project: Project) -> list[Target]:
    kari, number, customer = Visitor(user), project.number, project.customer
    paths = {
        "empty page": "/bench/empty/",
        "frame alone": "/bench/shell/",
        "project": project.get_absolute_url(),
        "hours of a project": reverse("projects:hours", args=[number]),
        "week of a project": reverse("projects:hours_week", args=[number]),
        "my week": reverse("projects:my_hours"),
        "projects": reverse("projects:projects"),
        "offers": reverse("offers:offers"),
        "projects of a customer": reverse("projects:of_customer", args=[customer.number]),
        "offers of a customer": reverse("offers:of_customer", args=[customer.number]),
        "profile with projects": customer.get_absolute_url(),
    }
    views = {
        "project": project_view,
        "hours of a project": hours_view,
        "week of a project": hours_week,
        "my week": my_hours,
        "projects": projects_view,
        "offers": offers_view,
    }
    for name, module in views.items():
        place = name.replace(" ", "-")
        kept.keep(place, module, kari, paths[name])
        paths[f"{name} from memory"] = f"/bench/kept/{place}/"
    kept.remember("profile", kari, user, customer, paths["profile with projects"])
    paths["profile with projects from memory"] = "/bench/kept/profile/"
    cases = [
        Case(name, kari.request(path), against="empty page" if name != "empty page" else "")
        for name, path in paths.items()
    ]
    for case in cases:
        if f"{case.name} from memory" in paths:
            case.against = f"{case.name} from memory"
            case.target = f"{case.name} to the same from memory"
            # What is added up anew each time, 5,000 hours here, costs more than what is read.
            case.limit = 3 if case.name in ADDED_UP else 2
    found = measure(cases, repeats, "Pages of projects")
    title = f"Projects and offers, {engine}, {repeats} repeats"
    return requests_table(title, engine, found)


# Hours


def _pasting(engine: str, repeats: int, user: User, project: Project) -> list[Target]:
    """Import a thousand hours as they were pasted; beside it, the same rows inserted bare."""
    first = timezone.localdate() - timedelta(days=PASTED // 10 + 7)
    rows = [
        f"{first + timedelta(days=n // 10)}\t{project.number}\t{1 + n % ACTIVITIES}\t0,25\t{n}"
        for n in range(PASTED)
    ]
    text = "\n".join(["date\tproject\tactivity\thours\tcomment", *rows])
    spent: dict[str, list[float]] = {"looked through": [], "imported": [], "bare": []}
    for _ in track(range(repeats), "Hours", transient=True):
        drafts: list[Draft] = []
        spent["looked through"].append(
            timed(lambda drafts=drafts: drafts.append(Draft(text, user, all_ticked=True)))
        )
        (draft,) = drafts
        if draft.wrong:
            raise RuntimeError(draft.wrong[0].problems)
        made: list[Any] = []
        with transaction.atomic():
            register = lambda d=draft, m=made: m.extend(hours.register(d.wanted))  # noqa: E731
            spent["imported"].append(timed(register))
            transaction.set_rollback(True)
        for entry in made:
            entry.pk = None
        with transaction.atomic():
            insert = lambda m=made: TimeEntry.objects.bulk_create(m, batch_size=500)  # noqa: E731
            spent["bare"].append(timed(insert))
            transaction.set_rollback(True)
    middle = {name: median(some) for name, some in spent.items()}
    ratio = middle["imported"] / middle["bare"]
    figures_table(
        f"{PASTED:,} hours pasted, {engine}, {repeats} repeats",
        [(name, f"{seconds * 1000:.0f} ms") for name, seconds in middle.items()],
    )
    whole = (middle["looked through"] + middle["imported"]) / middle["bare"]
    return [
        Target(engine, f"{PASTED:,} hours registered to a bare INSERT", ratio, 4),
        Target(engine, f"{PASTED:,} hours read and registered to a bare INSERT", whole, 8),
    ]


# Offers


def _pdf(engine: str, repeats: int, user: User, customer: Customer) -> list[Target]:
    """Make the PDF of an offer of a hundred lines; beside it, a document with nothing in it."""
    lines = [
        OfferLine(title=f"Arbeid {n}", text="Etter beskrivelse.", price=1000 + n, optional=n > 90)
        for n in range(LINES)
    ]
    until = timezone.localdate() + timedelta(days=30)
    offer = Offer(name="Skole", customer=customer, responsible=user, valid_until=until)
    editing.create(offer, lines)
    empty, made, spent = [], [], []
    document.pdf_of(offer)  # fonts are read once
    for n in track(range(repeats), "Offers", transient=True):
        offer.name = f"Skole {n}"  # typst keeps what it has set before
        ready = document.ready(offer)
        empty.append(timed(lambda: typst.compile(b"", format="pdf")))
        before = time.process_time()
        made.append(timed(ready.pdf))
        spent.append(time.process_time() - before)
    ratio = median(made) / median(empty)
    figures_table(
        f"Offer as PDF, {engine}, {repeats} repeats",
        [
            ("an empty typst document", f"{median(empty) * 1000:.1f} ms"),
            (f"an offer of {LINES} lines", f"{median(made) * 1000:.1f} ms, {ratio:.2f} ×"),
            ("of the processor's time", f"{median(spent) * 1000:.1f} ms"),
        ],
    )
    return [
        Target(engine, f"an offer of {LINES} lines as PDF to an empty document", ratio, 6),
        Target(engine, f"an offer of {LINES} lines as PDF, processor", median(spent), 0.2, "s"),
    ]
