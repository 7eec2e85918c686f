"""What colleagues write down about a customer."""

from typing import Any, ClassVar

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
    edited_at = models.DateTimeField(_("edited"), null=True, blank=True)
    pinned = models.BooleanField(_("pinned"), default=False)
    # Rises with each edit, so that two windows of the same author do not undo each other.
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = _("note")
        verbose_name_plural = _("notes")
        ordering: ClassVar = ["-pinned", "-created_at", "-pk"]
        indexes: ClassVar = [
            models.Index(fields=["customer", "-pinned", "-created_at"], name="customers_note_first")
        ]
        constraints: ClassVar = [
            models.CheckConstraint(condition=~models.Q(text=""), name="customers_note_has_text")
        ]

    def __str__(self) -> str:
        return self.text[:60]

    def get_additional_data(self) -> dict[str, Any]:
        return {"concerns": [self.customer_id]}


class Mention(models.Model):
    """A colleague named in a note with `@`, who is told by e-mail once."""

    note = models.ForeignKey(Note, on_delete=models.CASCADE, related_name="mentions")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    told_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["note", "user"], name="customers_mention_once")
        ]

    def __str__(self) -> str:
        return str(self.user)
