"""What a customer's history tells of its offers."""

from collections.abc import Collection, Mapping

from django.db import models
from django.utils.translation import gettext_lazy as _

from customers.history import Kind, Subject
from moment.offers.models import Offer
from moment.projects.models import Project

State = Offer.State
# Written down as it is sent, and said by what it is called.
_AS_SENT = {
    *("buyer_number", "buyer_name", "buyer_org_number", "buyer_address", "sent_at"),
    *("vat_rate", "vat_registered"),
}


def _offers(keys: Collection[int]) -> Mapping[int, str]:
    rows = Offer.objects.filter(pk__in=keys).values_list("pk", "number", "revision", "name")
    return {
        pk: f"{number}{f'-{revision}' if revision > 1 else ''} {name}"
        for pk, number, revision, name in rows
    }


SUBJECTS: Mapping[type[models.Model], Subject] = {
    Offer: Subject(
        Kind.OFFERS,
        (_("Offer made"), _("Offer changed"), _("Offer deleted")),
        frozenset({*Offer.NOT_IN_HISTORY, *_AS_SENT, "replaces", "optional", "answered_at"}),
        ("offers.view_offer",),
        rights={"project": "projects.view_project"},
        states={
            State.SENT: _("Offer sent"),
            State.ACCEPTED: _("Offer accepted"),
            State.REJECTED: _("Offer rejected"),
            State.REPLACED: _("Offer replaced by a new version"),
        },
        labels={
            "amount": _("amount"),
            "answered_name": _("answer from"),
            "answered_by": _("answered by"),
            "answer_reason": _("reason"),
        },
        called=_offers,
        pointing={Project: "name"},
    ),
}
