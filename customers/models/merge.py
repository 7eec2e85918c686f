"""Customers that were made one, and all it takes to make them several again."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

MOST = 10  # customers that become one at once


class Merge(models.Model):
    """One act of merging. Its log says what moved and what changed, so that it can be undone."""

    kept = models.ForeignKey("customers.Customer", on_delete=models.PROTECT, related_name="merges")
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    made_at = models.DateTimeField(_("merged"), default=timezone.now)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    undone_at = models.DateTimeField(_("undone"), null=True)
    # The newest entry of the change log then: what is newer has happened since.
    last_entry = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = _("merge")
        verbose_name_plural = _("merges")
        default_permissions = ()
        ordering: ClassVar = ["-pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(undone_by=None, undone_at=None)
                | Q(undone_by__isnull=False, undone_at__isnull=False),
                name="customers_merge_undone_by_someone",
            )
        ]

    def __str__(self) -> str:
        return ", ".join(f"{merged.number} {merged.name}" for merged in self.merged.all())

    def get_absolute_url(self) -> str:
        return reverse("customers:merge_log", args=[self.pk])


class MergedCustomer(models.Model):
    """A customer that became part of another, as it was called then."""

    merge = models.ForeignKey(Merge, on_delete=models.CASCADE, related_name="merged")
    customer = models.ForeignKey(
        "customers.Customer", on_delete=models.PROTECT, related_name="merges_into"
    )
    number = models.CharField(max_length=20)
    name = models.CharField(max_length=200)

    class Meta:
        default_permissions = ()
        ordering: ClassVar = ["pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["merge", "customer"], name="customers_merged_customer_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.name}"


class MergeMove(models.Model):
    """Rows of one relation that came to point elsewhere: their keys alone, as JSON.

    A row of this for thousands of theirs, so that the log stays small.
    """

    merge = models.ForeignKey(Merge, on_delete=models.CASCADE, related_name="moves")
    # The column, as `app.model.field`, and the keys that it held before and holds now.
    relation = models.CharField(max_length=120)
    source = models.BigIntegerField()
    target = models.BigIntegerField()
    keys = models.TextField()
    count = models.PositiveIntegerField()

    class Meta:
        default_permissions = ()
        ordering: ClassVar = ["pk"]

    def __str__(self) -> str:
        return f"{self.relation}: {self.count}"


class MergeChange(models.Model):
    """The values of one row that merging changed, as `{field: [before, after]}`."""

    merge = models.ForeignKey(Merge, on_delete=models.CASCADE, related_name="changes")
    model = models.CharField(max_length=120)  # as `app.model`
    key = models.BigIntegerField()
    values = models.JSONField()

    class Meta:
        default_permissions = ()
        ordering: ClassVar = ["pk"]

    def __str__(self) -> str:
        return f"{self.model} {self.key}"
