"""Rows for tests. State only what the test is about."""

from datetime import date, timedelta
from decimal import Decimal

import factory
from django.contrib.auth.models import Group
from django.db.models import Max
from django.utils import timezone
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
from moment.offers.models import Offer, OfferLine
from moment.projects.models import (
    Activity,
    Employee,
    EmployeeTerms,
    Expense,
    PriceModel,
    Project,
    TimeEntry,
)
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


class EmployeeFactory(DjangoModelFactory):
    """A colleague who registers hours, with terms from 2020 on unless told."""

    class Meta:
        model = Employee
        skip_postgeneration_save = True

    user = factory.SubFactory(UserFactory)

    @factory.post_generation
    def terms(self, create, extracted, **kwargs):
        if extracted is not False:
            EmployeeTerms.objects.create(
                employee=self,
                **{"valid_from": date(2020, 1, 1), "sales_price": 1100, "cost_rate": 600} | kwargs,
            )


class ProjectFactory(DjangoModelFactory):
    """A project in progress with a price model by the hour and one activity, unless told."""

    class Meta:
        model = Project
        skip_postgeneration_save = True

    number = factory.Sequence(lambda n: str(5000 + n))
    name = factory.Sequence(lambda n: f"Project {n}")
    customer = factory.SubFactory(CustomerFactory)

    @factory.post_generation
    def model(self, create, extracted, **kwargs):
        if extracted is not False:
            PriceModelFactory(project=self, **kwargs)

    @factory.post_generation
    def activity(self, create, extracted, **kwargs):
        if extracted is not False:
            ActivityFactory(project=self, **kwargs)


class PriceModelFactory(DjangoModelFactory):
    class Meta:
        model = PriceModel

    project = factory.SubFactory(ProjectFactory, model=False)
    kind = "hourly"
    rates_from = factory.LazyAttribute(lambda m: "employee" if m.kind == "hourly" else "")


class ActivityFactory(DjangoModelFactory):
    class Meta:
        model = Activity

    project = factory.SubFactory(ProjectFactory, activity=False)
    number = factory.LazyAttribute(lambda made: _last_number(made.project) + 1)
    title = factory.Sequence(lambda n: f"Activity {n}")


def _last_number(project: Project) -> int:
    return project.activities.aggregate(last=Max("number"))["last"] or 0


class TimeEntryFactory(DjangoModelFactory):
    class Meta:
        model = TimeEntry

    user = factory.SubFactory(UserFactory)
    activity = factory.SubFactory(ActivityFactory)
    day = date(2026, 11, 2)
    hours = Decimal("7.5")


class ExpenseFactory(DjangoModelFactory):
    class Meta:
        model = Expense

    project = factory.SubFactory(ProjectFactory)
    user = factory.SubFactory(UserFactory)
    day = date(2026, 11, 2)
    text = "Train"
    cost = 500


class OfferFactory(DjangoModelFactory):
    class Meta:
        model = Offer

    number = factory.Sequence(lambda n: str(7000 + n))
    name = factory.Sequence(lambda n: f"Offer {n}")
    customer = factory.SubFactory(CustomerFactory)
    responsible = factory.SubFactory(UserFactory)
    issued_on = factory.LazyFunction(timezone.localdate)
    valid_until = factory.LazyAttribute(lambda o: o.issued_on + timedelta(days=30))


class OfferLineFactory(DjangoModelFactory):
    class Meta:
        model = OfferLine

    offer = factory.SubFactory(OfferFactory)
    title = factory.Sequence(lambda n: f"Line {n}")
    price = 1000
