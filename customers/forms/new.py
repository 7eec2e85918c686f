"""The new-customer dialog."""

from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from customers.forms.fields import CustomerCleaning, org_number_of
from customers.forms.numbered import NumberedForm
from customers.models import Customer
from customers.numbers import Proposal
from registry import org_number


class NewCustomerForm(NumberedForm, CustomerCleaning):
    """Country, number, name, status, tags, relation; and the reg. no. that the lookup chose."""

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
        self.offer_number(proposal)

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("country") != "NO":
            # Chosen from the register before the country was changed.
            data["org_number"] = ""
        number = org_number.compact(data.get("name", ""))
        if data.get("country") == "NO" and len(number) == 9 and number.isdigit():
            try:
                self.typed_org_number = org_number_of(number, norwegian=True)
            except ValidationError as error:
                self.add_error("name", error)
        return data

    typed_org_number = ""
