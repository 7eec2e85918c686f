"""Importing 10,000 customers from a CSV file, against the bare insert of the same rows.

Of the import all is measured: reading, validating, comparing with the customers there are, numbers,
tags, history and watching. The floor is those customers' rows alone, prepared, with one COPY or
`executemany` into the same table with its indexes.
"""

import csv
import io
import tempfile
from collections.abc import Callable
from statistics import median
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test import override_settings
from rich.progress import track

from customers import importing
from customers.models import Customer, NumberSeries, Tag
from moment import bulk
from moment.models import User
from registry.org_number import with_check_digit
from tests.benchmarks.clock import timed
from tests.benchmarks.report import Target, figures_table

ROWS = importing.MOST_ROWS
MOST_REPEATS = 5
# Of the bare insert's rate, as a part of it.
LEAST = {"sqlite": 0.3, "postgresql": 0.5}
_BARE = "BARE-"
HEADINGS = [
    "Name", "Company reg. no.", "Tags", "E-mail", "Phone", "Website", "Responsible", "Address",
    "Postcode", "City",
]  # fmt: skip


def run(engine: str, repeats: int) -> list[Target]:
    by = User.objects.get(username="kari")
    tags = [tag.name for tag in Tag.objects.all()[:4]]
    NumberSeries.objects.filter(kind="customer").update(last=10**9)
    repeats = min(repeats, MOST_REPEATS)
    looked, made, bare = [], [], []
    with tempfile.TemporaryDirectory() as folder, override_settings(MEDIA_ROOT=folder):
        for n in track(range(repeats + 1), "Importing", transient=True):
            data = _file(n, by, tags)
            upload = SimpleUploadedFile("kunder.csv", data)
            one = importing.take_in(upload, by)
            looked.append(timed(lambda one=one: _look(one, by)))
            made.append(_settled(lambda one=one: importing.carry_out(one, by)))
            one.refresh_from_db()
            if len(one.created) != ROWS:
                raise RuntimeError(one.left_out[:3])
            bare.append(_bare(one.created))
    # The first round only warmed up.
    seconds, floor = median(made[1:]), median(bare[1:])
    figures_table(
        f"Importing {ROWS:,} customers from CSV, {engine}, {repeats} repeats",
        [
            ("bare insert", f"{ROWS / floor:,.0f} rows a second"),
            ("import", f"{ROWS / seconds:,.0f} rows a second, {floor / seconds:.2f} of that"),
            ("dry run", f"{median(looked[1:]):.1f} s"),
        ],
    )
    name = f"import of {ROWS:,} customers to their bare insert"
    return [Target(engine, name, seconds / floor, 1 / LEAST[engine])]


def _look(one: Any, by: User) -> None:
    importing.Plan(importing.rows_of(importing.table_of(one)), by)


def _file(n: int, by: User, tags: list[str]) -> bytes:
    """Return a file of customers that nobody has yet, other ones for each n."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";")
    writer.writerow(HEADINGS)
    taken = set(Customer.with_merged.values_list("org_number", flat=True))
    number = 38_000_000
    for place in range(ROWS):
        number += 1
        while (org_number := with_check_digit(str(number))) is None or org_number in taken:
            number += 1
        word = "".join(chr(97 + int(digit)) for digit in str(place * 7919 % 100_003))
        writer.writerow(
            [f"{word.title()} Byggteknikk {n} AS", org_number, ", ".join(tags[: place % 3]),
             f"post@{word}{n}.example", f"22 {place % 900_000 + 100_000:06}",
             f"https://{word}{n}.example", str(by), f"Storgata {place}", "0155", "Oslo"]
        )  # fmt: skip
    return out.getvalue().encode()


def _bare(pks: list[int]) -> float:
    """Return the seconds that inserting the same rows takes, under other numbers; undone again."""
    columns = [column for column in Customer._meta.concrete_fields if not column.primary_key]
    names = [column.column for column in columns]
    at = names.index("number")
    rows = [
        list(row)
        for start in range(0, len(pks), 5000)
        for row in _stored(pks[start : start + 5000], names)
    ]
    for row in rows:
        row[at] = f"{_BARE}{row[at]}"

    def insert() -> None:
        with transaction.atomic():
            bulk.insert(Customer, names, rows)

    seconds = _settled(insert)
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM customers_customer WHERE number LIKE '{_BARE}%'")
    return seconds


def _stored(pks: list[int], names: list[str]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        places = ", ".join(["%s"] * len(pks))
        cursor.execute(
            f"SELECT {', '.join(names)} FROM customers_customer WHERE id IN ({places})",
            pks,
        )
        return cursor.fetchall()


def _settled(act: Callable[[], Any]) -> float:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("CHECKPOINT")
        else:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return timed(act)
