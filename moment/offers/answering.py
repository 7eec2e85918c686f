"""What customers answer to offers, on the public page or to a colleague."""

from collections.abc import Collection

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from customers.holding import MergedMeanwhile
from moment.models import User
from moment.offers import conditions, editing, totals
from moment.offers.models import AnswerLink, Offer
from moment.turns import in_turn


class CannotAnswer(Exception):
    """The offer takes no answer, or not this one; the text says why, in words for anybody."""


def why_not(offer: Offer) -> str:
    """Return why a customer can give no answer to an offer any more; empty where it can."""
    match offer.state:
        case Offer.State.SENT:
            return _("The offer is no longer valid.") if offer.is_expired() else ""
        case Offer.State.ACCEPTED:
            return _("The offer has been accepted.")
        case Offer.State.REJECTED:
            return _("The offer has been rejected.")
        case Offer.State.REPLACED:
            return _("There is a newer version of this offer.")
    return _("The offer has been withdrawn.")


def accept(link: AnswerLink, *, name: str, chosen: Collection[int]) -> Offer:
    """Accept an offer in the name of somebody, with these optional lines. Raises CannotAnswer."""
    with in_turn(), transaction.atomic():
        return _accepted(_held(link), name, chosen)


def reject(link: AnswerLink, *, name: str, reason: str) -> Offer:
    """Reject an offer in the name of somebody, who may say why. Raises CannotAnswer."""
    with in_turn(), transaction.atomic():
        return _answered(_held(link), Offer.State.REJECTED, name, reason=reason)


def accept_by_hand(offer: Offer, *, by: User, name: str, chosen: Collection[int]) -> Offer:
    """Write down that somebody has accepted an offer, also when it is no longer valid.

    Raises CannotAnswer.
    """
    with in_turn(), transaction.atomic():
        return _accepted(_held_by_hand(offer), name, chosen, by)


def reject_by_hand(offer: Offer, *, by: User, name: str, reason: str) -> Offer:
    """Write down that somebody has rejected an offer. Raises CannotAnswer."""
    with in_turn(), transaction.atomic():
        return _answered(_held_by_hand(offer), Offer.State.REJECTED, name, by, reason)


def _held(link: AnswerLink) -> Offer:
    """Return the offer of a link, locked. Raises CannotAnswer."""
    offer = _locked(link.offer_id)
    link.refresh_from_db()
    if link.revoked_at:
        raise CannotAnswer(_("This address has been withdrawn."))
    if problem := why_not(offer):
        raise CannotAnswer(problem)
    if not link.is_valid():
        raise CannotAnswer(_("The offer is no longer valid."))
    return offer


def _held_by_hand(offer: Offer) -> Offer:
    stored = _locked(offer.pk)
    if stored.state != Offer.State.SENT:
        raise CannotAnswer(why_not(stored))
    return stored


def _locked(key: int) -> Offer:
    """Return an offer, locked after its customer: what is written to the history refers to both.

    Where the customer is merged just now, it is the one that was kept.
    """
    while True:
        offer = Offer.objects.select_related("customer").get(pk=key)
        try:
            return editing.lock(offer)
        except MergedMeanwhile:
            if Offer.objects.get(pk=key).customer_id == offer.customer_id:
                raise  # it has not moved, so trying again would not help


def _accepted(offer: Offer, name: str, chosen: Collection[int], by: User | None = None) -> Offer:
    lines = list(offer.lines.all())
    for line in lines:
        line.chosen = line.optional and line.pk in chosen
    offer.lines.model.objects.bulk_update([line for line in lines if line.optional], ["chosen"])
    holds = conditions.of(offer)
    found = totals.of(lines, offer.discount, holds.vat_rate, holds.currency)
    offer.amount, offer.optional = found.net, found.optional
    return _answered(offer, Offer.State.ACCEPTED, name, by)


def _answered(
    offer: Offer, state: Offer.State, name: str, by: User | None = None, reason: str = ""
) -> Offer:
    offer.state, offer.answered_at = state, timezone.now()
    offer.answered_name, offer.answered_by, offer.answer_reason = name, by, reason
    offer.version += 1
    offer.save()
    return offer
