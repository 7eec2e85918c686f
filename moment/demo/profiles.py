"""What hangs on the demo's customers: contacts, recipients, rates, sites, invoice settings.

Customers made by an earlier version, which knew nothing of this, get theirs at the next run.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from django.db import transaction
from django.utils import timezone

from customers import contacts
from customers.models import (
    Contact,
    ContactTag,
    Customer,
    HourlyRate,
    InvoiceRecipient,
    NumberSeries,
    OtherAddress,
    Person,
    PersonEmail,
    ProjectRole,
)
from moment.demo import entities, loading, marks, names, places
from moment.demo.customers import company_of, draft
from moment.invoice_settings.choices import HoursGrouping, HoursSpecification, LineGrouping
from moment.models import User

SEED = 4_120_226
_MARK = "demo profiles"
TAGS = {
    "Decision maker": ContactTag.Color.VIOLET,
    "Accounts": ContactTag.Color.TEAL,
    "Technical": ContactTag.Color.BLUE,
    "Newsletter": ContactTag.Color.GREY,
}
# A post, its tags, and how the post is reached.
_POSTS: list[tuple[str, tuple[str, ...], str]] = [
    ("Daglig leder", ("Decision maker",), ""),
    ("Prosjektleder", ("Technical",), ""),
    ("Regnskapsansvarlig", ("Accounts",), "regnskap"),
    ("Teknisk sjef", ("Technical", "Decision maker"), ""),
    ("Innkjøper", (), "innkjop"),
    ("Driftsleder", ("Technical",), ""),
    ("Byggesaksbehandler", (), ""),
    ("Styreleder", ("Decision maker", "Newsletter"), ""),
]
_SITES = ("Lager", "Anlegg", "Verksted", "Brakkerigg", "Arkiv")
_TEXTS = (
    "Arbeid utført etter rammeavtale 2024/118.",
    "Faktura merkes med prosjektnummer og bestiller.",
    "Gjelder konsulentbistand etter medgått tid.",
)
_NAMED: dict[str, dict[str, Any]] = {
    "Storfjell kommune": {
        "your_reference": "AVD-4410 Marit Olsen",
        "invoice_text": _TEXTS[0],
        "credit_terms": 30,
        "hours_specification": HoursSpecification.PDF,
        "hours_grouping": HoursGrouping.EMPLOYEE_DAY,
        "line_grouping": LineGrouping.PROJECT,
    },
    "Fjordkraft Teknikk AS": {"order_reference": "PO-77120", "credit_terms": 14},
    "Lindqvist Konstruktion AB": {
        "endpoint_scheme": "0007",
        "endpoint_id": "5562847731",
        "line_above_name": "Invoice department",
    },
}


def load(now: datetime, colleagues: dict[str, User]) -> Iterator[int]:
    """Fill the profiles not filled yet; yield how many contacts each batch made."""
    made = loading.loaded()
    for start in range(marks.reached(_MARK), made, loading.BATCH):
        yield _fill(start, min(start + loading.BATCH, made), now, colleagues)


@transaction.atomic
def _fill(start: int, stop: int, now: datetime, colleagues: dict[str, User]) -> int:
    series = NumberSeries.objects.select_for_update().get(kind=NumberSeries.Kind.CUSTOMER)
    if marks.reached(_MARK) != start:
        return 0  # Another run was here while this one waited for the lock.
    found = _found(start, stop, now, colleagues)
    made = _contacts(found, timezone.localdate(now))
    _recipients(found, made)
    for slot, customer in found.items():
        if _settings(slot, customer):
            Customer.objects.filter(pk=customer.pk).update(**_settings(slot, customer))
    _rates(found, colleagues)
    _sites(found)
    contacts.finish(found.values())
    marks.reach(_MARK, stop, series, {})
    return len(made)


def _found(
    start: int, stop: int, now: datetime, colleagues: dict[str, User]
) -> dict[int, Customer]:
    """Return the demo's customers by slot: by reg. no., those of no register by name."""
    by_number, by_name = {}, {}
    for slot in range(start, stop):
        if (company := company_of(slot)) is not None:
            by_number[entities.org_number(company)] = slot
        else:
            by_name[draft(slot, now, now, colleagues).customer.name] = slot
    found = {}
    for customer in Customer.objects.filter(name__in=list(by_name)):
        found[by_name[customer.name]] = customer
    for customer in Customer.objects.filter(org_number__in=list(by_number)):
        found[by_number[customer.org_number]] = customer
    return dict(sorted(found.items()))


def _rng(slot: int, what: str) -> Random:
    # By what is drawn, so that more of one thing leaves the others as they are.
    return Random(f"{SEED} {slot} {what}")


