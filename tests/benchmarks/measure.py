"""Measures one engine: the one that DATABASE_URL names. Started by `python -m tests.benchmarks`."""

import os
import sys
from pathlib import Path

import django
from django.core.management import call_command

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.benchmarks.settings")
django.setup()

from tests.benchmarks import (  # noqa: E402 - models need the set-up
    data,
    duplicates,
    feed,
    finalising,
    importing,
    ledger,
    merging,
    mirror,
    overview,
    pdf,
    peppol,
    report,
    single,
    statistics,
    together,
    typeahead,
    work,
    writers,
)
from tests.benchmarks.options import parser  # noqa: E402


def main() -> None:
    options = parser().parse_args()
    engine = options.engine
    call_command("collectstatic", interactive=False, verbosity=0)
    if not options.loaded:
        report.console.print(f"[bold]{engine}[/]: loading {options.customers:,} customers")
        data.load(options.customers, options.entities)
    parts = {
        "overview": lambda: overview.run(engine, options.repeats),
        "single": lambda: single.run(engine, options.repeats),
        "together": lambda: together.run(engine),
        "peppol": lambda: peppol.run(engine, options.checks),
        "pdf": lambda: pdf.run(engine, options.repeats),
        "duplicates": lambda: duplicates.run(engine, options.repeats),
        # Last, because they write.
        "work": lambda: work.run(engine, options.repeats),
        "ledger": lambda: ledger.run(engine, options.repeats),
        "statistics": lambda: statistics.run(engine, options.repeats),
        "merging": lambda: merging.run(engine, options.repeats),
        "importing": lambda: importing.run(engine, options.repeats),
        "writers": lambda: writers.run(engine),
        "finalising": lambda: finalising.run(engine),
        "feed": lambda: feed.run(engine),
        "mirror": lambda: mirror.run(engine, options.register),
        # Over the register that the mirror has just loaded.
        "typeahead": lambda: typeahead.run(engine, options.names),
    }
    targets = []
    for name, run in parts.items():
        if name in options.only:
            targets += run()
    report.save(targets, Path(options.results))


if __name__ == "__main__":
    sys.exit(main())
