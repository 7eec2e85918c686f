"""The people at our customers."""

from datetime import date
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from customers.models.classification import Label
from customers.search import searchable
from moment.fields import KeyField
from moment.names import name_key, sort_key


class ContactTag(Label):
    """A label for contacts, from the company's own list."""

    class Meta(Label.Meta):
        verbose_name = _("contact tag")
        verbose_name_plural = _("contact tags")


class Person(models.Model):
    """Somebody who is a contact of one customer or of several."""

    name = models.CharField(_("name"), max_length=200)
    phone = models.CharField(_("phone"), max_length=50, blank=True, default="")
    mobile = models.CharField(_("mobile"), max_length=50, blank=True, default="")
    created_at = models.DateTimeField(_("created"), default=timezone.now)
    # Set when the person's data were erased; what had to be kept names nobody.
    erased_at = models.DateTimeField(_("erased"), null=True, blank=True)
    # Rises with each edit, of the person or at one customer, so that two who edit at once are told.
    version = models.PositiveIntegerField(default=1, editable=False)

    sort_name = KeyField(make=lambda p: sort_key(p.name))
    name_key = KeyField(make=lambda p: name_key(p.name))
    # Follows `emails` and `contacts` too: who changes those saves the person afterwards.
    search_text = KeyField(max_length=1500, make=lambda p: p.searchable())

    NOT_IN_HISTORY: ClassVar = ["created_at", "version", "sort_name", "name_key", "search_text"]

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("persons")
        ordering: ClassVar = ["sort_name", "pk"]
        indexes: ClassVar = [
            models.Index(fields=["sort_name", "id"], name="customers_person_name"),
            models.Index(fields=["name_key"], name="customers_person_key"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(name=""), name="customers_person_has_name")
        ]

    def __str__(self) -> str:
        return self.name

    def searchable(self) -> str:
        """Return what a search for contacts finds this person by; two queries.

        What stayed with merged customers is seen nowhere, so nothing is found by it.
        """
        texts = [self.name, self.phone, self.mobile]
        if self.pk:
            texts += self.emails.values_list("address", flat=True)
            posts = self.contacts.filter(customer__merged_into=None)
            for post in posts.values_list("title", "email", "phone"):
                texts += post
        # A phone number is found however it is grouped.
        phones = [text.replace(" ", "") for text in texts if text.replace(" ", "").isdigit()]
        return searchable(*texts, *phones)

    def get_additional_data(self) -> dict[str, Any]:
        """Return, for the change log, the customers that a change of this person concerns."""
        return {"concerns": list(self.contacts.values_list("customer_id", flat=True))}


class PersonEmail(models.Model):
    """An e-mail address that a person has everywhere."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="emails")
    address = models.EmailField(_("e-mail"))
    # The first is the one to write to.
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = _("e-mail of a person")
        verbose_name_plural = _("e-mails of persons")
        ordering: ClassVar = ["position", "pk"]
        indexes: ClassVar = [models.Index(Lower("address"), name="customers_person_email")]
        constraints: ClassVar = [
            models.UniqueConstraint(
                "person",
                Lower("address"),
                name="customers_person_email_once",
                violation_error_message=_("The person has this address already."),
            )
        ]

    def __str__(self) -> str:
        return self.address

    def get_additional_data(self) -> dict[str, Any]:
        return self.person.get_additional_data()


class ContactQuerySet(models.QuerySet["Contact"]):
    def current(self, on: date | None = None) -> "ContactQuerySet":
        """Return those who work there on a day, today unless told."""
        on = on or timezone.localdate()
        return self.filter(
            Q(employed_from=None) | Q(employed_from__lte=on),
            Q(employed_until=None) | Q(employed_until__gte=on),
            person__erased_at=None,
        )


class Contact(models.Model):
    """A person at a customer: the post, and how to reach them there."""

    customer = models.ForeignKey(
        "customers.Customer", on_delete=models.PROTECT, related_name="contacts"
    )
    person = models.ForeignKey(
        Person, on_delete=models.PROTECT, related_name="contacts", verbose_name=_("person")
    )
    title = models.CharField(_("title"), max_length=100, blank=True, default="")
    # Goes before the person's own addresses at this customer.
    email = models.EmailField(_("e-mail at this customer"), blank=True, default="")
    phone = models.CharField(_("phone at this customer"), max_length=50, blank=True, default="")
    tags = models.ManyToManyField(
        ContactTag, verbose_name=_("tags"), blank=True, related_name="contacts"
    )
    employed_from = models.DateField(_("employed from"), null=True, blank=True)
    employed_until = models.DateField(
        _("employed until"), null=True, blank=True, help_text=_("The last day.")
    )
    created_at = models.DateTimeField(_("created"), default=timezone.now)

    objects = ContactQuerySet.as_manager()

    class Meta:
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        ordering: ClassVar = ["person__sort_name", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["customer", "person"],
                name="customers_contact_once",
                violation_error_message=_("The person is a contact of this customer already."),
            ),
            models.CheckConstraint(
                condition=Q(employed_from=None)
                | Q(employed_until=None)
                | Q(employed_until__gte=F("employed_from")),
                name="customers_contact_employed",
                violation_error_message=_("The last day is before the first."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.person)

    def is_former(self, on: date | None = None) -> bool:
        """Tell whether the last day is over: shown still, but not offered as a recipient."""
        on = on or timezone.localdate()
        return self.employed_until is not None and self.employed_until < on

    @property
    def address(self) -> str:
        """Return the e-mail address to use at this customer, empty for none.

        One query, unless the person's `emails` are prefetched.
        """
        if self.email:
            return self.email
        return next((email.address for email in self.person.emails.all()), "")

    def get_additional_data(self) -> dict[str, Any]:
        return {"concerns": [self.customer_id]}


class MailingList(models.Model):
    """Contacts chosen by filters, asked anew each time, without those left out by hand."""

    name = models.CharField(_("name"), max_length=100)
    # The filters of the contact report as its address has them.
    query = models.TextField(blank=True, default="")
    left_out = models.ManyToManyField(
        Contact, verbose_name=_("left out"), blank=True, related_name="+"
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(_("created"), default=timezone.now)

    class Meta:
        verbose_name = _("mailing list")
        verbose_name_plural = _("mailing lists")
        ordering: ClassVar = [Lower("name"), "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                Lower("name"),
                name="customers_mailing_list_name",
                violation_error_message=_("There is already a list with this name."),
            ),
            models.CheckConstraint(condition=~Q(name=""), name="customers_mailing_list_has_name"),
        ]

    def __str__(self) -> str:
        return self.name
