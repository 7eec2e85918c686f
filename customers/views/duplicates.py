"""Likely duplicates across the whole base, and telling them apart."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _

from customers.duplicates import pairs
from customers.duplicates.listing import DuplicateList
from customers.models import DuplicatePair
from customers.models.number_series import can_be_number
from customers.views.loading import visible_customer
from moment.access import SignedInRequest, needs
from moment.htmx import redirect_to, wants_fragment


@needs("customers.view_customer")
def duplicates(request: HttpRequest) -> HttpResponse:
    """Show the page whole, of which htmx picks what has changed."""
    shown = DuplicateList(request.GET, request.user)
    # After an answer its button is gone: the focus goes to what is left.
    answered = request.headers.get("HX-Trigger") == "pair-answers"
    context = {"duplicates": shown, "answered": answered}
    response = render(request, "customers/duplicates.html", context)
    if wants_fragment(request):
        # The address bar follows what is typed, in its shortest form.
        response["HX-Replace-Url"] = shown.url()
    return response


@needs("customers.view_customer", "customers.change_customer")
def dismiss(request: SignedInRequest, pk: int) -> HttpResponse:
    """Remember that two customers are not the same."""
    return _answer(request, pairs.dismiss(pk, request.user) if request.method == "POST" else None)


@needs("customers.view_customer", "customers.change_customer")
def put_back(request: SignedInRequest, pk: int) -> HttpResponse:
    """Take that back."""
    return _answer(request, pairs.put_back(pk, request.user) if request.method == "POST" else None)


def _answer(request: SignedInRequest, pair: DuplicatePair | None) -> HttpResponse:
    back = _where_from(request)
    if request.method != "POST":  # back from signing in
        return redirect_to(request, back)
    if pair is None:
        messages.warning(
            request,
            _("They are no longer likely duplicates: one of them was changed or merged meanwhile."),
        )
    else:
        names = {"first": pair.first.number, "second": pair.second.number}
        if pair.dismissed_at:
            said = _("%(first)s and %(second)s are told apart, until either of them changes.")
        else:
            said = _("%(first)s and %(second)s are back among the likely duplicates.")
        messages.success(request, said % names)
    # A fragment too follows to the page, and picks what has changed on it.
    return HttpResponseRedirect(back)


def _where_from(request: SignedInRequest) -> str:
    """Return the page that an answer was given on: a customer's profile, else the list."""
    number = request.GET.get("customer", "")
    if can_be_number(number):
        return visible_customer(request.user, number).get_absolute_url()
    return DuplicateList(request.GET, request.user).asked_url
