"""Addresses: the place that a Norwegian postcode has, and the form of one with a label."""

from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from customers import addresses
from customers.forms.fields import one_line
from customers.forms.held import HeldForm
from customers.forms.places import Places
from customers.models import OtherAddress


class OtherAddressForm(HeldForm):
    shown = addresses.SHOWN
    prefix_of_ids = "address"

    class Meta:
        model = OtherAddress
        fields: ClassVar = ["label", "street", "postcode", "city", "country"]
        widgets: ClassVar = {"street": forms.Textarea(attrs={"rows": 2})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["label"].help_text = _("What it is for, such as Warehouse or Site office.")
        self.places = Places(self, [""])

    def clean_label(self) -> str:
        label = one_line(self.cleaned_data["label"])
        if not label:
            raise ValidationError(self.fields["label"].error_messages["required"], "required")
        return label

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        self.places.clean(data, home=str(self.instance.customer.country))
        if not self.errors and not any(data[name] for name in ("street", "postcode", "city")):
            self.add_error("street", _("Write an address."))
        return data

    def words(self, stored: OtherAddress) -> str:
        return f"{stored.label}: {stored.value}"
