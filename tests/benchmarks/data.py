"""The database that is measured: the demo's customers and companies, in bulk."""

import sys
from datetime import date

from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from customers.models import Customer, Tag
from moment.management.commands.demo import Command
from registry.models import NORWEGIAN_SCHEME, Alert, Reachability

RARELY = 2000  # one customer in so many has the rare tag
ALERTED = 100  # one number in so many has an open alert
BATCH = 5000
# Of 20 numbers: 16 take EHF, one of them without credit notes, 2 do not, 1 did not answer, 1 was
# never asked.
_ANSWERS = [(True, True)] * 15 + [(True, False)] + [(False, False)] * 2 + [(None, None)]


def load(customers: int, entities: int) -> None:
    """Fill the empty database and let the engine learn what stands in it."""
    call_command("migrate", verbosity=0)
    # Past the command's own door, which wants DEBUG; what is measured runs without it.
    Command(stdout=sys.stdout).load(customers, entities)
    _add_rare_tag()
    _add_answers()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")
    # The file as a server finds it: nothing left in the write-ahead log.
    connection.close()


def _add_rare_tag() -> None:
    """Give a few customers a tag of their own: the demo's tags are all common."""
    tag = Tag.objects.create(name="Rare", order=99)
    tag.customers.set(Customer.objects.order_by("pk").values_list("pk", flat=True)[::RARELY])


def _add_answers() -> None:
    """Let the network have answered for most numbers, and the register have changed a few."""
    now, today = timezone.now(), date.today()
    numbers = list(
        Customer.objects.filter(country="NO")
        .exclude(org_number="")
        .order_by("org_number")
        .values_list("org_number", flat=True)
        .distinct()
    )
    asked = [(n, number) for n, number in enumerate(numbers) if n % 20 < len(_ANSWERS)]
    Reachability.objects.bulk_create(
        (
            Reachability(
                scheme=NORWEGIAN_SCHEME,
                identifier=number,
                invoice=_ANSWERS[n % 20][0],
                credit_note=_ANSWERS[n % 20][1],
                checked_at=now,
            )
            for n, number in asked
        ),
        batch_size=BATCH,
    )
    Alert.objects.bulk_create(
        (
            Alert(org_number=number, kind=Alert.Kind.VAT, new="1", changed_on=today)
            for number in numbers[::ALERTED]
        ),
        batch_size=BATCH,
    )
