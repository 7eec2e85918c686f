"""The offers to a customer on its profile."""

from typing import Any

from django.db.models import Case, IntegerField, Value, When
from django.utils.translation import gettext_lazy as _

from customers.panels import Panel, company_of
from customers.places import PLACES
from moment.offers import listing
from moment.offers.models import Offer

SHOWN = 5


class Offers(Panel):
    """Those that something is to be done about first, then the newest."""

    title = _("Offers")
    template = "offers/of_customer/_panel.html"
    permission = "offers.view_offer"
    aside = True

    def context(self) -> dict[str, Any]:
        waiting = Case(
            When(state__in=[*Offer.OPEN, Offer.State.SENT], then=Value(0)),
            default=Value(1),
            output_field=IntegerField(),
        )
        rows = Offer.objects.newest().filter(customer=self.customer)
        ordered = rows.order_by(waiting, "-sort_number", "-pk")
        priced = listing.with_currency(ordered, company_of(self.request))
        found = list(priced[: SHOWN + 1])
        return {
            "offers": found[:SHOWN],
            "more": len(found) > SHOWN,
            "can_be_given": not PLACES["offer"].why_not(self.customer),
        }
