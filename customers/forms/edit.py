"""All that can be changed on a customer, by two people at once."""

import json
from typing import Any, ClassVar, cast

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from customers.forms.fields import CustomerCleaning
from customers.forms.numbered import number_of
from customers.forms.places import Places
from customers.models import Customer
from customers.models.number_series import NumberSeries
from moment.keyset import is_key
from moment.models import CompanySettings, InvoiceType, User
from moment.money import currency_choices

_STREET = forms.Textarea(attrs={"rows": 2})
_ADDRESSES = ("visiting", "postal", "invoice")


class EditCustomerForm(CustomerCleaning):
    """The customer's own fields.

    `seen` carries which customer, its version and the values that the person was shown. Against it,
    what they changed is told from what somebody else changed meanwhile: also where the customer was
    merged, so that its number leads to another one.
    """

    places: Places
    seen = forms.CharField(widget=forms.HiddenInput, required=False)
    website = forms.URLField(
        label=gettext_lazy("Website"), required=False, max_length=200, assume_scheme="https"
    )
    currency = forms.ChoiceField(
        label=gettext_lazy("Currency"), required=False, choices=currency_choices
    )

    class Meta:
        model = Customer
        fields: ClassVar = [
            "name",
            "number",
            "org_number",
            "country",
            "status",
            "relation",
            "tags",
            "responsible",
            *(
                f"{kind}_{part}"
                for kind in _ADDRESSES
                for part in ("street", "postcode", "city", "country")
            ),
            "email",
            "invoice_email",
            "invoice_type",
            "phone",
            "website",
            "bank_account",
            "currency",
            "language",
        ]
        widgets: ClassVar = {
            "tags": forms.CheckboxSelectMultiple,
            "visiting_street": _STREET,
            "postal_street": _STREET,
            "invoice_street": _STREET,
        }

    def __init__(self, *args: Any, series: NumberSeries, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = User.objects.filter(is_active=True)
        if self.instance.responsible_id:
            people |= User.objects.filter(pk=self.instance.responsible_id)
        responsible = cast(forms.ModelChoiceField, self.fields["responsible"])
        responsible.queryset, responsible.empty_label = people, _("Nobody")
        standard = CompanySettings.current().get_invoice_type_display()
        invoice_type = cast(forms.ChoiceField, self.fields["invoice_type"])
        invoice_type.choices = [
            ("", _("Company's standard (%(invoice_type)s)") % {"invoice_type": standard}),
            *InvoiceType.choices,
        ]
        self.fields["number"].disabled = series.locked or series.hidden
        self.fields["seen"].initial = self._seen(self.instance)
        self.places = Places(self, [f"{kind}_" for kind in _ADDRESSES])

    def clean_number(self) -> str:
        return number_of(self.cleaned_data["number"])

    @property
    def version(self) -> int:
        """Return the version of the customer that the person was shown; 0 when that is unclear.

        Of another customer than this one: 0.
        """
        version = self._shown().get("version", 0)
        is_this = self._shown().get("customer") == self.instance.pk
        return version if is_this and isinstance(version, int) else 0

    @property
    def made_from(self) -> Customer | None:
        """Return the customer that the person was shown, where it is another one. One query."""
        key = self._shown().get("customer")
        if not isinstance(key, int) or key == self.instance.pk or not is_key(str(key)):
            return None
        return Customer.with_merged.filter(pk=key).first()

    def after_change_by_others(self, stored: Customer) -> "EditCustomerForm":
        """Return the form anew over what is stored now.

        What the person typed stays. Fields they left alone take the stored value. Where both
        changed a field, the stored value is said beside it.
        """
        shown, now = self._shown().get("values", {}), self._values(stored)
        data = cast(QueryDict, self.data).copy()
        both = []
        for name in self.fields:
            if name == "seen" or self.fields[name].disabled:
                continue
            typed = sorted(data.getlist(name))
            if typed == shown.get(name):
                data.setlist(name, now[name])
            elif now[name] not in (shown.get(name), typed):
                both.append(name)
        data["seen"] = self._seen(stored)
        series = NumberSeries(locked=self.fields["number"].disabled)
        form = EditCustomerForm(data, instance=stored, series=series)
        for name in both:
            form.add_error(
                name,
                _("Changed meanwhile to “%(value)s”. Save again to keep what is here.")
                % {"value": form.words(name, now[name])},
            )
        return form

    def words(self, name: str, values: list[str]) -> str:
        """Return posted values of a field as people read them."""
        field = self.fields[name]
        if isinstance(field, (forms.ModelChoiceField, forms.ChoiceField)) or hasattr(
            field, "choices"
        ):
            labels = {str(value): str(label) for value, label in field.choices}
            values = [labels.get(value, value) for value in values]
        return ", ".join(values) or _("empty")

    def _shown(self) -> dict[str, Any]:
        try:
            shown = json.loads(self.data.get("seen", ""))
        except (ValueError, RecursionError):
            return {}
        whole = isinstance(shown, dict) and isinstance(shown.get("values"), dict)
        return shown if whole else {}

    def _seen(self, customer: Customer) -> str:
        seen = {"customer": customer.pk, "version": customer.version}
        return json.dumps(seen | {"values": self._values(customer)})

    def _values(self, customer: Customer) -> dict[str, list[str]]:
        """Return the customer's values as a browser would post them."""
        values = {}
        for name in self.Meta.fields:
            field: Any = customer._meta.get_field(name)
            if field.many_to_many:
                values[name] = sorted(str(tag.pk) for tag in getattr(customer, name).all())
                continue
            value = field.value_from_object(customer)
            text = "" if value is None else str(value)
            # Browsers post line breaks as CRLF.
            values[name] = ["\r\n".join(text.splitlines()) if "\n" in text else text]
        return values
