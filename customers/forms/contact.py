"""A contact: the person, everywhere, and the post at one customer."""

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from customers.contacts import Details, Post
from customers.forms.emails import EmailsField, given_twice
from customers.forms.fields import day_field, one_line, phone_number
from customers.forms.seen import SeenForm
from customers.models import Contact, ContactTag, Customer
from customers.persons import Match

# The fields of the person; all others are the post's.
PERSON = ("name", "emails", "phone", "mobile")


def _phone_field(label: Any) -> forms.CharField:
    widget = forms.TextInput(attrs={"type": "tel", "autocomplete": "off"})
    return forms.CharField(label=label, max_length=50, required=False, widget=widget)


class PostForm(forms.Form):
    """What a person is at one customer."""

    title = forms.CharField(label=gettext_lazy("Title"), max_length=100, required=False)
    email_here = forms.EmailField(
        label=gettext_lazy("E-mail at this customer"),
        required=False,
        max_length=254,
        help_text=gettext_lazy("Goes before the person's own addresses here."),
    )
    phone_here = _phone_field(gettext_lazy("Phone at this customer"))
    tags = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Tags"),
        queryset=ContactTag.objects.all(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    employed_from = day_field(label=gettext_lazy("Employed from"))
    employed_until = day_field(
        label=gettext_lazy("Employed until"), help_text=gettext_lazy("The last day.")
    )

    def __init__(self, *args: Any, customer: Customer, **kwargs: Any) -> None:
        # The dialog stands over a page whose own fields may have the same names.
        super().__init__(*args, **{"auto_id": "contact_%s"} | kwargs)
        self.customer = customer

    def clean_title(self) -> str:
        return one_line(self.cleaned_data["title"])

    def clean_phone_here(self) -> str:
        return self._phone("phone_here")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        first, last = data.get("employed_from"), data.get("employed_until")
        if first and last and last < first:
            self.add_error("employed_until", _("The last day is before the first."))
        return data

    @property
    def post(self) -> Post:
        """Return the post of a valid form."""
        data = self.cleaned_data
        return Post(
            title=data["title"],
            email=data["email_here"],
            phone=data["phone_here"],
            tags=list(data["tags"]),
            employed_from=data["employed_from"],
            employed_until=data["employed_until"],
        )

    def _phone(self, name: str) -> str:
        return phone_number(one_line(self.cleaned_data[name]), self.customer.is_norwegian)


class ContactForm(PostForm):
    """The person and the post."""

    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    emails = EmailsField(
        label=gettext_lazy("E-mail"),
        help_text=gettext_lazy("One on each line. The first is the one to write to."),
    )
    phone = _phone_field(gettext_lazy("Phone"))
    mobile = _phone_field(gettext_lazy("Mobile"))

    def clean_name(self) -> str:
        name = one_line(self.cleaned_data["name"])
        if not name:
            raise forms.ValidationError(
                self.fields["name"].error_messages["required"], code="required"
            )
        return name

    def clean_phone(self) -> str:
        return self._phone("phone")

    def clean_mobile(self) -> str:
        return self._phone("mobile")

    @property
    def details(self) -> Details:
        """Return the person of a valid form."""
        data = self.cleaned_data
        return Details(data["name"], data["emails"], data["phone"], data["mobile"])

    @property
    def given_twice(self) -> list[str]:
        """Return the addresses that were typed twice, of which one was kept."""
        return given_twice(self.data.get("emails", ""))


class NewContactForm(ContactForm):
    """A new person, or, once `chosen`, one we know: then the person's own fields only wait."""

    def __init__(self, *args: Any, chosen: Match | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.chosen = chosen
        if chosen:
            for name in PERSON:
                self.fields[name] = forms.CharField(required=False, widget=forms.HiddenInput)
            self.fields["title"].widget.attrs["autofocus"] = True

    def clean_name(self) -> str:
        return "" if self.chosen else super().clean_name()

    def was_told(self, matches: list[Match]) -> bool:
        """Tell whether the person was shown these near-equal ones before sending the form."""
        known = set(self.data.getlist("known")) if isinstance(self.data, QueryDict) else set()
        return {str(match.person.pk) for match in matches} <= known


class EndForm(forms.Form):
    """The last day of a contact at a customer."""

    employed_until = day_field(label=gettext_lazy("The last day"), required=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "contact_%s"} | kwargs)


class EditContactForm(SeenForm, ContactForm):
    """All of a contact, by two people at once."""

    def __init__(self, *args: Any, contact: Contact, **kwargs: Any) -> None:
        values = values_of(contact)
        initial: dict[str, Any] = {
            name: "\n".join(value) for name, value in values.items() if name != "tags"
        }
        initial["tags"] = values["tags"]
        initial["seen"] = self.seen_now(contact.person.version, values)
        super().__init__(*args, initial=initial, customer=contact.customer, **kwargs)

    def after_change_by_others(self, stored: Contact) -> "EditContactForm":
        """Return the form anew over what is stored now; where both changed, both is said."""
        now = values_of(stored)
        data, both = self.merged(stored.person.version, now)
        form = EditContactForm(data, contact=stored)
        form.full_clean()
        for name in both:
            form.tell(name, now[name])
        return form


def values_of(contact: Contact) -> dict[str, list[str]]:
    """Return the contact's values as a browser would post them."""
    person = contact.person
    days = (contact.employed_from, contact.employed_until)
    first, last = (day.isoformat() if day else "" for day in days)
    return {
        "name": [person.name],
        "emails": ["\r\n".join(email.address for email in person.emails.all())],
        "phone": [person.phone],
        "mobile": [person.mobile],
        "title": [contact.title],
        "email_here": [contact.email],
        "phone_here": [contact.phone],
        "tags": sorted(str(tag.pk) for tag in contact.tags.all()),
        "employed_from": [first],
        "employed_until": [last],
    }
