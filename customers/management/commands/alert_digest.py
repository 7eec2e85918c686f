"""Sends the letters about register alerts that are due."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from customers import digests


class Command(BaseCommand):
    help = "Write to colleagues who want to hear of new register alerts. Run it every morning."

    def handle(self, *args: Any, **options: Any) -> None:
        run = digests.send_due()
        self.stdout.write(f"Letters sent: {run.sent}. Nothing new: {run.empty}.")
        for failure in run.failures:
            self.stderr.write(f"Not sent: {failure}")
        if run.failures:
            raise CommandError(
                f"Letters not sent: {len(run.failures)}. The next run tries them again."
            )
