"""The number of something new: proposed by its series, and left alone or typed over."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from customers.models.number_series import valid_number
from customers.numbers import Proposal


def number_of(text: str) -> str:
    """Return a number as it is kept, empty for none. Raises ValidationError."""
    number = text.strip().upper()
    if number:
        valid_number(number)
    return number


class NumberedForm(forms.Form):
    """Has the number in `number`, and in `proposed` the one that was offered there."""

    number = forms.CharField(label=gettext_lazy("Number"), max_length=20, required=False)
    # What the number field offered, so that what is typed is told from what was left alone.
    proposed = forms.CharField(widget=forms.HiddenInput, required=False, max_length=20)

    proposal: Proposal

    def offer_number(self, proposal: Proposal) -> None:
        """Offer the next number of the series, which may be locked against another, or hidden."""
        # The model's own check for uniqueness comes too early: the number is taken on saving.
        self.proposal, series = proposal, proposal.series
        self.fields["number"].initial = self.fields["proposed"].initial = proposal.number
        self.fields["number"].help_text = _("Next in the series %(name)s, %(range)s") % {
            "name": series,
            "range": series.range_text,
        }
        if series.locked or series.hidden:
            # Django leaves what is posted for a disabled field alone and takes the initial value.
            self.fields["number"].disabled = True
        if series.hidden:
            self.fields["number"].widget = forms.HiddenInput()

    def clean_number(self) -> str:
        return number_of(self.cleaned_data["number"])

    @property
    def wanted_number(self) -> str:
        """Return the number that the person asks for, or empty for the next of the series."""
        number: str = self.cleaned_data["number"]
        left_alone = number in ("", self.cleaned_data["proposed"])
        return "" if left_alone or self.fields["number"].disabled else number

    def got_another(self, number: str) -> str:
        """Return the number that was proposed, where another was got unasked; else empty."""
        proposed: str = self.cleaned_data["proposed"]
        return proposed if proposed != number and not self.wanted_number else ""

    def _get_validation_exclusions(self) -> Any:
        return super()._get_validation_exclusions() | {"number"}  # type: ignore[misc]
