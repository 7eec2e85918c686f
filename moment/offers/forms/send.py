"""To whom an offer is sent, and with what words."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from customers.invoice_document import LANGUAGES
from customers.models import Contact
from moment.mail import is_address
from moment.offers import conditions
from moment.offers.models import Offer, OfferLetter
from moment.offers.sending import MOST, Recipient, once

_BETWEEN = re.compile(r"[\s,;]+")


class SendForm(forms.Form):
    """Contacts who work there now and have an address, others by theirs, and a message."""

    contacts = forms.MultipleChoiceField(
        label=gettext_lazy("Contacts"), required=False, widget=forms.CheckboxSelectMultiple
    )
    others = forms.CharField(
        label=gettext_lazy("Other addresses"),
        required=False,
        max_length=2000,
        help_text=gettext_lazy("E-mail addresses with a comma between them."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "email"}),
    )
    message = forms.CharField(
        label=gettext_lazy("Message"),
        required=False,
        max_length=5000,
        help_text=gettext_lazy("Stands in the e-mail, above the address to answer at."),
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)

    def __init__(
        self, *args: Any, offer: Offer, again: OfferLetter | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **{"auto_id": "send_%s"} | kwargs)
        self._contacts = {str(one.pk): one for one in _reachable(offer)}
        field: Any = self.fields["contacts"]
        field.choices = [(key, _label(one)) for key, one in self._contacts.items()]
        self.fields["version"].initial = offer.version
        self.fields["message"].initial = _greeting(offer)
        if again:
            self._choose(again)
        elif str(offer.contact_id) in self._contacts:
            field.initial = [str(offer.contact_id)]
        elif not self._contacts and is_address(offer.customer.email):
            self.fields["others"].initial = offer.customer.email
        if not self._contacts:
            self.fields["others"].label = _("E-mail addresses")

    def _choose(self, letter: OfferLetter) -> None:
        """Propose whom a letter went to, and what was written."""
        key = str(letter.contact_id)
        contact = self._contacts.get(key)
        if contact and contact.address.casefold() == letter.to.casefold():
            self.fields["contacts"].initial = [key]
        else:
            self.fields["others"].initial = letter.to
        if letter.message:
            self.fields["message"].initial = letter.message

    def clean_others(self) -> list[str]:
        found = [text for text in _BETWEEN.split(self.cleaned_data["others"]) if text]
        if wrong := [text for text in found if not is_address(text)]:
            raise ValidationError(
                _("This is no e-mail address: %(text)s") % {"text": ", ".join(wrong)}
            )
        return found

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if "contacts" in data and "others" in data:
            count = len(self.recipients)
            if not count:
                self.add_error("contacts", _("Choose at least one recipient."))
            if count > MOST:
                words = _("At most %(most)s recipients at a time.") % {"most": MOST}
                self.add_error("others", words)
        return data

    @property
    def recipients(self) -> list[Recipient]:
        """Return who is chosen, each address once."""
        chosen = [self._contacts[key] for key in self.cleaned_data["contacts"]]
        return once(
            [
                *(Recipient(contact.address, contact) for contact in chosen),
                *(Recipient(address) for address in self.cleaned_data["others"]),
            ]
        )


def _reachable(offer: Offer) -> list[Contact]:
    rows = offer.customer.contacts.current().select_related("person")
    return [one for one in rows.prefetch_related("person__emails") if is_address(one.address)]


def _label(contact: Contact) -> str:
    return " · ".join(filter(None, [str(contact), contact.title, contact.address]))


def _greeting(offer: Offer) -> str:
    """Return what the message can begin with, in the language of the offer."""
    with translation.override(LANGUAGES[conditions.of(offer).language]):
        return _("Hello,\n\nHere is our offer. We look forward to hearing from you.")
