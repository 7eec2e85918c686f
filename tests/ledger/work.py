"""Work that can be invoiced, as the tests of drafts need it."""

from datetime import date
from decimal import Decimal

from moment.ledger import drafting, unbilled
from moment.ledger.models import Invoice
from moment.ledger.unbilled import Choice, Unbilled
from moment.models import User
from moment.projects import hours
from moment.projects.models import PriceModel, PriceModelShare, Project, TimeEntry
from moment.projects.pricing import Prices
from tests.factories import ProjectFactory, TimeEntryFactory, UserFactory

DAY = date(2026, 10, 5)


def approved(project: Project, count=1, *, by: User | None = None, price=1000, **columns):
    """Register hours on the project's first activity, approve them at a price, return them."""
    values = {"activity": project.activities.first(), "day": DAY, "hours": Decimal(1)}
    values |= columns
    entries = [TimeEntryFactory(**values) for _nth in range(count)]
    keys = [entry.pk for entry in entries]
    hours.approve(keys, by or UserFactory())
    TimeEntry.objects.filter(pk__in=keys).update(price=price)
    return list(TimeEntry.objects.filter(pk__in=keys).order_by("pk"))


def shared(*parts: tuple[object, int], **columns) -> Project:
    """Make a project of which these customers pay so many per cent each."""
    project = ProjectFactory(**columns)
    model = PriceModel.objects.get(project=project)
    for customer, percent in parts:
        PriceModelShare.objects.create(price_model=model, customer=customer, percent=percent)
    return project


def of(*projects: Project, until: date | None = None) -> list[Unbilled]:
    """Return what can be invoiced of projects, in their order."""
    rows = Project.objects.select_related("customer").filter(pk__in=[one.pk for one in projects])
    found = unbilled.of(Prices(rows), until=until)
    return [found[one.pk] for one in projects]


def everything(*projects: Project) -> Choice:
    all_of_it = [one.choice for one in of(*projects)]
    return Choice(
        *(
            frozenset().union(*(getattr(one, name) for one in all_of_it))
            for name in ("entries", "items", "periods", "expenses")
        )
    )


def drafts(*projects: Project, by: User | None = None, together=False) -> list[Invoice]:
    """Make drafts of all that can be invoiced of projects of one customer."""
    customer = Project.objects.select_related("customer").get(pk=projects[0].pk).customer
    return drafting.draft(
        customer, everything(*projects), by=by or UserFactory(is_superuser=True), together=together
    )


def amounts(invoice: Invoice) -> list[tuple[str, Decimal]]:
    return list(invoice.lines.values_list("kind", "amount"))
