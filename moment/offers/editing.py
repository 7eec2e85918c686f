"""Making offers and changing them, and new versions of those that were sent."""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from customers import holding
from customers.holding import ChangedMeanwhile
from customers.models import Customer
from customers.numbers import allocate
from customers.places import PLACES
from moment.lines import LONGEST, store
from moment.models import CompanySettings, User
from moment.offers import conditions, totals
from moment.offers.models import Offer, OfferLine, OfferTag
from moment.offers.numbers import OFFERS
from moment.turns import in_turn

RENEWED = (Offer.State.SENT, Offer.State.REJECTED)  # what a new version can replace
# Of what all lines come to, chosen or not. A part of a project's plan holds no more.
HIGHEST = Decimal("9999999999.99")


def create(
    offer: Offer,
    lines: Iterable[OfferLine] = (),
    *,
    tags: Iterable[OfferTag] = (),
    wanted: str = "",
) -> Offer:
    """Save a new offer with its lines and return it.

    The number is the one wanted, or the next of the series. Raises NumberTaken or SeriesUsedUp for
    it, MergedMeanwhile, and ValidationError where the customer can be given none any more.
    """
    with in_turn(), transaction.atomic():
        with holding.held(offer.customer) as customer:
            check_customer(customer)
        offer.number = allocate(wanted, OFFERS)
        lines = list(lines)
        _sum_up(offer, lines)
        offer.save()
        offer.tags.add(*tags)
        store(offer.lines, lines)
    return offer


def save(
    offer: Offer, lines: Sequence[OfferLine], *, version: int, tags: Iterable[OfferTag] | None
) -> Offer:
    """Save an offer that is still open, with exactly these lines in this order.

    `version` is the one that was shown. Raises ChangedMeanwhile, and ValidationError where another
    customer was chosen that can be given none, or where there are too many lines or too much money.
    """
    with in_turn(), transaction.atomic():
        stored = lock(offer)
        if stored.version != version or not stored.is_open:
            raise ChangedMeanwhile(stored)
        if offer.customer_id != stored.customer_id:
            check_customer(offer.customer)
        _sum_up(offer, lines)
        offer.version = version + 1
        offer.save()
        if tags is not None:
            offer.tags.set(tags)
        store(offer.lines, lines)
    return offer


def lock(offer: Offer) -> Offer:
    """Return the offer as it is now, locked with its customer until the transaction ends.

    Raises ChangedMeanwhile where it was discarded.
    """
    with holding.held(offer.customer):
        rows = Offer.objects.select_for_update(of=("self",)).select_related("customer")
        stored = rows.filter(pk=offer.pk).first()
        if stored is None:
            raise ChangedMeanwhile(None)
        return stored


def check_customer(customer: Customer) -> None:
    """Raise ValidationError where a customer can be given no new offer."""
    if problem := PLACES["offer"].why_not(customer):
        raise ValidationError({"customer": problem})


# Versions


def new_version(offer: Offer, by: User) -> Offer:
    """Return a new version of an offer that was sent, as a draft. The old one is answered no more.

    Raises ChangedMeanwhile where it is not the newest, or open, or accepted.
    """
    with in_turn(), transaction.atomic():
        stored = lock(offer)
        if stored.state not in RENEWED:
            raise ChangedMeanwhile(stored)
        check_customer(stored.customer)
        lines, tags = list(stored.lines.all()), list(stored.tags.all())
        new = Offer.objects.get(pk=stored.pk)
        stored.state = Offer.State.REPLACED
        stored.save()
        today = timezone.localdate()
        new.pk, new._state.adding = None, True
        new.replaces, new.revision, new.state = stored, stored.revision + 1, Offer.State.DRAFT
        new.valid_until = today + (stored.valid_until - stored.issued_on)
        new.issued_on, new.created_at = today, timezone.now()
        # Never starts over, so that what was shown of one is not taken for the next.
        new.version = stored.version + 1
        new.sent_at = new.answered_at = new.document = new.answered_by = None
        new.vat_rate = new.vat_registered = None
        for name in _AS_SENT:
            setattr(new, name, "")
        for line in lines:
            line.pk, line._state.adding, line.chosen = None, True, False
        _sum_up(new, lines)
        new.save()
        new.tags.add(*tags)
        store(new.lines, lines)
    return new


_AS_SENT = (
    "buyer_number",
    "buyer_name",
    "buyer_org_number",
    "buyer_address",
    "answered_name",
    "answer_reason",
)


def discard(offer: Offer, *, version: int) -> Offer | None:
    """Remove an offer that was never sent; return the version that holds again, None for none.

    Raises ChangedMeanwhile.
    """
    with in_turn(), transaction.atomic():
        stored = lock(offer)
        if stored.version != version or not stored.is_open:
            raise ChangedMeanwhile(stored)
        before = Offer.objects.select_for_update().filter(replaced_by=stored).first()
        stored.delete()
        if before is not None:
            before.version = stored.version + 1
            before.state = Offer.State.REJECTED if before.answered_at else Offer.State.SENT
            before.save()
        return before


def _sum_up(offer: Offer, lines: Sequence[OfferLine]) -> None:
    """Write down what the lines come to. Saves nothing. Raises ValidationError for too much."""
    if len(lines) > LONGEST:
        raise ValidationError(_("At most %(count)s lines.") % {"count": LONGEST}, code="lines")
    holds = conditions.of(offer, CompanySettings.current())
    found = totals.of(lines, offer.discount, holds.vat_rate, holds.currency)
    if sum(totals.of_line(line, holds.currency) for line in lines) > HIGHEST:
        raise ValidationError(_("The offer comes to more than Moment can write."), code="amount")
    offer.amount, offer.optional = found.net, found.optional
