"""Entering a payment: whose it is, then what it settles. A dialog, and the same as a page."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from customers.models import Customer
from moment.access import SignedInRequest, needs
from moment.htmx import INVALID, redirect_to, render_page, wants_fragment
from moment.ledger import paying
from moment.ledger.forms.payment import WhoseForm
from moment.ledger.models import Invoice, Payment
from moment.ledger.views.payment_entry import Entry

_ASKED = ("customer", "kid", "invoice")
# The buttons and changes that show something and save nothing.
SHOW, SUM, PROPOSE = "show", "sum", "propose"


@needs(
    "customers.view_customer", "ledger.view_invoice", "ledger.view_payment", "ledger.add_payment"
)
def new(request: SignedInRequest) -> HttpResponse:
    asked = any(request.GET.get(name) for name in _ASKED)
    visible = Customer.objects.visible_to(request.user)
    whose = WhoseForm(request.GET if asked else None, visible=visible, user=request.user)
    if not asked or not whose.is_valid():
        return _ask(request, whose)
    customer, invoice = whose.cleaned_data["customer"], whose.cleaned_data["found"]
    if request.method != "POST":
        return _respond(request, Entry(customer, invoice, kid=whose.cleaned_data["kid"]))
    entry = Entry(customer, invoice, data=request.POST)
    do = request.POST.get("do")
    if do == SUM and wants_fragment(request):
        return render(request, "ledger/new_payment/_sum.html", {"entry": entry})
    if do in (SHOW, SUM, PROPOSE):
        entry.propose(anew=do == PROPOSE)
        if wants_fragment(request) and "part" in request.POST:
            return render(request, "ledger/new_payment/_work.html", {"entry": entry})
        return _respond(request, entry)
    return _enter(request, entry)


def _enter(request: SignedInRequest, entry: Entry) -> HttpResponse:
    """Save the payment, or show once more what was typed, and what is open by now."""
    entry.check()
    payment = entry.payment(request.user)
    if payment is not None and (first := paying.entered(payment, entry.shown)):
        return _done(request, first, _("The payment is entered already."))
    if payment is None or not entry.is_valid:
        return _respond(request, entry, INVALID)
    invoices, payments = entry.chosen
    try:
        paying.pay(payment, invoices, others=payments, shown=entry.shown)
    except paying.EnteredAlready as error:
        return _done(request, error.payment, _("The payment is entered already."))
    except (paying.CannotMatch, paying.ChangedMeanwhile):
        again = Entry(entry.customer, entry.invoice, data=request.POST)
        again.check()
        again.is_stale = True
        return _respond(request, again, INVALID)
    return _done(request, payment, _("The payment is entered."))


def _done(request: HttpRequest, payment: Payment, words: str) -> HttpResponse:
    messages.success(request, words)
    return redirect_to(request, reverse("ledger:payment", args=[payment.pk]))


def _ask(request: HttpRequest, form: WhoseForm) -> HttpResponse:
    context = {"title": _("New payment"), "form": form, "back": reverse("ledger:payments")}
    return _page(request, "ledger/new_payment/_whose.html", context, bool(form.errors))


def _respond(request: HttpRequest, entry: Entry, status: int = 200) -> HttpResponse:
    context = {
        "title": _("New payment"),
        "entry": entry,
        "form": entry.form,
        "action": address(entry.customer, entry.invoice),
        "back": reverse("ledger:payments"),
    }
    return _page(request, "ledger/new_payment/_form.html", context, status == INVALID)


def _page(
    request: HttpRequest, fragment: str, context: dict[str, Any], is_refused: bool
) -> HttpResponse:
    status = INVALID if is_refused else 200
    context["fragment"] = fragment
    return render_page(request, "ledger/new_payment.html", fragment, context, status)


def address(customer: Customer, invoice: Invoice | None) -> str:
    """Return the address of a new payment of a customer, for one of its invoices first."""
    asked = {"customer": customer.number, **({"invoice": invoice.number} if invoice else {})}
    return f"{reverse('ledger:new_payment')}?{urlencode(asked)}"
