"""A payment as it is entered by hand, whose it is, and reversing one."""

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from customers.forms.choosing import CustomerField
from customers.forms.fields import day_field, one_line
from customers.models import Customer
from customers.models.customer import CustomerQuerySet
from moment import money
from moment.ledger.forms.fields import RateField, SignedAmountField
from moment.ledger.models import Invoice, Payment
from moment.ledger.reading import FIRST_YEAR, kid_is_right
from moment.models import BankAccount, CompanySettings, User


def sensible(day: date) -> None:
    """Refuse days after today, and years that come of mistyping."""
    if day > timezone.localdate():
        raise ValidationError(_("A payment cannot be dated after today."), code="future")
    if day.year < FIRST_YEAR:
        raise ValidationError(_("Is the year right? It is %(year)s.") % {"year": day.year})


class KidField(forms.CharField):
    """A KID, with blanks or without. Its check digit is right for one of the company's accounts."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=40, label=gettext_lazy("KID"), required=False, **options)
        self.widget.attrs |= {"inputmode": "numeric", "autocomplete": "off"}

    def clean(self, value: Any) -> str:
        bare = "".join(super().clean(value).split())
        if not bare or Invoice.objects.final().filter(kid=bare).exists():
            return bare
        if not kid_is_right(bare, BankAccount.objects.all()):
            raise ValidationError(
                _("This is no KID: its check digit is wrong. Is one mistyped?"), code="kid"
            )
        return bare


class WhoseForm(forms.Form):
    """Whose the payment is: the customer, or the KID or number of an invoice. All come as GET."""

    customer = CustomerField("payment", required=False)
    kid = KidField(help_text=gettext_lazy("Or the KID of the invoice that is paid."))
    invoice = forms.CharField(required=False, max_length=20, widget=forms.HiddenInput())

    def __init__(self, *args: Any, visible: CustomerQuerySet, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "whose_%s"} | kwargs)
        field: Any = self.fields["customer"]
        field.visible = visible
        self.invoices = Invoice.objects.visible_to(user).final().select_related("customer")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        number, kid = data.get("invoice"), data.get("kid")
        found: Invoice | None = None
        if number:
            found = self.invoices.numbered(number).first()
            if found is None:
                self.add_error("customer", _("There is no invoice %(n)s.") % {"n": number})
        elif kid:
            rows = self.invoices.filter(kid=kid).order_by("-is_open", "pk")
            found = rows.first()
            if found is None:
                self.add_error("kid", _("No invoice has this KID."))
        customer: Customer | None = data.get("customer")
        if found is not None and customer is not None and found.customer != customer:
            self.add_error("customer", _("%(invoice)s is another customer's.") % {"invoice": found})
        if found is not None:
            data["customer"] = found.customer
        if not self.errors and data.get("customer") is None:
            self.add_error("customer", _("Choose a customer, or write a KID."))
        data["found"] = found
        return data


class PaymentForm(forms.Form):
    """A payment of one customer. Money that went back to it is written with a minus."""

    paid_on = day_field(required=True, label=gettext_lazy("Paid"), validators=[sensible])
    amount = SignedAmountField(
        max_digits=14,
        label=gettext_lazy("Amount"),
        help_text=gettext_lazy("With a minus: money that goes back to the customer."),
    )
    currency = forms.ChoiceField(label=gettext_lazy("Currency"))
    rate = RateField(label=gettext_lazy("Exchange rate"), required=False)
    kid = KidField()
    text = forms.CharField(label=gettext_lazy("Text"), max_length=200, required=False)

    def __init__(self, *args: Any, first: list[str], **kwargs: Any) -> None:
        # The dialog stands over pages whose fields have the same names.
        super().__init__(*args, **{"auto_id": "pay_%s"} | kwargs)
        self.own = CompanySettings.current().currency
        codes = dict.fromkeys([*first, self.own, *money.codes()])
        currency: Any = self.fields["currency"]
        currency.choices = [(code, code) for code in codes]
        self.fields["rate"].help_text = _("What one is in %(currency)s.") % {"currency": self.own}

    def clean_amount(self) -> Decimal:
        found: Decimal = self.cleaned_data["amount"]
        if not found:
            raise ValidationError(_("Write an amount other than 0."), code="nothing")
        return found

    def clean_text(self) -> str:
        return one_line(self.cleaned_data["text"])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        currency, amount, rate = data.get("currency"), data.get("amount"), data.get("rate")
        if currency and amount and amount != money.rounded(amount, currency):
            words = _("%(currency)s has no such small coins.")
            self.add_error("amount", words % {"currency": currency})
        if currency == self.own:
            data["rate"] = Decimal(1)
        elif "rate" in data and (rate is None or rate <= 0):
            words = _("Write what one %(currency)s was in %(own)s, above 0.")
            self.add_error("rate", words % {"currency": currency or "", "own": self.own})
        return data

    def payment(self, customer: Customer, by: User) -> Payment:
        """Return the payment that is asked for, not saved."""
        names = ("amount", "currency", "rate", "paid_on", "kid", "text")
        values = {name: self.cleaned_data[name] for name in names}
        return Payment(customer=customer, made_by=by, **values)


class ReverseForm(forms.Form):
    """From which day on a payment is taken back, and why."""

    on = day_field(required=True, label=gettext_lazy("Date"), validators=[sensible])
    text = forms.CharField(label=gettext_lazy("Text"), max_length=200, required=False)

    def __init__(self, *args: Any, payment: Payment, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "reverse_%s"} | kwargs)
        self.payment = payment

    def clean_on(self) -> date:
        found: date = self.cleaned_data["on"]
        if found < self.payment.paid_on:
            raise ValidationError(_("It cannot be reversed before it was paid."), code="early")
        return found

    def clean_text(self) -> str:
        return one_line(self.cleaned_data["text"])
