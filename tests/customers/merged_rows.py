"""Customers with rows of every kind to merge, and all that the database holds, to compare."""

from datetime import date
from typing import Any

from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.db import models

from customers import contacts
from customers.models import (
    Customer,
    DuplicatePair,
    File,
    MailingList,
    MatchKey,
    Person,
    UsedNumber,
)
from moment.models import Content, User
from registry import alerts
from registry.models import Alert
from tests.factories import (
    ContactFactory,
    ContactTagFactory,
    CustomerFactory,
    HourlyRateFactory,
    InvoiceRecipientFactory,
    NoteFactory,
    OtherAddressFactory,
    PersonFactory,
    ProjectRoleFactory,
    TagFactory,
    org_number,
)

# Made again from the customers after each change, and no part of it.
_DERIVED = (MatchKey, DuplicatePair, Session, ContentType)


def family(by: User, count: int = 3) -> list[Customer]:
    """Return customers that share what can be shared, each with rows of its own of every kind."""
    person = PersonFactory(name="Eva Moen", emails=["eva@moen.example"])
    role = ProjectRoleFactory(name="Engineer")
    shared_tag, post_tag = TagFactory(name="Public"), ContactTagFactory(name="Boss")
    content = _content("same")
    mailing = MailingList.objects.create(name="News", query="", created_by=by)
    made = [
        _member(by, n, person, role, shared_tag, post_tag, content, mailing) for n in range(count)
    ]
    # As those have it that the product made.
    contacts.find_by_posts(Person.objects.values_list("pk", flat=True))
    return made


def _member(
    by: User,
    n: int,
    person: Any,
    role: Any,
    tag: Any,
    post_tag: Any,
    content: Content,
    mailing: MailingList,
) -> Customer:
    number = org_number(900 + n)
    customer = CustomerFactory(
        name=f"Fjellbygg {n} AS",
        number=str(71_000 + n),
        org_number=number,
        email="" if n == 0 else f"post{n}@fjellbygg.example",
        currency="NOK",
        tags=[tag, TagFactory(name=f"Only {n}")],
    )
    alerts.watch(number)
    Alert.objects.create(
        org_number=number, kind=Alert.Kind.NAME, old="F", new="G", changed_on=date(2026, 1, 2)
    )
    UsedNumber.objects.create(number=str(61_000 + n), customer=customer)
    post = ContactFactory(customer=customer, person=person, title=f"Title {n}", tags=[post_tag])
    own = ContactFactory(customer=customer, tags=[post_tag])
    mailing.left_out.add(post, own)
    InvoiceRecipientFactory(customer=customer, contact=post, email="", kind="cc")
    InvoiceRecipientFactory(
        customer=customer, email="Same@kunde.example" if n else "same@kunde.example"
    )
    InvoiceRecipientFactory(customer=customer, email=f"own{n}@kunde.example")
    HourlyRateFactory(customer=customer, role=role, rate=1000 + n)
    HourlyRateFactory(
        customer=customer,
        user=by,
        role=None,
        valid_from=date(2020 + n, 1, 1),
        valid_until=date(2020 + n, 12, 31),
    )
    OtherAddressFactory(customer=customer, label="Site", street=f"Road {n}")
    OtherAddressFactory(customer=customer, label="Same")
    _file(customer, "Same.pdf", content, by)
    _file(customer, "Own.pdf", _content(f"own {n}"), by)
    NoteFactory(customer=customer, author=by, text="The same.", pinned=n == 1)
    NoteFactory(customer=customer, author=by, text=f"Of its own {n}.")
    customer.invoice_contact = post if n else None
    customer.save()
    return customer


def _file(customer: Customer, name: str, content: Content, by: User) -> File:
    return File.objects.create(customer=customer, name=name, content=content, uploaded_by=by)


def _content(text: str) -> Content:
    return Content.objects.create(
        sha256=text.encode().hex().ljust(64, "0"), size=9, kind="application/pdf", path=text
    )


def stored() -> dict[str, list[Any]]:
    """Return every row of ours that the database holds, by table."""
    return {model._meta.label: _rows(model, _all_of(model)) for model in _models()}


def outcome() -> dict[str, list[Any]]:
    """Return what the rows of people say, and no times: the same whenever it was done."""
    return {
        model._meta.label: sorted(_rows(model, _lasting(model)), key=repr)
        for model in _models()
        if not _is_logged(model)
    }


def growth(before: dict[str, list[Any]], after: dict[str, list[Any]]) -> dict[str, int]:
    """Return by how many rows the tables have grown."""
    grown = {label: len(rows) - len(before[label]) for label, rows in after.items()}
    return {label: count for label, count in grown.items() if count}


def _models() -> list[Any]:
    ours = ("customers", "registry", "moment", "auditlog")
    return [
        model
        for model in apps.get_models(include_auto_created=True)
        if model._meta.app_label in ours and model not in _DERIVED and model._meta.managed
    ]


def _rows(model: Any, columns: list[str]) -> list[Any]:
    return list(model._base_manager.order_by("pk").values_list(*columns))


def _all_of(model: Any) -> list[str]:
    return [field.attname for field in model._meta.concrete_fields]


def _lasting(model: Any) -> list[str]:
    return [
        field.attname
        for field in model._meta.concrete_fields
        if not isinstance(field, models.DateTimeField)
        and not (field.primary_key and model._meta.auto_created)
        and field.name != "version"
    ]


def _is_logged(model: Any) -> bool:
    label = model._meta.label_lower
    return label in ("auditlog.logentry", "customers.changeof") or label.startswith(
        "customers.merge"
    )


def check_whole() -> None:
    """Fail unless each number ever used leads to one living customer, and each merged one too."""
    living = set(Customer.objects.values_list("pk", flat=True))
    merged = dict(Customer.with_merged.exclude(merged_into=None).values_list("pk", "merged_into"))
    assert set(merged.values()) <= living
    leads = dict(UsedNumber.objects.values_list("number", "customer"))
    assert set(leads.values()) <= living
    for customer in Customer.with_merged.all():
        assert leads[customer.number] == merged.get(customer.pk, customer.pk), customer.number
