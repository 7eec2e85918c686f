"""Files kept with a customer."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from moment.models import Content


class File(models.Model):
    """A file by the name people know it by. Its content can be replaced; versions are kept."""

    customer = models.ForeignKey(
        "customers.Customer", on_delete=models.PROTECT, related_name="files"
    )
    name = models.CharField(_("name"), max_length=200)
    note = models.CharField(_("note"), max_length=500, blank=True, default="")
    is_invoice_attachment = models.BooleanField(_("invoice attachment"), default=False)
    # Those of the newest version.
    content = models.ForeignKey(Content, on_delete=models.PROTECT, related_name="files")
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("uploaded by"),
    )
    uploaded_at = models.DateTimeField(_("uploaded"), default=timezone.now)
    version = models.PositiveIntegerField(_("version"), default=1)

    class Meta:
        verbose_name = _("file")
        verbose_name_plural = _("files")
        ordering: ClassVar = ["-uploaded_at", "-pk"]
        indexes: ClassVar = [
            models.Index(fields=["customer", "-uploaded_at"], name="customers_file_newest")
        ]
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(name=""), name="customers_file_has_name")
        ]

    def __str__(self) -> str:
        return self.name

    def get_additional_data(self) -> dict[str, Any]:
        return {"concerns": [self.customer_id]}


class FileVersion(models.Model):
    """What a file held from one upload to the next; the newest is the file's own."""

    file = models.ForeignKey(File, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField(_("version"))
    name = models.CharField(_("name"), max_length=200)
    content = models.ForeignKey(Content, on_delete=models.PROTECT, related_name="versions")
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    uploaded_at = models.DateTimeField(_("uploaded"), default=timezone.now)

    class Meta:
        verbose_name = _("version of a file")
        verbose_name_plural = _("versions of files")
        ordering: ClassVar = ["-number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["file", "number"], name="customers_file_version_once")
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.number})"
