"""The price models of a project: adding, changing and removing them, and which is the default."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from customers import invoicing
from customers.holding import ChangedMeanwhile
from moment.access import SignedInRequest, needs
from moment.htmx import redirect_to
from moment.projects import price_models
from moment.projects.billing import OnInvoice, billing, told
from moment.projects.forms.price_model import PriceModelSheet
from moment.projects.models import PriceModel, Project
from moment.projects.views.loading import row_of, visible_project
from moment.projects.views.sheet import sheet

CHANGE = ("projects.view_project", "projects.change_project")


@needs(*CHANGE)
def new(request: SignedInRequest, number: str) -> HttpResponse:
    project = visible_project(request.user, number)
    return _form(request, PriceModel(project=project), _("New price model"))


@needs(*CHANGE)
def edit(request: SignedInRequest, number: str, pk: int) -> HttpResponse:
    return _form(request, _model(request, number, pk), _("Edit price model"))


@needs(*CHANGE)
def remove(request: SignedInRequest, number: str, pk: int) -> HttpResponse:
    model = _model(request, number, pk)
    project, invalid = model.project, False
    if request.method == "POST":
        try:
            price_models.remove(model)
        except (price_models.InUse, OnInvoice):
            invalid = True
        else:
            messages.success(request, _("The price model is removed."))
            return redirect_to(request, project.get_absolute_url())
    context = {
        "title": _("Remove price model"),
        "model": model,
        "words": price_models.in_words(model, _shown_currency(request, project)),
        "why_not": price_models.why_stays(model) or _invoiced(request, model),
    }
    return sheet(request, project, "projects/pricing/_remove.html", context, invalid=invalid)


@needs(*CHANGE)
def make_first(request: SignedInRequest, number: str, pk: int) -> HttpResponse:
    model = _model(request, number, pk)
    project = model.project
    if request.method == "POST":
        try:
            told = price_models.make_first(model)
        except ChangedMeanwhile:
            messages.warning(request, _("Somebody has removed this meanwhile. Nothing was saved."))
        else:
            done = _("“%(model)s” is the default now.") % {"model": model}
            messages.success(request, " ".join([done, *told]))
        return redirect_to(request, project.get_absolute_url())
    context = {
        "title": _("Make default"),
        "model": model,
        "follow": project.activities.filter(price_model=None).count(),
    }
    return sheet(request, project, "projects/pricing/_first.html", context)


def _form(request: SignedInRequest, model: PriceModel, title: str) -> HttpResponse:
    project, currency = model.project, _currency(model.project)
    data = request.POST if request.method == "POST" else None
    form = PriceModelSheet(model, request.user, currency, data)
    if data is not None and not form.pressed and form.is_valid():
        try:
            told = form.save()
        except ChangedMeanwhile as error:
            form = form.after_change_by_others(error.stored)
        except price_models.Refused as error:
            form.shares.refuse(error.customer, error.why)
        except OnInvoice as error:
            form.refuse(error.field, error.told(request.user))
        else:
            messages.success(request, " ".join([_("The price model is saved."), *told]))
            return redirect_to(request, project.get_absolute_url())
    context: dict[str, Any] = {"title": title, "form": form, "currency": currency}
    invalid = data is not None and not form.pressed
    return sheet(request, project, "projects/pricing/_form.html", context, invalid=invalid)


def _invoiced(request: SignedInRequest, model: PriceModel) -> str:
    """Return what is said of a price model that stays because an invoice names it."""
    place = billing().place_of_model(model.pk)
    return told(place, request.user) if place else ""


def _model(request: SignedInRequest, number: str, pk: int) -> PriceModel:
    project = visible_project(request.user, number)
    model: PriceModel = row_of(project.price_models.select_related("price_list"), pk)
    model.project = project  # with its customer
    return model


def _currency(project: Project) -> str:
    return str(invoicing.effective(project.customer, project).value("currency"))


def _shown_currency(request: HttpRequest, project: Project) -> str | None:
    """Return the currency of amounts for who may see them."""
    user: Any = request.user
    return _currency(project) if user.has_perm("projects.view_amounts") else None
