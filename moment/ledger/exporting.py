"""Handing invoices over to accounting, each once."""

from django.db import transaction
from django.utils.translation import gettext as _

from moment.ledger.models import AccountingExport, Invoice
from moment.ledger.models.invoice import InvoiceQuerySet
from moment.models import User
from moment.turns import in_turn

_BATCH = 500


class NothingToExport(Exception):
    """All final invoices are in an export already; the text says so."""


def waiting() -> InvoiceQuerySet:
    """Return the final invoices and credit notes that no export has."""
    return Invoice.objects.final().filter(export=None)


def export(*, by: User) -> AccountingExport:
    """Put all that waits into a new export and return it. Raises NothingToExport.

    Of two people who do it at once, one gets it all.
    """
    with in_turn(), transaction.atomic():
        rows = waiting().select_for_update(of=("self",)).order_by("pk")
        keys = list(rows.values_list("pk", flat=True))
        if not keys:
            raise NothingToExport(_("Everything is exported already."))
        made = AccountingExport.objects.create(made_by=by, count=len(keys))
        for start in range(0, len(keys), _BATCH):
            Invoice.objects.filter(pk__in=keys[start : start + _BATCH]).update(export=made)
    return made
