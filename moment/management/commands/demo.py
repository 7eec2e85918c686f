"""Loads the fictional demo data."""

import os
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import reset_queries
from django.utils import timezone
from rich.progress import track

from moment.demo import (
    duplicates,
    entities,
    following,
    house,
    ledger,
    loading,
    papers,
    people,
    profiles,
    work,
)
from registry import postcodes


def _count(text: str) -> int:
    """Return a number from 0 to 2,000,000, as many as there are fictional reg. nos."""
    if not text.isdecimal() or int(text) > 2_000_000:
        raise ArgumentTypeError("give a number from 0 to 2000000")
    return int(text)


class Command(BaseCommand):
    help = "Load fictional customers, a small fictional register, and log-ins. Safe to repeat."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--customers", type=_count, default=300, help="how many there shall be (300)"
        )
        parser.add_argument(
            "--entities",
            type=_count,
            default=2000,
            help="how many companies the register's copy shall know (2000)",
        )

        parser.add_argument(
            "--weeks",
            type=_count,
            default=work.WEEKS,
            help=f"for how many there shall be hours ({work.WEEKS}), 0 for no projects and offers",
        )

    def handle(self, *args: Any, customers: int, entities: int, weeks: int, **options: Any) -> None:
        if not settings.DEBUG:
            raise CommandError(
                "The demo makes log-ins with a known password, so it needs DEBUG=true."
            )
        new_entities, new_customers = self.load(customers, entities)
        news = self.follow_the_register()
        posts = self.fill_profiles()
        if house.load():
            # Once, so that what people delete stays deleted.
            papers.load(people.load())
        twins = duplicates.load(timezone.now(), people.load())
        if new_customers or posts or twins:
            duplicates.find()
        done = work.load(timezone.now(), people.load(), min(weeks, work.WEEKS))
        invoices = ledger.load(timezone.now(), people.load())
        if new_entities or new_customers or news or posts or done or invoices:
            self.stdout.write(
                f"Demo data loaded: {new_customers:,} customers, {posts:,} contacts, "
                f"{new_entities:,} companies in the register, {news:,} register alerts, "
                f"{done:,} projects, {invoices:,} invoices."
            )
        else:
            self.stdout.write("Demo data is in place; nothing to add.")
        self.tell_log_ins()

    def load(self, customers: int, companies: int) -> tuple[int, int]:
        now = timezone.now()
        colleagues = people.load()
        new_entities = self.show("Companies", companies, entities.load(companies, now))
        postcodes.learn()
        return (
            new_entities,
            self.show("Customers", customers, loading.load(customers, now, colleagues)),
        )

    def follow_the_register(self) -> int:
        """Let things happen to the customers in the register; return how many alerts tell of it."""
        made = loading.loaded()
        return self.show("Register", made, following.load(timezone.now(), people.load()))

    def fill_profiles(self) -> int:
        """Give the customers what hangs on them; return how many contacts they got."""
        made = loading.loaded()
        return self.show("Profiles", made, profiles.load(timezone.now(), people.load()))

    def show(self, what: str, total: int, batches: Iterator[int]) -> int:
        """Show how far the batches have come; return how many rows they made."""
        steps = -(-total // loading.BATCH)
        made = 0
        quiet = steps < 3 or not self.stdout.isatty()
        for count in track(batches, what, steps, transient=True, disable=quiet):
            made += count
            # With DEBUG on Django keeps the text of every query.
            reset_queries()
        return made

    def tell_log_ins(self) -> None:
        self.stdout.write("")
        self.stdout.write(f"  {'User':<8}{'Password':<10}Can do")
        for who in people.LOG_INS:
            self.stdout.write(f"  {who.username:<8}{people.PASSWORD:<10}{who.can}")
        self.stdout.write("")
        self.stdout.write(f"  http://127.0.0.1:{os.environ.get('PORT') or 8000}/")
        self.stdout.write("")
