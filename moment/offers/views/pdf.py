"""An offer as the customer gets it."""

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils import translation
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from customers.invoice_document import LANGUAGES
from moment.access import needs
from moment.content import preview
from moment.content.serving import DOCUMENT
from moment.offers import conditions, document
from moment.offers.models import Offer
from moment.offers.views.loading import visible_offer, visible_version


@needs("offers.view_offer")
@require_safe
def pdf(request: HttpRequest, number: str) -> HttpResponseBase:
    """Show the document that was sent, or what would be, marked as a draft.

    `version` asks for an earlier one.
    """
    asked = request.GET.get("version", "")
    if asked:
        offer = visible_version(request.user, number, asked)
    else:
        offer = visible_offer(request.user, number)
    return shown(offer, request)


def shown(offer: Offer, request: HttpRequest) -> HttpResponseBase:
    """Answer the document of an offer, to be looked at inside our own pages."""
    with translation.override(LANGUAGES[conditions.of(offer).language]):
        name = document.file_name(offer)
    if offer.document:
        return preview(offer.document, name, request=request)
    return HttpResponse(
        document.pdf_of(offer),
        content_type="application/pdf",
        headers={
            "Content-Disposition": content_disposition_header(False, name) or "inline",
            "X-Content-Type-Options": "nosniff",
            "X-Frame-Options": "SAMEORIGIN",
            "Content-Security-Policy": DOCUMENT,
            "Cache-Control": "private, no-store",
        },
    )
