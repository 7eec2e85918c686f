"""Choosing letters about register alerts."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from customers import digests
from customers.forms.digest import DigestForm
from customers.models import AlertDigest
from moment.access import SignedInRequest, needs
from moment.htmx import INVALID, redirect_to


@needs("customers.view_customer")
def choose(request: SignedInRequest) -> HttpResponse:
    if request.method == "POST":  # else back from signing in
        form = DigestForm(request.POST, user=request.user)
        if not form.is_valid():
            return render(request, "customers/digest.html", {"form": form}, status=INVALID)
        digests.choose(request.user, form.cleaned_data["frequency"])
        messages.success(request, _told(form.cleaned_data["frequency"], request.user.email))
    return redirect_to(request, reverse("customers:alerts"))


def _told(frequency: str, email: str) -> str:
    match frequency:
        case AlertDigest.Frequency.DAILY:
            text = _("New alerts will be sent to %(email)s every day.")
        case AlertDigest.Frequency.WEEKLY:
            text = _("New alerts will be sent to %(email)s every week.")
        case _never:
            text = _("No more e-mails about alerts.")
    return text % {"email": email}
