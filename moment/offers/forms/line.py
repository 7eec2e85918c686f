"""The lines of an offer as somebody types them."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from functools import cached_property
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from customers.forms.fields import one_line
from customers.invoice_lines import HUNDRED
from moment import lines, money
from moment.forms import AmountField
from moment.lines import plain
from moment.offers import totals
from moment.offers.models import OfferLine

HIGHEST_RATE = Decimal("99999999.99")  # of an hour
Roles = Sequence[tuple[str, str]]


class DiscountField(AmountField):
    """Per cents to take off; empty for none."""

    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, max_digits=5, **options)

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, Decimal):
            return plain(value) if value else ""
        return value

    def to_python(self, value: Any) -> Any:
        found = super().to_python(str(value or "").replace("%", ""))
        if found is not None and found > HUNDRED:
            raise ValidationError(_("A discount is between 0 and 100 per cent."), code="percent")
        return found or Decimal(0)


class LineForm(forms.Form):
    """A line, which takes no more than what an activity and a plan can hold."""

    kind = forms.ChoiceField(choices=OfferLine.Kind)
    title = forms.CharField(label=gettext_lazy("Activity"), max_length=200)
    text = forms.CharField(label=gettext_lazy("Description"), max_length=2000, required=False)
    role = forms.ChoiceField(label=gettext_lazy("Project role"), required=False)
    quantity = AmountField(label=gettext_lazy("Quantity"), max_digits=8)
    unit = forms.CharField(label=gettext_lazy("Unit"), max_length=20, required=False)
    price = AmountField(label=pgettext_lazy("price of one", "Rate"), max_digits=12)
    discount = DiscountField(label=gettext_lazy("Discount"))
    optional = forms.BooleanField(label=gettext_lazy("Optional"), required=False)

    def clean_title(self) -> str:
        title = one_line(self.cleaned_data["title"])
        if not title:
            raise ValidationError(self.fields["title"].error_messages["required"], "required")
        return title

    def clean_unit(self) -> str:
        return one_line(self.cleaned_data["unit"])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("kind") == OfferLine.Kind.HOURLY:
            data["unit"] = ""  # what is hourly is counted in hours
            if data.get("price", 0) > HIGHEST_RATE:
                words = self.fields["price"].error_messages["too_large"]
                told = {"highest": money.amount(HIGHEST_RATE)}
                self.add_error("price", ValidationError(words, "too_large", told))
        return data


class Row(lines.Row):
    """One line of an offer. `about` are the project roles to choose among."""

    form_class = LineForm
    called_by = "title"

    @property
    def roles(self) -> Roles:
        chosen: Roles = self.about
        return chosen

    @property
    def is_hourly(self) -> bool:
        return self.texts.get("kind") == OfferLine.Kind.HOURLY

    @cached_property
    def form(self) -> forms.Form:
        form = super().form
        role: Any = form.fields["role"]
        role.choices = [("", ""), *self.roles]
        return form

    def in_words(self, name: str, text: str) -> str:
        if name == "optional":
            return _("yes") if text else _("no")
        return dict(self.roles).get(text, text) if name == "role" else text

    def line(self) -> OfferLine:
        """Return the line as the fields that make sense say it; the others are as in a new one."""
        self.form.is_valid()
        found = dict(self.form.cleaned_data)
        if (role := found.pop("role", "")) and self.is_hourly:
            found["role_id"] = int(role)
        return OfferLine(pk=int(self.key) if self.key else None, **found)

    def amounts_to_something(self) -> bool:
        """Tell whether quantity, rate and discount make sense, whatever else does."""
        return self.makes_sense_of("quantity", "price", "discount")

    def amount(self, currency: str) -> str:
        """Return what the line comes to; empty while that makes no sense."""
        if not self.amounts_to_something():
            return ""
        return money.amount(totals.of_line(self.line(), currency))


class Lines(lines.Lines):
    row_class = Row
    too_many = gettext_lazy("An offer has at most %(count)s lines.")

    @classmethod
    def stored(cls, rows: Iterable[OfferLine], roles: Roles) -> "Lines":
        return cls([Row(str(line.pk), texts_of(line), roles) for line in rows], roles)

    def countable(self) -> list[OfferLine]:
        """Return the lines as far as they come to something already."""
        return [row.line() for row in self.rows if row.amounts_to_something()]

    def new(self, kind: str) -> Row | None:
        if kind not in OfferLine.Kind.values:
            return None
        texts = dict.fromkeys(LineForm.base_fields, "") | {"kind": kind}
        if kind == OfferLine.Kind.FIXED:
            texts["quantity"] = "1"
        return Row("", texts, self.about)


def texts_of(line: OfferLine) -> dict[str, str]:
    """Return a line as its fields show it, and as a browser would post it."""
    return {
        "kind": line.kind,
        "title": line.title,
        "text": "\r\n".join(line.text.splitlines()),
        "role": str(line.role_id or ""),
        "quantity": plain(line.quantity),
        "unit": line.unit,
        "price": money.amount(line.price),
        "discount": plain(line.discount) if line.discount else "",
        "optional": "on" if line.optional else "",
    }
