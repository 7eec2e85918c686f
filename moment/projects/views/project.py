"""One project."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from customers.holding import ChangedMeanwhile
from moment.access import SignedInRequest, needs
from moment.htmx import redirect_to
from moment.projects import (
    editing,
    figures,
    figures_panel,
    payers,
    price_models,
    project_page,
    subscriptions,
)
from moment.projects.models import Project
from moment.projects.pricing import Prices
from moment.projects.views.loading import visible_project


@needs("projects.view_project")
def project(request: SignedInRequest, number: str) -> HttpResponse:
    project = visible_project(request.user, number)
    prices = Prices([project])
    sums, paying = figures.by(prices)[project.pk], payers.by(prices)[project.pk]
    return render(
        request,
        "projects/project.html",
        {
            "project": project,
            "lines": project_page.activities(prices, sums),
            "people": project_page.people(prices, sums),
            "sums": sums,
            "pricing": price_models.card(prices, paying, request.user),
            **figures_panel.context(sums, paying, request.user),
        },
    )


@needs("projects.view_project", "projects.change_project")
@require_POST
def state(request: HttpRequest, number: str) -> HttpResponse:
    project = visible_project(request.user, number)
    wanted, shown = request.POST.get("state", ""), request.POST.get("shown", "")
    if wanted not in Project.State.values:
        messages.error(request, _("There is no such state. Nothing was changed."))
        return redirect_to(request, project.get_absolute_url())
    words = {"state": Project.State(wanted).label}
    try:
        if editing.set_state(project, wanted, shown=shown):
            messages.success(request, _("The project is set to “%(state)s”.") % words)
            project.state = wanted
            for warning in subscriptions.warnings(project):
                messages.warning(request, warning)
    except ChangedMeanwhile as error:
        words = {"state": error.stored.get_state_display()}
        messages.warning(
            request,
            _("Somebody has set it to “%(state)s” meanwhile. Nothing was changed.") % words,
        )
    return redirect_to(request, project.get_absolute_url())
