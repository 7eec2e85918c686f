"""Which customers an entry of the change log is about."""

from typing import ClassVar

from auditlog.models import LogEntry
from django.db import models


class ChangeOf(models.Model):
    """An entry about something that hangs on a customer, such as a contact or a file.

    It outlives what it is about: what was removed stays in the history. Entries about the customer
    itself are found without.
    """

    entry = models.ForeignKey(LogEntry, on_delete=models.CASCADE, related_name="+")
    customer = models.ForeignKey(
        "customers.Customer", on_delete=models.PROTECT, related_name="changes"
    )

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["customer", "entry"], name="customers_change_once")
        ]

    def __str__(self) -> str:
        return f"{self.customer_id}: {self.entry_id}"
