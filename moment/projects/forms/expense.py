"""An expense: what it was, what it cost, and the receipt."""

from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from customers.forms.fields import day_field, one_line
from customers.forms.held import HeldForm
from customers.invoice_lines import HUNDRED
from moment import money
from moment.forms import AmountField
from moment.models import User
from moment.projects import expenses, percents
from moment.projects.models import Expense
from moment.projects.pricing import Prices


class ExpenseForm(HeldForm):
    """What it cost, and the surcharge, are left out for those who may not see them."""

    shown = expenses.SHOWN
    prefix_of_ids = "expense"

    day = day_field(required=True, label=gettext_lazy("Date"))
    cost = AmountField(label=gettext_lazy("Cost"))
    surcharge = AmountField(label=gettext_lazy("Surcharge in per cent"), required=False)
    # What is empty is refused with its own words, as any upload is.
    file = forms.FileField(label=gettext_lazy("Receipt"), required=False, allow_empty_file=True)
    drop_receipt = forms.BooleanField(label=gettext_lazy("Remove the receipt"), required=False)

    class Meta:
        model = Expense
        fields: ClassVar = ["user", "day", "text", "cost", "surcharge", "billable"]

    def __init__(self, *args: Any, by: User, prices: Prices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        project, fields = self.instance.project, self.fields
        fields["text"].widget.attrs["autocomplete"] = "off"
        fields["cost"].label = _("Cost in %(currency)s") % {"currency": prices.currency(project)}
        fields["cost"].help_text = _("Excluding VAT.")
        inherited = percents.in_words(expenses.inherited(prices, project.pk))
        fields["surcharge"].help_text = _("Empty: %(percent)s, by the invoicing options.") % {
            "percent": inherited
        }
        for name in self._not_for(by):
            del fields[name]
        if "user" in fields:
            people = User.objects.filter(is_active=True) | User.objects.filter(
                pk=self.instance.user_id
            )
            whose: Any = fields["user"]
            whose.queryset, whose.empty_label = people.order_by(*User.NAME_ORDER), None

    def _not_for(self, by: User) -> list[str]:
        """Return the fields that somebody does not get."""
        hidden = []
        # Whose it is decides who sees what it cost.
        shown = expenses.shows_amount(self.instance, by)
        if not (shown and by.has_perm("projects.change_expense")):
            hidden.append("user")
        if not by.has_perm("projects.view_amounts"):
            hidden.append("surcharge")
        if not shown:
            hidden += ["cost", "file"]
        if not self.instance.receipt_id or "file" in hidden:
            hidden.append("drop_receipt")
        return hidden

    def clean_text(self) -> str:
        """Return the text on one line, without control characters."""
        text = one_line(self.cleaned_data["text"])
        if not text:
            raise ValidationError(self.fields["text"].error_messages["required"], code="required")
        return text

    def clean_day(self) -> Any:
        day = self.cleaned_data["day"]
        if "day" in self.changed_data:
            expenses.check_day(day)
        return day

    def clean_surcharge(self) -> Any:
        percent = self.cleaned_data["surcharge"]
        if percent is not None and percent > HUNDRED:
            raise ValidationError(_("A surcharge is between 0 and 100 per cent."), code="high")
        return percent

    def ask_for_file_again(self) -> None:
        """Say that the receipt has to be chosen once more, as browsers forget what was chosen."""
        if self.files and "file" in self.fields and not self.has_error("file"):
            self.add_error("file", _("Choose the receipt once more."))

    def words(self, stored: Expense) -> str:
        words = [stored.text, str(stored.user)]
        if "cost" in self.fields:
            words.append(money.amount(stored.cost))
        return ", ".join(words)
