"""The full load of the register against what nobody can do without: reading, writing, indexing.

Each part runs in a process of its own (`python -m tests.benchmarks.mirror <part> <file>`), so that
none lives off what another has left in memory.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from statistics import fmean
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.benchmarks.settings")
django.setup()

from django.db import connection, transaction  # noqa: E402 - needs the set-up
from django.utils import timezone  # noqa: E402

from registry import brreg, mirror, staging  # noqa: E402
from registry.bulk import Bulk  # noqa: E402
from registry.models import Entity  # noqa: E402
from tests.benchmarks import register_file  # noqa: E402
from tests.benchmarks.report import Target, console, figures_table  # noqa: E402

MEGABYTE = 1024  # of the kB that the system counts in
KIND = Entity.Kind.LEGAL


def run(engine: str, entities: int) -> list[Target]:
    with tempfile.TemporaryDirectory(prefix="moment-bench-") as folder:
        path = Path(folder) / "register.json.gz"
        console.print(f"[bold]{engine}[/]: writing a register of {entities:,} entities")
        register_file.write(path, entities)
        # The parts before and after, so that what else the machine does meets all of them.
        parsed, inserted = [_measured("parse", path)], [_measured("insert", path)]
        first, again = _measured("load", path), _measured("load", path)
        parsed.append(_measured("parse", path))
        inserted.append(_measured("insert", path))
    parse = fmean(part["seconds"] for part in parsed)
    insert = fmean(part["seconds"] for part in inserted)
    index = fmean(part["index"] for part in inserted)
    words, load = inserted[0]["words"], first["seconds"]
    # Only the first load meets words that are new.
    ratio = max(
        load / (parse + insert + index + words), again["seconds"] / (parse + insert + index)
    )
    memory = max(part["memory"] for part in (first, again))
    figures_table(
        f"Full load of {entities:,} entities, {engine}",
        [
            ("parsing alone", _figure(parse, entities)),
            ("bare insert of the prepared rows", _figure(insert, entities)),
            ("index builds", _figure(index, entities)),
            ("dictionary of typos, for the first time", _figure(words, entities)),
            ("the load into an empty mirror", _figure(load, entities)),
            ("the load over a full one", _figure(again["seconds"], entities)),
            ("its swap: others wait so long", f"{again['swap']:.2f} s"),
            ("memory of the process", f"{memory:.0f} MB"),
        ],
    )
    return [
        Target(engine, f"full load, {entities:,}, to its parts", ratio, 3),
        Target(engine, "full load, memory", memory, 300, "MB"),
    ]


def _figure(seconds: float, entities: int) -> str:
    return f"{seconds:.0f} s, {entities / seconds:,.0f} a second"


def _measured(part: str, path: Path) -> dict[str, float]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.mirror", part, str(path)],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return json.loads(done.stdout.splitlines()[-1])


# In a process of its own


def parse(path: Path) -> dict[str, float]:
    began = time.perf_counter()
    for _element in Bulk(path):
        pass
    return {"seconds": time.perf_counter() - began}


def insert(path: Path) -> dict[str, float]:
    """Measure one transaction with nothing but the rows, then the indexes on them."""
    table = staging.opened()
    table.clear()
    table.create()
    seconds = 0.0
    with staging.frugal():
        with transaction.atomic():
            for rows in _prepared(path):
                began = time.perf_counter()
                table.insert(rows)
                seconds += time.perf_counter() - began
            began = time.perf_counter()
        seconds += time.perf_counter() - began
        began = time.perf_counter()
        table.seal()
        for _word in table.index():
            pass
        index = time.perf_counter() - began
        began = time.perf_counter()
        mirror.learn_words(table)
        words = time.perf_counter() - began
    table.clear()
    with connection.cursor() as cursor:
        # The load that is measured next learns them anew.
        cursor.execute("DELETE FROM registry_typo")
    return {"seconds": seconds, "index": index, "words": words}


def _prepared(path: Path) -> Iterator[list[list[Any]]]:
    now = timezone.now()
    entities = (brreg.to_entity(element, KIND) for element in Bulk(path))
    while rows := staging.prepared(islice(entities, mirror.BATCH), now):
        yield rows


def load(path: Path) -> dict[str, float]:
    began_at: dict[str, float] = {}

    def note(step: mirror.Step) -> None:
        began_at.setdefault(step.name, time.perf_counter())

    began = time.perf_counter()
    mirror.load(KIND, path, progress=note)
    seconds = time.perf_counter() - began
    swap = began_at["Clearing up"] - began_at["Swapping"]
    return {"seconds": seconds, "swap": swap, "memory": most_memory()}


def most_memory() -> float:
    """Return the most memory that this process has had, in MB."""
    status = Path("/proc/self/status")
    if status.exists():
        # What getrusage tells goes back to before the process became another program.
        lines = dict(line.split(":", 1) for line in status.read_text().splitlines())
        return int(lines["VmHWM"].split()[0]) / MEGABYTE
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / MEGABYTE


def main() -> None:
    part, path = sys.argv[1:]
    print(json.dumps({"parse": parse, "insert": insert, "load": load}[part](Path(path))))


if __name__ == "__main__":
    main()
