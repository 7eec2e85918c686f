"""Removes what files no longer hold, and old imports with their files."""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand

from customers import importing
from moment.content import sweep
from moment.turns import only_one


class Command(BaseCommand):
    help = (
        "Remove contents that no file has held for some days, bytes in the storage that never got "
        "a row, and imports of customers that are old, with their files. To be run once a day."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--days", type=int, default=1, help="keep what was let go since (1)", choices=range(366)
        )

    def handle(self, *args: Any, days: int, **options: Any) -> None:
        with only_one("files-sweep") as alone:
            if not alone:
                self.stdout.write("Another sweep is at it already: nothing to do.")
                return
            imports = importing.forget_old()
            swept = sweep(timedelta(days=days))
        self.stdout.write(
            f"Removed: {swept.contents:,} contents that nothing holds, {swept.strays:,} strays. "
            f"Old imports forgotten: {imports:,}."
        )
