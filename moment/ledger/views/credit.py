"""Crediting an invoice, and giving its work to another customer."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from customers.models import Customer
from moment.access import SignedInRequest, needs
from moment.content import Refused
from moment.htmx import redirect_to
from moment.ledger import correcting, crediting, documents
from moment.ledger.correcting import CannotDraft
from moment.ledger.crediting import CannotCredit
from moment.ledger.finalising import CannotFinalise
from moment.ledger.forms.credit import SPLIT, CreditForm, MoveForm
from moment.ledger.holding import ChangedMeanwhile
from moment.ledger.models import Invoice
from moment.ledger.views.loading import visible_invoice
from moment.ledger.views.sheet import sheet

RIGHTS = ("ledger.view_invoice", "ledger.change_invoice")
FINAL = "final"  # the button that finalises at once


@needs(*RIGHTS)
def credit(request: SignedInRequest, number: str) -> HttpResponse:
    invoice = visible_invoice(request.user, number)
    left, split = crediting.left(invoice), Invoice.objects.of_split(invoice)
    data = request.POST if request.method == "POST" else None
    form = CreditForm(data, left=left, split=len(split), shown=crediting.seen(left))
    problem = _why_not(invoice, left)
    if form.is_valid() and not problem:
        try:
            return _credited(request, invoice, form)
        except (CannotCredit, CannotFinalise, Refused) as error:
            form.add_error(None, str(error))
        except ChangedMeanwhile:
            problem = _meanwhile()
    context = {"form": form, "problem": problem, "split": split}
    title = _("Credit invoice %(number)s") % {"number": invoice.number}
    context |= {"title": title, "invoice": invoice}
    return sheet(request, "ledger/credit/_credit.html", context)


@needs(*RIGHTS, "ledger.add_invoice", "projects.view_project", "projects.change_project")
def move(request: SignedInRequest, number: str) -> HttpResponse:
    invoice = visible_invoice(request.user, number)
    left = crediting.left(invoice)
    data = request.POST if request.method == "POST" else None
    visible = Customer.objects.visible_to(request.user)
    form = MoveForm(data, visible=visible, shown=crediting.seen(left))
    problem, project = _why_not(invoice, left), None
    try:
        project = correcting.project_of(invoice)
    except CannotCredit as error:
        problem = problem or str(error)
    if form.is_valid() and not problem:
        try:
            return _moved(request, invoice, form)
        except (CannotCredit, CannotDraft, CannotFinalise, Refused) as error:
            form.add_error(None, str(error))
        except ValidationError as error:
            form.add_error("customer", error.messages)
        except ChangedMeanwhile:
            problem = _meanwhile()
    context = {"form": form, "problem": problem, "project": project}
    context["split"] = Invoice.objects.of_split(invoice)
    title = _("Move invoice %(number)s to another customer") % {"number": invoice.number}
    context |= {"title": title, "invoice": invoice}
    return sheet(request, "ledger/credit/_move.html", context)


def _credited(request: SignedInRequest, invoice: Invoice, form: CreditForm) -> HttpResponse:
    """Make what is asked for, and lead to it."""
    reason, shown = form.cleaned_data["reason"], form.cleaned_data["shown"]
    if form.cleaned_data["what"] == SPLIT or form.cleaned_data["release"]:
        documents.before_release(invoice)
    if form.cleaned_data["what"] == SPLIT:
        all_of = correcting.credit_split if FINAL in request.POST else crediting.draft_split
        notes = all_of(invoice, by=request.user, reason=reason, shown=shown)
    else:
        make = correcting.credit if FINAL in request.POST else crediting.draft_credit
        notes = [
            make(
                invoice,
                parts=form.parts,
                release=form.cleaned_data["release"],
                by=request.user,
                reason=reason,
                shown=shown,
            )
        ]
    first = notes[0]
    if first.is_final:
        numbers = ", ".join(str(note.number) for note in notes)
        words = ngettext(
            "Credit note %(numbers)s is final.", "Credit notes %(numbers)s are final.", len(notes)
        )
        messages.success(request, words % {"numbers": numbers})
    return redirect_to(request, _url(first))


def _moved(request: SignedInRequest, invoice: Invoice, form: MoveForm) -> HttpResponse:
    reason, shown = form.cleaned_data["reason"], form.cleaned_data["shown"]
    documents.before_release(invoice)
    moved = correcting.move(invoice, form.to, by=request.user, reason=reason, shown=shown)
    words = _("Invoice %(number)s is credited, and here is the same work for %(customer)s.")
    messages.success(request, words % {"number": invoice.number, "customer": form.to})
    for text in moved.told:
        messages.info(request, text)
    return redirect_to(request, _url(moved.drafts[0]))


def _url(invoice: Invoice) -> str:
    try:
        return invoice.get_absolute_url()
    except NoReverseMatch:
        return reverse("ledger:invoices")


def _why_not(invoice: Invoice, left: list[crediting.Left]) -> str:
    if invoice.is_credit_note:
        return _("A credit note cannot be credited.")
    if crediting.is_whole(left):
        return _("All of it is credited already.")
    return ""


def _meanwhile() -> str:
    return _("Somebody has credited some of it meanwhile. Look at it before you credit the rest.")
