"""What colleagues look for again and again."""

import unicodedata
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from moment.fields import KeyField


def key_of(name: str) -> str:
    """Return what two names of one filter share: its letters, whatever their case."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())


class SavedFilter(models.Model):
    """What somebody narrowed a page by, under a name, for the owner alone or for everybody."""

    class Page(models.TextChoices):
        CUSTOMERS = "customers", _("Customers")

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="+",
        verbose_name=_("owner"),
    )
    page = models.CharField(_("page"), max_length=20, choices=Page, default=Page.CUSTOMERS)
    name = models.CharField(_("name"), max_length=100)
    # Made here, since SQLite's own lower case knows no Å.
    name_key = KeyField(make=lambda row: key_of(row.name))
    # The page's parameters as its address has them, the shortest that show the same.
    query = models.TextField(_("query"))
    shared = models.BooleanField(_("shared with colleagues"), default=False)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("saved filter")
        verbose_name_plural = _("saved filters")
        ordering: ClassVar = ["name_key", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["owner", "page", "name_key"], name="customers_saved_filter_name"
            ),
            models.CheckConstraint(condition=~Q(name=""), name="customers_saved_filter_has_name"),
        ]

    def __str__(self) -> str:
        return self.name
