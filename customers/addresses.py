"""Where a customer's invoices go by letter, and the addresses beside the usual three."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from customers import holding
from customers.holding import held
from customers.models import Customer, OtherAddress
from customers.models.address import Address

SHOWN = ("label", "street", "postcode", "city", "country")


class Which(TextChoices):
    """Which of a customer's addresses is meant."""

    INVOICE = "invoice", _("Invoice address")
    POSTAL = "postal", _("Postal address")
    VISITING = "visiting", _("Visiting address")
    NONE = "", _("None")


class LabelTaken(Exception):
    """The customer has another address with this label."""


def invoice_address_of(customer: Customer) -> tuple[Address, Which]:
    """Return the address that invoices go to and which one it is.

    The invoice address, else the postal, else the visiting one. An empty address and `Which.NONE`
    where the customer has none at all. No query.
    """
    for which in (Which.INVOICE, Which.POSTAL, Which.VISITING):
        address: Address = getattr(customer, which.value)
        if address:
            return address, which
    return Address(), Which.NONE


def save(address: OtherAddress, *, shown: str | None = None) -> OtherAddress:
    """Save an address beside the usual three.

    `shown` is what `holding.seen` told of it when the form was made. Raises LabelTaken or
    ChangedMeanwhile; then nothing is saved.
    """
    with held(address.customer):
        holding.check_as_seen(address, SHOWN, shown)
        others = address.customer.other_addresses.exclude(pk=address.pk)
        # Compared here, since SQLite folds only ASCII letters.
        labels = others.values_list("label", flat=True)
        if address.label.casefold() in (label.casefold() for label in labels):
            raise LabelTaken(address.label)
        address.save()
    return address
