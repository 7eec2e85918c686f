"""Who pays which part of a price model."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from customers.models import Customer
from moment.money import rounded
from moment.projects.models import PriceModel, PriceModelShare
from moment.projects.percents import bare

WHOLE = Decimal(100)


@dataclass(frozen=True)
class Part:
    """A customer and the per cent of the amounts that it pays."""

    customer: Customer
    percent: Decimal
    is_own: bool

    @property
    def words(self) -> str:
        return bare(self.percent)


def parts(owner: Customer, shares: Iterable[PriceModelShare]) -> list[Part]:
    """Return who pays what, the project's own customer first, each customer once."""
    further: dict[int, Decimal] = defaultdict(Decimal)
    customers: dict[int, Customer] = {}
    for share in shares:
        further[share.customer_id] += share.percent
        customers[share.customer_id] = share.customer
    own = WHOLE - sum(percent for pk, percent in further.items() if pk != owner.pk)
    return [
        Part(owner, own, True),
        *(Part(customers[pk], part, False) for pk, part in further.items() if pk != owner.pk),
    ]


def split(amount: Decimal, shares: Sequence[Part], currency: str) -> Mapping[int, Decimal]:
    """Return what each customer pays of an amount, by key; the difference of rounding goes first.

    That is to the project's own customer. Each part is rounded to the currency's smallest coin,
    and together they are the amount.
    """
    paid = {
        part.customer.pk: rounded(amount * part.percent / WHOLE, currency)
        for part in shares
        if not part.is_own
    }
    own = next(part.customer.pk for part in shares if part.is_own)
    return {own: amount - sum(paid.values()), **paid}


def check(percents: Iterable[Decimal]) -> None:
    """Raise ValidationError unless the parts, the own customer's among them, are a hundred."""
    together = sum(percents, Decimal(0))
    if together != WHOLE:
        raise ValidationError(
            _("The shares make %(sum)s %%; together they have to make 100 %%.")
            % {"sum": bare(together)},
            code="not_whole",
        )


def store(model: PriceModel, further: Mapping[int, Decimal]) -> None:
    """Have these customers, by key, pay these parts; what is the same already stays as it is.

    So do several rows of one customer, and rows of the project's own while there is room for them:
    they come of merging, and are others' again once that is undone.
    """
    there: dict[int, list[PriceModelShare]] = defaultdict(list)
    for share in model.shares.order_by("pk"):
        there[share.customer_id].append(share)
    for customer, shares in there.items():
        wanted, together = further.get(customer), sum(share.percent for share in shares)
        is_own = customer == model.project.customer_id
        if wanted == together or (is_own and together + sum(further.values()) <= WHOLE):
            continue
        for spare in shares[1:] if wanted is not None else shares:
            spare.delete()
        if wanted is not None and shares[0].percent != wanted:
            shares[0].percent = wanted
            shares[0].save()
    for customer, percent in further.items():
        if customer not in there:
            PriceModelShare.objects.create(price_model=model, customer_id=customer, percent=percent)
