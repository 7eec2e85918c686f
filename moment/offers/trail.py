"""What has happened to an offer, over all its versions: letters, openings and answers."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from moment.offers.letters import stopped, unarrived
from moment.offers.models import Offer, OfferLetter


@dataclass(frozen=True)
class Event:
    """`state` tells what kind it is to the eye.

    It is sent, failed, waiting, stopped, told, accepted or rejected. `again`: the letter that can
    be sent again.
    """

    at: datetime
    words: str
    state: str
    detail: str = ""
    opened_at: datetime | None = None
    by: str = ""  # the colleague who wrote it down
    again: OfferLetter | None = None


def of(offer: Offer) -> list[Event]:
    """Return what has happened, the first first. Two queries."""
    versions = Offer.objects.filter(number=offer.number).select_related("answered_by")
    rows = OfferLetter.objects.filter(offer__number=offer.number)
    letters = list(rows.select_related("offer", "link").order_by("pk"))
    missing = unarrived(letters)
    events = [_of_letter(one, one if one.pk in missing else _again(one, offer)) for one in letters]
    events += [_of_answer(one) for one in versions if one.answered_at]
    return sorted(events, key=lambda event: event.at)


def versions_of(offer: Offer) -> list[Offer]:
    """Return all versions of an offer, the newest first. One query."""
    return list(Offer.objects.filter(number=offer.number).order_by("-revision"))


def _again(letter: OfferLetter, offer: Offer) -> OfferLetter | None:
    """Return a letter that brings the newest version, while that is valid."""
    is_sent = offer.state == Offer.State.SENT and not offer.is_expired()
    is_ours = letter.offer_id == offer.pk and letter.kind == OfferLetter.Kind.OFFER
    return letter if is_sent and is_ours else None


def _of_letter(letter: OfferLetter, again: OfferLetter | None) -> Event:
    told = {"version": letter.offer.revision, "to": letter.to}
    is_offer = letter.kind == OfferLetter.Kind.OFFER
    if letter.failed_at:
        words = (
            _("Version %(version)s did not reach %(to)s") if is_offer else _("No word to %(to)s")
        )
        if letter.sent_at:
            words = _("The letter to %(to)s came back")
        return Event(letter.failed_at, words % told, "failed", letter.error, again=again)
    if stopped(letter):
        words = _("The letter to %(to)s was interrupted")
        detail = _("It may have been sent or not.")
        return Event(letter.made_at, words % told, "stopped", detail, again=again)
    if letter.sent_at is None:
        return Event(letter.made_at, _("On its way to %(to)s") % told, "waiting")
    if not is_offer:
        words = _("Receipt sent to %(to)s")
        if letter.kind == OfferLetter.Kind.TOLD:
            words = _("%(to)s was told")
        return Event(letter.sent_at, words % told, "told")
    opened = letter.link.opened_at if letter.link else None
    words = _("Version %(version)s sent to %(to)s")
    withdrawn = letter.link.revoked_at if letter.link else None
    detail = _("The address was withdrawn.") if withdrawn else ""
    return Event(letter.sent_at, words % told, "sent", detail, opened, again=again)


def _of_answer(offer: Offer) -> Event:
    assert offer.answered_at is not None
    # A version that was replaced after an answer was rejected: accepted ones stay.
    accepted = offer.state == Offer.State.ACCEPTED
    words = _("Accepted by %(name)s") if accepted else _("Rejected by %(name)s")
    if not offer.answered_name:
        words = _("Accepted") if accepted else _("Rejected")
    return Event(
        offer.answered_at,
        words % {"name": offer.answered_name},
        "accepted" if accepted else "rejected",
        _("“%(text)s”") % {"text": offer.answer_reason} if offer.answer_reason else "",
        by=str(offer.answered_by or ""),
    )
