"""The scan for duplicates against reading the same customers and storing the same keys alone.

Each part runs in a process of its own (`python -m tests.benchmarks.duplicates <part>`), so that
what it takes of memory is its own.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from random import Random
from statistics import median
from unittest.mock import patch

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.benchmarks.settings")
django.setup()

from django.db import connection, transaction  # noqa: E402 - needs the set-up
from django.db.models import Max  # noqa: E402

from customers.duplicates import finding, storing  # noqa: E402
from customers.duplicates.likeness import COLUMNS, Known  # noqa: E402
from customers.models import Customer, DuplicatePair, MatchKey, UsedNumber  # noqa: E402
from moment.names import COMPANY_FORMS  # noqa: E402
from tests.benchmarks.clock import timed  # noqa: E402
from tests.benchmarks.mirror import most_memory  # noqa: E402
from tests.benchmarks.report import Target, console, figures_table  # noqa: E402

PLANTED = 2000  # in 100,000
SEED = 20_261_122
_MARK = "DOBBEL-"
_BATCH = 500
_LETTERS = "abcdefghijklmnoprstuvy"


def run(engine: str, repeats: int) -> list[Target]:
    customers = Customer.objects.count()
    planted = _planted(PLANTED * customers // 100_000)
    customers += len(planted)
    console.print(f"[bold]{engine}[/]: comparing {customers:,} customers, {len(planted):,} planted")
    floor, insert = _measured("read"), _measured("insert")
    first, again = _measured("scan"), _measured("scan")
    parts = floor["seconds"] + insert["seconds"]
    found = {
        kind: [_is_found(*pair) for pair in pairs]
        for kind, pairs in _by_kind(planted).items()
    }  # fmt: skip
    recall = sum(map(sum, found.values())) / len(planted)
    refresh, save = _one_customer(max(50, repeats))
    memory = first["memory"]
    figures_table(
        f"Duplicates among {customers:,} customers, {engine}",
        [
            ("reading them and making their keys, alone", _figure(floor["seconds"], customers)),
            ("bare insert of the keys", _figure(insert["seconds"], customers)),
            ("the first scan", _figure(first["seconds"], customers)),
            ("the next scan", _figure(again["seconds"], customers)),
            ("the longest that others wait for a part of it", f"{first['longest']:.2f} s"),
            ("keys", f"{MatchKey.objects.count():,}"),
            ("pairs", f"{finding.open_pairs().count():,}"),
            *(
                (f"planted and found: {kind}", f"{sum(hits)} of {len(hits)}")
                for kind, hits in found.items()
            ),
            (
                "memory of the process",
                f"{first['memory']:.0f} MB, {floor['memory']:.0f} MB of it for reading",
            ),
            ("finding anew for one customer", f"{refresh * 1000:.1f} ms"),
            ("saving one", f"{save * 1000:.1f} ms"),
        ],
    )
    return [
        Target(engine, f"duplicate scan, {customers:,}, to its parts", first["seconds"] / parts, 3),
        Target(engine, "duplicate scan, planted ones not found", 100 * (1 - recall), 2, "%"),
        Target(engine, "duplicate scan, memory", memory, 250, "MB"),
        Target(engine, "finding anew for one customer, to saving it", refresh / save, 2),
    ]


def _figure(seconds: float, customers: int) -> str:
    return f"{seconds:.1f} s, {customers / seconds:,.0f} a second"


def _measured(part: str) -> dict[str, float]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.duplicates", part],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return json.loads(done.stdout.splitlines()[-1])


def _is_found(one: int, other: int) -> bool:
    return DuplicatePair.objects.filter(first=min(one, other), second=max(one, other)).exists()


def _one_customer(times: int) -> tuple[float, float]:
    """Return the medians, in seconds, of finding anew what one is like, and of saving one."""
    customers = list(Customer.objects.order_by("pk")[:: max(1, Customer.objects.count() // times)])
    refreshing, saving = [], []
    for customer in customers[:times]:
        customer.name += " Ny"
        saving.append(timed(partial(_save, customer)))
        refreshing.append(timed(partial(finding.refresh, [customer.pk])))
        customer.name = customer.name.removesuffix(" Ny")
        saving.append(timed(partial(_save, customer)))
        refreshing.append(timed(partial(finding.refresh, [customer.pk])))
    return median(refreshing), median(saving)


@transaction.atomic
def _save(customer: Customer) -> None:
    customer.save()


# What is planted


def _planted(count: int) -> list[tuple[str, int, int]]:
    """Make doubles of customers from all over, in turn of each kind; return kind and both keys."""
    rng = Random(SEED)
    every = Customer.objects.exclude(number__startswith=_MARK).order_by("pk")
    step = max(1, every.count() // (count * 3))
    suited = [one for one in every[::step] if len(_longest(one.name)) > 6][:count]
    kinds = list(_KINDS)
    doubles = []
    for place, original in enumerate(suited):
        kind = kinds[place % len(kinds)]
        double = Customer(
            number=f"{_MARK}{place}", name=original.name, country=original.country
        )  # fmt: skip
        _KINDS[kind](rng, original, double, place)
        doubles.append((kind, original, double))
    last = Customer.objects.aggregate(last=Max("pk"))["last"]
    Customer.objects.bulk_create([double for _, _, double in doubles], batch_size=_BATCH)
    new = dict(Customer.objects.filter(pk__gt=last).values_list("number", "pk"))
    UsedNumber.objects.bulk_create(
        UsedNumber(number=number, customer_id=pk) for number, pk in new.items()
    )
    return [(kind, original.pk, new[double.number]) for kind, original, double in doubles]


def _by_kind(planted: list[tuple[str, int, int]]) -> dict[str, list[tuple[int, int]]]:
    found: dict[str, list[tuple[int, int]]] = {}
    for kind, *pair in planted:
        found.setdefault(kind, []).append((pair[0], pair[1]))
    return found


def _longest(name: str) -> str:
    return max((word for word in name.split() if word.isalpha()), key=len, default="")


def _slip(rng: Random, original: Customer, double: Customer, place: int) -> None:
    word = _longest(original.name)
    at = rng.randrange(1, len(word) - 1)
    wrong = rng.choice(
        [
            word[:at] + word[at + 1 :],
            word[:at] + rng.choice(_LETTERS) + word[at:],
            word[:at] + rng.choice(_LETTERS) + word[at + 1 :],
            word[:at] + word[at : at + 2][::-1] + word[at + 2 :],
        ]
    )
    double.name = original.name.replace(word, wrong, 1)


def _first_letter(rng: Random, original: Customer, double: Customer, place: int) -> None:
    word = _longest(original.name)
    double.name = original.name.replace(word, rng.choice("qzwx") + word[1:], 1)


def _other_order(rng: Random, original: Customer, double: Customer, place: int) -> None:
    first, *rest = [w for w in original.name.split() if w.lower() not in COMPANY_FORMS]
    double.name = " ".join([*rest, first])


def _shouted(rng: Random, original: Customer, double: Customer, place: int) -> None:
    double.name = original.name.removesuffix(" AS").upper() + " A/S"


def _other_letters(rng: Random, original: Customer, double: Customer, place: int) -> None:
    for letter, written in (("æ", "ae"), ("ø", "oe"), ("å", "aa"), (" og ", " & ")):
        double.name = double.name.replace(letter, written)
    double.name += "."


def _same_number(rng: Random, original: Customer, double: Customer, place: int) -> None:
    if not original.org_number:
        original.org_number = f"{30_000_000 + place}0"
        original.save()
    double.name = "".join(rng.choices(_LETTERS, k=12))
    double.org_number = original.org_number


def _renamed(rng: Random, original: Customer, double: Customer, place: int) -> None:
    """Give it another name, and two things that the original has."""
    original.phone = f"+47 9{place:07}"
    original.bank_account = f"1503{place:07}"
    original.save()
    double.name = "".join(rng.choices(_LETTERS, k=12))
    double.phone, double.bank_account = original.phone.replace(" ", "-"), original.bank_account


def _part_of_the_name(rng: Random, original: Customer, double: Customer, place: int) -> None:
    original.email = f"post@{place}.example"
    original.save()
    double.name, double.invoice_email = original.name.split()[0], original.email.upper()


_KINDS: dict[str, Callable[[Random, Customer, Customer, int], None]] = {
    "a letter wrong": _slip,
    "its first letter wrong": _first_letter,
    "other order of words": _other_order,
    "other case and form": _shouted,
    "æ, ø, å in other letters": _other_letters,
    "same number, other name": _same_number,
    "same phone and account, other name": _renamed,
    "same e-mail, first word of the name": _part_of_the_name,
}


# In a process of its own


def _everybody() -> Iterator[list[Known]]:
    last = 0
    while rows := Customer.objects.filter(pk__gt=last).order_by("pk").values(*COLUMNS)[:_BATCH]:
        known = [Known(values) for values in rows]
        yield known
        last = known[-1].pk


def read() -> dict[str, float]:
    began = time.perf_counter()
    for known in _everybody():
        for one in known:
            one.keys  # noqa: B018 - made when asked for
    return {"seconds": time.perf_counter() - began}


def insert() -> dict[str, float]:
    """Measure storing the keys and nothing else, a batch in a transaction; leave none."""
    seconds = 0.0
    for known in _everybody():
        keys = [(one.pk, kind, key) for one in known for kind, key in one.keys]
        began = time.perf_counter()
        with transaction.atomic():
            storing.insert(keys)
        seconds += time.perf_counter() - began
    MatchKey.objects.all().delete()
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM customers_matchkey")
    return {"seconds": seconds}


def scan() -> dict[str, float]:
    longest, alone = 0.0, storing.alone

    @contextmanager
    def clocked() -> Iterator[None]:
        nonlocal longest
        with alone():
            began = time.perf_counter()
            yield
        longest = max(longest, time.perf_counter() - began)

    began = time.perf_counter()
    with patch.object(storing, "alone", clocked):
        finding.scan()
    return {"seconds": time.perf_counter() - began, "longest": longest}


def _without_mapping() -> None:
    """Keep the file of SQLite out of what counts as this process's memory."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA mmap_size=0")


def main() -> None:
    _without_mapping()
    part = {"read": read, "insert": insert, "scan": scan}[sys.argv[1]]
    print(json.dumps({**part(), "memory": most_memory()}))


if __name__ == "__main__":
    main()
