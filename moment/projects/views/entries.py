"""One entry of a project's hours: registered, changed and removed, in a dialog."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from moment.access import SignedInRequest, needs
from moment.htmx import redirect_to
from moment.projects import hours
from moment.projects.billing import OnInvoice
from moment.projects.forms.hours import EntryForm, as_seen, entry_words, seen
from moment.projects.hours import ChangedMeanwhile, Refused
from moment.projects.models import Project, TimeEntry
from moment.projects.views.loading import row_of, visible_project
from moment.projects.views.sheet import sheet

RIGHTS = ("projects.view_project", "projects.add_timeentry")


@needs(*RIGHTS)
def new(request: SignedInRequest, number: str) -> HttpResponse:
    project = visible_project(request.user, number)
    form = EntryForm(
        request.POST or None,
        project=project,
        who=request.user,
        initial={"day": timezone.localdate(), "activity": _latest(request, project)},
    )
    again = bool(request.POST.get("again"))
    context = {"title": _("Register hours"), "form": form, "takes_none": form.takes_none}
    if form.is_valid():
        try:
            hours.register([form.wanted], not_twice=[] if again else [0])
        except hours.ThereAlready:
            context["twice"] = True
        except Refused as error:
            form.add_error(None, error.problems[0])
        else:
            messages.success(request, _("The hours are saved."))
            return redirect_to(request, _back(request, project))
    return _dialog(request, project, "projects/hours/_entry.html", context, invalid=form.is_bound)


@needs(*RIGHTS)
def edit(request: SignedInRequest, number: str, pk: int) -> HttpResponse:
    project = visible_project(request.user, number)
    entry = _mine(request, project, pk)
    form = EntryForm(request.POST or None, project=project, who=request.user, entry=entry)
    if form.is_valid():
        try:
            hours.change(form.shown, form.wanted)
        except ChangedMeanwhile as error:
            form.tell_of_change(error)
        except Refused as error:
            form.add_error(None, error.problems[0])
        else:
            messages.success(request, _("The hours are saved."))
            return redirect_to(request, _back(request, project))
    context = {"title": _("Edit hours"), "form": form, "entry": entry}
    return _dialog(request, project, "projects/hours/_entry.html", context, invalid=form.is_bound)


@needs(*RIGHTS)
def delete(request: SignedInRequest, number: str, pk: int) -> HttpResponse:
    project = visible_project(request.user, number)
    entry = _mine(request, project, pk)
    context: dict[str, Any] = {"title": _("Remove hours")}
    if request.method == "POST":
        try:
            hours.delete(as_seen(entry, request.POST.get("seen", "")))
        except ChangedMeanwhile as error:
            entry = error.stored or entry
            context["changed"] = True
        except OnInvoice as error:
            context["problem"] = error.told(request.user)
        else:
            messages.success(request, _("The hours are removed."))
            return redirect_to(request, _back(request, project))
    context |= {"entry": entry, "words": entry_words(entry), "seen": seen(entry)}
    invalid = "changed" in context or "problem" in context
    return _dialog(request, project, "projects/hours/_delete.html", context, invalid=invalid)


def _latest(request: SignedInRequest, project: Project) -> int | None:
    """Return the activity on which the person registered last: it is most likely the next one."""
    rows = TimeEntry.objects.filter(user=request.user, activity__project=project)
    return rows.order_by("-day", "-pk").values_list("activity", flat=True).first()


def _mine(request: SignedInRequest, project: Project, pk: int) -> TimeEntry:
    """Return the entry; 403 where it is a colleague's and the user keeps only their own."""
    rows = TimeEntry.objects.filter(activity__project=project).select_related("user", "activity")
    entry: TimeEntry = row_of(rows, pk)
    if entry.user_id != request.user.pk and not request.user.has_perm("projects.change_timeentry"):
        raise PermissionDenied
    return entry


def _back(request: SignedInRequest, project: Project) -> str:
    """Return the list that the dialog was opened over, with its filters."""
    query = request.GET.urlencode()
    path = reverse("projects:hours", args=[project.number])
    return f"{path}?{query}" if query else path


def _dialog(
    request: SignedInRequest,
    project: Project,
    fragment: str,
    context: dict[str, Any],
    *,
    invalid: bool,
) -> HttpResponse:
    back = _back(request, project)
    return sheet(request, project, fragment, context, back=back, invalid=invalid)
