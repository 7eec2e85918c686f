"""Dialogs over the pages of one project, each a page of its own too."""

from typing import Any

from django.http import HttpRequest, HttpResponse

from moment.htmx import INVALID, render_page
from moment.projects.models import Project


def sheet(
    request: HttpRequest,
    project: Project,
    fragment: str,
    context: dict[str, Any],
    *,
    back: str = "",
    invalid: bool = False,
) -> HttpResponse:
    """Answer a dialog by its fragment. `back` is where it was opened, and where cancelling leads.

    Its `title` is in the context. Without `back` it stands over the project's own page.
    """
    context = {
        "project": project,
        "back": back or project.get_absolute_url(),
        "fragment": fragment,
        **context,
    }
    status = INVALID if invalid else 200
    return render_page(request, "projects/sheet.html", fragment, context, status)
