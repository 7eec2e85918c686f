"""What all customers owe, and statements to many of them."""

from collections.abc import Sequence

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from customers.changing_many import mark_of
from customers.models import Customer
from customers.models.number_series import can_be_number
from moment.access import SignedInRequest, needs
from moment.content import show_pdf
from moment.htmx import INVALID, redirect_to, render_page, wants_fragment
from moment.ledger import sending_statements, statement
from moment.ledger.balances import BalanceList
from moment.ledger.forms.ledger import SendForm
from moment.ledger.models import Statement
from moment.ledger.views.sheet import sheet
from moment.ledger.views.statements import LOOKING, ask_again
from moment.tabular import xlsx_response

# Of one PDF: it is made while somebody waits.
MOST_PRINTED = 300
FAILED_SHOWN = 20
_TOO_MANY = "ledger/ledgers/_too_many.html"


@needs(*LOOKING)
def ledgers(request: HttpRequest) -> HttpResponse:
    found = BalanceList(request.GET, request.user)
    response = render_page(
        request,
        "ledger/ledgers.html",
        "ledger/ledgers/_results.html",
        {"list": found, "nothing_yet": not (found.is_narrowed or found.counts["open"])},
    )
    if wants_fragment(request):
        response["HX-Replace-Url"] = found.url()
    return response


@needs(*LOOKING)
@require_safe
def export(request: HttpRequest) -> HttpResponse | FileResponse:
    found = BalanceList(request.GET, request.user)
    if found.form.errors:
        return ask_again(request, found.form, found.url())
    name = f"ledger-{found.on:%Y-%m-%d}"
    return xlsx_response(name, _("Ledger"), found.sheet_columns, found.sheet_rows())


@needs(*LOOKING)
@require_safe
def statements_pdf(request: HttpRequest) -> HttpResponse:
    """Show one PDF with the statements of those that are chosen."""
    found = BalanceList(request.GET, request.user)
    if found.form.errors:
        return ask_again(request, found.form, found.url())
    customers = _chosen(request, found, MOST_PRINTED + 1)
    if not customers:
        raise Http404
    if len(customers) > MOST_PRINTED:
        return _too_many(request, found, MOST_PRINTED)
    made = statement.pdf_of(statement.of_many(customers, found.on))
    return show_pdf(made, f"{_('Statements')} {found.on:%Y-%m-%d}.pdf")


@needs(*LOOKING, "ledger.change_invoice")
def send(request: SignedInRequest) -> HttpResponse:
    """Ask before statements go to those that are chosen, then write them down and begin."""
    found = BalanceList(request.GET, request.user)
    if found.form.errors:
        return ask_again(request, found.form, found.url())
    customers = _chosen(request, found, sending_statements.MOST + 1)
    if len(customers) > sending_statements.MOST:
        return _too_many(request, found, sending_statements.MOST)
    plan = sending_statements.plan(customers, found.on)
    form = SendForm(request.POST if request.method == "POST" else None)
    # Who is sent to is said before: where that has become another, it is said again.
    mark = mark_of(Customer.objects.filter(pk__in=[one.pk for one, _mail in plan.reached]))
    as_shown = request.POST.get("shown") == mark
    if form.is_valid() and plan.reached and as_shown:
        batch = form.cleaned_data["batch"]
        sending_statements.make(plan.reached, found.on, by=request.user, **form.cleaned_data)
        return redirect_to(request, reverse("ledger:statements", args=[batch]))
    if form.is_bound and not as_shown:
        form.add_error(None, _("The customers have changed meanwhile. Look again before you send."))
    context = {
        "title": _("Send statements"),
        "form": form,
        "plan": plan,
        "mark": mark,
        "on": found.on,
        "action": request.get_full_path(),
        "back": found.url(),
    }
    return sheet(request, "ledger/ledgers/_send.html", context)


@needs(*LOOKING, "ledger.change_invoice")
def statements(request: HttpRequest, batch: str) -> HttpResponse:
    """Show how far the statements of a batch are; a POST sends for some seconds."""
    rows = Statement.objects.filter(batch=batch)
    if request.method == "POST":
        sending_statements.deliver(batch)
        if not wants_fragment(request):
            return redirect_to(request, request.path)
    progress = sending_statements.progress(batch)
    if progress is None:
        raise Http404
    failed = rows.exclude(failed_at=None).select_related("customer").order_by("pk")
    context = {
        "batch": batch,
        "progress": progress,
        "failed": list(failed[:FAILED_SHOWN]),
        "on": rows.values_list("at", flat=True).first(),
    }
    return render_page(
        request, "ledger/statements.html", "ledger/statement/_progress.html", context
    )


def _chosen(request: HttpRequest, found: BalanceList, most: int) -> Sequence[Customer]:
    """Return the customers that are ticked, or all hits in the order of the list, up to so many."""
    if "all" in request.GET:
        keys = found.keys(most)
        rows = Customer.objects.visible_to(request.user).in_bulk(keys)
        return [rows[key] for key in keys if key in rows]
    asked = [number for number in request.GET.getlist("with")[:most] if can_be_number(number)]
    visible = Customer.objects.visible_to(request.user)
    return list(visible.filter(number__in=asked).order_by("sort_number"))


def _too_many(request: HttpRequest, found: BalanceList, most: int) -> HttpResponse:
    context = {
        "title": _("Too many at a time"),
        "most": most,
        "back": found.url(),
        "fragment": _TOO_MANY,
    }
    if wants_fragment(request):
        return render_page(request, "ledger/sheet.html", _TOO_MANY, context)
    return render(request, "ledger/sheet.html", context, status=INVALID)
