"""The numbers of offers, from their series."""

from customers.models import NumberSeries
from customers.numbers import Numbered
from moment.offers.models import Offer

OFFERS = Numbered(NumberSeries.Kind.OFFER, Offer)
