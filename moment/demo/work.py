"""What the demo's colleagues do for its customers: prices, two years of projects, hours, offers.

Once, where nothing of it is there yet, so that what people change or delete stays so.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from auditlog.context import set_actor
from auditlog.models import LogEntry
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.utils import timezone

from customers.models import Customer, NumberSeries
from moment import content
from moment.demo import dating, jobs, loading, marks, offers, papers, projects, staff, timesheets
from moment.demo.projects import Made
from moment.models import User
from moment.offers.models import Offer
from moment.projects.models import Employee, Expense, PriceList, PriceModel, Project, RolePrice

MARK = "demo work"
WEEKS = jobs.WEEKS
# So many customers have projects, however many there are.
_CUSTOMERS = 70
_PARTNERS = 8
_RECEIPTS = 8
# When a row became what its state is, by the state; without one when it was made.
_Moments = dict[tuple[str, int], dict[str, datetime]]


def load(now: datetime, colleagues: dict[str, User], weeks: int = WEEKS) -> int:
    """Make it all, with hours for so many weeks; return how many projects there are then.

    0 where it was made before, or for no weeks. Outside any transaction, as all that keeps bytes.
    """
    if not weeks or not _begin():
        return 0
    newest, idle = dating.newest(), dating.idle_since()
    with set_actor(colleagues["kari"]):
        with transaction.atomic():
            staff.load(timezone.localdate(now), colleagues)
        offered = offers.load(now, colleagues)
        with transaction.atomic():
            made = _projects(offered, now, colleagues, weeks)
    with transaction.atomic():
        _date_back(_moments(made, offered, now), newest, now, idle)
    _receipts()
    return len(made)


@transaction.atomic
def _begin() -> bool:
    series = NumberSeries.objects.select_for_update().get(kind=NumberSeries.Kind.CUSTOMER)
    models: list[Any] = [Offer, Project, Employee, RolePrice, PriceList]
    if marks.reached(MARK) or not loading.loaded() or any(m.objects.exists() for m in models):
        return False
    marks.reach(MARK, loading.loaded(), series, {})
    return True


def _projects(
    offered: Iterable[Offer], now: datetime, colleagues: dict[str, User], weeks: int
) -> list[Made]:
    """Make the projects with their hours; those of accepted offers are there already."""
    today = timezone.localdate(now)
    partners = Customer.objects.for_price_model().exclude(relation=Customer.Relation.CUSTOMER)
    planned = jobs.of(_customers(), list(partners.order_by("-sort_number")[:_PARTNERS]), today)
    made = projects.load(planned, colleagues, today)
    made += projects.of_offers(offered, colleagues, today)
    timesheets.load(made, colleagues, now, weeks)
    projects.plan(made, today)
    projects.settle(made)
    return made


def _customers() -> list[Customer]:
    """Return the customers that have projects, and some that had."""
    before = [Customer.Status.INACTIVE, Customer.Status.BLOCKED]
    past = Customer.objects.filter(name__in=jobs.PAST, status__in=before).order_by("pk")
    return [*Customer.objects.for_new_project().order_by("-sort_number")[:_CUSTOMERS], *past]


def _moments(made: Iterable[Made], offered: Iterable[Offer], now: datetime) -> _Moments:
    """Return when everything was done, had people done it."""
    found: _Moments = {}
    for one in made:
        begun = _at(one.job.starts_on - timedelta(days=9), now)
        ended = max(begun, _at(one.job.ends_on, now))
        times = {"": begun, "finished": ended, "cancelled": ended, "paused": now}
        found["project", one.project.pk] = times
        models = PriceModel.objects.filter(project=one.project).order_by()
        found |= {("pricemodel", pk): times for pk in models.values_list("pk", flat=True)}
        shares = models.exclude(shares=None).values_list("shares", flat=True)
        found |= {("pricemodelshare", pk): times for pk in shares}
    for offer in offered:
        sent, answered = offer.sent_at or now, offer.answered_at or now
        found["offer", offer.pk] = {
            "": offer.created_at,
            "ready": offer.created_at,
            "sent": sent,
            "accepted": answered,
            "rejected": answered,
            "replaced": answered if offer.answered_at else sent + timedelta(days=8),
        }
    return found


def _date_back(moments: _Moments, newest: int, now: datetime, idle: Mapping[int, datetime]) -> None:
    """Let the history, and when something last happened, be as if done at these moments."""

    def when(entry: LogEntry) -> datetime | None:
        times = moments.get((entry.content_type.model, entry.object_id or 0), {})
        changed = (entry.changes or {}).get("state", ("", ""))[1]
        on_update = times.get(changed if entry.action == LogEntry.Action.UPDATE else "")
        return on_update or times.get("", now if times else None)

    dating.date_back(when, newest, now, idle)
    for pk, moment in moments.items():
        if pk[0] == "project":
            Project.objects.filter(pk=pk[1]).update(created_at=moment[""])


def _at(day: date, now: datetime) -> datetime:
    return min(now, datetime.combine(day, time(9, 20), timezone.get_current_timezone()))


def _receipts() -> None:
    """Give some expenses their receipts. Outside any transaction, as all that keeps bytes."""
    for expense in Expense.objects.order_by("pk")[:_RECEIPTS]:
        amount = f"{expense.cost:.2f} NOK".replace(".", ",")
        page = papers.page("Kvittering", (expense.text, f"{expense.day:%d.%m.%Y}", amount))
        expense.receipt = content.receive(SimpleUploadedFile("Kvittering.pdf", page))
        expense.receipt_name = "Kvittering.pdf"
        expense.save()
