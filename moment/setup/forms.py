"""The company and its bank accounts, edited by two people at once if need be."""

from typing import Any, ClassVar, Self, cast

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from stdnum import bic

from customers.forms.fields import CustomerCleaning, one_line
from customers.forms.places import Places
from customers.forms.seen import SeenForm
from moment import kid
from moment.models import BankAccount, CompanySettings
from moment.money import currency_choices


class SeenModelForm(CustomerCleaning, SeenForm):
    """A form over one row that tells what somebody else has changed in its fields meanwhile."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["seen"].initial = self.seen_now(0, self.values_of(self.instance))

    @classmethod
    def values_of(cls, row: Model) -> dict[str, list[str]]:
        """Return the row's values in the fields of the form, as a browser would post them."""
        values = {}
        for name in cls._meta.fields or ():
            field: Any = row._meta.get_field(name)
            value = field.value_from_object(row)
            if isinstance(value, bool):
                values[name] = ["on"] if value else []
                continue
            text = "" if value is None else str(value)
            # Browsers post line breaks as CRLF.
            values[name] = ["\r\n".join(text.splitlines()) if "\n" in text else text]
        return values

    def is_as_shown(self, stored: Model) -> bool:
        """Tell whether the row is stored as the person was shown it."""
        return self.shown_values() == self.values_of(stored)

    def shown_values(self) -> dict[str, Any]:
        return cast(dict[str, Any], self._shown().get("values", {}))

    def after_change_by_others(self, stored: Model) -> Self:
        """Return the form anew over what is stored now; see `SeenForm.merged`."""
        now = self.values_of(stored)
        data, both = self.merged(0, now)
        form = type(self)(data, instance=stored)
        for name in both:
            form.tell(name, now[name])
        return form


class CompanyForm(SeenModelForm):
    """The company itself. How it invoices is edited on a page of its own."""

    website = forms.URLField(
        label=gettext_lazy("Website"), required=False, max_length=200, assume_scheme="https"
    )

    class Meta:
        model = CompanySettings
        fields: ClassVar = [
            "name",
            "org_number",
            "vat_registered",
            "business_register",
            "street",
            "postcode",
            "city",
            "country",
            "email",
            "phone",
            "website",
        ]
        widgets: ClassVar = {"street": forms.Textarea(attrs={"rows": 2})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.places = Places(self, [""])


class BankAccountForm(SeenModelForm):
    """A bank account, and how the KID of invoices paid to it is made."""

    currency = forms.ChoiceField(label=gettext_lazy("Currency"), required=False)
    kid_customer_digits = forms.IntegerField(
        label=gettext_lazy("Digits of the customer's number"),
        required=False,
        min_value=0,
        max_value=kid.LONGEST - 2,
    )
    kid_invoice_digits = forms.IntegerField(
        label=gettext_lazy("Digits of the invoice's number"),
        required=False,
        min_value=0,
        max_value=kid.LONGEST - 1,
    )

    class Meta:
        model = BankAccount
        fields: ClassVar = [
            "number",
            "name",
            "bic",
            "currency",
            "order",
            "kid_check",
            "kid_customer_digits",
            "kid_invoice_digits",
        ]
        error_messages: ClassVar = {
            "number": {"unique": gettext_lazy("The company has this account already.")}
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        # The dialog stands over a page whose own fields have the same names.
        super().__init__(*args, **{"auto_id": "account_%s"} | kwargs)
        currency = cast(forms.ChoiceField, self.fields["currency"])
        currency.choices = [
            ("", _("All other currencies")),
            *currency_choices()[1:],
        ]
        currency.help_text = ""
        self.fields["order"].required = False

    def clean_number(self) -> str:
        return self._bank_account(self.cleaned_data["number"], norwegian=True)

    def clean_name(self) -> str:
        return one_line(self.cleaned_data["name"])

    def clean_bic(self) -> str:
        code = "".join(self.cleaned_data["bic"].split()).upper()
        if code and not bic.is_valid(code):
            raise ValidationError(_("A BIC has 8 or 11 letters and digits, like DNBANOKK."))
        return code

    def clean_order(self) -> int:
        return self.cleaned_data["order"] or 0

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        digits = [data.get(f"kid_{part}_digits") or 0 for part in ("customer", "invoice")]
        data["kid_customer_digits"], data["kid_invoice_digits"] = digits
        wrong = any(name.startswith("kid_") for name in self.errors)
        if wrong or data.get("kid_check") in (None, BankAccount.Check.NONE):
            return data
        if not digits[1]:
            self.add_error("kid_invoice_digits", _("A KID needs digits of the invoice's number."))
        elif sum(digits) >= kid.LONGEST:
            self.add_error(
                "kid_customer_digits",
                _("A KID has at most %(most)s digits, these give %(digits)s.")
                % {"most": kid.LONGEST, "digits": sum(digits) + 1},
            )
        return data


def kid_rules(data: Any) -> BankAccount | None:
    """Return an account with the KID rules of a form half filled in; None where they make none."""
    try:
        account = BankAccount(
            kid_check=BankAccount.Check(data.get("kid_check", "")),
            kid_customer_digits=int(data.get("kid_customer_digits") or 0),
            kid_invoice_digits=int(data.get("kid_invoice_digits") or 0),
        )
    except ValueError:
        return None
    low = min(account.kid_customer_digits, account.kid_invoice_digits - 1)
    high = account.kid_customer_digits + account.kid_invoice_digits
    made = account.kid_check != BankAccount.Check.NONE and low >= 0 and high < kid.LONGEST
    return account if made else None
