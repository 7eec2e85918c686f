"""Rows for tests. State only what the test is about."""

import factory
from django.contrib.auth.models import Group
from factory.django import DjangoModelFactory

from customers.models import (
    Contact,
    ContactTag,
    Customer,
    HourlyRate,
    InvoiceRecipient,
    Note,
    OtherAddress,
    Person,
    ProjectRole,
    Tag,
    UsedNumber,
)
from moment.models import User
from registry.models import Entity
from registry.org_number import with_check_digit


def org_number(n: int) -> str:
    """Return the n-th fictional reg. no.: nine digits beginning with 2."""
    first_eight = 20_000_000 + n * 7
    while (number := with_check_digit(str(first_eight))) is None:
        first_eight += 1
    return number


class UserFactory(DjangoModelFactory):
    class Meta:
        model = User
        skip_postgeneration_save = True

    username = factory.Sequence(lambda n: f"user{n}")
    first_name = factory.Sequence(lambda n: f"First{n}")
    last_name = "Last"

    @factory.post_generation
    def roles(self, create, extracted, **kwargs):
        for role in extracted or []:
            self.groups.add(Group.objects.get(name=role))


class TagFactory(DjangoModelFactory):
    class Meta:
        model = Tag

    name = factory.Sequence(lambda n: f"Tag {n}")


class EntityFactory(DjangoModelFactory):
    class Meta:
        model = Entity

    org_number = factory.Sequence(org_number)
    name = factory.Sequence(lambda n: f"FIKTIV BEDRIFT {n} AS")
    form_code = "AS"
    form_name = "Aksjeselskap"
    business_address = "Storgata 1"
    business_postcode = "0155"
    business_city = "OSLO"
    business_country = "NO"


class CustomerFactory(DjangoModelFactory):
    """A customer with its number on record, as `creating.create` leaves it."""

    class Meta:
        model = Customer
        skip_postgeneration_save = True

    number = factory.Sequence(lambda n: str(50_000 + n))
    name = factory.Sequence(lambda n: f"Kunde {n} AS")

    @factory.post_generation
    def tags(self, create, extracted, **kwargs):
        self.tags.set(extracted or [])

    @factory.post_generation
    def used_number(self, create, extracted, **kwargs):
        UsedNumber.objects.create(number=self.number, customer=self)


class NoteFactory(DjangoModelFactory):
    class Meta:
        model = Note

    customer = factory.SubFactory(CustomerFactory)
    author = factory.SubFactory(UserFactory)
    text = "A note."


class PersonFactory(DjangoModelFactory):
    """A person, with `emails=[…]` where the test is about them."""

    class Meta:
        model = Person
        skip_postgeneration_save = True

    name = factory.Sequence(lambda n: f"Kontakt Person {n}")

    @factory.post_generation
    def emails(self, create, extracted, **kwargs):
        for position, address in enumerate(extracted or []):
            self.emails.create(address=address, position=position)
        self.save()  # the search text follows the addresses


class ContactTagFactory(DjangoModelFactory):
    class Meta:
        model = ContactTag

    name = factory.Sequence(lambda n: f"Contact tag {n}")


class ContactFactory(DjangoModelFactory):
    class Meta:
        model = Contact
        skip_postgeneration_save = True

    customer = factory.SubFactory(CustomerFactory)
    person = factory.SubFactory(PersonFactory)

    @factory.post_generation
    def tags(self, create, extracted, **kwargs):
        self.tags.set(extracted or [])


class OtherAddressFactory(DjangoModelFactory):
    class Meta:
        model = OtherAddress

    customer = factory.SubFactory(CustomerFactory)
    label = factory.Sequence(lambda n: f"Lager {n}")
    street = "Havnegata 1"
    postcode = "9008"
    city = "Tromsø"


class ProjectRoleFactory(DjangoModelFactory):
    class Meta:
        model = ProjectRole

    name = factory.Sequence(lambda n: f"Role {n}")


class HourlyRateFactory(DjangoModelFactory):
    """A rate of a role, for ever, unless told."""

    class Meta:
        model = HourlyRate

    customer = factory.SubFactory(CustomerFactory)
    role = factory.SubFactory(ProjectRoleFactory)
    rate = 1250


class InvoiceRecipientFactory(DjangoModelFactory):
    class Meta:
        model = InvoiceRecipient

    customer = factory.SubFactory(CustomerFactory)
    email = factory.Sequence(lambda n: f"faktura{n}@kunde.example")
