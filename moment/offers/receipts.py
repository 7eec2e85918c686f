"""Answers that customers give on the public page, and who gets a letter about them."""

from collections.abc import Collection
from dataclasses import dataclass

from django.db import transaction

from customers.invoice_document import LANGUAGES
from moment.models import CompanySettings, User
from moment.offers import answering, conditions, editing, letters
from moment.offers.letters import Made
from moment.offers.models import AnswerLink, Offer, OfferLetter
from moment.offers.privacy import NOBODY
from moment.turns import in_turn


@dataclass(frozen=True)
class Acceptance:
    """That somebody accepts an offer, with these of its optional lines."""

    name: str
    chosen: Collection[int] = ()


@dataclass(frozen=True)
class Rejection:
    """That somebody rejects an offer, and why, where they say so."""

    name: str
    reason: str = ""


Answer = Acceptance | Rejection


def answer(link: AnswerLink, given: Answer) -> Offer:
    """Take the answer that somebody gives under a link, and return the offer.

    Both parties get a receipt: whoever the link was sent to, and the one responsible. The letters
    are written down with the answer and delivered afterwards, so this waits for the mail server.
    Raises CannotAnswer.
    """
    with in_turn(), transaction.atomic():
        if isinstance(given, Acceptance):
            offer = answering.accept(link, name=given.name, chosen=given.chosen)
        else:
            offer = answering.reject(link, name=given.name, reason=given.reason)
        made = [*_receipts(offer, link), *_told(offer)]
    letters.deliver(made)
    return offer


def answer_by_hand(offer: Offer, given: Answer, *, by: User) -> Offer:
    """Write down an answer that a colleague was told, and return the offer.

    The one responsible is told where that is somebody else. Raises CannotAnswer.
    """
    with in_turn(), transaction.atomic():
        if isinstance(given, Acceptance):
            offer = answering.accept_by_hand(offer, by=by, name=given.name, chosen=given.chosen)
        else:
            offer = answering.reject_by_hand(offer, by=by, name=given.name, reason=given.reason)
        made = [] if offer.responsible_id == by.pk else _told(offer)
    letters.deliver(made)
    return offer


def again(letter: OfferLetter) -> OfferLetter | None:
    """Send a letter about an answer once more to the same address, and return the new one.

    None where it arrived after all, or somebody was quicker. Waits for the mail server. Raises
    ChangedMeanwhile where the offer is gone.
    """
    with in_turn(), transaction.atomic():
        offer = editing.lock(letter.offer)
        if letter.pk not in letters.unarrived(offer.letters.order_by("pk")):
            return None
        kind = OfferLetter.Kind(letter.kind)
        made = letters.about_answer(offer, letter.to, kind, _language(offer, letter.to, kind))
    letters.deliver([made])
    return made.letter


def _receipts(offer: Offer, link: AnswerLink) -> list[Made]:
    """Write down the receipt for the address that the link was sent to, unless it was erased."""
    sent = link.letters.exclude(to=NOBODY).order_by("pk").first()
    if sent is None:
        return []
    kind = OfferLetter.Kind.RECEIPT
    return [letters.about_answer(offer, sent.to, kind, _language(offer, sent.to, kind))]


def _told(offer: Offer) -> list[Made]:
    """Write down the letter to the one responsible, or to the company where nobody is.

    None where nobody has an address.
    """
    address = letters.responsible_address(offer, CompanySettings.current())
    if not address:
        return []
    kind = OfferLetter.Kind.TOLD
    return [letters.about_answer(offer, address, kind, _language(offer, address, kind))]


def _language(offer: Offer, address: str, kind: OfferLetter.Kind) -> str:
    """Return the language of the offer for its customer, of our own people theirs."""
    if kind == OfferLetter.Kind.RECEIPT:
        return LANGUAGES[conditions.of(offer).language]
    return offer.responsible.language if address == offer.responsible.email else ""
