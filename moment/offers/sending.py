"""Sending offers: what is sent stays as it is, and of each letter is known what became of it."""

import io
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from customers import invoice_parties
from customers.holding import ChangedMeanwhile
from customers.models import Contact
from moment.content.keeping import keep
from moment.models import CompanySettings, Content, User
from moment.offers import conditions, document, editing, letters, links
from moment.offers.document import Ready
from moment.offers.models import Offer, OfferLetter
from moment.turns import in_turn

logger = logging.getLogger(__name__)

MOST = 20  # recipients of one sending
# What an offer is made of, such as the customer's address, may change while the PDF is made.
_TRIES = 3


@dataclass(frozen=True)
class Recipient:
    address: str
    contact: Contact | None = None


class CannotSend(Exception):
    """The offer cannot be sent; the text says why, in words for anybody."""


class _Outdated(Exception):
    """What the PDF shows is not what the offer is made of any more."""


def send(
    offer: Offer,
    recipients: Sequence[Recipient],
    *,
    by: User,
    version: int,
    message: str = "",
) -> list[OfferLetter]:
    """Send an offer to these people, each address once, and return the letters.

    An offer that can still be edited becomes sent, as it is at `version`; one that was sent goes
    out again as it was, with new addresses to answer at. Of each letter is written down whether
    the mail server took it: that it did not is no error here. Waits for the mail server, so never
    inside a transaction. Raises CannotSend, ChangedMeanwhile where it is at another version, and
    ValidationError where the customer can be given no offer any more.
    """
    recipients = once(recipients)
    if not recipients:
        raise CannotSend(_("Choose at least one recipient."))
    if len(recipients) > MOST:
        raise CannotSend(_("At most %(most)s recipients at a time.") % {"most": MOST})
    if offer.is_open:
        made = _sent(offer, recipients, by, version, message)
    else:
        made = _sent_again(offer, recipients, by, version, message)
    letters.deliver(made)
    return [one.letter for one in made]


def once(recipients: Iterable[Recipient]) -> list[Recipient]:
    """Return recipients with each address once, whatever the case; contacts before others."""
    found: dict[str, Recipient] = {}
    for one in sorted(recipients, key=lambda one: one.contact is None):
        found.setdefault(one.address.casefold(), one)
    return list(found.values())


def why_not(offer: Offer) -> str:
    """Return why an offer cannot be sent as it is now, empty where it can. At most one query."""
    if offer.is_open and not offer.lines.exists():
        return _("There is nothing in the offer yet: add a line first.")
    if offer.state not in (*Offer.OPEN, Offer.State.SENT):
        return _("An offer that is answered or replaced is not sent any more.")
    if offer.valid_until < timezone.localdate():
        if offer.is_open:
            return _("The offer is valid until a day that is over. Set a later one first.")
        return _("The offer is no longer valid. Make a new version instead.")
    return ""


def _sent(
    offer: Offer, recipients: Sequence[Recipient], by: User, version: int, message: str
) -> list[letters.Made]:
    """Write down that an offer is sent, with the document that was made of it."""
    for attempt in range(1, _TRIES + 1):
        ready = document.ready(offer)
        content = keep(io.BytesIO(ready.pdf()), "application/pdf")
        try:
            return _frozen(offer, ready, content, recipients, by, version, message)
        except _Outdated:
            logger.info("Offer %s changed while its PDF was made, %s.", offer.number, attempt)
            offer = Offer.objects.select_related("customer", "contact__person", "responsible").get(
                pk=offer.pk
            )
    raise CannotSend(
        _("What the offer is made of is being changed. Nothing was sent; try again in a moment.")
    )


def _frozen(
    offer: Offer,
    ready: Ready,
    content: Content,
    recipients: Sequence[Recipient],
    by: User,
    version: int,
    message: str,
) -> list[letters.Made]:
    with in_turn(), transaction.atomic():
        stored = editing.lock(offer)
        if stored.version != version or not stored.is_open:
            raise ChangedMeanwhile(stored)
        editing.check_customer(stored.customer)
        if problem := why_not(stored):
            raise CannotSend(problem)
        if document.ready(stored) != ready:
            raise _Outdated
        write_down(stored, content)
        return _letters(stored, recipients, by, message)


def write_down(offer: Offer, content: Content) -> None:
    """Have an offer hold, from now on, what it is sent with and to whom. Saves nothing."""
    company = CompanySettings.current()
    holds = conditions.of(offer, company)
    buyer = invoice_parties.buyer_of(offer.customer, company)
    offer.buyer_number, offer.buyer_name = buyer.number, buyer.name
    offer.buyer_org_number = buyer.org_number
    offer.buyer_address = "\n".join(buyer.address)
    offer.currency, offer.language, offer.vat_code = holds.currency, holds.language, holds.vat_code
    offer.vat_rate, offer.vat_registered = holds.vat_rate, holds.vat_registered
    offer.state, offer.sent_at = Offer.State.SENT, timezone.now()
    offer.document = content


def _sent_again(
    offer: Offer, recipients: Sequence[Recipient], by: User, version: int, message: str
) -> list[letters.Made]:
    """Make new letters about an offer that was sent."""
    with in_turn(), transaction.atomic():
        stored = editing.lock(offer)
        if stored.version != version or stored.is_open:
            raise ChangedMeanwhile(stored)
        if problem := why_not(stored):
            raise CannotSend(problem)
        return _letters(stored, recipients, by, message)


def _letters(
    offer: Offer, recipients: Sequence[Recipient], by: User, message: str
) -> list[letters.Made]:
    """Save the offer in its next version, so that a second press of the button is told.

    Return a new letter with its own address for each recipient.
    """
    offer.version += 1
    offer.save()
    return [
        letters.with_link(offer, one.address, one.contact, links.make(offer), by, message)
        for one in recipients
    ]
