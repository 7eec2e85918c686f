"""A payment as somebody enters it: what is typed, what it could settle, and what comes of it."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from customers.models import Customer
from moment import money
from moment.ledger import open_items, rates
from moment.ledger.forms.fields import SignedAmountField
from moment.ledger.forms.parts import Parts, typed_in
from moment.ledger.forms.payment import PaymentForm
from moment.ledger.matching import Item, owed
from moment.ledger.models import Invoice, Payment
from moment.models import CompanySettings, User


class Entry:
    """The form of a payment with the open items of its customer.

    Without `data` it proposes to settle an invoice. What was proposed is in the form, so that it
    can follow the amount as long as nobody has written anything else.
    """

    def __init__(
        self,
        customer: Customer,
        invoice: Invoice | None = None,
        *,
        data: QueryDict | None = None,
        kid: str = "",
    ) -> None:
        self.customer, self.invoice, self.data = customer, invoice, data
        self.open_currencies = open_items.currencies(customer)
        self.seen = open_items.seen(customer)
        self.shown = data.get("seen", "") if data is not None else self.seen
        # Somebody else has entered or matched something since the form was shown.
        self.is_stale = self.shown != self.seen
        self.wants_look = False  # what stays open was not said yet
        first = [*([invoice.currency] if invoice else []), *self.open_currencies]
        self.currency = self._currency(first)
        paid = owed(invoice) if invoice and invoice.is_open else None
        initial = {
            "paid_on": timezone.localdate(),
            "currency": self.currency,
            "rate": rates.last_used(self.currency),
            "kid": kid or (invoice.kid if invoice else ""),
            "amount": paid,
        }
        self.form = PaymentForm(data, initial=initial, first=first)
        self.amount = self._amount(paid)
        proposed = None if data is not None else self._proposal()
        typed = None if data is None else typed_in(data)
        self.parts = self._parts(typed=typed, proposed=proposed)

    # What is proposed

    def propose(self, *, anew: bool = False) -> None:
        """Let the proposal follow the amount; anew: whatever is written."""
        assert self.data is not None
        typed = {key: text for key, text in typed_in(self.data).items() if text.strip()}
        if anew or not typed or self._in_words(typed) == self.data.get("proposed", ""):
            self.parts = self._parts(proposed=self._proposal())
        self.form = self._unbound()

    @cached_property
    def items(self) -> Sequence[Item]:
        """What can be settled by a payment of this sign, what was asked for first."""
        of = open_items.credits if self.gives_back else open_items.debits
        found = of(self.customer, self.currency)
        return sorted(found, key=lambda item: item != self.invoice)

    @property
    def gives_back(self) -> bool:
        """Tell whether the money goes to the customer."""
        return self.amount is not None and self.amount < 0

    @property
    def needs_rate(self) -> bool:
        return self.currency != CompanySettings.current().currency

    @property
    def proposed(self) -> str:
        """What is written beside the items, to be told from what somebody changes."""
        return self._in_words({row.key: row.typed for row in self.parts.rows if row.typed})

    # What comes of it

    @property
    def rest(self) -> Decimal | None:
        """What no item takes, without its sign; None without an amount."""
        return None if self.amount is None else abs(self.amount) - self.parts.total

    @property
    def is_over(self) -> bool:
        return self.rest is not None and self.rest < 0

    @property
    def over(self) -> Decimal:
        return abs(self.rest or Decimal(0))

    def check(self) -> None:
        """Put on the form what is wrong with the whole of it."""
        assert self.data is not None
        if self.form.is_valid() and self.is_over:
            words = _(
                "More is settled below than is paid: %(over)s too much. Correct it below, or press "
                "Settle the oldest first."
            )
            self.form.add_error("amount", words % {"over": money.amount(self.over)})
        said = self.data.get("rest", "")
        if self.form.is_valid() and self.parts.is_valid and self.rest and said != str(self.rest):
            self.wants_look = True

    @property
    def is_valid(self) -> bool:
        """Tell whether it can be saved as far as is known without a lock."""
        return self.form.is_valid() and self.parts.is_valid and not self.wants_look

    def payment(self, by: User) -> Payment | None:
        """Return the payment, not saved; None as long as something about it itself is wrong."""
        rows = {name for name in self.form.errors if name != "amount"}
        whole = "amount" in self.form.cleaned_data and not rows
        return self.form.payment(self.customer, by) if whole else None

    @property
    def chosen(self) -> tuple[dict[int, Decimal], dict[int, Decimal]]:
        """How much of which invoices and of which payments is settled, by their keys."""
        invoices: dict[int, Decimal] = {}
        payments: dict[int, Decimal] = {}
        for row in self.parts.rows:
            if row.amount:
                (payments if row.is_payment else invoices)[row.item.pk] = row.amount
        return invoices, payments

    def _parts(
        self,
        *,
        typed: dict[str, str] | None = None,
        proposed: dict[str, Decimal] | None = None,
    ) -> Parts:
        return Parts(self.customer, self.currency, self.items, typed=typed, proposed=proposed)

    def _proposal(self) -> dict[str, Decimal]:
        return open_items.by_oldest(self.items, abs(self.amount or Decimal(0)))

    def _currency(self, first: list[str]) -> str:
        asked = self.data.get("currency", "") if self.data is not None else ""
        return asked if asked in money.codes() else [*first, CompanySettings.current().currency][0]

    def _amount(self, initial: Decimal | None) -> Decimal | None:
        """Return the amount as far as it can be read."""
        if self.data is None:
            return initial
        try:
            field = SignedAmountField(max_digits=14, required=False)
            return field.clean(self.data.get("amount", "")) or None
        except ValidationError:
            return None

    def _unbound(self) -> PaymentForm:
        """Return the form with what is typed and without errors: nobody has finished yet."""
        assert self.data is not None
        names = ("paid_on", "amount", "currency", "rate", "kid", "text")
        typed: dict[str, Any] = {name: self.data.get(name, "") for name in names}
        if self.data.get("rate_in") != self.currency:
            typed["rate"] = rates.last_used(self.currency) or ""
        return PaymentForm(initial=typed, first=self.open_currencies)

    @staticmethod
    def _in_words(typed: dict[str, str]) -> str:
        return " ".join(f"{key}={''.join(text.split())}" for key, text in sorted(typed.items()))
