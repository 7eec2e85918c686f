"""Invoices as the customer gets them: drafts to be looked at, and the files that are kept."""

from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils import translation
from django.views.decorators.http import require_safe

from moment import content as contents
from moment.access import needs
from moment.ledger import documents
from moment.ledger.models import Invoice, InvoiceFile
from moment.ledger.views.loading import visible_invoice


@needs("ledger.view_invoice")
@require_safe
def draft_pdf(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Show what a draft would look like, marked as one."""
    rows = Invoice.objects.visible_to(request.user).drafts()
    draft = get_object_or_404(rows.select_related("customer", "project", "credits"), pk=pk)
    with translation.override(draft.language):
        name = documents.file_name(draft, InvoiceFile.Kind.PDF)
    return contents.show_pdf(documents.preview(draft), name)


@needs("ledger.view_invoice")
@require_safe
def pdf(request: HttpRequest, number: str) -> HttpResponseBase:
    """Show the document of a final invoice: the same bytes whoever asks, and whenever."""
    file = documents.ready(visible_invoice(request.user, number))
    return contents.preview(file.content, file.name, request=request)


@needs("ledger.view_invoice")
@require_safe
def file(request: HttpRequest, number: str, pk: int) -> HttpResponseBase:
    """Show a file that goes with an invoice where that is safe, else hand it over to be saved."""
    invoice = visible_invoice(request.user, number)
    found = invoice.files.filter(pk=pk).select_related("content").first()
    if found is None:
        raise Http404
    serve = contents.preview if contents.can_preview(found.content.kind) else contents.download
    return serve(found.content, found.name, request=request)
