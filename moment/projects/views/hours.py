"""The hours of a project: the list with its filters and sums, and the spreadsheet."""

from django.http import FileResponse, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from moment.access import SignedInRequest, needs
from moment.htmx import render_page, wants_fragment
from moment.projects.hour_list import HourList
from moment.projects.views.loading import visible_project
from moment.tabular import xlsx_response


@needs("projects.view_project")
def hours(request: SignedInRequest, number: str) -> HttpResponse:
    project = visible_project(request.user, number)
    listed = HourList(request.GET, project, request.user)
    context = {"project": project, "listed": listed, "tags": project.tags.all()}
    response = render_page(request, "projects/hours.html", "projects/hours/_results.html", context)
    if wants_fragment(request):
        # The address bar follows what is chosen, in its shortest form.
        response["HX-Replace-Url"] = listed.url()
    return response


@needs("projects.view_project")
def export(request: SignedInRequest, number: str) -> FileResponse:
    project = visible_project(request.user, number)
    listed = HourList(request.GET, project, request.user)
    return xlsx_response(
        f"hours-{project.number}-{timezone.localdate():%Y-%m-%d}",
        _("Hours"),
        listed.columns(),
        listed.sheet_rows(),
    )
