"""How an offer gets to the customer, and what comes back."""

from datetime import date
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from moment.offers.models.offer import Offer


class AnswerLink(models.Model):
    """An address under which a customer sees an offer and answers it, without signing in.

    Only the digest of its token is kept, so that nobody who reads the database can answer.
    """

    offer = models.ForeignKey(Offer, on_delete=models.CASCADE, related_name="links")
    digest = models.CharField(max_length=64, unique=True)  # SHA-256, in hexadecimal
    expires_on = models.DateField(_("expires"))  # the last day
    created_at = models.DateTimeField(default=timezone.now)
    revoked_at = models.DateTimeField(_("revoked"), null=True)
    opened_at = models.DateTimeField(_("opened"), null=True)

    class Meta:
        default_permissions = ()
        ordering: ClassVar = ["pk"]

    def __str__(self) -> str:
        return self.digest[:12]

    def is_valid(self, on: date | None = None) -> bool:
        return self.revoked_at is None and (on or timezone.localdate()) <= self.expires_on


class OfferLetter(models.Model):
    """An e-mail about an offer, to one address: what became of it.

    Neither sent nor failed: it is on its way, or the program was stopped while it was.
    """

    class Kind(models.TextChoices):
        OFFER = "offer", _("Offer")
        RECEIPT = "receipt", _("Receipt")
        TOLD = "told", _("Message to the one responsible")

    offer = models.ForeignKey(Offer, on_delete=models.PROTECT, related_name="letters")
    kind = models.CharField(max_length=7, choices=Kind, default=Kind.OFFER)
    to = models.EmailField(_("to"))
    contact = models.ForeignKey(
        "customers.Contact", on_delete=models.SET_NULL, null=True, related_name="+"
    )
    link = models.ForeignKey(
        AnswerLink, on_delete=models.SET_NULL, null=True, related_name="letters"
    )
    # What the sender wrote above the offer.
    message = models.TextField(max_length=5000, blank=True, default="")
    message_id = models.CharField(max_length=200, unique=True)
    made_at = models.DateTimeField(default=timezone.now)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    sent_at = models.DateTimeField(null=True)
    # It was not sent, or came back: when, and what the mail servers said.
    failed_at = models.DateTimeField(null=True)
    error = models.TextField(blank=True, default="")

    class Meta:
        default_permissions = ()
        ordering: ClassVar = ["made_at", "pk"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(to=""), name="offers_letter_has_address")
        ]

    def __str__(self) -> str:
        return f"{self.offer}: {self.to}"
