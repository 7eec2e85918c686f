"""Dialogs over the pages of the ledger, each a page of its own too."""

from typing import Any

from django.http import HttpRequest, HttpResponse

from moment.htmx import INVALID, render_page


def sheet(
    request: HttpRequest,
    fragment: str,
    context: dict[str, Any],
    *,
    page: str = "ledger/sheet.html",
) -> HttpResponse:
    """Answer a dialog by its fragment; after sending, as refused. Its `title` is in the context."""
    context = {"fragment": fragment, "action": request.path, **context}
    status = INVALID if request.method == "POST" else 200
    return render_page(request, page, fragment, context, status)
