"""An hourly rate: whose, how much, and when."""

from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from customers import rates
from customers.forms.fields import day_field
from customers.forms.held import HeldForm
from customers.models import HourlyRate, ProjectRole
from customers.rate_words import ending_words, rate_words
from customers.rates import Ending, Overlap
from moment.forms import AmountField
from moment.models import User

FIRST_YEAR, LAST_YEAR = 1990, 2100


class RateForm(HeldForm):
    shown = rates.SHOWN
    prefix_of_ids = "rate"

    whose = forms.ChoiceField(label=gettext_lazy("Colleague or project role"))
    rate = AmountField(label=gettext_lazy("Hourly rate"), max_digits=10)
    valid_from = day_field(
        label=gettext_lazy("From"), help_text=gettext_lazy("Empty: it has always held.")
    )
    valid_until = day_field(
        label=gettext_lazy("Until"),
        help_text=gettext_lazy("The last day. Empty: until further notice."),
    )

    class Meta:
        model = HourlyRate
        fields: ClassVar = ["rate", "valid_from", "valid_until"]

    def __init__(self, *args: Any, currency: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["rate"].label = _("Hourly rate in %(currency)s") % {"currency": currency}
        self.fields["rate"].help_text = _("Excluding VAT.")
        whose: Any = self.fields["whose"]
        whose.choices = self._choices()
        whose.initial = rates.key_of(self.instance)
        self.ending: Ending | None = None

    def _choices(self) -> list[Any]:
        people = User.objects.filter(is_active=True)
        if self.instance.user_id:
            people |= User.objects.filter(pk=self.instance.user_id)
        colleagues = [(f"user-{user.pk}", str(user)) for user in people]
        roles = [(f"role-{role.pk}", role.name) for role in ProjectRole.objects.all()]
        return [
            ("", _("Choose…")),
            (_("Colleagues"), colleagues),
            *([(_("Project roles"), roles)] if roles else []),
        ]

    def clean_valid_from(self) -> Any:
        return self._sensible(self.cleaned_data["valid_from"])

    def clean_valid_until(self) -> Any:
        return self._sensible(self.cleaned_data["valid_until"])

    @staticmethod
    def _sensible(day: Any) -> Any:
        """Refuse years that come of typing only two digits of one."""
        if day and not FIRST_YEAR <= day.year <= LAST_YEAR:
            raise ValidationError(_("Is the year right? It is %(year)s.") % {"year": day.year})
        return day

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        first, last = data.get("valid_from"), data.get("valid_until")
        if first and last and last < first:
            self.add_error("valid_until", _("The last day is before the first."))
        kind, _dash, key = data.get("whose", "").partition("-")
        self.instance.user_id = int(key) if kind == "user" else None
        self.instance.role_id = int(key) if kind == "role" else None
        return data

    def tell_of_overlap(self, error: Overlap) -> None:
        """Say which rate is in the way, beside the day at fault, and how it could give way."""
        self.ending = error.ending
        other, ours = error.other, self.instance
        ends_too_late = other.valid_from and (
            not ours.valid_from or ours.valid_from < other.valid_from
        )
        self.add_error("valid_until" if ends_too_late else "valid_from", rate_words(other))

    @property
    def ending_question(self) -> str:
        return ending_words(self.ending) if self.ending else ""

    def words(self, stored: HourlyRate) -> str:
        return rate_words(stored)
