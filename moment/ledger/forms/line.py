"""The lines of a draft as somebody types them. Those of credit notes are typed positive."""

from collections.abc import Iterable, Mapping
from copy import copy
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from customers.forms.fields import one_line
from customers.invoice_lines import vat_rate
from moment import lines, money
from moment.forms import AmountField
from moment.invoice_settings.choices import VatCode
from moment.invoice_settings.declared import account_number
from moment.ledger import parties, totals
from moment.ledger.forms.fields import SignedAmountField
from moment.ledger.models import Invoice, InvoiceLine
from moment.lines import plain
from moment.models import CompanySettings


@dataclass(frozen=True)
class About:
    """What the lines of a draft have in common; `stored` are those that it has, by key."""

    stored: Mapping[str, InvoiceLine]
    currency: str
    sign: int
    has_vat: bool
    # Of lines that are new.
    vat_code: str
    sales_account: str


def about(
    invoice: Invoice, stored: Iterable[InvoiceLine], currency: str, company: CompanySettings
) -> About:
    is_domestic, value = invoice.customer.is_norwegian, invoice.written.value
    return About(
        stored={str(line.pk): line for line in stored},
        currency=currency,
        sign=invoice.sign,
        has_vat=parties.is_vat_registered(invoice, company),
        vat_code=value("vat_code" if is_domestic else "vat_code_foreign"),
        sales_account=value(f"sales_account_{'domestic' if is_domestic else 'foreign'}"),
    )


class LineForm(forms.Form):
    """A line: with quantity and price, which make its amount, or with an amount of its own."""

    text = forms.CharField(label=_("Text"), max_length=1000)
    quantity = SignedAmountField(label=_("Quantity"), max_digits=12, required=False)
    unit = forms.CharField(label=_("Unit"), max_length=20, required=False)
    price = AmountField(label=_("Price"), max_digits=12, required=False)
    amount = SignedAmountField(label=_("Amount"), max_digits=14, required=False)
    vat_code = forms.ChoiceField(label=_("VAT code"), choices=VatCode)
    sales_account = forms.CharField(
        label=_("Account"), max_length=8, required=False, validators=[account_number]
    )

    def clean_text(self) -> str:
        text = one_line(self.cleaned_data["text"])
        if not text:
            raise ValidationError(self.fields["text"].error_messages["required"], "required")
        return text

    def clean_unit(self) -> str:
        return one_line(self.cleaned_data["unit"])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        without = [name for name in ("quantity", "price") if data.get(name, 0) is None]
        if without and data.get("amount", 0) is None:
            self.add_error("amount", _("Say what it comes to, or give both quantity and price."))
        return data


class Row(lines.Row):
    form_class = LineForm
    called_by = "text"
    about: About

    @property
    def stored(self) -> InvoiceLine | None:
        return self.about.stored.get(self.key)

    @property
    def is_work(self) -> bool:
        """Tell whether an empty unit means hours."""
        return self.stored is not None and self.stored.kind == InvoiceLine.Kind.WORK

    @property
    def is_computed(self) -> bool:
        """Tell whether the amount is quantity by price, so that none is typed."""
        return all(self.texts[name].strip() for name in ("quantity", "price"))

    @property
    def amount_typed(self) -> str:
        """Return what stands in the field of the amount: what it was while it was computed."""
        if self.texts["amount"] or self.stored is None:
            return self.texts["amount"]
        return money.amount(self.about.sign * self.stored.amount)

    def in_words(self, name: str, text: str) -> str:
        return str(dict(VatCode.choices).get(text, text)) if name == "vat_code" else text

    def line(self) -> InvoiceLine:
        self.form.is_valid()
        found = self.form.cleaned_data
        line = InvoiceLine(kind=InvoiceLine.Kind.OTHER)
        if self.stored is not None:
            line = copy(self.stored)
        for name in ("text", "unit", "price", "sales_account"):
            setattr(line, name, found.get(name, getattr(line, name)))
        quantity = found.get("quantity")
        line.quantity = None if quantity is None else self.about.sign * quantity
        line.amount = self.about.sign * (found.get("amount") or Decimal(0))
        line.amount = totals.of_line(line, self.about.currency)
        code = found.get("vat_code", line.vat_code)
        # The rate of a line that is credited stays as it was then.
        if line.credited_id is None or code != line.vat_code:
            line.vat_code = code
            line.vat_rate = vat_rate(code, registered=self.about.has_vat)
        return line

    def amounts_to_something(self) -> bool:
        """Tell whether all that its amount and VAT come of makes sense, whatever else does."""
        return self.makes_sense_of("quantity", "price", "amount", "vat_code")

    @property
    def amount(self) -> str:
        """Return what the line comes to; empty while that makes no sense."""
        if not self.amounts_to_something():
            return ""
        return money.amount(self.about.sign * self.line().amount)


class Lines(lines.Lines):
    row_class = Row
    too_many = _("An invoice has at most %(count)s lines.")

    @classmethod
    def stored(cls, about: About) -> "Lines":
        rows = about.stored.items()
        return cls([Row(key, texts_of(line, about.sign), about) for key, line in rows], about)

    def countable(self) -> list[InvoiceLine]:
        """Return the lines as far as they come to something already."""
        return [row.line() for row in self.rows if row.amounts_to_something()]

    @property
    def headed(self) -> list[tuple[Row, str]]:
        """Return the lines, each with what it stands under where that is new."""
        headings = [row.stored.heading if row.stored else "" for row in self.rows]
        before = ["", *headings]
        return [
            (row, heading if heading != above else "")
            for row, heading, above in zip(self.rows, headings, before, strict=False)
        ]

    @property
    def removed(self) -> list[int]:
        """Return the keys of the lines that are stored and are not here any more."""
        here = {row.key for row in self.rows}
        return [int(key) for key in self.about.stored if key not in here]

    def new(self, kind: str) -> Row | None:
        if kind != "line":
            return None
        texts = dict.fromkeys(LineForm.base_fields, "") | {
            "quantity": "1",
            "vat_code": self.about.vat_code,
            "sales_account": self.about.sales_account,
        }
        return Row("", texts, self.about)


def texts_of(line: InvoiceLine, sign: int) -> dict[str, str]:
    """Return a line as its fields show it, and as a browser would post it."""
    is_computed = line.quantity is not None and line.price is not None
    return {
        "text": line.text,
        "quantity": "" if line.quantity is None else plain(sign * line.quantity),
        "unit": line.unit,
        "price": money.amount(line.price),
        "amount": "" if is_computed else money.amount(sign * line.amount),
        "vat_code": line.vat_code,
        "sales_account": line.sales_account,
    }
