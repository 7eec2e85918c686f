"""Changing what belongs to a project, safe when two people do it at once."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from customers.holding import living
from customers.models import Customer
from moment.projects.models import Project
from moment.turns import in_turn
from moment.unsent import NotSaved


@contextmanager
def held(project: Project, customers: Iterable[int] = ()) -> Iterator[Project]:
    """Lock the project's customer, further ones by key, and then the project; yield it.

    For a transaction in which something that belongs to the project is changed; it counts as
    activity of the customer. Raises MergedMeanwhile where one of the customers is not its own any
    more, and NotSaved where the project is another customer's by now.
    """
    with in_turn(), transaction.atomic():
        wanted = {project.customer_id, *customers}
        rows = Customer.with_merged.select_for_update(of=("self",)).filter(pk__in=wanted)
        locked = {row.pk: living(row) for row in rows.order_by("pk")}
        stored = Project.objects.select_for_update(of=("self",)).get(pk=project.pk)
        if stored.customer_id != project.customer_id:
            raise NotSaved(
                _("%(number)s %(name)s was given another customer just now.")
                % {"number": stored.number, "name": stored.name}
            )
        stored.customer = locked[stored.customer_id]
        yield stored
        Customer.objects.filter(pk=stored.customer_id).update(last_activity_at=timezone.now())
