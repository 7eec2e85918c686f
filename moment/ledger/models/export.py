"""What was handed over to accounting."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class AccountingExport(models.Model):
    """One file of invoices for accounting. An invoice is in one of them at most."""

    made_at = models.DateTimeField(_("made"), default=timezone.now)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("by")
    )
    count = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("accounting export")
        verbose_name_plural = _("accounting exports")
        default_permissions = ()
        ordering: ClassVar = ["-pk"]

    def __str__(self) -> str:
        return f"{self.pk}"
