"""The form of a customer's invoice settings, and of those of a project of it."""

from collections.abc import Collection

from django.http import QueryDict
from django.utils.translation import gettext as _

from customers.models import Customer
from moment.invoice_settings.choices import Level
from moment.invoice_settings.form import InvoiceSettingsForm
from moment.invoice_settings.levels import Effective

# Norwegian customers are found by their reg. no.; there is nothing to type.
_ABROAD = ("endpoint_scheme", "endpoint_id")


def settings_form(
    customer: Customer,
    effective: Effective,
    data: QueryDict | None = None,
    *,
    level: Level = Level.CUSTOMER,
    without: Collection[str] = (),
) -> InvoiceSettingsForm:
    """Return the form of what is stored on a level, or of what was posted. One query.

    `without` are settings that are neither shown nor changed.
    """
    chosen = effective.value("invoice_contact"), effective.inherited("invoice_contact", level).value
    return InvoiceSettingsForm(
        data,
        level=level,
        effective=effective,
        contacts=contacts_of(customer, [key for key in chosen if key is not None]),
        without=(*without, *(_ABROAD if customer.is_norwegian else ())),
    )


def contacts_of(customer: Customer, chosen: Collection[int]) -> dict[int, str]:
    """Return whom to choose among, by key: contacts of today and the chosen ones. One query."""
    contacts = customer.contacts.current()
    if chosen:
        contacts |= customer.contacts.filter(pk__in=chosen)
    named = {}
    for contact in contacts.select_related("person"):
        name = ", ".join(filter(None, [str(contact.person), contact.title]))
        former = contact.is_former() or contact.person.erased_at is not None
        named[contact.pk] = _("%(name)s (former)") % {"name": name} if former else name
    return named
