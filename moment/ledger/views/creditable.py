"""What can be credited of an invoice now, and what has changed since a dialog showed it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.http import QueryDict
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from moment.ledger import crediting
from moment.ledger.models import Invoice, InvoiceLine

# A line and what was left of it, as `crediting.seen` writes them.
_SEEN = re.compile(r"(?<!\S)([0-9]{1,18}):(-?[0-9]{1,12}(?:\.[0-9]{1,6})?)(?!\S)")


@dataclass(frozen=True)
class Change:
    """A line of which another amount is left than was shown, excluding VAT and of its sign."""

    line: InvoiceLine
    before: Decimal
    now: Decimal
    typed: str  # what has no field any more, since nothing of the line is left


class Creditable:
    """What is left of an invoice, and what was sent about it, which is kept when it has changed.

    `sent` is None where nothing was sent yet. `is_stale` says that it is not as it was shown, even
    if that is not seen here.
    """

    def __init__(self, invoice: Invoice, sent: QueryDict | None, *, is_stale: bool = False) -> None:
        self.invoice = invoice
        self.left = crediting.left(invoice)
        self.shown = crediting.seen(self.left)
        self._sent = sent
        self.is_stale = sent is not None and (is_stale or sent.get("shown", "") != self.shown)

    @property
    def data(self) -> QueryDict | None:
        """What a form is bound to: what was sent, with what is left as it is shown now."""
        if self._sent is None or not self.is_stale:
            return self._sent
        data = self._sent.copy()
        data["shown"] = self.shown
        return data

    @property
    def changes(self) -> list[Change]:
        """The lines of which another amount is left than was shown."""
        if self._sent is None:
            return []
        before: Mapping[int, Decimal] = {
            int(key): Decimal(amount) for key, amount in _SEEN.findall(self._sent.get("shown", ""))
        }
        changed = [one for one in self.left if before.get(one.line.pk, one.amount) != one.amount]
        return [
            Change(one.line, before[one.line.pk], one.amount, self._typed(one)) for one in changed
        ]

    def _typed(self, one: crediting.Left) -> str:
        assert self._sent is not None
        return self._sent.get(f"line-{one.line.pk}", "").strip() if one.is_whole else ""

    @cached_property
    def drafts(self) -> list[Invoice]:
        """The drafts of credit notes that take something of it."""
        rows = Invoice.objects.drafts().filter(lines__credited__invoice=self.invoice)
        return list(rows.distinct().order_by("pk"))

    @cached_property
    def problem(self) -> str:
        """Why nothing of it can be credited; empty where something can."""
        if self.invoice.is_credit_note:
            return _("A credit note cannot be credited.")
        if not crediting.is_whole(self.left):
            return ""
        if self.drafts:
            return ngettext(
                "All that is left of it is on a draft of a credit note. Finalise or discard it.",
                "All that is left of it is on drafts of credit notes. Finalise or discard them.",
                len(self.drafts),
            )
        return _("All of it is credited already.")
