"""Pages from memory: all that their templates got, kept, and rendered anew.

What is left beside the rendering is what every page has: the session, the user, their rights.
"""

from contextlib import ExitStack
from itertools import chain
from typing import Any
from unittest.mock import patch

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from customers import panels, tabs
from customers.invoice_warnings import warnings_of
from customers.models import Customer
from customers.views import invoicing, profile
from moment.access import needs
from moment.projects import project_tabs
from tests.benchmarks.clock import Visitor

_VIEWS = {"profile": profile, "invoicing": invoicing}
# Where the panels of a profile stand.
PLACES = ("wide_panels", "main_panels", "aside_panels")
# Of each page: the template, its context, and what its tags would ask the database for.
_kept: dict[str, tuple[str, dict[str, Any], dict[str, Any]]] = {}


def remember(name: str, visitor: Visitor, user: Any, customer: Customer, path: str) -> None:
    """Keep what the page got when this user opens it."""

    def keep(request: HttpRequest, template: str, context: dict, **options: Any) -> HttpResponse:
        alerts = panels.Alerts(customer, request).context()
        _kept[name] = template, context, {"tabs": tabs.of(customer, user), "alerts": alerts}
        # Querysets remember their rows once they are rendered.
        return render(request, template, context, **options)

    with patch.object(_VIEWS[name], "render", keep):
        visitor.request(path)()
    for shown in chain.from_iterable(_kept[name][1].get(place, ()) for place in PLACES):
        found = shown.context()
        shown.context = lambda found=found: found


def keep(name: str, module: Any, visitor: Visitor, path: str) -> None:
    """Keep what a page got that is nobody's profile, with its view in this module."""
    answer = "render_page" if hasattr(module, "render_page") else "render"
    really = getattr(module, answer)

    def kept(request: HttpRequest, template: str, *rest: Any, **options: Any) -> HttpResponse:
        context = rest[-1]  # behind the fragment, where there is one
        shown = project_tabs.of(context["project"]) if "project" in context else []
        _kept[name] = template, context, {"tabs": [], "alerts": {}, "project": shown}
        return really(request, template, *rest, **options)

    with patch.object(module, answer, kept):
        visitor.request(path)()


@needs("customers.view_customer")
def from_memory(request: HttpRequest, name: str) -> HttpResponse:
    """Answer a page without asking for anything that is shown on it."""
    template, context, tags = _kept[name]
    if name == "invoicing":
        # Its view renders the fields before the template gets them.
        warnings = warnings_of(
            context["customer"], context["form"].effective, context["destination"]
        )
        context = context | {"cards": context["form"].cards(warnings)}
    with ExitStack() as stack:
        stack.enter_context(patch.object(tabs, "of", lambda *_: tags["tabs"]))
        stack.enter_context(patch.object(panels.Alerts, "context", lambda _: tags["alerts"]))
        stack.enter_context(patch.object(project_tabs, "of", lambda _: tags.get("project", [])))
        return render(request, template, context)
