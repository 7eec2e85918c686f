"""What customers are compared by, and the pairs that may be the same one."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from moment.fields import KeyField


class MatchKey(models.Model):
    """One thing by which a customer is found beside those that are like it.

    Made of the customer's own fields by `duplicates.finding`, and made again whenever these change.
    A kind's keys are either the same or not, or are sorted, so that like ones stand near each
    other.
    """

    class Kind(models.TextChoices):
        NAME = "name", _("name")
        BACKWARDS = "backwards", _("name, from its end")
        WORDS = "words", _("words of the name, in order of the alphabet")
        ORG_NUMBER = "org_number", _("company reg. no.")
        EMAIL = "email", _("e-mail")
        PHONE = "phone", _("phone")
        BANK_ACCOUNT = "bank", _("bank account")

    # No constraint of the database, which would lock the customer: it is written beside the changes
    # of others, and no customer is ever deleted.
    customer = models.ForeignKey(
        "customers.Customer",
        on_delete=models.PROTECT,
        db_constraint=False,
        related_name="match_keys",
    )
    kind = models.CharField(max_length=10, choices=Kind)
    key = KeyField()

    class Meta:
        default_permissions = ()
        indexes: ClassVar = [
            models.Index(fields=["kind", "key", "customer"], name="customers_match_key")
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.key}"


class DuplicatePair(models.Model):
    """Two customers that may be one, the older first, and why.

    Somebody may have said that they are not: that holds until either of them changes.
    """

    # No constraints of the database, for the same reason as above.
    first = models.ForeignKey(
        "customers.Customer", on_delete=models.PROTECT, db_constraint=False, related_name="+"
    )
    second = models.ForeignKey(
        "customers.Customer", on_delete=models.PROTECT, db_constraint=False, related_name="+"
    )
    # 0 to 100: how likely they are the same.
    score = models.PositiveSmallIntegerField()
    # What they share, the weightiest first: kinds of evidence, `name` with how near in per cent.
    evidence = models.JSONField(default=list)
    found_at = models.DateTimeField(default=timezone.now)
    dismissed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    dismissed_at = models.DateTimeField(null=True)
    # What was compared when somebody said so: see `Known.fingerprint`, of the one and the other.
    dismissed_as = models.CharField(max_length=40, blank=True, default="")

    class Meta:
        verbose_name = _("likely duplicates")
        verbose_name_plural = _("likely duplicates")
        default_permissions = ()
        indexes: ClassVar = [
            models.Index(
                fields=["-score", "id"],
                name="customers_pair_score",
                condition=Q(dismissed_at=None),
            )
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["first", "second"], name="customers_pair_once"),
            models.CheckConstraint(
                condition=Q(first__lt=F("second")), name="customers_pair_in_order"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first_id} – {self.second_id}: {self.score}"
