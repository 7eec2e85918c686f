"""Who gets a customer's invoices by e-mail."""

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from customers import recipients
from customers.forms.emails import EmailsField
from customers.forms.held import HeldForm
from customers.models import Contact, Customer, InvoiceRecipient


def _kind_field() -> forms.ChoiceField:
    return forms.ChoiceField(
        label=gettext_lazy("They get it as"),
        choices=InvoiceRecipient.Kind.choices,
        initial=InvoiceRecipient.Kind.TO,
        widget=forms.RadioSelect,
    )


class AddRecipientsForm(forms.Form):
    """Contacts and plain addresses, several at once."""

    contacts = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Contacts"), queryset=Contact.objects.none(), required=False
    )
    addresses = EmailsField(
        label=gettext_lazy("E-mail addresses"),
        help_text=gettext_lazy(
            "Several with commas, semicolons or line breaks between, also as Name <address>."
        ),
    )
    kind = _kind_field()

    def __init__(self, *args: Any, customer: Customer, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "recipient_%s"} | kwargs)
        self.candidates = recipients.candidates(customer)
        reachable = [contact.pk for contact in self.candidates if contact.address]
        field: Any = self.fields["contacts"]
        field.queryset = Contact.objects.filter(pk__in=reachable).select_related("person")
        field.error_messages["invalid_choice"] = _(
            "Somebody you chose is no contact with an e-mail address any more."
        )

    @property
    def ticked(self) -> set[str]:
        """Return the keys of the contacts that are chosen in what was sent."""
        return {str(key) for key in self["contacts"].value() or ()}

    @property
    def chosen(self) -> dict[str, Any]:
        """Return what `recipients.add` takes of a valid form."""
        return {name: self.cleaned_data[name] for name in ("contacts", "addresses", "kind")}

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if not self.errors and not data["contacts"] and not data["addresses"]:
            self.add_error("addresses", _("Choose a contact or write an address."))
        return data


class RecipientForm(HeldForm):
    """One recipient: To or Cc, and the address where it is a plain one."""

    shown = recipients.SHOWN
    prefix_of_ids = "recipient"

    kind = _kind_field()

    class Meta:
        model = InvoiceRecipient
        fields: ClassVar = ["email", "kind"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.contact_id:
            del self.fields["email"]
        else:
            self.fields["email"].required = True

    def words(self, stored: InvoiceRecipient) -> str:
        return f"{stored}, {stored.get_kind_display()}"
