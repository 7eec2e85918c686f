"""The database that is measured: the demo's customers and companies, in bulk."""

import sys

from django.core.management import call_command
from django.db import connection

from customers.models import Customer, Tag
from moment.management.commands.demo import Command

RARELY = 2000  # one customer in so many has the rare tag


def load(customers: int, entities: int) -> None:
    """Fill the empty database and let the engine learn what stands in it."""
    call_command("migrate", verbosity=0)
    # Past the command's own door, which wants DEBUG; what is measured runs without it.
    Command(stdout=sys.stdout).load(customers, entities)
    _add_rare_tag()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")
    # The file as a server finds it: nothing left in the write-ahead log.
    connection.close()


def _add_rare_tag() -> None:
    """Give a few customers a tag of their own: the demo's tags are all common."""
    tag = Tag.objects.create(name="Rare", order=99)
    tag.customers.set(Customer.objects.order_by("pk").values_list("pk", flat=True)[::RARELY])
