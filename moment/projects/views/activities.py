"""The activities of a project: adding, changing, finishing and removing them."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from customers.holding import ChangedMeanwhile
from moment.access import SignedInRequest, needs
from moment.htmx import redirect_to
from moment.projects import editing
from moment.projects.forms.activity import ActivityForm
from moment.projects.models import Activity, Project
from moment.projects.views.loading import row_of, visible_project
from moment.projects.views.sheet import sheet

CHANGE = ("projects.view_project", "projects.change_project")


@needs(*CHANGE)
def new(request: SignedInRequest, number: str) -> HttpResponse:
    project = visible_project(request.user, number)
    return _form(request, Activity(project=project), _("New activity"))


@needs(*CHANGE)
def edit(request: SignedInRequest, number: str, pk: int) -> HttpResponse:
    return _form(request, _activity(request, number, pk), _("Edit activity"))


@needs(*CHANGE)
@require_POST
def state(request: SignedInRequest, number: str, pk: int) -> HttpResponse:
    activity = _activity(request, number, pk)
    wanted, shown = request.POST.get("state", ""), request.POST.get("shown", "")
    if wanted not in Activity.State.values:
        messages.error(request, _("There is no such state. Nothing was changed."))
        return _back(request, activity.project)
    try:
        editing.set_activity_state(activity, wanted, shown=shown)
    except ChangedMeanwhile:
        messages.warning(
            request, _("Somebody has changed this activity meanwhile. Nothing was changed.")
        )
    else:
        finished = wanted == Activity.State.FINISHED
        done = _("“%(activity)s” is finished.") if finished else _("“%(activity)s” is open.")
        messages.success(request, done % {"activity": activity})
    return _back(request, activity.project)


@needs(*CHANGE)
def delete(request: SignedInRequest, number: str, pk: int) -> HttpResponse:
    activity = _activity(request, number, pk)
    hours = editing.hours_on(activity)
    if request.method == "POST":
        try:
            editing.remove_activity(activity)
        except editing.HasHours as error:
            hours = error.hours
        else:
            messages.success(request, _("The activity is removed."))
            return _back(request, activity.project)
    context = {"title": _("Remove activity"), "activity": activity, "registered": hours}
    return sheet(
        request,
        activity.project,
        "projects/activities/_delete.html",
        context,
        invalid=request.method == "POST",
    )


def _form(request: SignedInRequest, activity: Activity, title: str) -> HttpResponse:
    project, is_new = activity.project, activity.pk is None
    form = ActivityForm(request.POST or None, instance=activity, by=request.user)
    if form.is_valid():
        try:
            told = editing.save_activity(form.instance, form.version)
        except ValidationError as error:
            form.add_error(None, error)
        except ChangedMeanwhile as error:
            if error.stored is None:
                form.add_error(None, _("Somebody has removed this meanwhile. Nothing was saved."))
            else:
                error.stored.project = project
                form = form.after_change_by_others(error.stored)
        else:
            done = _("The activity is added.") if is_new else _("The activity is saved.")
            messages.success(request, " ".join([done, *told]))
            return _back(request, project)
    context = {"title": title, "form": form}
    return sheet(request, project, "projects/activities/_form.html", context, invalid=form.is_bound)


def _activity(request: SignedInRequest, number: str, pk: int) -> Activity:
    project = visible_project(request.user, number)
    activity: Activity = row_of(project.activities, pk)
    activity.project = project  # with its customer
    return activity


def _back(request: SignedInRequest, project: Project) -> HttpResponse:
    return redirect_to(request, project.get_absolute_url())
