"""All payments and their spreadsheet, one payment, reversing it and taking matches back."""

from django.contrib import messages
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from moment.access import SignedInRequest, needs
from moment.htmx import redirect_to, render_page, wants_fragment
from moment.ledger import paying
from moment.ledger.forms.payment import ReverseForm
from moment.ledger.models import Match, Payment
from moment.ledger.payment_list import PaymentList
from moment.ledger.payment_page import PaymentPage
from moment.ledger.views.sheet import sheet
from moment.tabular import xlsx_response

SHEET = "ledger/payment_sheet.html"


@needs("ledger.view_invoice", "ledger.view_payment")
def payments(request: HttpRequest) -> HttpResponse:
    found = PaymentList(request.GET, request.user)
    response = render_page(
        request,
        "ledger/payments.html",
        "ledger/payments/_results.html",
        {"list": found, "nothing_yet": not (found.is_narrowed or any(found.counts.values()))},
    )
    if wants_fragment(request):
        # The address bar follows what is typed, in its shortest form.
        response["HX-Replace-Url"] = found.url()
    return response


@needs("ledger.view_invoice", "ledger.view_payment")
def export(request: HttpRequest) -> FileResponse:
    found = PaymentList(request.GET, request.user)
    name = f"payments-{timezone.localdate():%Y-%m-%d}"
    return xlsx_response(name, _("Payments"), found.sheet_columns, found.sheet_rows())


@needs("ledger.view_invoice", "ledger.view_payment")
def payment(request: HttpRequest, pk: int) -> HttpResponse:
    page = PaymentPage(visible_payment(request.user, pk))
    return render(request, "ledger/payment.html", {"page": page, "payment": page.payment})


@needs("ledger.view_invoice", "ledger.view_payment", "ledger.add_payment")
def reverse_payment(request: SignedInRequest, pk: int) -> HttpResponse:
    paid = visible_payment(request.user, pk)
    page, problem = PaymentPage(paid), ""
    form = ReverseForm(request.POST or None, payment=paid, initial={"on": timezone.localdate()})
    if request.method == "POST" and form.is_valid():
        try:
            back = paying.reverse(paid, by=request.user, **form.cleaned_data)
        except (paying.CannotReverse, paying.CannotMatch) as error:
            problem = str(error)
        except paying.ChangedMeanwhile:
            problem = _("Something has changed meanwhile. Look once more.")
        else:
            messages.success(request, _("The payment is reversed. What it had settled is open."))
            return redirect_to(request, address(back))
    elif not page.can_be_reversed:
        problem = _("This payment is reversed already, or reverses one itself.")
    context = {"title": _("Reverse the payment"), "form": form, "page": page, "problem": problem}
    context["payment"] = paid
    return sheet(request, "ledger/payment/_reverse.html", context, page=SHEET)


@needs("ledger.view_invoice", "ledger.view_payment", "ledger.add_payment")
def take_back(request: SignedInRequest, pk: int) -> HttpResponse:
    """Undo a match of a payment or of a credit note; it ends where it was asked for."""
    match = _match(pk)
    problem = ""
    if request.method == "POST":
        try:
            paying.take_back(match, by=request.user, on=timezone.localdate())
        except paying.CannotMatch as error:
            problem = str(error)
        except paying.ChangedMeanwhile:
            problem = _("Something has changed meanwhile. Look once more.")
        else:
            messages.success(request, _("Both are open again."))
            return redirect_to(request, _where(match))
    elif match.takes_back_id or hasattr(match, "taken_back_by"):
        problem = _("This was taken back already.")
    context = {"title": _("Take back the match"), "match": match, "problem": problem}
    context["payment"] = match.payment or match.repayment
    return sheet(request, "ledger/payment/_take_back.html", context, page=SHEET)


def visible_payment(user: AbstractBaseUser | AnonymousUser, pk: int) -> Payment:
    """Return the payment with this key. 404 when the user may not see it."""
    rows = Payment.objects.visible_to(user)
    related = ("customer", "made_by", "reverses", "reversed_by", "ocr__file")
    found = rows.select_related(*related).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def address(paid: Payment) -> str:
    return reverse("ledger:payment", args=[paid.pk])


def _match(pk: int) -> Match:
    """Return the match with this key: who may see payments and invoices may see all."""
    related = ("payment", "repayment", "invoice", "credit_note")
    with_customers = [f"{name}__customer" for name in related]
    found = Match.objects.select_related(*with_customers, "taken_back_by").filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _where(match: Match) -> str:
    paid = match.payment or match.repayment
    if paid is not None:
        return address(paid)
    assert match.credit_note is not None
    return match.credit_note.get_absolute_url()
