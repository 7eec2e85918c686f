"""What customers and all that hangs on them hold, to compare before a merge and after its undo."""

import json

from django.core import serializers

from customers.models import (
    Contact,
    Customer,
    File,
    HourlyRate,
    InvoiceRecipient,
    MailingList,
    Note,
    OtherAddress,
    UsedNumber,
)

_MODELS = [
    Contact, Customer, File, HourlyRate, InvoiceRecipient, MailingList, Note, OtherAddress,
    UsedNumber,
]  # fmt: skip
_NOT_COMPARED = {"version", "last_activity_at"}


def state():
    """Return every row by model and key, with tags and lists in order."""
    found = {}
    for model in _MODELS:
        rows = json.loads(serializers.serialize("json", model._base_manager.order_by("pk")))
        for row in rows:
            values = {
                name: sorted(value) if isinstance(value, list) else value
                for name, value in row["fields"].items()
                if name not in _NOT_COMPARED
            }
            found[model.__name__, row["pk"]] = values
    return found


def renew():
    """Save every customer, so that what is made of its rows is as fresh as after an undo."""
    for customer in Customer.objects.all():
        customer.save()


def now(row):
    """Return a row as it is stored, of a customer that was merged too."""
    return type(row)._base_manager.get(pk=row.pk)
