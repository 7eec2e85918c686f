"""The payment plan of a price model: amounts that fall due by agreement."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from customers.forms.fields import one_line
from moment.forms import AmountField
from moment.projects.forms.days import sensible_day
from moment.projects.forms.rows import RowForm, Rows
from moment.projects.models import PlanItem


class PlanRow(RowForm):
    counted: ClassVar = ("text", "amount", "due_on")

    # The row that is stored already.
    item = forms.IntegerField(widget=forms.HiddenInput, required=False)
    text = forms.CharField(label=gettext_lazy("Text"), max_length=200)
    amount = AmountField(label=gettext_lazy("Amount"))
    due_on = sensible_day(label=gettext_lazy("Due"))

    def clean_text(self) -> str:
        text = one_line(self.cleaned_data["text"])
        if not text:
            raise ValidationError(_("This field is required."), code="required")
        return text


def typed_plan(items: Sequence[PlanItem]) -> list[dict[str, Any]]:
    """Return items as the rows show them."""
    return [
        {"item": item.pk, "text": item.text, "amount": item.amount, "due_on": item.due_on}
        for item in items
    ]


def items_of(rows: Rows) -> list[PlanItem]:
    """Return the items of valid rows, those that were stored already with their key."""
    return [
        PlanItem(pk=data["item"], text=data["text"], amount=data["amount"], due_on=data["due_on"])
        for data in (form.cleaned_data for form in rows.filled)
    ]


def total(rows: Rows) -> Decimal:
    """Return the sum of the amounts as they are typed, without those that are none."""
    amounts = [_read(str(form["amount"].value() or "")) for form in rows.forms]
    return sum(amounts, Decimal(0))


def _read(text: str) -> Decimal:
    try:
        return AmountField().to_python(text) or Decimal(0)
    except ValidationError:
        return Decimal(0)
