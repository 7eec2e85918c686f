"""The company: who it is, its logo, its bank accounts."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from moment import content
from moment.access import needs
from moment.htmx import INVALID, redirect_to, render_page
from moment.models import BankAccount, CompanySettings
from moment.setup import saving
from moment.setup.changes import last_changes
from moment.setup.forms import BankAccountForm, CompanyForm, kid_rules


@needs("moment.change_companysettings")
def setup(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return _page(request)
    form = CompanyForm(request.POST, instance=CompanySettings.current())
    changed_meanwhile = False
    if form.is_valid():
        try:
            saving.save_company(form)
        except saving.ChangedMeanwhile as error:
            form, changed_meanwhile = form.after_change_by_others(error.stored), True
        else:
            messages.success(request, _("Saved."))
            _tell_of_places(request, form)
            return redirect("setup")
    return _page(request, form=form, changed_meanwhile=changed_meanwhile, status=INVALID)


def _tell_of_places(request: HttpRequest, form: CompanyForm) -> None:
    for warning in form.places.warnings if form.places else ():
        messages.warning(request, warning)


def _page(
    request: HttpRequest, *, form: CompanyForm | None = None, status: int = 200, **more: Any
) -> HttpResponse:
    company = CompanySettings.current()
    context = {
        "company": company,
        "form": form or CompanyForm(instance=company),
        "accounts": BankAccount.objects.all(),
        "changes": last_changes(),
    }
    return render(request, "setup/setup.html", context | more, status=status)


# The logo


@needs("moment.change_companysettings")
@require_safe
def logo(request: HttpRequest) -> HttpResponseBase:
    picture = CompanySettings.current().logo
    if picture is None:
        raise Http404
    return content.preview(picture, "logo", request=request)


@needs("moment.change_companysettings")
def change_logo(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":  # back from signing in
        return redirect("setup")
    upload = request.FILES.get("logo")
    try:
        if upload is None:
            raise content.Refused(_("Choose a picture first."))
        saving.change_logo(upload)
    except content.Refused as error:
        return _page(request, logo_error=str(error), status=INVALID)
    messages.success(request, _("The logo was changed."))
    return redirect("setup")


@needs("moment.change_companysettings")
def remove_logo(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        saving.remove_logo()
        messages.success(request, _("The logo was removed."))
        return redirect_to(request, reverse("setup"))
    return render_page(request, "setup/logo_remove.html", "setup/setup/_logo_remove.html", {})


# Bank accounts


@needs("moment.change_companysettings")
def new_account(request: HttpRequest) -> HttpResponse:
    return _account(request, BankAccount())


@needs("moment.change_companysettings")
def edit_account(request: HttpRequest, pk: int) -> HttpResponse:
    account = BankAccount.objects.filter(pk=pk).first()
    if account is None and request.method == "POST":
        # What was typed is offered as a new account.
        return _account_page(request, BankAccountForm(request.POST), gone=True, status=INVALID)
    if account is None:
        raise Http404
    return _account(request, account)


def _account(request: HttpRequest, account: BankAccount) -> HttpResponse:
    if request.method != "POST":
        return _account_page(request, BankAccountForm(instance=account))
    form = BankAccountForm(request.POST, instance=account)
    more = {}
    if form.is_valid():
        try:
            saving.save_account(form)
        except saving.NumberTaken as error:
            form.add_error("number", str(error))
        except saving.ChangedMeanwhile as error:
            if error.stored:
                form, more = form.after_change_by_others(error.stored), {"changed_meanwhile": True}
            else:
                form, more = BankAccountForm(request.POST), {"gone": True}
        else:
            messages.success(request, _("Saved."))
            return redirect_to(request, reverse("setup"))
    return _account_page(request, form, status=INVALID, **more)


def _account_page(
    request: HttpRequest, form: BankAccountForm, *, status: int = 200, **more: bool
) -> HttpResponse:
    values = {name: form[name].value() for name in form.fields if name.startswith("kid_")}
    context = {"form": form, "rules": kid_rules(values), "check": values["kid_check"]}
    return render_page(
        request, "setup/account.html", "setup/setup/_account.html", context | more, status=status
    )


@needs("moment.change_companysettings")
def delete_account(request: HttpRequest, pk: int) -> HttpResponse:
    account = get_object_or_404(BankAccount, pk=pk)
    if request.method == "POST":
        saving.delete_account(account)
        messages.success(request, _("The bank account was removed."))
        return redirect_to(request, reverse("setup"))
    context = {"account": account}
    return render_page(
        request, "setup/account_delete.html", "setup/setup/_account_delete.html", context
    )


@needs("moment.change_companysettings")
@require_safe
def kid_example(request: HttpRequest) -> HttpResponse:
    """Answer a KID by the rules typed so far."""
    context = {"rules": kid_rules(request.GET), "check": request.GET.get("kid_check")}
    return render(request, "setup/setup/_kid.html", context)
