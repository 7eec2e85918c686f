"""Importing: a file is taken in, looked through, and its customers are made in one transaction."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, connection, transaction
from django.db.models import QuerySet, Value
from django.db.models.functions import Lower
from django.utils import timezone

from customers import alerting, counts, numbers
from customers.duplicates import finding
from customers.importing import storing
from customers.importing.checking import Row, rows_of
from customers.importing.planning import Plan, tags_of
from customers.importing.reading import Table, read
from customers.models import Customer, CustomerImport, Tag
from moment import content as contents
from moment.content.kinds import CSV, TXT, XLSX
from moment.content.names import clean_name
from moment.models import Content, User
from moment.turns import in_turn

ACCEPTED = [kind.media_type for kind in (CSV, TXT, XLSX)]
KEPT_FOR = timedelta(days=30)
# So many are compared with all others at once; of more, `find_duplicates` does it.
MOST_COMPARED = 200


def take_in(upload: UploadedFile, by: User) -> CustomerImport:
    """Return the import of a file, which holds customers. Nothing is imported yet.

    Raises Refused or NotReadable, which say what is wrong with the file.
    """
    content = contents.receive(upload, accept=ACCEPTED)
    plan = Plan(rows_of(_table(content)), by, warn=False)
    with in_turn(), transaction.atomic():
        forget_old()
        return CustomerImport.objects.create(
            content=content,
            file_name=clean_name(upload.name or "") or "–",
            made_by=by,
            left_out=told(plan.left_out),
        )


def table_of(made: CustomerImport) -> Table:
    """Return the rows of the file. Raises NotReadable, and OSError where its bytes are gone."""
    return _table(made.content)


def carry_out(made: CustomerImport, by: User) -> CustomerImport:
    """Make the customers of the file, all of those in order or none; done once, whoever asks.

    What cannot be made by now, though it was to be, is told with what was left out before. Raises
    SeriesUsedUp; then nothing is saved.
    """
    if made.is_done:
        return made
    rows = rows_of(table_of(made))
    with in_turn(), transaction.atomic():
        made = CustomerImport.objects.select_for_update().get(pk=made.pk)
        if made.is_done:
            return made
        # Nobody removes a tag, nor makes customers, until this is done. The series goes last.
        tags = _held(Tag.objects.all())
        numbers.block(0)
        plan = Plan(rows, by, tags=tags, warn=False)
        expected = {one["line"] for one in made.left_out}
        created = _create(plan, by)
        made.created = [customer.pk for customer in created]
        made.left_out = [
            one | {"since": one["line"] not in expected} for one in told(plan.left_out)
        ]
        made.imported_at = timezone.now()
        made.save()
        if len(created) <= MOST_COMPARED:
            finding.follow(*made.created)
        transaction.on_commit(counts.forget)
    return made


def told(rows: Iterable[Row]) -> list[dict[str, Any]]:
    """Return why rows are left out, as it is kept and shown."""
    return [
        {
            "line": row.line,
            "name": row.name,
            "there": row.there,
            "why": [] if row.there else row.why,
            "customer": row.customer.number if row.customer else "",
        }
        for row in rows
    ]


def _create(plan: Plan, by: User) -> list[Customer]:
    """Return the new customers, stored, in the order of the file."""
    # Those with a number first: the series steps over it.
    typed = [row for row in plan.new if row.number]
    others = [row for row in plan.new if not row.number]
    made: dict[int, Customer] = {}
    for rows, given in ((typed, None), (others, numbers.allocate_many)):
        allocated = given(len(rows)) if given else [row.number for row in rows]
        customers = [
            plan.customer_of(row, number) for row, number in zip(rows, allocated, strict=True)
        ]
        storing.store(customers, by)
        made |= {row.line: one for row, one in zip(rows, customers, strict=True)}
    created = [made[row.line] for row in plan.new]
    _tag(plan, created, by)
    alerting.follow_new(row.watched for row in plan.new)
    return created


def _tag(plan: Plan, created: Sequence[Customer], by: User) -> None:
    tags = {key: _tag_of(name) for key, name in plan.tags_to_make.items()}
    pairs = zip(created, plan.new, strict=True)
    tagged = [(customer, tags_of(row, tags)) for customer, row in pairs if row.tags]
    if tagged:
        storing.tag(tagged, by)


def _tag_of(name: str) -> Tag:
    """Return a new tag, or the one of this name that a colleague has made in this moment."""
    try:
        with transaction.atomic():
            return Tag.objects.create(name=name)
    except IntegrityError:
        same = _held(Tag.objects.alias(lower=Lower("name")).filter(lower=Lower(Value(name))))
        return same[0] if same else _tag_of(name)


def _held(tags: QuerySet[Tag]) -> list[Tag]:
    """Return the tags, which nobody can remove until the transaction ends. All else goes on."""
    tags = tags.order_by("pk")
    if connection.vendor == "sqlite":  # nobody else writes
        return list(tags)
    # Django has no word for the weakest of the locks: who gives a tag to others need not wait.
    sql, values = tags.query.sql_with_params()
    return list(Tag.objects.raw(f"{sql} FOR KEY SHARE", values))


def _table(content: Content) -> Table:
    with contents.open_content(content) as file:
        return read(file.read())


def forget_old() -> int:
    """Delete imports that are old, let go of their files, and return how many. Customers stay.

    Those that somebody carries out just now are left for the next time.
    """
    with in_turn(), transaction.atomic():
        old = CustomerImport.objects.filter(made_at__lt=timezone.now() - KEPT_FOR)
        rows = list(old.select_for_update(of=("self",), skip_locked=True).select_related("content"))
        for one in rows:
            one.delete()
            contents.release(one.content)
    return len(rows)
