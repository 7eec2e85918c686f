"""The people of a project: adding colleagues, what they are there, and taking them out."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.utils.translation import gettext as _

from customers.holding import ChangedMeanwhile
from moment.access import SignedInRequest, needs
from moment.htmx import redirect_to
from moment.projects import editing
from moment.projects.forms.member import MemberForm, NewMemberForm
from moment.projects.models import ProjectMember
from moment.projects.views.loading import row_of, visible_project
from moment.projects.views.sheet import sheet

CHANGE = ("projects.view_project", "projects.change_project")


@needs(*CHANGE)
def new(request: SignedInRequest, number: str) -> HttpResponse:
    project = visible_project(request.user, number)
    chosen = {"user": request.GET.get("user", "")}  # who has hours here, but is no member
    member = ProjectMember(project=project)
    form = NewMemberForm(request.POST or None, instance=member, initial=chosen)
    if form.is_valid():
        try:
            editing.add_member(form.instance)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            added = _("%(person)s is in the project now.") % {"person": form.instance.user}
            messages.success(request, added)
            return redirect_to(request, project.get_absolute_url())
    context = {"title": _("Add colleague"), "form": form}
    return sheet(request, project, "projects/people/_form.html", context, invalid=form.is_bound)


@needs(*CHANGE)
def edit(request: SignedInRequest, number: str, pk: int) -> HttpResponse:
    member = _member(request, number, pk)
    project = member.project
    form = MemberForm(request.POST or None, instance=member)
    if form.is_valid():
        try:
            editing.set_role(member, form.instance.role_id, shown=form.shown_role)
        except ChangedMeanwhile as error:
            if error.stored is None:
                form.add_error(None, _("Somebody has removed this meanwhile. Nothing was saved."))
            else:
                form = form.after_change_by_others(error.stored)
        else:
            messages.success(request, _("Saved."))
            return redirect_to(request, project.get_absolute_url())
    context = {"title": _("Role in the project"), "form": form, "person": member.user}
    return sheet(request, project, "projects/people/_form.html", context, invalid=form.is_bound)


@needs(*CHANGE)
def delete(request: SignedInRequest, number: str, pk: int) -> HttpResponse:
    member = _member(request, number, pk)
    project, hours = member.project, editing.hours_of(member)
    if request.method == "POST":
        try:
            editing.remove_member(member)
        except editing.HasHours as error:
            hours = error.hours
        else:
            left = _("%(person)s is not in the project any more.") % {"person": member.user}
            messages.success(request, left)
            return redirect_to(request, project.get_absolute_url())
    context = {"title": _("Remove from the project"), "person": member.user, "registered": hours}
    invalid = request.method == "POST"
    return sheet(request, project, "projects/people/_delete.html", context, invalid=invalid)


def _member(request: SignedInRequest, number: str, pk: int) -> ProjectMember:
    project = visible_project(request.user, number)
    member: ProjectMember = row_of(project.members.select_related("user", "role"), pk)
    member.project = project  # with its customer
    return member
