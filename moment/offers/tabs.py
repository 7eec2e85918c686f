"""The tab of a customer that this app adds."""

from django.utils.translation import gettext_lazy as _

from customers.models import Customer
from customers.tabs import Tab
from moment.offers.models import Offer
from moment.offers.models.offer import OfferQuerySet


class Offers(Tab):
    name, title = "offers:of_customer", _("Offers")
    permission = "offers.view_offer"

    def rows(self, customer: Customer) -> OfferQuerySet:
        return Offer.objects.newest().filter(customer=customer)
