"""What is said of a draft beside its lines: its head, and the settings it is made by."""

from collections.abc import Mapping
from copy import copy
from datetime import date
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from customers.forms.fields import day_field, one_line
from moment import meanwhile
from moment.invoice_settings.declared import SETTINGS
from moment.invoice_settings.fields import UNTOUCHED, field_for, kept, typed
from moment.invoice_settings.words import words
from moment.invoice_settings.written import stored
from moment.ledger import rates
from moment.ledger.forms.fields import RateField
from moment.ledger.models import Invoice
from moment.models import CompanySettings
from moment.money import currency_choices
from moment.projects.forms.days import sensible, sensible_day

REFERENCES = Invoice.REFERENCES
TEXTS = ("invoice_text", "invoice_footer")
NAME_LINES = ("line_above_name", "line_below_name")
SENDING = ("invoice_type", "language")
HOURS = ("hours_specification", "hours_grouping", "hours_rates")
SUMMARY = ("summary", "summary_hours", "line_period")
ATTACHED = ("attach_files", "attach_receipts")
BOOKED = ("accounting_department", "accounting_project", "ledger_account")
LAYOUT = (*NAME_LINES, *HOURS, *SUMMARY, *ATTACHED, *BOOKED)
OWN = ("credit_terms", *REFERENCES, *TEXTS, *SENDING, *LAYOUT)
# Those that can be empty; of all others something always holds.
EMPTY = (*REFERENCES, *TEXTS, *NAME_LINES, "accounting_department", "accounting_project")


def within_a_year(day: date) -> None:
    """Refuse days more than a year from now: they are mistakes in typing."""
    today = timezone.localdate()
    if (day.year - 1, day.month, day.day) > (today.year, today.month, today.day):
        raise ValidationError(_("This is more than a year from now. Is the year right?"))


class DraftForm(forms.ModelForm):
    """All of a draft but its lines.

    `posted` is what was typed without being checked yet, so that the form shows it as it was.
    `is_from_work`: the currency is given.
    """

    seen = forms.CharField(widget=forms.HiddenInput, required=False)
    issued_on = sensible_day(
        label=_("Invoice date"), help_text=_("Empty: the day on which it is finalised.")
    )
    delivered_on = day_field(
        label=pgettext_lazy("goods and services", "Delivered"),
        help_text=_("Empty: the date of the invoice, for lines without a period."),
        validators=[sensible, within_a_year],
    )
    contact = forms.CharField(label=_("Customer contact"), max_length=200, required=False)
    currency = forms.ChoiceField(label=_("Currency"))
    rate = RateField(label=_("Exchange rate"), required=False)

    class Meta:
        model = Invoice
        fields: ClassVar = ["issued_on", "delivered_on", "contact", "currency", "rate"]

    def __init__(
        self,
        *args: Any,
        company: CompanySettings,
        is_from_work: bool,
        posted: QueryDict | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **{"auto_id": "draft_%s"} | kwargs)
        self.company = company
        # The form writes on its draft, also where it is refused.
        self.before = copy(self.instance)
        currency: Any = self.fields["currency"]
        currency.choices = list(currency_choices())[1:]
        currency.disabled = is_from_work
        # A credit note is booked by the rate of its invoice.
        self.fields["rate"].disabled = self.instance.is_credit_note
        self.fields["delivered_on"].disabled = self.instance.is_credit_note
        own = [name for name in OWN if name != "credit_terms" or not self.instance.is_credit_note]
        for name in own:
            self._add(name)
        self.own = own
        if posted is not None:
            self.initial.update({name: posted[name] for name in self.fields if name in posted})
        if self.is_foreign and self.before.rate is None:
            self.initial.setdefault("rate", None)
            self.initial["rate"] = self.initial["rate"] or rates.last_used(self.currency_now)

    def _add(self, name: str) -> None:
        setting, present = SETTINGS[name], kept(self.before.written.value(name))
        self.fields[name] = field_for(
            setting,
            shown=None,
            present=present,
            inherit="" if name in EMPTY else None,
            placeholder="",
        )
        self.initial[name] = typed(setting, present)

    def clean_contact(self) -> str:
        return one_line(self.cleaned_data["contact"])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if "credit_terms" in self.own and data.get("credit_terms", 0) is None:
            self.add_error("credit_terms", self.fields["contact"].error_messages["required"])
        currency = data.get("currency")
        is_old = data.get("rate") == self.before.rate and currency != self.before.currency
        if currency and (currency == self.company.currency or is_old):
            data["rate"] = None
        return data

    def settings(self, found: Mapping[str, Any]) -> dict[str, Any]:
        """Return the settings of the draft with what was found in the fields."""
        values = dict(self.before.invoice_settings)
        for name in self.own:
            value = found.get(name, UNTOUCHED)
            if value is not UNTOUCHED:
                values[name] = stored(name, value)
        values["currency"] = found.get("currency") or self.before.currency
        return {name: value for name, value in values.items() if value is not None}

    def draft(self) -> Invoice:
        """Return the draft as a valid form says it, to be saved."""
        invoice: Invoice = self.instance
        invoice.invoice_settings = self.settings(self.cleaned_data)
        return invoice

    # As it is typed

    def now(self) -> Invoice:
        """Return the draft as far as it makes sense as typed; all else is as it was."""
        invoice = copy(self.before)
        invoice.__dict__.pop("written", None)
        found = {}
        for name in (*self.Meta.fields, *self.own):
            try:
                found[name] = self.fields[name].clean(self[name].value())
            except ValidationError:
                continue
        for name in self.Meta.fields:
            setattr(invoice, name, found.get(name, getattr(invoice, name)))
        invoice.invoice_settings = self.settings(found)
        return invoice

    @property
    def currency_now(self) -> str:
        found, field = str(self["currency"].value()), self.fields["currency"]
        choices: Any = getattr(field, "choices", ())
        return found if found in dict(choices) else self.before.currency

    @property
    def is_foreign(self) -> bool:
        """Tell whether there is an exchange rate to be known."""
        return self.currency_now != self.company.currency

    def due_on(self) -> date | None:
        """Return when it is to be paid if it is finalised today; None for credit notes."""
        now = self.now()
        return None if now.is_credit_note else now.due_by_terms()

    # For the page, and for telling what somebody else has changed

    @property
    def names(self) -> list[str]:
        return [*self.Meta.fields, *self.own]

    def in_words(self, name: str, values: list[str]) -> str:
        """Return the values of a field as people read them."""
        if name in SETTINGS and name in self.own:
            return words(SETTINGS[name], values[0])
        return meanwhile.in_words(self, name, values)

    def layout(self) -> list[Any]:
        return [self[name] for name in LAYOUT]

    @property
    def is_layout_wrong(self) -> bool:
        return any(name in self.errors for name in LAYOUT) if self.is_bound else False
