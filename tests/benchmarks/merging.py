"""Merging a customer with 100,000 rows in eight tables, and undoing it, against the bare UPDATEs.

The kept customer has rows of its own, a tenth as many, and a few are the same as the other's: so
all are compared and some joined, as in life. The floor is one UPDATE a table in one transaction,
without rules, rights, history or a log.
"""

from collections.abc import Callable
from datetime import date, timedelta
from hashlib import sha256
from statistics import median
from typing import Any

from auditlog.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import connection, transaction
from django.db.models import Sum
from django.db.models.functions import Length
from django.urls import reverse
from rich.progress import track

from customers import merging
from customers.models import (
    ChangeOf,
    Contact,
    Customer,
    File,
    HourlyRate,
    InvoiceRecipient,
    Merge,
    Note,
    OtherAddress,
    Person,
    ProjectRole,
    UsedNumber,
)
from moment.models import Content, User
from tests.benchmarks.clock import Case, Visitor, measure, timed
from tests.benchmarks.report import Target, figures_table

ROWS = 100_000
OWN = 10  # times fewer rows has the kept customer
SAME = 5  # rows of a kind that both have
_PERIODS = 100  # rates of one role, a day each
_FIRST_DAY = date(2020, 1, 1)
_TABLES: list[Any] = [
    Contact, InvoiceRecipient, HourlyRate, OtherAddress, File, Note, ChangeOf, UsedNumber,
]  # fmt: skip
_BATCH = 5000


