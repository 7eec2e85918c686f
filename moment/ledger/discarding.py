"""Discarding drafts: what is on them can be invoiced again."""

from django.db import transaction
from django.utils.translation import gettext as _

from moment import content as contents
from moment.ledger import holding
from moment.ledger.holding import ChangedMeanwhile
from moment.ledger.models import Invoice, InvoiceFile
from moment.models import Content
from moment.turns import in_turn


class CannotDiscard(Exception):
    """The draft has to stay; the text says why. Nothing was removed."""


def discard(invoice: Invoice, *, version: int) -> int:
    """Remove a draft as it was shown, with all drafts of its split, and return how many there were.

    Raises ChangedMeanwhile, CannotDiscard where one of the split is final already, and
    MergedMeanwhile.
    """
    with in_turn(), transaction.atomic():
        keys = {one.customer_id for one in Invoice.objects.of_split(invoice)}
        held = holding.look_and_lock(keys)
        drafts = list(Invoice.objects.of_split(invoice).select_for_update(of=("self",)))
        stored = next((one for one in drafts if one.pk == invoice.pk), None)
        if stored is None or stored.is_final or stored.version != version:
            raise ChangedMeanwhile(stored)
        if any(one.customer_id not in held for one in drafts):
            raise ChangedMeanwhile(stored)
        if final := [one for one in drafts if one.is_final]:
            raise CannotDiscard(
                _("It is split, and %(invoice)s of the split is final. Finalise this one too.")
                % {"invoice": final[0]}
            )
        _remove(drafts)
    return len(drafts)


def _remove(drafts: list[Invoice]) -> None:
    files = InvoiceFile.objects.filter(invoice__in=drafts)
    held = list(Content.objects.filter(pk__in=files.values("content")))
    files.delete()
    # The parts point to the one with the work.
    for one in sorted(drafts, key=lambda row: row.part_of_id is None):
        one.delete()
    for content in held:
        contents.release(content)
