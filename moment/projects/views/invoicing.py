"""Invoicing options: the settings of one project."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from customers.destination import destination_of
from customers.einvoicing import reachability_of
from customers.forms.invoicing import settings_form
from customers.invoice_warnings import warnings_of
from customers.invoicing import effective
from moment.access import SignedInRequest, needs
from moment.htmx import INVALID
from moment.invoice_settings.choices import Level
from moment.invoice_settings.form import InvoiceSettingsForm
from moment.projects import invoicing
from moment.projects.models import Project
from moment.projects.views.loading import visible_project


@needs("projects.view_project")
def settings(request: SignedInRequest, number: str) -> HttpResponse:
    if request.method == "POST" and not request.user.has_perm("projects.change_project"):
        raise PermissionDenied
    project = visible_project(request.user, number)
    form = _form(request, project)
    if request.method != "POST":
        return _page(request, project, form)
    if request.POST.get("reset") in form.settings:
        return _reset(request, project, form, request.POST["reset"])
    if not form.is_valid():
        return _page(request, project, form, status=INVALID)
    try:
        invoicing.save(project, form.changes, form.shown)
    except invoicing.ChangedMeanwhile as error:
        project = visible_project(request.user, project.number)
        form = form.after_change_by_others(effective(project.customer, project), error.names)
        return _page(request, project, form, status=INVALID, changed_meanwhile=True)
    except invoicing.NoSuchContact:
        form.add_error("invoice_contact", _("This contact is not here any more."))
        return _page(request, project, form, status=INVALID)
    messages.success(request, _("Saved."))
    _warn(request, project, form)
    return redirect("projects:invoicing", number=project.number)


def _reset(
    request: SignedInRequest, project: Project, form: InvoiceSettingsForm, name: str
) -> HttpResponse:
    """Have one setting inherit. What was typed elsewhere stays typed, and is not saved."""
    refused = False
    try:
        invoicing.save(project, {name: None}, form.shown)
    except invoicing.ChangedMeanwhile:
        refused = True
    else:
        _warn(request, project, form)
    project = visible_project(request.user, project.number)
    form = form.after_reset(name, effective(project.customer, project), refused=refused)
    return _page(request, project, form, status=INVALID if refused else 200)


def _warn(request: SignedInRequest, project: Project, before: InvoiceSettingsForm) -> None:
    """Say that amounts are not converted where the project is in another currency than before."""
    old = before.effective.value("currency")
    stored = visible_project(request.user, project.number)
    now = effective(stored.customer, stored).value("currency")
    if now != old and invoicing.has_amounts(stored):
        messages.warning(
            request,
            _(
                "The project is in %(now)s from now on. Its amounts in %(old)s are not converted: "
                "look through price models, agreed rates, expenses and approved hours."
            )
            % {"now": now, "old": old},
        )


def _form(request: SignedInRequest, project: Project) -> InvoiceSettingsForm:
    return settings_form(
        project.customer,
        effective(project.customer, project),
        request.POST if request.method == "POST" else None,
        level=Level.PROJECT,
        without=() if request.user.has_perm("projects.view_amounts") else invoicing.AMOUNTS,
    )


def _page(
    request: SignedInRequest,
    project: Project,
    form: InvoiceSettingsForm,
    *,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    customer = project.customer
    known = reachability_of([customer.org_number] if customer.is_norwegian else [])
    destination = destination_of(customer, form.effective, known)
    context = {
        "project": project,
        "tags": project.tags.all(),
        "customer": customer,
        "form": form,
        "cards": form.cards(warnings_of(customer, form.effective, destination)),
        "destination": destination,
        "reachability": known.get(customer.org_number),
        "editable": request.user.has_perm("projects.change_project"),
    }
    return render(request, "projects/invoicing.html", context | more, status=status)
