"""Statements of account of one customer: as PDF, as a spreadsheet, and by e-mail."""

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from customers.models import Customer
from customers.views.loading import moved, visible_customer
from customers.views.sheet import sheet
from moment.access import SignedInRequest, needs
from moment.content import show_pdf
from moment.htmx import INVALID, redirect_to, render_page
from moment.ledger import sending_statements, statement
from moment.ledger.forms.ledger import AtForm, SendForm, StatementForm
from moment.ledger.models import Statement
from moment.tabular import xlsx_response

LOOKING = ("customers.view_customer", "ledger.view_invoice")
_DAYS = "ledger/statement/_days.html"


@needs(*LOOKING)
@require_safe
def pdf(request: HttpRequest, number: str) -> HttpResponse:
    customer = visible_customer(request.user, number)
    if redirect := moved(request, customer, number):
        return redirect
    asked = StatementForm(request.GET)
    if asked.errors:
        return ask_again(request, asked, _back(customer))
    shown = statement.of(customer, asked.on, asked.since_day)
    return show_pdf(statement.pdf_of([shown]), statement.file_name(shown))


@needs(*LOOKING)
@require_safe
def xlsx(request: HttpRequest, number: str) -> HttpResponse | FileResponse:
    customer = visible_customer(request.user, number)
    if redirect := moved(request, customer, number):
        return redirect
    asked = StatementForm(request.GET)
    if asked.errors:
        return ask_again(request, asked, _back(customer))
    shown = statement.of(customer, asked.on, asked.since_day)
    name = f"statement-{shown.customer.number}-{shown.on:%Y-%m-%d}"
    columns, rows = statement.sheet_columns(), statement.sheet_rows(shown)
    return xlsx_response(name, _("Statement"), columns, rows)


@needs(*LOOKING, "ledger.change_invoice")
def send(request: SignedInRequest, number: str) -> HttpResponse:
    customer = visible_customer(request.user, number)
    if redirect := moved(request, customer, number):
        return redirect
    asked, back = StatementForm(request.GET), _back(customer)
    if asked.errors:
        return ask_again(request, asked, back)
    form = SendForm(request.POST if request.method == "POST" else None)
    plan = sending_statements.plan([customer], asked.on, asked.since_day)
    if form.is_valid() and plan.reached:
        values = form.cleaned_data | {"since": asked.since_day}
        made = sending_statements.make(plan.reached, asked.on, by=request.user, **values)
        batch = values["batch"]
        sending_statements.deliver(batch)
        _tell(request, batch if made else "")
        return redirect_to(request, back)
    context = {
        "title": _("Send statement"),
        "form": form,
        "action": request.get_full_path(),
        "on": asked.on,
        "since": asked.since_day,
        "mail": plan.reached[0][1] if plan.reached else None,
        "had": plan.had,
    }
    fragment = "ledger/statement/_send.html"
    status = INVALID if form.is_bound else 200
    return sheet(request, customer, fragment, context, back=back, status=status)


def ask_again(request: HttpRequest, asked: AtForm, back: str) -> HttpResponse:
    """Show what is wrong with the days that were asked for, and ask for them once more."""
    context = {
        "title": _("Statement"),
        "asked": asked,
        "others": [
            (name, value)
            for name, values in request.GET.lists()
            if name not in asked.fields
            for value in values
        ],
        "action": request.path,
        "back": back,
        "fragment": _DAYS,
    }
    return render_page(request, "ledger/sheet.html", _DAYS, context, INVALID)


def _back(customer: Customer) -> str:
    return reverse("ledger:ledger", args=[customer.number])


def _tell(request: HttpRequest, batch: str) -> None:
    sent, failed = sending_statements.told(list(Statement.objects.filter(batch=batch)))
    if sent:
        messages.success(request, sent)
    if failed:
        messages.warning(request, failed)
    if not batch:
        messages.info(request, _("This was sent already. Nothing was done."))
