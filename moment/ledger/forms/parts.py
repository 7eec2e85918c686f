"""How much of which open item is settled: a field beside each."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext as _

from customers.models import Customer
from moment import money
from moment.forms import AmountField
from moment.ledger import open_items
from moment.ledger.matching import Item
from moment.ledger.models import Invoice, Payment

PREFIX = "part-"


@dataclass
class Part:
    """An item, and what is typed beside it."""

    item: Item
    typed: str = ""
    error: str = ""
    amount: Decimal | None = None  # above 0

    @property
    def name(self) -> str:
        return PREFIX + open_items.key_of(self.item)

    @property
    def key(self) -> str:
        return open_items.key_of(self.item)

    @property
    def open(self) -> Decimal:
        return open_items.open_of(self.item)

    @property
    def is_payment(self) -> bool:
        return isinstance(self.item, Payment)


class Parts:
    """The fields of items, and what is typed in them: a text each, as it came."""

    def __init__(
        self,
        customer: Customer,
        currency: str,
        items: Iterable[Item],
        *,
        typed: Mapping[str, str] | None = None,
        proposed: Mapping[str, Decimal] | None = None,
    ) -> None:
        self.customer, self.currency = customer, currency
        self.rows = [Part(item) for item in items]
        self.typed = {key: text.strip() for key, text in (typed or {}).items()}
        if proposed is not None:
            self.typed = {key: money.amount(amount) for key, amount in proposed.items()}
        known = {row.key for row in self.rows}
        self.rows += self._gone(
            [key for key, text in self.typed.items() if text and key not in known]
        )
        for row in self.rows:
            row.typed = self.typed.get(row.key, "")
            if typed is not None or proposed is not None:
                self._read(row)

    @property
    def is_valid(self) -> bool:
        return not any(row.error for row in self.rows)

    @property
    def amounts(self) -> dict[str, Decimal]:
        """What is settled of which item, without those of which nothing is."""
        return {row.key: row.amount for row in self.rows if row.amount and not row.error}

    @property
    def total(self) -> Decimal:
        return sum(self.amounts.values(), Decimal(0))

    @property
    def errors(self) -> list[Part]:
        return [row for row in self.rows if row.error]

    def _gone(self, keys: Iterable[str]) -> list[Part]:
        """Return the items in which something is typed although they are not to be settled."""
        invoices, payments = open_items.named(keys)
        found: list[Item] = []
        if invoices:
            found += Invoice.objects.filter(customer=self.customer, pk__in=invoices)
        if payments:
            found += Payment.objects.filter(customer=self.customer, pk__in=payments)
        return [Part(item, error=self._why_gone(item)) for item in found]

    def _why_gone(self, item: Item) -> str:
        if item.currency != self.currency:
            return _("It is in %(currency)s.") % {"currency": item.currency}
        if item.is_open:
            return _("It is on the other side: it cannot be settled by this.")
        if isinstance(item, Invoice):
            if not item.is_final:
                return _("It is a draft.")
            if item.credit_notes.final().exists():
                return _("It is credited: nothing of it is open.")
        return _("It is settled meanwhile: nothing of it is open.")

    def _read(self, row: Part) -> None:
        if row.error or not row.typed:
            return
        try:
            row.amount = AmountField(max_digits=14).clean(row.typed)
        except ValidationError as error:
            row.error = " ".join(error.messages)
            return
        assert row.amount is not None
        if row.amount > row.open:
            words = _("Only %(open)s is open.")
            row.error = words % {"open": f"{money.amount(row.open)} {self.currency}"}
        elif row.amount != money.rounded(row.amount, self.currency):
            row.error = _("%(currency)s has no such small coins.") % {"currency": self.currency}


def typed_in(data: QueryDict) -> dict[str, str]:
    """Return what is typed beside items, by what forms call them."""
    return {
        name.removeprefix(PREFIX): str(value)
        for name, value in data.items()
        if name.startswith(PREFIX)
    }
