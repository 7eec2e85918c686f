"""Reads what mail servers report of letters that did not arrive."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from moment.offers import bouncing


class Command(BaseCommand):
    help = (
        "Read delivery reports (RFC 3464), one message in each file, or one from standard input, "
        "and mark the letters about offers that came back. Have the mail server pipe to it what "
        "arrives at the address in DEFAULT_FROM_EMAIL."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="*", help="Messages; none: standard input.")

    def handle(self, *args: Any, **options: Any) -> None:
        marked = 0
        reports = self._reports(options["files"])
        for report in reports:
            for letter in bouncing.read(report):
                marked += 1
                self.stdout.write(f"Offer {letter.offer.number}: {letter.to}: {letter.error}")
        self.stdout.write(f"Messages read: {len(reports)}. Letters that came back: {marked}.")

    def _reports(self, files: list[str]) -> list[bytes]:
        if not files:
            return [sys.stdin.buffer.read(bouncing.LARGEST)]
        try:
            return [Path(name).read_bytes() for name in files]
        except OSError as error:
            raise CommandError(str(error)) from error
