"""What must never be false is kept by the database, whoever writes."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError

from customers.models import Customer, Note, Tag
from tests.factories import CustomerFactory, NoteFactory, TagFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "changes",
    [
        {"name": ""},
        {"number": ""},
        {"status": "gone"},
        {"relation": "friend"},
        {"org_number": "12345678"},
    ],
)
def test_the_database_refuses(changes):
    customer = CustomerFactory()
    with pytest.raises(IntegrityError), transaction.atomic():
        Customer.objects.filter(pk=customer.pk).update(**changes)


def test_abroad_reg_nos_have_any_form():
    CustomerFactory(country="SE", org_number="556036-0793")


def test_a_note_needs_text():
    with pytest.raises(IntegrityError), transaction.atomic():
        Note.objects.filter(pk=NoteFactory().pk).update(text="")


def test_two_tags_cannot_have_one_name():
    TagFactory(name="Energy")
    with pytest.raises(ValidationError, match="already a tag"):
        Tag(name="ENERGY").full_clean()
    with pytest.raises(IntegrityError), transaction.atomic():
        TagFactory(name="energy")


def test_a_customer_with_notes_cannot_be_deleted():
    with pytest.raises(ProtectedError):
        NoteFactory().customer.delete()
