"""All offers, and their spreadsheet."""

from django.http import FileResponse, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from moment.access import needs
from moment.htmx import render_page, wants_fragment
from moment.offers.listing import OfferList
from moment.tabular import xlsx_response


@needs("offers.view_offer")
def offers(request: HttpRequest) -> HttpResponse:
    found = OfferList(request.GET, request.user)
    response = render_page(
        request,
        "offers/offers.html",
        "offers/offers/_results.html",
        {"list": found, "nothing_yet": not (found.is_narrowed or any(found.counts.values()))},
    )
    if wants_fragment(request):
        # The address bar follows what is typed, in its shortest form.
        response["HX-Replace-Url"] = found.url()
    return response


@needs("offers.view_offer")
def export(request: HttpRequest) -> FileResponse:
    found = OfferList(request.GET, request.user)
    name = f"offers-{timezone.localdate():%Y-%m-%d}"
    return xlsx_response(name, _("Offers"), found.sheet_columns, found.sheet_rows())
