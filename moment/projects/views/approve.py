"""Approving hours of a project, and taking approvals back: what is ticked, or what is shown."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet, Sum
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from moment.access import SignedInRequest, needs
from moment.htmx import redirect_to
from moment.keyset import is_key
from moment.models import User
from moment.projects import hours
from moment.projects.billing import OnInvoice, billing
from moment.projects.hour_list import PAGE_SIZE, HourList, sums_of
from moment.projects.models import Project, TimeEntry
from moment.projects.views.loading import visible_project
from moment.projects.views.sheet import sheet

RIGHTS = ("projects.view_project", "projects.change_timeentry")


@needs(*RIGHTS)
def approve(request: SignedInRequest, number: str) -> HttpResponse:
    return _ask(request, visible_project(request.user, number), back=False)


@needs(*RIGHTS)
def take_back(request: SignedInRequest, number: str) -> HttpResponse:
    return _ask(request, visible_project(request.user, number), back=True)


def _ask(request: SignedInRequest, project: Project, *, back: bool) -> HttpResponse:
    """Ask first; on POST do it, unless there are other hours by then than were asked about."""
    data = request.POST if request.method == "POST" else request.GET
    listed = HourList(request.GET, project, request.user)
    ticked = [int(key) for key in data.getlist("entry")[: PAGE_SIZE * 2] if is_key(key)]
    until = _until(data.get("until", ""), back=back)
    entries = _meant(listed, ticked, until).filter(approved_at__isnull=not back)
    # What is invoiced stays approved.
    invoiced = entries.filter(billing().of_entries()) if back else entries.none()
    entries = entries.exclude(pk__in=invoiced.order_by().values("pk")) if back else entries
    sums = sums_of(entries)
    is_meant = request.method == "POST" and "look" not in data
    changed = is_meant and data.get("shown") != sums.token
    if is_meant and not changed and sums.count:
        try:
            done = _do(entries, request.user, back=back)
        except OnInvoice:
            changed = True
        else:
            _tell(request, done, back=back)
            return redirect_to(request, listed.url())
    context = {
        "title": _("Take approval back") if back else _("Approve hours"),
        "path": _path(project, listed.query, back=back),
        "is_taking_back": back,
        "ticked": ticked,
        "until": until,
        "sums": sums,
        "invoiced": invoiced.count() if back else 0,
        "changed": changed,
        "people": _people(entries),
        "chips": [] if ticked else listed.chips,
    }
    fragment, over = "projects/hours/_approve.html", listed.url()
    return sheet(request, project, fragment, context, back=over, invalid=is_meant)


def _do(entries: QuerySet[TimeEntry], by: User, *, back: bool) -> int:
    keys = list(entries.order_by("pk").values_list("pk", flat=True))
    return hours.take_back(keys) if back else hours.approve(keys, by)


def _meant(listed: HourList, ticked: list[int], until: date | None) -> QuerySet[TimeEntry]:
    """Return what is ticked, else all that the filters let through up to a day."""
    if ticked:
        return TimeEntry.objects.filter(activity__project=listed.project, pk__in=ticked)
    return listed.found.filter(day__lte=until) if until else listed.found


def _until(text: str, *, back: bool) -> date | None:
    """Return the day that was chosen, else today for approving."""
    try:
        day = parse_date(text)
    except ValueError:
        day = None
    return day or (None if back else timezone.localdate())


def _people(entries: QuerySet[TimeEntry]) -> list[dict[str, Any]]:
    """Return whose hours these are, and how many each has."""
    sums = dict(entries.order_by().values_list("user").annotate(Sum("hours")))
    users = User.objects.filter(pk__in=sums)
    return [{"user": user, "hours": sums[user.pk]} for user in users]


def _path(project: Project, query: str, *, back: bool) -> str:
    name = "projects:hours_take_back" if back else "projects:hours_approve"
    path = reverse(name, args=[project.number])
    return f"{path}?{query}" if query else path


def _tell(request: SignedInRequest, count: int, *, back: bool) -> None:
    if back:
        words = ngettext(
            "The approval of %(count)s entry is taken back.",
            "The approval of %(count)s entries is taken back.",
            count,
        )
    else:
        words = ngettext("%(count)s entry is approved.", "%(count)s entries are approved.", count)
    messages.success(request, words % {"count": number_format(count, force_grouping=True)})
