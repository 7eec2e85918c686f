"""The form of a customer's invoice settings."""

from django.http import QueryDict
from django.utils.translation import gettext as _

from customers.models import Customer
from moment.invoice_settings.choices import Level
from moment.invoice_settings.form import InvoiceSettingsForm
from moment.invoice_settings.levels import Effective

# Norwegian customers are found by their reg. no.; there is nothing to type.
_ABROAD = ("endpoint_scheme", "endpoint_id")


def settings_form(
    customer: Customer, effective: Effective, data: QueryDict | None = None
) -> InvoiceSettingsForm:
    """Return the form of what is stored, or of what was posted. One query."""
    return InvoiceSettingsForm(
        data,
        level=Level.CUSTOMER,
        effective=effective,
        contacts=contacts_of(customer, effective.value("invoice_contact")),
        without=_ABROAD if customer.is_norwegian else (),
    )


def contacts_of(customer: Customer, chosen: int | None) -> dict[int, str]:
    """Return whom to choose among, by key: contacts of today and the chosen one. One query."""
    contacts = customer.contacts.current()
    if chosen is not None:
        contacts |= customer.contacts.filter(pk=chosen)
    named = {}
    for contact in contacts.select_related("person"):
        name = ", ".join(filter(None, [str(contact.person), contact.title]))
        former = contact.is_former() or contact.person.erased_at is not None
        named[contact.pk] = _("%(name)s (former)") % {"name": name} if former else name
    return named
