"""The new-customer dialog."""

from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from customers.forms.fields import CustomerCleaning
from customers.models import Customer
from customers.models.number_series import valid_number
from customers.numbers import Proposal
from registry import org_number


class NewCustomerForm(CustomerCleaning):
    """Country, number, name, status, tags, relation; and the reg. no. that the lookup chose."""

    number = forms.CharField(label=_("Number"), max_length=20, required=False)
    # What the number field offered, so that what is typed is told from what was left alone.
    proposed = forms.CharField(widget=forms.HiddenInput, required=False, max_length=20)
    name = forms.CharField(
        label=_("Name"),
        max_length=200,
        help_text=_(
            "Company name or reg. no. "
            "Norwegian companies are looked up in the Brønnøysund register."
        ),
    )

    class Meta:
        model = Customer
        fields: ClassVar = ["country", "number", "name", "org_number", "status", "tags", "relation"]
        widgets: ClassVar = {
            "org_number": forms.HiddenInput,
            "tags": forms.CheckboxSelectMultiple,
            "status": forms.RadioSelect,
            "relation": forms.RadioSelect,
        }

    def __init__(self, *args: Any, proposal: Proposal, **kwargs: Any) -> None:
        # The dialog stands over the overview, whose filters have fields of the same names.
        super().__init__(*args, **{"auto_id": "new_%s"} | kwargs)
        series = proposal.series
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
        # The model's own check for uniqueness comes too early: the number is taken on saving.
        self.proposal = proposal

    def clean_number(self) -> str:
        number = self.cleaned_data["number"].strip().upper()
        if number:
            valid_number(number)
        return number

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("country") != "NO":
            # Chosen from the register before the country was changed.
            data["org_number"] = ""
        number = org_number.compact(data.get("name", ""))
        if data.get("country") == "NO" and len(number) == 9 and number.isdigit():
            try:
                self.typed_org_number = self._org_number(number, norwegian=True)
            except ValidationError as error:
                self.add_error("name", error)
        return data

    typed_org_number = ""

    @property
    def wanted_number(self) -> str:
        """Return the number that the person asks for, or empty for the next of the series."""
        number = self.cleaned_data["number"]
        left_alone = number in ("", self.cleaned_data["proposed"])
        return "" if left_alone or self.fields["number"].disabled else number

    def _get_validation_exclusions(self) -> set[str]:
        return super()._get_validation_exclusions() | {"number"}  # type: ignore[misc]
