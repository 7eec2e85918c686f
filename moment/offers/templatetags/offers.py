"""Filters of the pages with offers."""

from datetime import datetime
from decimal import Decimal

from django import template
from django.utils import timezone

from moment.lines import plain as plain_number
from moment.offers import listing
from moment.offers.models import Offer
from moment.templatetags.moment import full_date

register = template.Library()

register.filter("state", listing.state_of)
register.filter("state_words", listing.state_words)


@register.filter
def plain(value: Decimal) -> str:
    """Return a number without needless zeros: 7.5, 160."""
    return plain_number(value)


@register.filter
def at(moment: datetime) -> str:
    """Return `19 Nov 2026 14:10`, which stays true in what is kept."""
    local = timezone.localtime(moment)
    return f"{full_date(local.date())} {local:%H:%M}"


@register.filter
def is_renewable(offer: Offer) -> bool:
    """Tell whether a new version can take the place of the offer."""
    return offer.state in (Offer.State.SENT, Offer.State.REJECTED)
