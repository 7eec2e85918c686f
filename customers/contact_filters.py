"""What the report over contacts can be narrowed by."""

from functools import cached_property
from typing import ClassVar

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django_filters import CharFilter, ChoiceFilter, MultipleChoiceFilter

from customers import search
from customers.filtering import NOBODY, Menu, PageFilter, any_or_all
from customers.models import Contact, ContactTag, Customer, Person, PersonEmail, Tag
from customers.models.contact import ContactQuerySet

Status = Customer.Status
ALL = "all"
# Whose contacts are shown unless asked otherwise: those one works with, or wants to.
USUAL = (Status.ACTIVE, Status.POTENTIAL)
# These ask nothing about a customer, so they hold for persons without one too.
OF_PERSONS = ("q", "email")
_RARER = ("email", "relation", "country")


class ContactFilter(PageFilter):
    """Filters of contacts: by the person, the post, and the customer."""

    q = CharFilter(label=_("Search"), method="by_words")
    tags = MultipleChoiceFilter(label=_("Contact tags"), method="by_tags")
    match = any_or_all(_("Contact tags"))
    status = ChoiceFilter(
        label=_("Customer status"),
        method="by_status",
        empty_label=_("Active and potential"),
        null_label=None,
        choices=[*Status.choices, (ALL, _("All"))],
    )
    customer_tags = MultipleChoiceFilter(label=_("Customer tags"), method="by_customer_tags")
    responsible = MultipleChoiceFilter(label=_("Responsible"), method="by_responsible")
    email = ChoiceFilter(
        label=_("E-mail"),
        method="by_email",
        empty_label=_("With or without e-mail"),
        null_label=None,
        choices=[("yes", _("With e-mail")), ("no", _("Without e-mail"))],
    )
    relation = MultipleChoiceFilter(
        label=_("Relation"), method="by_relation", choices=Customer.Relation
    )
    country = MultipleChoiceFilter(label=_("Country"), method="by_country")

    class Meta:
        model = Contact
        fields: ClassVar[list[str]] = []

    named = ("status", "customer_tags", "responsible", "relation")

    def offer(self, data: QueryDict) -> None:
        self.contact_tags = list(ContactTag.objects.all())
        self.offer_rows("tags", self.contact_tags)
        self.offer_rows("customer_tags", Tag.objects.all())
        self.offer_people("responsible")
        self.offer_countries("country", data)

    @cached_property
    def menus(self) -> list[Menu]:
        names = ("tags", "status", "customer_tags", "responsible")
        return [self.menu(name) for name in names]

    @cached_property
    def rarer_menus(self) -> list[Menu]:
        return [self.menu(name) for name in _RARER]

    def found(self) -> ContactQuerySet:
        """Return the contacts that the filters let through, former ones too."""
        contacts = self.filter_queryset(self.queryset.all())
        if "status" not in self.params:
            contacts = contacts.filter(customer__status__in=USUAL)
        return contacts

    def without_customer(self) -> QuerySet[Person]:
        """Return the persons who are no contact of anybody, by the filters about the person."""
        posts = Contact.objects.filter(person=OuterRef("pk"), customer__merged_into=None)
        persons = Person.objects.filter(~Exists(posts))
        if question := self.params.get("q"):
            persons = persons.filter(_meets(question))
        if email := self.params.get("email"):
            has_any = Q(Exists(_addresses("pk")))
            persons = persons.filter(has_any if email == "yes" else ~has_any)
        return persons.filter(erased_at=None)

    def by_words(self, contacts: QuerySet, name: str, question: str) -> QuerySet:
        return contacts.filter(person__in=Person.objects.filter(_meets(question)).order_by())

    def by_tags(self, contacts: QuerySet, name: str, tags: list[str]) -> QuerySet:
        together = self.form.cleaned_data.get("match") == "all"
        for group in [[tag] for tag in tags] if together else [tags]:
            tagged = Contact.tags.through.objects.filter(contacttag_id__in=group)
            contacts = contacts.filter(pk__in=tagged.values("contact_id"))
        return contacts

    def by_status(self, contacts: QuerySet, name: str, value: str) -> QuerySet:
        return contacts if value == ALL else contacts.filter(customer__status=value)

    def by_customer_tags(self, contacts: QuerySet, name: str, tags: list[str]) -> QuerySet:
        tagged = Customer.tags.through.objects.filter(tag_id__in=tags)
        return contacts.filter(Exists(tagged.filter(customer_id=OuterRef("customer_id"))))

    def by_responsible(self, contacts: QuerySet, name: str, values: list[str]) -> QuerySet:
        people = Q(customer__responsible__in=[value for value in values if value != NOBODY])
        nobody = Q(customer__responsible=None)
        return contacts.filter(people | nobody if NOBODY in values else people)

    def by_email(self, contacts: QuerySet, name: str, value: str) -> QuerySet:
        has_any = ~Q(email="") | Q(Exists(_addresses("person_id")))
        return contacts.filter(has_any if value == "yes" else ~has_any)

    def by_relation(self, contacts: QuerySet, name: str, values: list[str]) -> QuerySet:
        return contacts.filter(customer__relation__in=values)

    def by_country(self, contacts: QuerySet, name: str, values: list[str]) -> QuerySet:
        return contacts.filter(customer__country__in=values)


def _meets(question: str) -> Q:
    """Return the condition that a person has all these words; of no word, that nobody does."""
    return search.PERSONS.indexed(question) if search.words_of(question) else Q(pk__in=[])


def _addresses(person: str) -> QuerySet[PersonEmail]:
    """Return the addresses of the person whose key is in this column of the row outside."""
    return PersonEmail.objects.filter(person=OuterRef(person))
