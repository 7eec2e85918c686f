"""Statements of account of one customer: as PDF, as a spreadsheet, and by e-mail."""

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from customers.models import Customer
from customers.views.loading import moved, visible_customer
from customers.views.sheet import sheet
from moment.access import SignedInRequest, needs
from moment.content.serving import DOCUMENT
from moment.htmx import INVALID, redirect_to
from moment.ledger import sending_statements, statement
from moment.ledger.forms.ledger import SendForm, StatementForm
from moment.ledger.models import Statement
from moment.tabular import xlsx_response

LOOKING = ("customers.view_customer", "ledger.view_invoice")


@needs(*LOOKING)
@require_safe
def pdf(request: HttpRequest, number: str) -> HttpResponse:
    customer = visible_customer(request.user, number)
    if redirect := moved(request, customer, number):
        return redirect
    shown = _asked_for(request, customer)
    return pdf_response(statement.pdf_of([shown]), statement.file_name(shown))


@needs(*LOOKING)
@require_safe
def xlsx(request: HttpRequest, number: str) -> HttpResponse | FileResponse:
    customer = visible_customer(request.user, number)
    if redirect := moved(request, customer, number):
        return redirect
    shown = _asked_for(request, customer)
    name = f"statement-{shown.customer.number}-{shown.on:%Y-%m-%d}"
    columns, rows = statement.sheet_columns(), statement.sheet_rows(shown)
    return xlsx_response(name, _("Statement"), columns, rows)


@needs(*LOOKING, "ledger.change_invoice")
def send(request: SignedInRequest, number: str) -> HttpResponse:
    customer = visible_customer(request.user, number)
    if redirect := moved(request, customer, number):
        return redirect
    asked = StatementForm(request.GET)
    posted = request.method == "POST"
    initial = {"batch": sending_statements.new_batch()}
    form = SendForm(request.POST if posted else None, initial=initial, auto_id="statement_%s")
    plan = sending_statements.plan([customer], asked.on, asked.since_day)
    if form.is_valid() and plan.reached:
        batch = form.cleaned_data["batch"]
        made = sending_statements.make(
            plan.reached, asked.on, by=request.user, batch=batch, since=asked.since_day,
            message=form.cleaned_data["message"],
        )  # fmt: skip
        sending_statements.deliver(batch)
        _tell(request, batch if made else "")
        return redirect_to(request, reverse("ledger:ledger", args=[customer.number]))
    context = {
        "title": _("Send statement"),
        "form": form,
        "action": request.get_full_path(),
        "on": asked.on,
        "since": asked.since_day,
        "mail": plan.reached[0][1] if plan.reached else None,
        "had": plan.had,
    }
    back = reverse("ledger:ledger", args=[customer.number])
    fragment = "ledger/statement/_send.html"
    status = INVALID if posted else 200
    return sheet(request, customer, fragment, context, back=back, status=status)


def pdf_response(content: bytes, name: str) -> HttpResponse:
    """Answer a PDF to be looked at inside our own pages."""
    return HttpResponse(
        content,
        content_type="application/pdf",
        headers={
            "Content-Disposition": content_disposition_header(False, name) or "inline",
            "X-Content-Type-Options": "nosniff",
            "X-Frame-Options": "SAMEORIGIN",
            "Content-Security-Policy": DOCUMENT,
            "Cache-Control": "private, no-store",
        },
    )


def _asked_for(request: HttpRequest, customer: Customer) -> statement.Statement:
    asked = StatementForm(request.GET)
    return statement.of(customer, asked.on, asked.since_day)


def _tell(request: HttpRequest, batch: str) -> None:
    sent, failed = sending_statements.told(list(Statement.objects.filter(batch=batch)))
    if sent:
        messages.success(request, sent)
    if failed:
        messages.warning(request, failed)
    if not batch:
        messages.info(request, _("This was sent already. Nothing was done."))
