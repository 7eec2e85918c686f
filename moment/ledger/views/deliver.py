"""Delivering an invoice, downloading its EHF, and delivering many at once."""

import time
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from moment import content as contents
from moment.access import SignedInRequest, needs
from moment.content import Refused
from moment.htmx import INVALID, redirect_to, render_page
from moment.invoice_settings.choices import InvoiceType
from moment.ledger import delivering, delivering_all
from moment.ledger.delivering import CannotDeliver, DeliveredMeanwhile
from moment.ledger.ehf import keeping, outbox
from moment.ledger.ehf.keeping import BreaksRules
from moment.ledger.forms.deliver import DeliverForm
from moment.ledger.models import Delivery, Invoice
from moment.ledger.views.loading import visible_invoice
from moment.ledger.views.sheet import sheet

RIGHTS = ("ledger.view_invoice", "ledger.change_invoice")


@needs("ledger.view_invoice")
@require_safe
def ehf(request: HttpRequest, number: str) -> HttpResponseBase:
    """Hand over the EHF to be saved, or say which rules keep the invoice from being one."""
    invoice = visible_invoice(request.user, number)
    try:
        file = keeping.file_of(invoice)
    except (BreaksRules, Refused) as error:
        texts = error.texts if isinstance(error, BreaksRules) else [str(error)]
        context = {"invoice": invoice, "title": _("No EHF"), "texts": texts}
        context["fragment"] = "ledger/deliver/_no_ehf.html"
        return render(request, "ledger/sheet.html", context, status=INVALID)
    return contents.download(file.content, file.name, request=request)


@needs(*RIGHTS)
def deliver(request: SignedInRequest, number: str) -> HttpResponse:
    invoice = visible_invoice(request.user, number)
    log = delivering.log(invoice)
    plan = delivering.plan(invoice)
    data = request.POST if request.method == "POST" else None
    title = (
        _("Send credit note %(number)s") if invoice.is_credit_note else _("Send invoice %(number)s")
    )
    form = DeliverForm(data, plan=plan, seen=log[0].delivery.pk if log else 0)
    if form.is_valid():
        values = dict(form.cleaned_data)
        try:
            way = InvoiceType(values.pop("way"))
            made = delivering.deliver(invoice, way, by=request.user, **values)
        except DeliveredMeanwhile:
            words = _("It was sent meanwhile: look at the trail before you send it again.")
            form.add_error(None, words)
        except CannotDeliver as error:
            for text in error.texts:
                form.add_error(None, text)
        else:
            _tell(request, made)
            return redirect_to(request, invoice.get_absolute_url())
    context = {
        "title": title % {"number": invoice.number},
        "invoice": invoice,
        "form": form,
        "plan": plan,
        "log": log,
        "has_outbox": outbox.is_there(),
        "left_out": delivering.left_out(invoice) if plan.way == InvoiceType.EHF else [],
    }
    return sheet(request, "ledger/deliver/_form.html", context)


@needs(*RIGHTS)
def deliver_all(request: SignedInRequest) -> HttpResponse:
    """Show how invoices that are named go out; after a POST send what goes by itself.

    What is not reached in the time that somebody waits stands there for the next press.
    """
    posted = request.method == "POST"
    named = (request.POST if posted else request.GET).getlist("invoice")
    rows = Invoice.objects.visible_to(request.user).final()
    rows = rows.filter(number__in=named[: delivering_all.MOST])
    related = ("customer", "project", "credits")
    invoices = list(rows.select_related(*related).order_by("sort_number", "pk"))
    if posted:
        until = time.monotonic() + delivering_all.PATIENCE
        delivering_all.deliver(invoices, by=request.user, until=until)
    rounds = delivering_all.rounds(invoices)
    context: dict[str, Any] = {
        "rounds": rounds,
        "posted": posted,
        "has_outbox": outbox.is_there(),
        "action": request.path,
    }
    fragment = "ledger/deliver_all/_list.html"
    return render_page(request, "ledger/deliver_all.html", fragment, context)


def _tell(request: HttpRequest, made: Delivery) -> None:
    if made.failed_at:
        words = _("It did not go out: %(error)s It can be sent again.")
        messages.warning(request, words % {"error": f"{made.error}."})
    elif made.way == InvoiceType.EMAIL:
        messages.success(request, _("Sent to %(names)s.") % {"names": made.to})
    elif made.way == InvoiceType.EHF and outbox.is_there():
        messages.success(request, _("Given to the access point for %(to)s.") % {"to": made.to})
    else:
        messages.success(request, _("Marked as handed over."))
