"""Addresses under which customers answer: unguessable, expiring, revocable."""

import hashlib
import secrets
from dataclasses import dataclass

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from moment import mail
from moment.offers.models import AnswerLink, Offer
from moment.turns import in_turn

_BYTES = 32


@dataclass(frozen=True)
class New:
    """A link that was just made: the only time that its token is known."""

    link: AnswerLink
    token: str

    @property
    def url(self) -> str:
        return mail.absolute(reverse("offers:answer", args=[self.token]))


def make(offer: Offer) -> New:
    """Return a new link, which lives as long as the offer is valid."""
    token = secrets.token_urlsafe(_BYTES)
    link = AnswerLink.objects.create(
        offer=offer, digest=_digest(token), expires_on=offer.valid_until
    )
    return New(link, token)


def find(token: str) -> AnswerLink | None:
    """Return the link of a token, whether it still holds or not; None for one nobody made."""
    rows = AnswerLink.objects.select_related("offer__customer", "offer__responsible")
    return rows.filter(digest=_digest(token)).first()


def opened(link: AnswerLink) -> None:
    """Write down when a link was opened first."""
    if link.opened_at is None:
        with in_turn():
            rows = AnswerLink.objects.filter(pk=link.pk, opened_at=None)
            rows.update(opened_at=timezone.now())


def revoke(offer: Offer) -> int:
    """Have no link of the offer hold any more; return how many did."""
    with in_turn():
        return holding(offer).update(revoked_at=timezone.now())


def holding(offer: Offer) -> QuerySet[AnswerLink]:
    """Return the links of an offer that still hold: of an accepted one, each not withdrawn."""
    found = offer.links.filter(revoked_at=None)
    if offer.state == Offer.State.ACCEPTED:
        return found
    return found.filter(expires_on__gte=timezone.localdate())


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
