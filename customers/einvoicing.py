"""How customers get their invoices, and whether EHF would arrive.

EHF reaches a Norwegian customer under its reg. no.; what the Peppol network says of the number is
kept by `registry`, which knows nothing of customers.
"""

from collections.abc import Iterable

from django.db.models import Exists, OuterRef, Q, TextChoices
from django.utils.translation import gettext_lazy as _

from moment.models import CompanySettings
from registry.models import Reachability


class Reach(TextChoices):
    """Whether a customer can receive EHF."""

    YES = "yes", _("Can receive EHF")
    NO = "no", _("Cannot receive EHF")
    UNKNOWN = "unknown", _("Not known")
    NO_NUMBER = "none", _("No reg. no.")


_INVOICE = {Reach.YES: True, Reach.NO: False}


def reach_is(values: Iterable[str]) -> Q:
    """Return the condition that a Norwegian customer's reach is one of these `Reach` values."""
    asked = Reachability.objects.norwegian().filter(identifier=OuterRef("org_number"))
    condition = Q(pk__in=[])
    for value in values:
        if value == Reach.NO_NUMBER:
            condition |= Q(org_number="")
        elif value == Reach.UNKNOWN:
            known = asked.exclude(invoice=None)
            condition |= ~Q(org_number="") & Q(~Exists(known))
        else:
            condition |= Q(Exists(asked.filter(invoice=_INVOICE[Reach(value)])))
    return Q(country="NO") & condition


def invoice_type_is(values: Iterable[str]) -> Q:
    """Return the condition that a customer's invoices go out in one of these ways.

    Customers without a choice of their own follow the company's. One query.
    """
    values = set(values)
    if CompanySettings.current().invoice_type in values:
        values.add("")
    return Q(invoice_type__in=values)


def reachability_of(org_numbers: Iterable[str]) -> dict[str, Reachability]:
    """Return what is kept about these Norwegian reg. nos., in one query."""
    numbers = {number for number in org_numbers if number}
    found = Reachability.objects.norwegian().filter(identifier__in=numbers)
    return {reachability.identifier: reachability for reachability in found}
