"""Register alerts by e-mail, for those who want them."""

from datetime import timedelta
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class AlertDigest(models.Model):
    """A colleague's wish to be written to about new alerts. No row: no letters."""

    class Frequency(models.TextChoices):
        DAILY = "daily", _("Every day")
        WEEKLY = "weekly", _("Every week")

    EVERY: ClassVar = {Frequency.DAILY: timedelta(days=1), Frequency.WEEKLY: timedelta(days=7)}

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="+"
    )
    frequency = models.CharField(_("how often"), max_length=6, choices=Frequency)
    # Alerts raised since then have not been written about.
    sent_until = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("alert digest")
        verbose_name_plural = _("alert digests")

    def __str__(self) -> str:
        return f"{self.user}, {self.get_frequency_display()}"
