"""A week of a project: my own hours, or a colleague's for those who keep everybody's."""

from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from moment.access import SignedInRequest, needs
from moment.keyset import is_key
from moment.models import User
from moment.projects.forms.week import WeekForm
from moment.projects.models import Activity, Employee, Project
from moment.projects.views.loading import visible_project
from moment.projects.views.my_hours import (
    RIGHTS,
    handled,
    is_employee,
    status_of,
    week_context,
)
from moment.projects.week import Week


@needs(*RIGHTS)
def hours_week(request: SignedInRequest, number: str) -> HttpResponse:
    project = visible_project(request.user, number)
    may_choose = request.user.has_perm("projects.change_timeentry")
    whose = _whose(request, may_choose)
    week = Week.read(request.GET.get("week", ""))
    form = WeekForm(
        request.POST if request.method == "POST" else None,
        user=whose,
        week=week,
        activities=Activity.objects.filter(project=project),
        project=project,
    )
    path = reverse("projects:hours_week", args=[project.number])
    more = f"&{urlencode({'colleague': whose.pk})}" if whose != request.user else ""
    if request.method == "POST" and (done := handled(request, form, f"{path}?week={week}{more}")):
        return done
    context = week_context(form, path, more) | {
        "project": project,
        "tags": project.tags.all(),
        "colleagues": _colleagues(project, whose) if may_choose else [],
        "is_employee": is_employee(whose),
    }
    status = status_of(request, form)
    return render(request, "projects/hours_week.html", context, status=status)


def _whose(request: SignedInRequest, may_choose: bool) -> User:
    """Return whose week is asked for. Others' weeks are for those who keep everybody's hours."""
    key = request.GET.get("colleague", "")
    if not is_key(key) or int(key) == request.user.pk:
        return request.user
    if not may_choose:
        raise PermissionDenied
    return User.objects.filter(pk=key).first() or request.user


def _colleagues(project: Project, chosen: User) -> QuerySet[User]:
    """Return those who register hours, and the one that is chosen."""
    employees = Employee.objects.order_by().values("user")
    return User.objects.filter(pk__in=employees, is_active=True) | User.objects.filter(pk=chosen.pk)
