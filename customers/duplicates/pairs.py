"""Pairs of customers that may be one: those that wait for somebody, and those told apart."""

from collections.abc import Iterable, Sequence
from itertools import groupby

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from customers.duplicates.likeness import COLUMNS, Known
from customers.models import Customer, DuplicatePair
from moment.models import User
from moment.turns import in_turn

HINTS = 3  # of one customer's pairs that its profile names
# What is shared, in words that follow "same".
_SHARED = {
    "name": gettext_lazy("name"),
    "org_number": gettext_lazy("reg. no."),
    "bank": gettext_lazy("bank account"),
    "email": gettext_lazy("e-mail"),
    "phone": gettext_lazy("phone"),
    "address": gettext_lazy("address"),
    "domain": gettext_lazy("e-mail domain"),
    "postcode": gettext_lazy("postcode"),
}


def visible_to(user: AbstractBaseUser | AnonymousUser) -> QuerySet[DuplicatePair]:
    """Return the pairs of which the user may see both, and both are their own customers."""
    customers = Customer.objects.visible_to(user).order_by()
    # Asked of each pair: said as `first__in`, SQLite would try all customers with all others.
    return DuplicatePair.objects.filter(
        Exists(customers.filter(pk=OuterRef("first"))),
        Exists(customers.filter(pk=OuterRef("second"))),
    )


def of_customer(
    customer: Customer, user: AbstractBaseUser | AnonymousUser, *, at_most: int = HINTS
) -> list[tuple[DuplicatePair, Customer]]:
    """Return the likeliest pairs that the customer is in, each with the other one. One query."""
    either = Q(first=customer) | Q(second=customer)
    open_ones = visible_to(user).filter(either, dismissed_at=None)
    rows = open_ones.select_related("first", "second").order_by("-score", "pk")[:at_most]
    return [(pair, pair.second if pair.first_id == customer.pk else pair.first) for pair in rows]


def dismiss(pk: int, by: User) -> DuplicatePair | None:
    """Remember that a pair is not the same one, until either changes; None when it is gone.

    What was told apart already stays as it was.
    """
    with in_turn(), transaction.atomic():
        pair = visible_to(by).select_for_update().filter(pk=pk).first()
        if pair is None:
            return None
        if pair.dismissed_at is None:
            rows = Customer.objects.filter(pk__in=[pair.first_id, pair.second_id])
            known = {values["pk"]: Known(values) for values in rows.values(*COLUMNS)}
            if len(known) < 2:  # merged between the questions
                return None
            pair.dismissed_by, pair.dismissed_at = by, timezone.now()
            pair.dismissed_as = dismissed_as(known[pair.first_id], known[pair.second_id])
            pair.save(update_fields=["dismissed_by", "dismissed_at", "dismissed_as"])
    return pair


def put_back(pk: int, by: User) -> DuplicatePair | None:
    """Take back that a pair is not the same one; None when it is gone."""
    with in_turn(), transaction.atomic():
        pair = visible_to(by).select_for_update().filter(pk=pk).first()
        if pair is not None:
            pair.dismissed_by, pair.dismissed_at, pair.dismissed_as = None, None, ""
            pair.save(update_fields=["dismissed_by", "dismissed_at", "dismissed_as"])
    return pair


def dismissed_as(first: Known, second: Known) -> str:
    """Return what the two were when somebody told them apart; another text once either changes."""
    return f"{first.fingerprint} {second.fingerprint}"


def reasons_in_words(evidence: Iterable[Sequence]) -> str:
    """Return why two customers may be one, the weightiest first: `same e-mail, name 94 %`."""
    words = []
    shared = (reason for reason in evidence if reason[0] in _SHARED)
    for same, reasons in groupby(shared, key=lambda reason: reason[1] == 100):
        if same:
            kinds = ", ".join(str(_SHARED[kind]) for kind, _per_cent in reasons)
            words.append(_("same %(things)s") % {"things": kinds})
        else:
            words += [_("name %(near)s") % {"near": f"{near}\u00a0%"} for _kind, near in reasons]
    return ", ".join(words)
