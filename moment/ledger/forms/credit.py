"""Crediting an invoice: how much of it, why, and whether its work can be invoiced again."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from customers.forms.choosing import CustomerField
from customers.models import Customer
from customers.models.customer import CustomerQuerySet
from moment import money
from moment.forms import AmountField
from moment.ledger.crediting import Left

WHOLE, LINES, SPLIT = "whole", "lines", "split"


class _Reasoned(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        required=False,
        max_length=2000,
        help_text=gettext_lazy("Stands on the credit note."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    # What was left as it was shown.
    shown = forms.CharField(widget=forms.HiddenInput, required=False)


class CreditForm(_Reasoned):
    what = forms.ChoiceField(label=gettext_lazy("Credit"), widget=forms.RadioSelect)
    release = forms.BooleanField(
        label=gettext_lazy("The work can be invoiced again"),
        required=False,
        help_text=gettext_lazy("That of lines which are credited in whole."),
    )

    def __init__(self, data: Any, *, left: Sequence[Left], split: int, shown: str) -> None:
        """`split` is how many invoices share the work, this one too."""
        super().__init__(
            data,
            auto_id="credit_%s",
            initial={"what": WHOLE, "shown": shown, "release": split < 2},
        )
        self.left = [one for one in left if not one.is_whole]
        untouched = all(not one.is_credited for one in left)
        choices = [(WHOLE, _("All of it") if untouched else _("All that is left"))]
        choices.append((LINES, _("Some of it")))
        if split > 1:
            choices.append((SPLIT, _("All %(count)s of the split") % {"count": split}))
        what: Any = self.fields["what"]
        what.choices = choices
        for one in self.left:
            self.fields[f"line-{one.line.pk}"] = AmountField(
                label=one.line.text, required=False, max_digits=14
            )

    @property
    def lines(self) -> list[tuple[Left, Any]]:
        """The lines of which something is left, each with its field."""
        return [(one, self[f"line-{one.line.pk}"]) for one in self.left]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if data.get("what") != LINES:
            for one in self.left:  # what is not asked for is not looked at
                self.errors.pop(f"line-{one.line.pk}", None)
            return data
        for one in self.left:
            name = f"line-{one.line.pk}"
            amount = data.get(name) or Decimal(0)
            if amount > abs(one.amount):
                left = {"left": money.amount(abs(one.amount))}
                self.add_error(name, _("Only %(left)s is left of it.") % left)
            elif not one.has_coins_for(amount):
                words = _("%(currency)s has no such small coins.")
                self.add_error(name, words % {"currency": one.line.invoice.currency})
        if not self.errors and not self.parts:
            raise ValidationError(_("Choose what to credit."), code="nothing")
        return data

    @property
    def parts(self) -> dict[int, Decimal] | None:
        """What is asked for of the lines, by their keys and of their signs; None: all."""
        if self.cleaned_data["what"] != LINES:
            return None
        found = {}
        for one in self.left:
            amount = self.cleaned_data.get(f"line-{one.line.pk}")
            if amount or (amount is not None and not one.line.amount):
                found[one.line.pk] = amount if one.line.amount >= 0 else -amount
        return found


class MoveForm(_Reasoned):
    customer = CustomerField("project")

    def __init__(self, data: Any, *, visible: CustomerQuerySet, shown: str) -> None:
        super().__init__(data, auto_id="move_%s", initial={"shown": shown})
        customer: Any = self.fields["customer"]
        customer.visible, customer.label = visible, _("To which customer")
        self.order_fields(["customer", "reason"])

    @property
    def to(self) -> Customer:
        found: Customer = self.cleaned_data["customer"]
        return found
