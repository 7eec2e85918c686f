"""Offers that are sent, for tests."""

import re
from datetime import date
from typing import Any

from moment.models import User
from moment.offers import sending
from moment.offers.models import Offer
from moment.offers.sending import Recipient
from tests.factories import CustomerFactory, OfferFactory, OfferLineFactory
from tests.standin.mail import part

NINA = "nina@storgata.example"
LATER = date(2099, 12, 31)


def ready(by: User, **fields: Any) -> Offer:
    """Return an offer with two sure lines and an optional one."""
    customer = fields.pop("customer", None) or CustomerFactory(name="Sameiet Storgata 14")
    known = {"customer": customer, "responsible": by, "language": "en", "valid_until": LATER}
    offer = OfferFactory(**{"name": "Rehabilitering", **known, **fields})
    OfferLineFactory(offer=offer, order=0, title="Forprosjekt", price=45000)
    OfferLineFactory(
        offer=offer, order=1, title="Prosjektering", kind="hourly", quantity=160, price=1150
    )
    OfferLineFactory(offer=offer, order=2, title="3D-skanning", price=28000, optional=True)
    return offer


def sent(by: User, *to: str, **fields: Any) -> Offer:
    """Return an offer that was sent to these addresses."""
    offer = ready(by, **fields)
    recipients = [Recipient(address) for address in to or (NINA,)]
    sending.send(offer, recipients, by=by, version=offer.version)
    return Offer.objects.select_related("customer", "contact", "responsible").get(pk=offer.pk)


def address_in(letter: Any) -> str:
    """Return the path at which the offer can be answered, as the letter gives it."""
    (found,) = re.findall(r"(/offers/answer/[\w-]+/)", part(letter, "plain"))
    return found