def _contacts(found: dict[int, Customer], today: date) -> list[Contact]:
    """Make persons and their posts: none at one customer in four, a few at two customers."""
    persons: list[Person] = []
    emails: list[PersonEmail] = []
    made: list[Contact] = []
    tagged: list[tuple[Contact, tuple[str, ...]]] = []
    for slot, customer in found.items():
        rng = _rng(slot, "contacts")
        domain = entities.domain(customer.name)
        count = 6 if customer.name == "Storfjell kommune" else rng.choice((0, 1, 1, 2, 2, 3, 0, 4))
        taken: set[str] = set()
        for title, labels, box in rng.sample(_POSTS, count):
            shared = persons and rng.random() < 0.06
            person = rng.choice(persons) if shared else Person(name=names.person(rng))
            if person.name in taken:
                continue
            taken.add(person.name)
            if not shared:
                persons.append(person)
                person.mobile = places.phone(rng) if rng.random() < 0.7 else ""
                if rng.random() < 0.85:
                    local = entities.domain(person.name).removesuffix(".example").replace("-", ".")
                    emails.append(PersonEmail(person=person, address=f"{local}@{domain}"))
            post = Contact(customer=customer, person=person, title=title)
            if box and rng.random() < 0.5:
                post.email = f"{box}@{domain}"
            if rng.random() < 0.5:
                post.employed_from = today - timedelta(days=rng.randrange(400, 4000))
            if rng.random() < 0.12:
                post.employed_until = today - timedelta(days=rng.randrange(5, 390))
            made.append(post)
            tagged.append((post, labels))
    Person.objects.bulk_create(persons)
    PersonEmail.objects.bulk_create(emails)
    Contact.objects.bulk_create(made)
    tags = _tags()
    through = Contact.tags.through
    through.objects.bulk_create(
        through(contact_id=post.pk, contacttag_id=tags[label].pk)
        for post, labels in tagged
        for label in labels
    )
    # Their search texts follow the addresses and posts that came after them.
    for person in persons:
        person.search_text = person.searchable()
    Person.objects.bulk_update(persons, ["search_text"], batch_size=500)
    return made


def _tags() -> dict[str, ContactTag]:
    here = {tag.name: tag for tag in ContactTag.objects.all()}
    missing = [
        ContactTag(name=name, color=color, order=order)
        for order, (name, color) in enumerate(TAGS.items(), start=1)
        if name not in here
    ]
    return here | {tag.name: tag for tag in ContactTag.objects.bulk_create(missing)}


def _recipients(found: dict[int, Customer], made: list[Contact]) -> None:
    """Have some invoices go to whoever looks after accounts, a few to a plain address."""
    rows = [
        InvoiceRecipient(customer=post.customer, contact=post)
        for post in made
        if post.title == "Regnskapsansvarlig" and not post.employed_until and post.email
    ]
    for slot, customer in found.items():
        rng = _rng(slot, "recipients")
        if rng.random() < 0.08:
            domain = entities.domain(customer.name)
            kind = rng.choice(InvoiceRecipient.Kind.values)
            rows.append(InvoiceRecipient(customer=customer, email=f"bilag@{domain}", kind=kind))
    InvoiceRecipient.objects.bulk_create(rows)


def _settings(slot: int, customer: Customer) -> dict[str, Any]:
    """Return the invoice settings that a customer has of its own: most have none."""
    rng = _rng(slot, "settings")
    own: dict[str, Any] = dict(_NAMED.get(customer.name, {}))
    if not own and rng.random() < 0.3:
        own["your_reference"] = names.person(rng)
    if not own and rng.random() < 0.15:
        own["credit_terms"] = rng.choice((0, 10, 14, 20, 45, 60))
    if rng.random() < 0.08:
        own["invoice_text"] = rng.choice(_TEXTS)
    if rng.random() < 0.05:
        own["discount"] = Decimal(rng.choice((5, 10)))
    return own


def _rates(found: dict[int, Customer], colleagues: dict[str, User]) -> None:
    """Give those with a framework agreement rates of their own, raised each January."""
    roles = list(ProjectRole.objects.all())
    rows = []
    for slot, customer in found.items():
        rng = _rng(slot, "rates")
        if not (customer.name in _NAMED or rng.random() < 0.1):
            continue
        year = timezone.localdate().year
        for place, role in enumerate(roles[: rng.randint(2, 4)]):
            rate = Decimal(1550 - place * 150 + rng.randrange(0, 100, 10))
            rows += [
                HourlyRate(customer=customer, role=role, rate=rate,
                           valid_until=date(year - 1, 12, 31)),
                HourlyRate(customer=customer, role=role, rate=rate + 50,
                           valid_from=date(year, 1, 1)),
            ]  # fmt: skip
        who = colleagues[rng.choice(("marte", "ida", "jonas"))]
        rows.append(HourlyRate(customer=customer, user=who, rate=Decimal("1725.50")))
    HourlyRate.objects.bulk_create(rows)


def _sites(found: dict[int, Customer]) -> None:
    rows = []
    for slot, customer in found.items():
        rng = _rng(slot, "sites")
        if customer.is_norwegian and rng.random() < 0.12:
            place = rng.choice(places.PLACES)
            rows.append(
                OtherAddress(
                    customer=customer,
                    label=rng.choice(_SITES),
                    street=places.street(rng),
                    postcode=place.postcode,
                    city=place.city,
                )
            )
    OtherAddress.objects.bulk_create(rows)
