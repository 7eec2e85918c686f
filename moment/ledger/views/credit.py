"""Crediting an invoice, and giving its work to another customer."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse, QueryDict
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
from moment.ledger.views.creditable import Creditable
from moment.ledger.views.loading import visible_invoice
from moment.ledger.views.sheet import sheet

RIGHTS = ("ledger.view_invoice", "ledger.change_invoice")
FINAL = "final"  # the button that finalises at once


@needs(*RIGHTS)
def credit(request: SignedInRequest, number: str) -> HttpResponse:
    invoice = visible_invoice(request.user, number)
    split = Invoice.objects.of_split(invoice)
    now = Creditable(invoice, _sent(request))
    form = _credit_form(now, len(split))
    if not now.problem and not now.is_stale and form.is_valid():
        try:
            return _credited(request, invoice, form)
        except (CannotCredit, CannotFinalise, Refused) as error:
            form.add_error(None, str(error))
        except ChangedMeanwhile:
            now = Creditable(invoice, request.POST, is_stale=True)
            form = _credit_form(now, len(split))
    context = {"form": form, "now": now, "problem": now.problem, "split": split}
    title = _("Credit invoice %(number)s") % {"number": invoice.number}
    context |= {"title": title, "invoice": invoice}
    return sheet(request, "ledger/credit/_credit.html", context)


@needs(*RIGHTS, "ledger.add_invoice", "projects.view_project", "projects.change_project")
def move(request: SignedInRequest, number: str) -> HttpResponse:
    invoice = visible_invoice(request.user, number)
    now = Creditable(invoice, _sent(request))
    form = _move_form(request, now)
    project, unmovable = None, ""
    try:
        project = correcting.project_of(invoice)
    except CannotCredit as error:
        unmovable = str(error)
    if not (now.problem or unmovable or now.is_stale) and form.is_valid():
        try:
            return _moved(request, invoice, form)
        except (CannotCredit, CannotDraft, CannotFinalise, Refused) as error:
            form.add_error(None, str(error))
        except ValidationError as error:
            form.add_error("customer", error.messages)
        except ChangedMeanwhile:
            now = Creditable(invoice, request.POST, is_stale=True)
            form = _move_form(request, now)
    context = {"form": form, "now": now, "problem": now.problem or unmovable, "project": project}
    context["split"] = Invoice.objects.of_split(invoice)
    title = _("Move invoice %(number)s to another customer") % {"number": invoice.number}
    context |= {"title": title, "invoice": invoice}
    return sheet(request, "ledger/credit/_move.html", context)


def _sent(request: SignedInRequest) -> QueryDict | None:
    return request.POST if request.method == "POST" else None


def _credit_form(now: Creditable, split: int) -> CreditForm:
    return CreditForm(now.data, left=now.left, split=split, shown=now.shown)


def _move_form(request: SignedInRequest, now: Creditable) -> MoveForm:
    visible = Customer.objects.visible_to(request.user)
    return MoveForm(now.data, visible=visible, shown=now.shown)


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
