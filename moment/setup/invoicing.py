"""The company's standard invoice settings, which customers and projects inherit."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from moment.access import needs
from moment.htmx import INVALID
from moment.invoice_settings.choices import Level
from moment.invoice_settings.form import InvoiceSettingsForm
from moment.invoice_settings.levels import Effective
from moment.invoice_settings.saving import ChangedMeanwhile
from moment.models import CompanySettings
from moment.setup.saving import save_invoicing


@needs("moment.change_companysettings")
def invoicing(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return _page(request, _form())
    form = _form(request.POST)
    if request.POST.get("reset") in form.settings:
        return _reset(request, form, request.POST["reset"])
    if not form.is_valid():
        return _page(request, form, status=INVALID)
    try:
        save_invoicing(form.changes, form.shown)
    except ChangedMeanwhile as error:
        form = form.after_change_by_others(effective(), error.names)
        return _page(request, form, status=INVALID, changed_meanwhile=True)
    messages.success(request, _("Saved."))
    return redirect("setup_invoicing")


def effective() -> Effective:
    """Return the company's settings in force. One query."""
    return Effective([(Level.COMPANY, CompanySettings.current())])


def _form(data: QueryDict | None = None) -> InvoiceSettingsForm:
    return InvoiceSettingsForm(data, level=Level.COMPANY, effective=effective())


def _reset(request: HttpRequest, form: InvoiceSettingsForm, name: str) -> HttpResponse:
    """Have one setting follow the standard. What was typed elsewhere stays typed, not saved."""
    refused = False
    try:
        if not form.never_empty(name):
            save_invoicing({name: None}, form.shown)
    except ChangedMeanwhile:
        refused = True
    form = form.after_reset(name, effective(), refused=refused)
    return _page(request, form, status=INVALID if refused else 200)


def _page(
    request: HttpRequest, form: InvoiceSettingsForm, *, status: int = 200, **more: Any
) -> HttpResponse:
    context = {"form": form, "cards": form.cards(), "editable": True}
    return render(request, "setup/invoicing.html", context | more, status=status)
