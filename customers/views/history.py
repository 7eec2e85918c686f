"""Who changed what on a customer, and putting a value back."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from customers import history as customer_history
from customers import mentions, restoring
from customers.models import Customer, Note
from customers.views.loading import moved, visible_customer
from moment.access import SignedInRequest, needs
from moment.htmx import INVALID, redirect_to, render_page


@needs("customers.view_customer")
def history(request: SignedInRequest, number: str) -> HttpResponse:
    customer = visible_customer(request.user, number)
    if redirect := moved(request, customer, number):
        return redirect
    filters = customer_history.Filters.of(request.GET)
    page = customer_history.of(
        customer,
        viewer=request.user,
        filters=filters,
        older_than=request.GET.get("older", ""),
    )
    return render(
        request,
        "customers/history.html",
        {
            "customer": customer,
            "tags": customer.tags.all(),
            "page": page,
            "older": filters.query(older=page.older_than),
            "filters": filters,
            "kinds": customer_history.kinds_of(request.user),
            "people": customer_history.actors(customer, request.user),
            "possible": restoring.possible(page.entries, customer, request.user),
        },
    )


@needs("customers.view_customer")
def put_back(request: SignedInRequest, number: str, pk: int, field: str) -> HttpResponse:
    """Put back what a field held before an entry; without a post, ask first."""
    customer = visible_customer(request.user, number)
    log = customer_history.entry_of(customer, pk, request.user)
    if log is None or field not in (log.changes or ()):
        raise Http404
    if not restoring.may(log, field, request.user):
        raise PermissionDenied
    problem, changed = "", False
    if request.method == "POST":
        try:
            seen = request.POST.get("seen", "")
            done = restoring.put_back(log, field, request.user, customer, seen=seen)
        except restoring.CannotPutBack as error:
            problem = str(error)
        except restoring.ChangedMeanwhile:
            changed = True
        else:
            return _done(request, customer, done)
    made = None
    if not problem:
        try:
            made = restoring.offer(log, field, request.user, customer)
        except restoring.CannotPutBack as error:
            problem = str(error)
    return render_page(
        request,
        "customers/put_back.html",
        "customers/history/_put_back.html",
        {
            "customer": customer,
            "entry": customer_history.Teller([log], of=customer, viewer=request.user).entry(log),
            "field": field,
            "offer": made,
            "problem": problem,
            "changed": changed,
        },
        status=INVALID if request.method == "POST" else 200,
    )


def _done(request: HttpRequest, customer: Customer, done: restoring.Offer) -> HttpResponse:
    told = {"label": done.label, "value": done.then or _("empty")}
    messages.success(request, _("%(label)s is put back: %(value)s.") % told)
    if isinstance(done.row, Note):
        for sentence in mentions.in_words(mentions.tell(done.row)):
            messages.info(request, sentence)
    customer.refresh_from_db(fields=["number"])
    return redirect_to(request, reverse("customers:history", args=[customer.number]))