def run(engine: str, repeats: int) -> list[Target]:
    user = User.objects.get(username="kari")
    kept, other, nobody = (_customer(number) for number in ("FLETT-1", "FLETT-2", "FLETT-3"))
    each = ROWS // len(_TABLES)
    with transaction.atomic():
        _fill(other, user, range(each))
        _fill(kept, user, [*range(SAME), *range(each, each + each // OWN)])
    page = reverse("customers:merge", args=[kept.number]) + f"?with={other.number}"
    before = measure([Case("page", Visitor(user).request(page))], repeats, "Pages")["page"]
    floor, made, undone = [], [], []

    def bare_there_and_back() -> None:
        floor.append(_settled(lambda: _bare(other, nobody)))
        floor.append(_settled(lambda: _bare(nobody, other)))

    def merged_and_undone() -> None:
        made.append(_settled(lambda: merging.merge(kept.pk, [other.pk], by=user)))
        merge = Merge.objects.latest("pk")
        undone.append(_settled(lambda: merging.undo(merge.pk, by=user)))

    turns = [bare_there_and_back, merged_and_undone]
    for _ in track(range(repeats + 1), "Merging", transient=True):
        for turn in turns:
            turn()
        turns.reverse()
    # The first round only warmed up.
    bare, there, back = median(floor[2:]), median(made[1:]), median(undone[1:])
    moved = Merge.objects.latest("pk").moves.aggregate(
        rows=Sum("count"), letters=Sum(Length("keys"))
    )
    log = moved["letters"] / moved["rows"]
    figures_table(
        f"Merging {moved['rows']:,} rows in {len(_TABLES)} tables, {engine}, {repeats} repeats",
        [
            ("bare UPDATEs", f"{bare:.2f} s"),
            ("merge", f"{there:.2f} s, {there / bare:.2f} ×"),
            ("undo", f"{back:.2f} s, {back / bare:.2f} ×"),
            ("log", f"{log:.1f} bytes a moved row"),
            ("the page before", f"{before.ms:.0f} ms, {before.queries} queries"),
        ],
    )
    return [
        Target(engine, "merge of 100,000 rows to bare UPDATEs", there / bare, 1.5),
        Target(engine, "undo of that merge to bare UPDATEs", back / bare, 2),
        Target(engine, "log of that merge, a moved row", log, 12, "bytes"),
    ]


def _settled(act: Callable[[], Any]) -> float:
    """Return the seconds that a call takes, with nothing left to clear away of those before."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            for model in _TABLES:
                cursor.execute(f"VACUUM ANALYZE {model._meta.db_table}")
            cursor.execute("CHECKPOINT")
        else:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return timed(act)


@transaction.atomic
def _bare(source: Customer, target: Customer) -> None:
    with connection.cursor() as cursor:
        for model in _TABLES:
            cursor.execute(
                f"UPDATE {model._meta.db_table} SET customer_id = %s WHERE customer_id = %s",
                [target.pk, source.pk],
            )


# What hangs on them


def _customer(number: str) -> Customer:
    return Customer.objects.create(number=number, name=f"Kunde {number} AS")


def _fill(customer: Customer, user: User, places: Any) -> None:
    """Give a customer a row of each kind for each of these; the same place makes the same row."""
    _people(customer, places)
    make = {
        InvoiceRecipient: lambda n: {"email": f"faktura{n}@kunde.example"},
        OtherAddress: lambda n: {"label": f"Anlegg {n}", "street": f"Vei {n}", "city": "Oslo"},
        Note: lambda n: {"author": user, "text": f"Ring om sak {n} før fredag.\nDe venter."},
        UsedNumber: lambda n: {"number": f"{customer.number}-{n}"},
    }
    for model, values in make.items():
        _insert(model, (model(customer=customer, **values(n)) for n in places))
    _rates(customer, places)
    _files(customer, user, places)
    _history(customer, user, places)


def _insert(model: Any, rows: Any) -> list[Any]:
    return model.objects.bulk_create(rows, batch_size=_BATCH)


def _people(customer: Customer, places: Any) -> None:
    names = [f"Kontakt Person {n}" for n in places]
    known = {person.name: person for person in Person.objects.filter(name__startswith="Kontakt P")}
    new = _insert(Person, [Person(name=name) for name in names if name not in known])
    known |= {person.name: person for person in new}
    posts = (Contact(customer=customer, person=known[name], title="Leder") for name in names)
    _insert(Contact, posts)


def _rates(customer: Customer, places: Any) -> None:
    roles = {role.name: role for role in ProjectRole.objects.filter(name__startswith="Fag ")}
    wanted = {f"Fag {n // _PERIODS}" for n in places} - roles.keys()
    new = _insert(ProjectRole, [ProjectRole(name=name) for name in sorted(wanted)])
    roles |= {role.name: role for role in new}
    rows = []
    for n in places:
        day = _FIRST_DAY + timedelta(days=n % _PERIODS)
        role = roles[f"Fag {n // _PERIODS}"]
        rows.append(
            HourlyRate(customer=customer, role=role, rate=1000, valid_from=day, valid_until=day)
        )
    _insert(HourlyRate, rows)


def _files(customer: Customer, user: User, places: Any) -> None:
    hashes = {n: sha256(f"merging {n}".encode()).hexdigest() for n in places}
    known = {one.sha256: one for one in Content.objects.filter(kind="merging")}
    new = (
        Content(sha256=one, size=1, kind="merging", path=f"merging/{one}")
        for one in hashes.values()
        if one not in known
    )
    known |= {one.sha256: one for one in _insert(Content, list(new))}
    rows = (
        File(customer=customer, name=f"avtale {n}.pdf", content=known[one], uploaded_by=user)
        for n, one in hashes.items()
    )
    _insert(File, rows)


def _history(customer: Customer, user: User, places: Any) -> None:
    about = ContentType.objects.get_for_model(Note)
    entries = _insert(
        LogEntry,
        [
            LogEntry(
                content_type=about,
                object_pk=f"0{n}",
                object_repr="Ring",
                action=LogEntry.Action.UPDATE,
                changes={"text": ["a", "b"]},
                actor=user,
            )
            for n in places
        ],
    )
    _insert(ChangeOf, (ChangeOf(customer=customer, entry=entry) for entry in entries))
