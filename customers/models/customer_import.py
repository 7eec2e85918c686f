"""Files with customers that somebody imports, looked through first."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from moment.models import Content


class CustomerImport(models.Model):
    """A file with customers as somebody sent it, and what came of it."""

    content = models.ForeignKey(Content, on_delete=models.PROTECT, related_name="+")
    file_name = models.CharField(_("file"), max_length=200)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("made by"),
    )
    made_at = models.DateTimeField(default=timezone.now)
    imported_at = models.DateTimeField(null=True)
    # The keys of the customers that came of it, in the order of the file.
    created = models.JSONField(default=list)
    # What is left out, with why: as the dry run told, and as it was in the end.
    left_out = models.JSONField(default=list)

    class Meta:
        verbose_name = _("import of customers")
        verbose_name_plural = _("imports of customers")
        ordering: ClassVar = ["-pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(file_name=""), name="customers_import_has_file_name"
            )
        ]

    def __str__(self) -> str:
        return self.file_name

    @property
    def is_done(self) -> bool:
        return self.imported_at is not None
