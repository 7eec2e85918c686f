"""What colleagues write down about a customer."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Note(models.Model):
    """One dated note."""

    customer = models.ForeignKey(
        "customers.Customer", on_delete=models.PROTECT, related_name="notes"
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("author"),
    )
    text = models.TextField(_("note"), max_length=5000)
    created_at = models.DateTimeField(_("written"), default=timezone.now)

    class Meta:
        verbose_name = _("note")
        verbose_name_plural = _("notes")
        ordering: ClassVar = ["-created_at", "-pk"]
        indexes: ClassVar = [
            models.Index(fields=["customer", "-created_at"], name="customers_note_newest")
        ]
        constraints: ClassVar = [
            models.CheckConstraint(condition=~models.Q(text=""), name="customers_note_has_text")
        ]

    def __str__(self) -> str:
        return self.text[:60]
