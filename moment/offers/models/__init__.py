"""What an offer is, one file a concept."""

from auditlog.registry import auditlog

from moment.offers.models.letter import AnswerLink, OfferLetter
from moment.offers.models.offer import Offer, OfferLine, OfferTag, TextTemplate

__all__ = ["AnswerLink", "Offer", "OfferLetter", "OfferLine", "OfferTag", "TextTemplate"]

auditlog.register(Offer, exclude_fields=Offer.NOT_IN_HISTORY, m2m_fields={"tags"})
# What the company sets for all.
auditlog.register(OfferTag)
auditlog.register(TextTemplate)
