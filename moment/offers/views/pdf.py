"""An offer as the customer gets it."""

from django.http import HttpRequest, HttpResponseBase
from django.utils import translation
from django.views.decorators.http import require_safe

from customers.invoice_document import LANGUAGES
from moment.access import needs
from moment.content import preview, show_pdf
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
    return show_pdf(document.pdf_of(offer), name)
