"""What was found, for people: a table for each part, and a line for each target."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.benchmarks.clock import Case

console = Console(width=None if Console().is_terminal else 120, highlight=False)


@dataclass
class Target:
    """One figure beside its limit. `hard` ones break the run when missed."""

    engine: str
    name: str
    value: float
    limit: float
    unit: str = "×"
    hard: bool = False

    @property
    def ok(self) -> bool:
        return self.value <= self.limit

    @property
    def text(self) -> str:
        return f"{_figure(self.value)} {self.unit}, at most {_figure(self.limit)} {self.unit}"


def verdict(ok: bool) -> str:
    return "[green]ok[/]" if ok else "[red]missed[/]"


def _figure(value: float) -> str:
    return f"{value:.0f}" if value == int(value) else f"{value:.2f}"


def requests_table(title: str, engine: str, cases: dict[str, Case]) -> list[Target]:
    """Print what each request took; return the worst of each target."""
    table = Table(title=title, title_justify="left")
    for heading in ("", "ms", "queries", "in database", "ratio", "to", "at most", ""):
        left = heading in ("", "to")
        table.add_column(heading, justify="left" if left else "right", no_wrap=heading != "")
    worst: dict[str, Target] = {}
    for case in cases.values():
        ratio = case.ms / cases[case.against].ms if case.against else None
        table.add_row(
            case.name,
            f"{case.ms:.1f}",
            str(case.queries),
            f"{case.database * 1000:.1f}",
            f"{ratio:.2f}" if ratio else "",
            case.against,
            f"{case.limit:.2f}" if case.limit else "",
            verdict(ratio <= case.limit) if ratio and case.limit else "",
        )
        if ratio and case.limit:
            found = Target(engine, case.target, ratio, case.limit)
            if found.name not in worst or worst[found.name].value < ratio:
                worst[found.name] = found
    console.print(table)
    return list(worst.values())


def figures_table(title: str, rows: list[tuple[str, str]]) -> None:
    table = Table(title=title, title_justify="left", show_header=False)
    for name, figure in rows:
        table.add_row(name, figure)
    console.print(table)


def save(targets: list[Target], path: Path) -> None:
    path.write_text(json.dumps([asdict(target) for target in targets]))


def load(path: Path) -> list[Target]:
    return [Target(**target) for target in json.loads(path.read_text())]


def summary(targets: list[Target]) -> None:
    """Print one line a target, the worst of all it covers."""
    table = Table(title="Targets", title_justify="left", show_header=False)
    for target in targets:
        table.add_row(target.name, target.engine, target.text, verdict(target.ok))
    console.print(table)
