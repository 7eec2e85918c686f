"""Letters about offers: written down first, then delivered, and what became of each."""

import logging
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.utils import timezone, translation
from django.utils.translation import gettext as _

from customers.invoice_document import LANGUAGES
from customers.models import Contact
from moment import mail
from moment.content import open_content
from moment.mail import Attachment, Personal
from moment.models import CompanySettings, User
from moment.offers import conditions, document, links, totals
from moment.offers.models import Offer, OfferLetter
from moment.offers.privacy import NOBODY
from moment.turns import in_turn

logger = logging.getLogger(__name__)

# Seconds after which no further letter is tried: somebody waits for the mail server meanwhile.
PATIENCE = 30.0
# What is neither sent nor failed after so long was stopped on its way.
_ON_ITS_WAY = timedelta(minutes=5)
_LONGEST_ERROR = 1000


@dataclass(frozen=True)
class Made:
    """A letter that is to be delivered, with all it takes. Its link's token is known only now."""

    letter: OfferLetter
    link: links.New | None = None
    language: str = ""

    @property
    def template(self) -> str:
        return f"offers/letters/{self.letter.kind}"


def with_link(
    offer: Offer,
    to: str,
    contact: Contact | None,
    link: links.New,
    by: User | None,
    message: str = "",
) -> Made:
    """Write down a letter that brings an offer to somebody, and return it."""
    letter = OfferLetter(offer=offer, to=to, contact=contact, link=link.link, made_by=by)
    letter.message = message.strip()
    return Made(_make(letter), link, LANGUAGES[offer.language])


def about_answer(offer: Offer, to: str, kind: OfferLetter.Kind, language: str) -> Made:
    """Write down a letter about the answer that an offer got, and return it."""
    return Made(_make(OfferLetter(offer=offer, to=to, kind=kind)), language=language)


def _make(letter: OfferLetter) -> OfferLetter:
    letter.message_id = mail.new_message_id()
    letter.save()
    return letter


def deliver(made: Sequence[Made]) -> None:
    """Send letters that are written down already, and write down what became of each.

    Never inside a transaction.
    """
    began, company = time.monotonic(), CompanySettings.current()
    for one in made:
        if time.monotonic() - began > PATIENCE:
            _failed(one.letter, "The mail server is too slow: this one was not tried.")
            continue
        try:
            _deliver(one, company)
        except (mail.NotSent, OSError) as error:
            logger.warning("Letter %s about offer %s: %s", one.letter.pk, one.letter.offer, error)
            _failed(one.letter, str(error))
        else:
            _note(one.letter, sent_at=timezone.now())


def _deliver(one: Made, company: CompanySettings) -> None:
    offer = one.letter.offer
    customers_own = one.letter.kind != OfferLetter.Kind.TOLD
    personal = Personal(
        sender=company.name,
        reply_to=responsible_address(offer, company),
        message_id=one.letter.message_id,
        attachments=_attached(offer, one.language) if customers_own else (),
    )
    lines = list(offer.lines.all())
    holds = conditions.of(offer, company)
    context = {
        "offer": offer,
        "company": company,
        "message": one.letter.message,
        "url": one.link.url if one.link else "",
        "chosen": [line for line in lines if line.chosen],
        "totals": totals.of(lines, offer.discount, holds.vat_rate, holds.currency),
    }
    is_answer = one.letter.kind != OfferLetter.Kind.OFFER
    mail.send(
        one.letter.to,
        one.template,
        context,
        language=one.language,
        # Nobody wrote these themselves.
        headers={"Auto-Submitted": "auto-generated"} if is_answer else {},
        personal=personal,
    )


def responsible_address(offer: Offer, company: CompanySettings) -> str:
    """Return where somebody reads about an offer: who looks after it, else the company; or empty.

    Nobody reads what goes to one who has left.
    """
    person = offer.responsible
    return (person.email if person.is_active else "") or company.email


def _attached(offer: Offer, language: str) -> list[Attachment]:
    if offer.document is None:
        return []
    with translation.override(language):
        name = document.file_name(offer)
    with open_content(offer.document) as file:
        return [Attachment(name, file.read(), "application/pdf")]


def _failed(letter: OfferLetter, error: str) -> None:
    _note(letter, failed_at=timezone.now(), error=error[:_LONGEST_ERROR])


def _note(letter: OfferLetter, **values: Any) -> None:
    for name, value in values.items():
        setattr(letter, name, value)
    with in_turn():
        OfferLetter.objects.filter(pk=letter.pk).update(**values)


def stopped(letter: OfferLetter) -> bool:
    """Tell whether the program ended while the letter was on its way: nobody knows how far."""
    unknown = letter.sent_at is None and letter.failed_at is None
    return unknown and timezone.now() - letter.made_at > _ON_ITS_WAY


def unarrived(rows: Iterable[OfferLetter]) -> set[int]:
    """Return the keys of letters about answers that did not arrive, as far as anybody knows.

    `rows` are letters in the order that they were made: where one was followed by another to the
    same address, that one tells.
    """
    last = {(one.offer_id, one.kind, one.to): one for one in rows}
    return {
        one.pk
        for one in last.values()
        if one.kind != OfferLetter.Kind.OFFER and one.to != NOBODY
        if one.failed_at or stopped(one)
    }


def told(made: Sequence[OfferLetter]) -> tuple[str, str]:
    """Return in words which of these letters went out, and which did not; empty for none."""
    sent = ", ".join(one.to for one in made if one.sent_at)
    failed = ", ".join(one.to for one in made if not one.sent_at)
    return (
        _("Sent to %(names)s.") % {"names": sent} if sent else "",
        _("The e-mail to %(names)s did not go out. It can be sent again.") % {"names": failed}
        if failed
        else "",
    )
