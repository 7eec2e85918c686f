"""Leaving a draft aside, with all of its split."""

from collections.abc import Iterable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from moment.access import needs
from moment.htmx import redirect_to
from moment.ledger import discarding, freeing
from moment.ledger.freeing import Freed
from moment.ledger.holding import ChangedMeanwhile
from moment.ledger.models import Invoice, InvoiceLine
from moment.ledger.views.loading import visible_draft
from moment.ledger.views.sheet import sheet


@needs("ledger.view_invoice", "ledger.change_invoice")
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    invoice = visible_draft(request.user, pk)
    problem = _("It is final, so it stays.") if invoice.is_final else ""
    if request.method == "POST" and not problem:
        freed = _freed(Invoice.objects.of_split(invoice))
        try:
            discarding.discard(invoice, version=_shown(request))
        except ChangedMeanwhile:
            invoice = visible_draft(request.user, pk)
            problem = _("Somebody has changed the draft meanwhile. Look at it before you discard.")
        except discarding.CannotDiscard as error:
            problem = str(error)
        else:
            told = filter(None, [_("The draft is gone."), str(freed)])
            messages.success(request, " ".join(told))
            return redirect_to(request, reverse("ledger:drafts"))
    return _respond(request, invoice, problem)


def _respond(request: HttpRequest, invoice: Invoice, problem: str) -> HttpResponse:
    split = Invoice.objects.of_split(invoice)
    context = {
        "title": _("Discard the draft"),
        "invoice": invoice,
        "problem": problem,
        "others": [one for one in split if one.pk != invoice.pk],
        "freed": _freed(split),
    }
    return sheet(request, "ledger/draft/_discard.html", context, page="ledger/draft_sheet.html")


def _freed(split: Iterable[Invoice]) -> Freed:
    lines = InvoiceLine.objects.filter(invoice__in=[one.pk for one in split])
    return freeing.of(lines.values_list("pk", flat=True))


def _shown(request: HttpRequest) -> int:
    """Return the version that the dialog was opened over; 0 when that is unclear."""
    text = request.POST.get("version", "")
    return int(text) if text.isdecimal() and len(text) < 9 else 0
