"""One final invoice or credit note, to be read."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from moment.access import needs
from moment.invoice_settings.declared import SETTINGS
from moment.ledger import delivering
from moment.ledger.invoice_page import InvoicePage
from moment.ledger.views.loading import visible_invoice


@needs("ledger.view_invoice")
def invoice(request: HttpRequest, number: str) -> HttpResponse:
    page = InvoicePage(visible_invoice(request.user, number))
    references = [(SETTINGS[name].label, text) for name, text in page.invoice.references.items()]
    context = {"page": page, "invoice": page.invoice, "references": references}
    context["log"] = delivering.log(page.invoice)
    return render(request, "ledger/invoice.html", context)
