"""What the page of a final invoice or credit note shows, in a fixed number of queries."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property

from django.db.models import Q

from moment.ledger import crediting, states, totals
from moment.ledger.models import Delivery, Invoice, InvoiceFile, InvoiceLine, Match, Payment
from registry.org_number import formatted

NOTHING = Decimal(0)


@dataclass(frozen=True)
class Shown:
    """A line with its numbers as they are printed, and what it stands under where that is new."""

    line: InvoiceLine
    heading: str
    quantity: Decimal | None
    amount: Decimal


@dataclass(frozen=True)
class Vat:
    words: str
    base: Decimal
    amount: Decimal


@dataclass(frozen=True)
class Settled:
    """What settles an invoice, or what a credit note settles: one of the two others is given."""

    day: date
    amount: Decimal
    payment: Payment | None
    invoice: Invoice | None


class InvoicePage:
    """An invoice to be read. Amounts are as they are printed: those of credit notes above 0."""

    def __init__(self, invoice: Invoice) -> None:
        self.invoice = invoice
        self.sign = invoice.sign

    @property
    def org_number(self) -> str:
        """The buyer's as it is written in Norway: 974 760 673."""
        number = self.invoice.buyer_org_number
        return formatted(number) if self.invoice.buyer_country in ("", "NO") else number

    @cached_property
    def lines(self) -> list[Shown]:
        found, before = [], ""
        for line in self.invoice.lines.select_related("project"):
            quantity = None if line.quantity is None else self.sign * line.quantity
            heading = line.heading if line.heading != before else ""
            found.append(Shown(line, heading, quantity, self.sign * line.amount))
            before = line.heading
        return found

    @cached_property
    def vats(self) -> list[Vat]:
        lines = [one.line for one in self.lines]
        return [
            Vat(str(one.code.label), self.sign * one.base, self.sign * one.amount)
            for one in totals.of(self.invoice, lines).vats
        ]

    @property
    def net(self) -> Decimal:
        return self.sign * self.invoice.net

    @property
    def gross(self) -> Decimal:
        return self.sign * self.invoice.gross

    @property
    def remaining(self) -> Decimal:
        return self.sign * self.invoice.remaining

    # What came of it

    @cached_property
    def settled(self) -> list[Settled]:
        """What it is matched with and nobody took back, the first first."""
        ours = Q(invoice=self.invoice) | Q(credit_note=self.invoice)
        rows = Match.objects.in_force().filter(ours)
        related = ("invoice", "credit_note", "payment", "repayment")
        return [
            Settled(
                row.matched_on,
                row.amount,
                row.payment or row.repayment,
                row.invoice if self.invoice.is_credit_note else row.credit_note,
            )
            for row in rows.select_related(*related).order_by("matched_on", "pk")
        ]

    @cached_property
    def credit_notes(self) -> list[Invoice]:
        """The credit notes about it, drafts too."""
        return list(self.invoice.credit_notes.order_by("pk"))

    @cached_property
    def state(self) -> states.State:
        final = (note.gross for note in self.credit_notes if note.is_final)
        return states.of(self.invoice, -sum(final, NOTHING))

    @property
    def can_be_credited(self) -> bool:
        """Whether anything is left of it that a credit note could take back."""
        return not self.invoice.is_credit_note and not crediting.is_whole(self.left)

    @cached_property
    def left(self) -> list[crediting.Left]:
        return crediting.left(self.invoice)

    @cached_property
    def split(self) -> list[Invoice]:
        """The other invoices for the same work, where customers share it."""
        if self.invoice.is_credit_note:
            return []
        return [one for one in Invoice.objects.of_split(self.invoice) if one.pk != self.invoice.pk]

    @cached_property
    def deliveries(self) -> list[Delivery]:
        return list(self.invoice.deliveries.select_related("made_by").order_by("-pk"))

    @cached_property
    def files(self) -> list[InvoiceFile]:
        """What goes with it beside the document itself."""
        own = (InvoiceFile.Kind.PDF, InvoiceFile.Kind.EHF)
        return list(self.invoice.files.exclude(kind__in=own).select_related("content"))

    @property
    def has_ehf(self) -> bool:
        return bool(self.invoice.buyer_endpoint)

    # Facts

    @property
    def has_new_owner(self) -> bool:
        """Whether it was printed for another than whose it is by now, by number or by name."""
        one, customer = self.invoice, self.invoice.customer
        return (one.buyer_number, one.buyer_name) != (customer.number, customer.name)
