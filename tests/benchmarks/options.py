"""What can be asked of a run."""

from argparse import ArgumentParser

PARTS = [
    "overview", "single", "together", "peppol", "pdf", "writers", "feed", "mirror", "typeahead",
    "duplicates", "merging", "importing", "work", "ledger", "finalising",
    "statistics",
]  # fmt: skip


def parts(text: str) -> list[str]:
    chosen = text.split(",")
    if unknown := set(chosen) - set(PARTS):
        raise ValueError(unknown)
    return chosen


def parser() -> ArgumentParser:
    parser = ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    add = parser.add_argument
    add("--customers", type=int, default=100_000, help="how many (100000)")
    add("--entities", type=int, default=20_000, help="companies in the register's copy (20000)")
    add("--engine", choices=["sqlite", "postgresql", "both"], default="both")
    add("--only", type=parts, default=PARTS, help=f"of {','.join(PARTS)}, with commas")
    add("--repeats", type=int, default=20, help="of each page (20)")
    add("--names", type=int, default=300, help="typed letter by letter (300)")
    add("--checks", type=int, default=1000, help="of reachability (1000)")
    add("--register", type=int, default=1_170_000, help="entities in a full load (1170000)")
    add("--million", action="store_true", help="the overview with 1,000,000 customers too")
    # Between the processes of a run.
    add("--results", default="", help="file for the figures")
    add("--loaded", action="store_true", help="DATABASE_URL has its data already")
    return parser
