"""A customer, chosen in a form among those that can be chosen there."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.translation import gettext_lazy

from customers import places
from customers.models import Customer
from customers.models.customer import CustomerQuerySet

_LONGEST = 240  # letters: a number and a name


class CustomerInput(forms.TextInput):
    """A text with a list of what fits, which the server sends as one types."""

    template_name = "customers/choose/_input.html"
    place = ""

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        list_id = f"{context['widget']['attrs'].get('id', name)}-list"
        context["widget"]["attrs"] |= {"list": list_id, "autocomplete": "off"}
        context["list_id"] = list_id
        context["url"] = f"{reverse('customers:choose')}?place={self.place}"
        return context


class CustomerField(forms.CharField):
    """The customer that somebody means by its number, or by its number and name.

    `visible` and `place` are set by the form: whom the user may know of, and where the customer is
    chosen. `stays` is the one that is chosen already, which holds whatever has become of it since.
    """

    widget = CustomerInput
    default_error_messages = {
        "unknown": gettext_lazy("There is no customer “%(text)s”. Choose one from the list."),
        "moved": gettext_lazy(
            "There is no customer “%(text)s”: that number means %(now)s. "
            "Choose that one, or another from the list."
        ),
        "several": gettext_lazy("Several customers have this name: %(numbers)s. Give the number."),
    }

    def __init__(self, place: str, **options: Any) -> None:
        self.visible: CustomerQuerySet = Customer.objects.none()
        self.stays: Customer | None = None
        self.place = places.PLACES[place]
        super().__init__(max_length=_LONGEST, **{"label": gettext_lazy("Customer")} | options)
        self.widget.place = place

    def prepare_value(self, value: Any) -> Any:
        return in_words(value) if isinstance(value, Customer) else value

    def clean(self, value: Any) -> Customer | None:
        text = super().clean(value)
        if not text:
            return None
        if self.stays is not None and text == in_words(self.stays):
            return self.stays
        found = places.found(self.visible, text)
        if not found:
            raise self._not_found(text)
        if len(found) > 1:
            numbers = ", ".join(customer.number for customer in found)
            message = self.error_messages["several"]
            raise ValidationError(message, code="several", params={"numbers": numbers})
        (customer,) = found
        if customer != self.stays and (problem := self.place.why_not(customer)):
            raise ValidationError(problem, code="not_here")
        return customer

    def _not_found(self, text: str) -> ValidationError:
        """Return what to say of a text that means nobody: who has the number by now, if anybody."""
        now = places.belongs_to(self.visible, text)
        code = "unknown" if now is None else "moved"
        told = {"text": text, "now": in_words(now) if now else ""}
        return ValidationError(self.error_messages[code], code=code, params=told)

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(self.prepare_value(initial) != (data or ""))


def in_words(customer: Customer) -> str:
    """Return a customer as the field shows it."""
    return f"{customer.number} {customer.name}"
