"""My hours in a week, across projects."""

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from customers.forms.fields import one_line
from moment.access import SignedInRequest, needs
from moment.htmx import INVALID
from moment.models import User
from moment.projects.forms.week import WeekForm
from moment.projects.models import Activity, Employee, Project
from moment.projects.week import Week, proposals

RIGHTS = ("projects.view_project", "projects.add_timeentry")


@needs(*RIGHTS)
def my_hours(request: SignedInRequest) -> HttpResponse:
    week = Week.read(request.GET.get("week", ""))
    form = WeekForm(
        request.POST if request.method == "POST" else None,
        user=request.user,
        week=week,
        activities=visible_activities(request.user),
    )
    path = reverse("projects:my_hours")
    if request.method == "POST" and (done := handled(request, form, f"{path}?week={week}")):
        return done
    context = week_context(form, path) | {"is_employee": is_employee(request.user)}
    return render(request, "projects/my_hours.html", context, status=status_of(request, form))


@needs(*RIGHTS)
def activities(request: SignedInRequest) -> HttpResponse:
    """Answer the activities that fit a text, while it is typed."""
    rows = visible_activities(request.user)
    if number := request.GET.get("project", ""):
        rows = rows.filter(project__in=Project.objects.numbered(number))
    found = proposals(rows, one_line(request.GET.get("add", "")[:240]))
    return render(request, "projects/my_hours/_options.html", {"activities": found})


def visible_activities(user: User) -> QuerySet[Activity]:
    return Activity.objects.filter(project__in=Project.objects.visible_to(user))


def is_employee(user: User) -> bool:
    return Employee.objects.filter(user=user).exists()


def handled(request: SignedInRequest, form: WeekForm, url: str) -> HttpResponse | None:
    """Do what was asked for; None where the page is to be shown again, with all that was typed."""
    if form.is_adding:
        form.choose()
        return None
    changed = form.save()
    if changed is None:
        return None
    if changed:
        messages.success(request, _("The week is saved."))
    else:
        messages.info(request, _("Nothing was changed."))
    return HttpResponseRedirect(url)


def status_of(request: SignedInRequest, form: WeekForm) -> int:
    wrong = form.problem or form.grid.problems or form.gone
    return INVALID if request.method == "POST" and wrong else 200


def week_context(form: WeekForm, path: str, more: str = "") -> dict[str, object]:
    """Return what the grid's template needs. `more` stands in each address beside the week."""
    return {
        "form": form,
        "grid": form.grid,
        "week": form.week,
        "path": path,
        "more": more,
        "user_shown": form.user,
        "today": timezone.localdate(),
    }
