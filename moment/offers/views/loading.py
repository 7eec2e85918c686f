"""Which offer an address means."""

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.http import Http404

from moment.offers.models import Offer


def visible_offer(user: AbstractBaseUser | AnonymousUser, number: str) -> Offer:
    """Return the newest version of the offer with this number. 404 when the user may not see it."""
    rows = Offer.objects.visible_to(user).numbered(number)
    offer = rows.select_related("customer", "contact__person", "responsible", "project").first()
    if offer is None:
        raise Http404
    return offer


def visible_version(user: AbstractBaseUser | AnonymousUser, number: str, revision: str) -> Offer:
    """Return one version of the offer with this number, also one that was replaced; else 404."""
    if not (revision.isascii() and revision.isdigit() and len(revision) < 5):
        raise Http404
    rows = Offer.objects.visible_to(user).filter(number=number, revision=int(revision))
    offer = rows.select_related("customer", "contact__person", "responsible", "project").first()
    if offer is None:
        raise Http404
    return offer
