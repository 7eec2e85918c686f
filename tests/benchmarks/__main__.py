"""Runs the benchmarks: a fresh database for each engine, a process of its own for each."""

import os
import secrets
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.benchmarks import engines, report
from tests.benchmarks.options import parser

ROOT = Path(__file__).resolve().parents[2]
MILLION = 1_000_000


def main() -> int:
    options = parser().parse_args()
    chosen = ["sqlite", "postgresql"] if options.engine == "both" else [options.engine]
    found = []
    for engine in chosen:
        try:
            found += _measured(engine, options.customers, options.only, options)
            if options.million:
                found += _measured(engine, MILLION, ["overview"], options)
        except engines.NotHereError as error:
            report.console.print(f"[yellow]{error}[/]")
    report.summary(found)
    return int(any(target.hard and not target.ok for target in found))


def _measured(engine: str, customers: int, only: list[str], options) -> list[report.Target]:
    with engines.opened(engine) as url, tempfile.TemporaryDirectory() as folder:
        results = Path(folder) / "results.json"
        subprocess.run(
            [
                sys.executable, "-m", "tests.benchmarks.measure", f"--engine={engine}",
                f"--customers={customers}", f"--entities={options.entities}",
                f"--only={','.join(only)}", f"--repeats={options.repeats}",
                f"--names={options.names}", f"--checks={options.checks}",
                f"--register={options.register}",
                f"--results={results}",
            ],
            check=True,
            cwd=ROOT,
            env=os.environ | _environment(url, folder),
        )  # fmt: skip
        return report.load(results)


def _environment(url: str, folder: str) -> dict[str, str]:
    """Return the settings of an installation that serves plain HTTP and reaches no register."""
    return {
        "DATABASE_URL": url,
        "BENCH_STATIC": f"{folder}/static",
        "DJANGO_SETTINGS_MODULE": "tests.benchmarks.settings",
        "SECRET_KEY": secrets.token_hex(32),
        "DEBUG": "false",
        "HTTPS": "false",
        "ALLOWED_HOSTS": "127.0.0.1,testserver",
        "REGISTRY_URL": "http://127.0.0.1:9",
        "PEPPOL_DNS": "127.0.0.1:9",
        "LOG_LEVEL": "ERROR",
    }


if __name__ == "__main__":
    sys.exit(main())
