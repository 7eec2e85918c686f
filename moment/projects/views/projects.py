"""All projects, and their spreadsheet."""

from django.http import FileResponse, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from moment.access import SignedInRequest, needs
from moment.htmx import render_page, wants_fragment
from moment.projects import rows
from moment.projects.listing import ProjectList
from moment.projects.models import Project
from moment.tabular import xlsx_response


@needs("projects.view_project")
def projects(request: SignedInRequest) -> HttpResponse:
    shown = ProjectList(request.GET, request.user)
    response = render_page(
        request,
        "projects/projects.html",
        "projects/projects/_results.html",
        {"list": shown, "nothing_yet": _is_empty(shown, request)},
    )
    if wants_fragment(request):
        # The address bar follows what is typed, in its shortest form.
        response["HX-Replace-Url"] = shown.url()
    return response


@needs("projects.view_project")
def export(request: SignedInRequest) -> FileResponse:
    shown = ProjectList(request.GET, request.user)
    return xlsx_response(
        f"projects-{timezone.localdate():%Y-%m-%d}",
        _("Projects"),
        rows.columns(amounts=shown.amounts),
        shown.sheet_rows(),
    )


def _is_empty(shown: ProjectList, request: SignedInRequest) -> bool:
    """Tell whether there are no projects at all, asked only when the page shows none."""
    if shown.page.rows or shown.counts["all"]:
        return False
    return not Project.objects.visible_to(request.user).exists()
