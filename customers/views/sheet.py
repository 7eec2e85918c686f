"""Dialogs over the pages of one customer, each a page of its own too."""

from typing import Any

from django.http import HttpRequest, HttpResponse

from customers.models import Customer
from moment.htmx import render_page


def sheet(
    request: HttpRequest,
    customer: Customer,
    fragment: str,
    context: dict[str, Any],
    *,
    back: str,
    status: int = 200,
) -> HttpResponse:
    """Answer a dialog by its fragment. `back` is where it was opened, and where cancelling leads.

    Its `title` is in the context.
    """
    context = {"customer": customer, "back": back, "fragment": fragment, **context}
    return render_page(request, "customers/sheet.html", fragment, context, status)
