"""Whether hours are billable, as far as the price model of their activity has a say."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from decimal import Decimal

from django.db.models import Sum
from django.utils.translation import gettext as _

from moment.projects.hours_text import hours_text
from moment.projects.models import Project, TimeEntry
from moment.projects.pricing import Prices
from moment.projects.sums import exact


@contextmanager
def in_step(project: Project) -> Iterator[list[str]]:
    """Have hours follow when their activities come under a price model that bills nothing, or out.

    For a block in which a project that is held changes. Hours that are not approved follow, those
    approved stay as they are. What that was is told in the list, in sentences, after the block.
    """
    # Whoever registers hours waits until it is clear what their price model is.
    list(project.activities.select_for_update(of=("self",)).order_by("pk").values_list("pk"))
    before, told = _unbilled(project), list[str]()
    yield told
    after = _unbilled(project)
    if off := after - before:
        hours = _mark(off, billable=False)
        rows = TimeEntry.objects.filter(activity__in=off, billable=True)
        stay = exact(rows.aggregate(hours=Sum("hours"))["hours"])
        if hours:
            told.append(_("%(hours)s h are not billable any more.") % {"hours": hours_text(hours)})
        if stay:
            told.append(_("%(hours)s approved h stay billable.") % {"hours": hours_text(stay)})
    if on := before - after:
        hours = _mark(on, billable=True)
        if hours:
            told.append(_("%(hours)s h are billable from now on.") % {"hours": hours_text(hours)})


def let_go(entries: Collection[int]) -> None:
    """Have entries by key that are not approved any more follow their price model."""
    rows = TimeEntry.objects.filter(pk__in=entries, billable=True).order_by()
    projects = Project.objects.filter(activities__entries__in=rows).select_related("customer")
    for project in projects.distinct():
        rows.filter(activity__in=_unbilled(project)).update(billable=False)


def _unbilled(project: Project) -> set[int]:
    """Return the activities, by key, on which nothing is billable. Two queries."""
    prices = Prices([project])
    return {one.pk for one in project.activities.order_by() if not prices.is_billable(one)}


def _mark(activities: Collection[int], *, billable: bool) -> Decimal:
    """Mark what is not approved on these activities; return how many hours became another."""
    rows = TimeEntry.objects.filter(
        activity__in=activities, approved_at=None, billable=not billable
    )
    locked = rows.select_for_update().order_by("pk").values_list("pk", "hours")
    found = dict(locked)
    TimeEntry.objects.filter(activity__in=activities, pk__in=found).update(billable=billable)
    return sum(found.values(), Decimal(0))
