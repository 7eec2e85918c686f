"""What offers keep about persons: to whom they were sent, who answered, and free text.

A document that was sent stays as it is, since it may have been agreed to; so do the texts in it.
"""

from collections.abc import Collection, Mapping
from typing import Any

from auditlog.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from customers import privacy, traces
from moment.offers.models import Offer, OfferLetter

# In the place of an address: one that reaches nobody (RFC 2606).
NOBODY = "erased@erased.invalid"


class Offers(privacy.About):
    def export(self, posts: Collection[int], known: traces.Known) -> dict[str, Any]:
        sent = _letters(posts, known.addresses).select_related("offer")
        return {
            "offers_to": [
                {"offer": offer.name, "offer_number": offer.number, "version": offer.revision}
                for offer in Offer.objects.filter(contact__in=posts).order_by("pk")
            ],
            "offers_answered": [
                {
                    "offer": offer.name,
                    "offer_number": offer.number,
                    "name": offer.answered_name,
                    "answered_at": offer.answered_at,
                    "reason": offer.answer_reason,
                }
                for offer in _answered(posts, known).order_by("pk")
            ],
            "letters_about_offers": [
                {
                    "offer": letter.offer.name,
                    "offer_number": letter.offer.number,
                    "address": letter.to,
                    "message": letter.message,
                    "sent_at": letter.sent_at,
                }
                for letter in sent.order_by("pk")
            ],
        }

    def erase(self, posts: Collection[int], known: traces.Known, mine: Collection[str]) -> None:
        letters = [letter.pk for letter in _letters(posts, mine)]
        OfferLetter.objects.filter(pk__in=letters).update(
            to=NOBODY, contact=None, error="", message=""
        )
        answered = list(_answered(posts, known).values_list("pk", flat=True))
        Offer.objects.filter(pk__in=answered).update(answered_name=_("Erased person"))
        _forget_answers(answered)
        drafts = Offer.objects.filter(contact__in=posts, state__in=Offer.OPEN).order_by()
        # Who has a form open is told.
        drafts.update(contact=None, version=F("version") + 1)


def _letters(posts: Collection[int], addresses: Collection[str]) -> QuerySet[OfferLetter]:
    """Return the letters to the person: as a contact, or to an address in any case of letters."""
    lower = {address.lower() for address in addresses}
    rows = OfferLetter.objects.annotate(lower=Lower("to"))
    return rows.filter(Q(contact__in=posts) | Q(lower__in=lower))


def _answered(posts: Collection[int], known: traces.Known) -> QuerySet[Offer]:
    """Return the offers that somebody of that name answered, to customers of the person's."""
    said = Q(pk__in=[])
    for name in known.names:
        said |= Q(answered_name__iexact=name)
    at = Q(contact__in=posts) | Q(letters__contact__in=posts)
    at |= Q(customer__contacts__in=posts)
    return Offer.objects.filter(pk__in=Offer.objects.filter(said, at).order_by().values("pk"))


def _forget_answers(offers: Collection[int]) -> None:
    """Have the history of these offers say no more who answered."""
    entries = LogEntry.objects.filter(
        content_type=ContentType.objects.get_for_model(Offer),
        object_id__in=offers,
        changes__has_key="answered_name",
    )
    for entry in entries:
        entry.changes = {k: v for k, v in entry.changes.items() if k != "answered_name"}
        entry.changes_text = ""
        entry.save(update_fields=["changes", "changes_text"])


def _places(rows: QuerySet) -> list[tuple[str, str]]:
    return [
        (f"{number} {name}", reverse("offers:offer", args=[number]))
        for number, name in rows.values_list("number", "name")
    ]


TRACES: Mapping[str, traces.Kind] = {
    "offer_documents": traces.Kind(
        Offer,
        gettext_lazy("Documents of offers"),
        ("contact__person__name",),
        places=_places,
        only=~Q(state__in=Offer.OPEN),
    ),
    "offers": traces.Kind(
        Offer,
        gettext_lazy("Offers"),
        (
            *("name", "your_reference", "order_reference", "introduction", "terms"),
            *("buyer_name", "buyer_address", "answer_reason", "lines__title", "lines__text"),
            "letters__message",
        ),
        places=_places,
    ),
}
