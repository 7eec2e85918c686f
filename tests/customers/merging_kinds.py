"""What hangs on customers, kind by kind: how people make, change and remove it, and its likes.

Each function does what a page would have done with two small numbers for what people choose, and
tells the book what may have changed. Another table that points to customers joins by a Kind here.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from customers import addresses, contacts, files, holding, mailing_lists, notes, rates, recipients
from customers.models import (
    Contact,
    Customer,
    File,
    HourlyRate,
    InvoiceRecipient,
    Note,
    OtherAddress,
    Person,
)
from tests.customers.merging_book import CONTACT, PERSON, RATE, RECIPIENT, Book, Row

LEFT_OUT = "customers.mailinglist_left_out"
EMAIL, ADDRESS = "customers.personemail", "customers.otheraddress"
FILE, NOTE = "customers.file", "customers.note"
POSTS = [
    (None, None),
    (date(2020, 1, 1), None),
    (None, date(2021, 12, 31)),
    (date(2022, 1, 1), date(2023, 12, 31)),
    (date(2024, 5, 1), date(2024, 5, 1)),
]
PERIODS = [
    (None, None),
    (date(2024, 1, 1), None),
    (None, date(2023, 12, 31)),
    (date(2024, 1, 1), date(2024, 6, 30)),
    (date(2024, 6, 1), date(2024, 12, 31)),
    (date(2025, 1, 1), None),
]
ADDRESSES = ["faktura@kunde.example", "Faktura@Kunde.example", "regnskap@kunde.example"]
LABELS = ["Lager", "lager", "Byggeplass Ø", "byggeplass ø", "Naust"]


@dataclass
class World:
    """What one run goes on in: who and what there is beside customers, and the book."""

    book: Book
    people: list[Any]
    roles: list[Any]
    tags: list[Any]
    contact_tags: list[Any]
    lists: list[Any]
    contents: list[Any]
    count: int = 0

    def fresh(self, word: str) -> str:
        """Return a text that nobody has written yet."""
        self.count += 1
        return f"{word} {self.count}"


Make = Callable[[World, Customer, int, int], None]
Do = Callable[[World, Any, int, int], None]


@dataclass(frozen=True)
class Kind:
    label: str
    make: Make
    edit: Do
    remove: Callable[[World, Any], None]
    # What two rows share of which one customer needs but one.
    like: Callable[[Book, Row], Any]
    # What no two rows of a customer may share.
    only_one: Callable[[Book, Row], Any] = lambda book, row: row


def one_of(some: list[Any], number: int) -> Any:
    return some[number % len(some)]


def some_of(some: list[Any], number: int) -> list[Any]:
    """Return those whose bit is set."""
    return [one for place, one in enumerate(some) if number >> place & 1]


def _columns(book: Book, row: Row, *names: str) -> tuple[Any, ...]:
    return tuple(book.now[row][name] for name in names)


# Contacts


def _post(world: World, x: int, y: int) -> contacts.Post:
    first, last = one_of(POSTS, x + y)
    return contacts.Post(
        title=world.fresh("Sjef") if x % 2 else "",
        email=f"post{y}@kunde.example" if y % 2 else "",
        phone=one_of(["", "22 22 22 22", "33 33 33 33"], x),
        tags=some_of(world.contact_tags, y),
        employed_from=first,
        employed_until=last,
    )


def _person(world: World, x: int, name: str) -> contacts.Details:
    emails = some_of(["en@privat.example", "to@privat.example"], x)
    return contacts.Details(name, emails, phone=one_of(["", "44 44 44 44"], x))


def _make_contact(world: World, customer: Customer, x: int, y: int) -> None:
    known = list(Person.objects.filter(erased_at=None).order_by("pk"))
    if not known or x % 3 == 0:
        contacts.add_new(customer, _person(world, y, world.fresh("Person")), _post(world, x, y))
        world.book.note(made={CONTACT: 1, PERSON: 1, EMAIL: None})
        return
    person = one_of(known, y)
    try:
        contacts.add_existing(customer, person, _post(world, x, y))
    except contacts.AlreadyThere:
        return
    world.book.note([(PERSON, person.pk)], made={CONTACT: 1})


def _edit_contact(world: World, contact: Contact, x: int, y: int) -> None:
    person = contact.person
    if person.erased_at:
        return
    emails = [(EMAIL, pk) for pk in person.emails.values_list("pk", flat=True)]
    name = world.fresh("Person") if x % 3 == 0 else person.name
    contacts.save(contact, person.version, _person(world, y, name), _post(world, x, y))
    there = set(person.emails.values_list("pk", flat=True))
    world.book.note(
        [(CONTACT, contact.pk), (PERSON, person.pk), *emails],
        made={EMAIL: None},
        gone=[row for row in emails if row[1] not in there],
    )


def _remove_contact(world: World, contact: Contact) -> None:
    if contact.person.erased_at:
        return
    hanging = _hanging_on(world.book, [contact.pk])
    contacts.remove(contact)
    world.book.note(naming(world.book, [contact.pk]), gone=[(CONTACT, contact.pk), *hanging])


def naming(book: Book, keys: list[int]) -> list[Row]:
    """Return the rows that name one of these contacts and go on without."""
    kept = [row for row in book.now if row[0] not in (RECIPIENT, LEFT_OUT)]
    columns = ("invoice_contact", "contact")
    return [row for row in kept if any(book.now[row].get(name) in keys for name in columns)]


def _hanging_on(book: Book, keys: list[int]) -> list[Row]:
    rows = [*book.rows(RECIPIENT), *book.rows(LEFT_OUT)]
    return [row for row in rows if book.now[row]["contact"] in keys]


# Who gets invoices


def _make_recipient(world: World, customer: Customer, x: int, y: int) -> None:
    there = list(customer.contacts.filter(person__erased_at=None).order_by("pk"))
    chosen = [one_of(there, y)] if there and x % 2 else []
    recipients.add(
        customer,
        contacts=chosen,
        addresses=[] if chosen else [one_of(ADDRESSES, y)],
        kind=one_of(["to", "cc"], x // 2),
    )
    world.book.note(made={RECIPIENT: None})


def _edit_recipient(world: World, recipient: InvoiceRecipient, x: int, y: int) -> None:
    recipient.kind = one_of(["to", "cc"], y)
    if recipient.email and x % 2:
        recipient.email = one_of(ADDRESSES, x // 2)
    try:
        recipients.save(recipient)
    except recipients.AlreadyThere:
        return
    world.book.note([(RECIPIENT, recipient.pk)])


def _recipient(book: Book, row: Row) -> Any:
    contact, email = _columns(book, row, "contact", "email")
    return book.now[CONTACT, contact]["person"] if contact else email.casefold()


# Rates


def _make_rate(world: World, customer: Customer, x: int, y: int) -> None:
    # One of each, so that the days of several meet.
    whose = one_of([world.people[0], world.roles[0]], x)
    rate = HourlyRate(customer=customer)
    if whose in world.roles:
        rate.role = whose
    else:
        rate.user = whose
    _save_rate(world, rate, x, y)


def _edit_rate(world: World, rate: HourlyRate, x: int, y: int) -> None:
    _save_rate(world, rate, x, y)


def _save_rate(world: World, rate: HourlyRate, x: int, y: int) -> None:
    new = rate.pk is None
    touched = [] if new else [(RATE, rate.pk)]
    rate.rate = one_of([1000, 1200], x + y)
    rate.valid_from, rate.valid_until = one_of(PERIODS, y)
    try:
        rates.save(rate)
    except rates.Overlap as overlap:
        if overlap.ending is None:
            return
        touched.append((RATE, overlap.other.pk))
        rates.save(rate, ending=overlap.ending.token)
    world.book.note(touched, made={RATE: 1} if new else {})


# Addresses, files, notes


def _make_address(world: World, customer: Customer, x: int, y: int) -> None:
    _edit_address(world, OtherAddress(customer=customer), x, y)


def _edit_address(world: World, address: OtherAddress, x: int, y: int) -> None:
    new = address.pk is None
    address.label, address.street = one_of(LABELS, x), one_of(["Havnegata 1", "Storgata 2"], y)
    try:
        addresses.save(address)
    except addresses.LabelTaken:
        return
    world.book.note([] if new else [(ADDRESS, address.pk)], made={ADDRESS: 1} if new else {})


def _make_file(world: World, customer: Customer, x: int, y: int) -> None:
    name = one_of(["Avtale.pdf", "avtale.pdf", "Tegning.pdf"], x)
    note = one_of(["", "Viktig"], x + y)
    files.add(customer, one_of(world.contents, y), name, world.people[0], note)
    world.book.note(made={FILE: 1})


def _edit_file(world: World, file: File, x: int, y: int) -> None:
    if x % 3 == 0:
        files.replace(file, one_of(world.contents, y), file.name, one_of(world.people, y))
    else:
        values = {
            "name": file.name,
            "note": world.fresh("Se") if y % 2 else "",
            "is_invoice_attachment": x % 2 == 0,
        }
        seen = {name: getattr(file, name) for name in files.EDITABLE}
        files.edit(file, values, seen)
    world.book.note([(FILE, file.pk)])


def _remove_file(world: World, file: File) -> None:
    files.delete(file, file.version)
    world.book.note(gone=[(FILE, file.pk)])


def _make_note(world: World, customer: Customer, x: int, y: int) -> None:
    notes.add(customer, text=one_of(["Ringte.", "Møtte."], x), author=one_of(world.people[:2], y))
    world.book.note(made={NOTE: 1})


def _edit_note(world: World, note: Note, x: int, y: int) -> None:
    if x % 2:
        notes.pin(note, y % 2 == 0)
    else:
        notes.edit(note, text=world.fresh("Skrev"), version=note.version)
    world.book.note([(NOTE, note.pk)])


def _remove(label: str) -> Callable[[World, Any], None]:
    def remove(world: World, row: Any) -> None:
        holding.delete(row)
        world.book.note(gone=[(label, row.pk)])

    return remove


# Left out of mailing lists


def _leave_out(world: World, customer: Customer, x: int, y: int) -> None:
    there = list(customer.contacts.order_by("pk"))
    if there:
        mailing_lists.leave_out(one_of(world.lists, x).pk, one_of(there, y))
        world.book.note(made={LEFT_OUT: None})


def _let_in(world: World, row: Any) -> None:
    mailing_lists.leave_out(row.mailinglist_id, row.contact, leave=False)
    world.book.note(gone=[(LEFT_OUT, row.pk)])


KINDS = [
    Kind(
        CONTACT,
        _make_contact,
        _edit_contact,
        _remove_contact,
        lambda book, row: _columns(book, row, "person"),
    ),
    Kind(
        RECIPIENT,
        _make_recipient,
        _edit_recipient,
        _remove(RECIPIENT),
        _recipient,
        lambda book, row: (book.now[row]["contact"], book.now[row]["email"].lower()),
    ),
    Kind(
        RATE,
        _make_rate,
        _edit_rate,
        _remove(RATE),
        lambda book, row: _columns(book, row, "user", "role"),
    ),
    Kind(
        ADDRESS,
        _make_address,
        _edit_address,
        _remove(ADDRESS),
        lambda book, row: (book.now[row]["label"].lower(), book.now[row]["street"]),
        lambda book, row: book.now[row]["label"].lower(),
    ),
    Kind(
        FILE,
        _make_file,
        _edit_file,
        _remove_file,
        lambda book, row: (book.now[row]["name"].casefold(), book.now[row]["content"]),
    ),
    Kind(
        NOTE,
        _make_note,
        _edit_note,
        _remove(NOTE),
        lambda book, row: _columns(book, row, "author", "text"),
    ),
    Kind(
        LEFT_OUT,
        _leave_out,
        lambda world, row, x, y: None,
        _let_in,
        lambda book, row: (
            book.now[row]["mailinglist"],
            book.now[CONTACT, book.now[row]["contact"]]["person"],
        ),
    ),
]
