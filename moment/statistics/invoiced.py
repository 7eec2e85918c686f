"""What customers were invoiced, excluding VAT, in the company's currency.

Each invoice counts by its own rate on the day it was issued, credit notes against. Amounts are not
rounded before they are shown, so that they add up however they are divided.
"""

from collections import defaultdict
from collections.abc import Collection
from decimal import Decimal
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Q, QuerySet, Sum

from moment.ledger.models import Invoice, InvoiceLine
from moment.projects.sums import exact
from moment.statistics.grouping import Month
from moment.statistics.periods import Period


def invoices(customers: Collection[Any] | QuerySet | None, period: Period) -> QuerySet[Invoice]:
    """Return the final invoices and credit notes of a period; None: of every customer."""
    rows = Invoice.objects.final().filter(issued_on__range=(period.first, period.last))
    return rows if customers is None else rows.filter(customer__in=customers)


def lines(customers: Collection[Any] | QuerySet | None, period: Period) -> QuerySet[InvoiceLine]:
    """Return the lines of the same."""
    rows = InvoiceLine.objects.filter(
        invoice__number__isnull=False, invoice__issued_on__range=(period.first, period.last)
    )
    return rows if customers is None else rows.filter(invoice__customer__in=customers)


def by_customer(customers: Collection[Any] | QuerySet | None, period: Period) -> dict[int, Decimal]:
    """Return what each customer, by key, was invoiced; one query."""
    rows = invoices(customers, period).order_by().values_list("customer", "rate")
    found: dict[int, Decimal] = defaultdict(Decimal)
    for customer, rate, net in rows.annotate(Sum("net")):
        found[customer] += exact(net) * rate
    return found


def by_month(
    customers: Collection[Any] | QuerySet | None, *periods: Period
) -> list[dict[str, Decimal]]:
    """Return what they were invoiced together by month, `2026-11`, of each period; one query."""
    spans = [Q(issued_on__range=(period.first, period.last)) for period in periods]
    rows = Invoice.objects.final().filter(reduce(or_, spans)).order_by()
    if customers is not None:
        rows = rows.filter(customer__in=customers)
    sums = {f"net_{place}": Sum("net", filter=span) for place, span in enumerate(spans)}
    months = rows.annotate(month=Month("issued_on")).values_list("month", "rate")
    found: list[dict[str, Decimal]] = [defaultdict(Decimal) for _period in periods]
    for month, rate, *nets in months.annotate(**sums):
        for of_period, net in zip(found, nets, strict=True):
            if net is not None:
                of_period[month] += exact(net) * rate
    return found


def by_project(
    customers: Collection[Any] | QuerySet | None, period: Period
) -> dict[int | None, Decimal]:
    """Return the same by project, by key, None for lines of none; one query."""
    rows = lines(customers, period).order_by().values_list("project", "invoice__rate")
    found: dict[int | None, Decimal] = defaultdict(Decimal)
    for project, rate, amount in rows.annotate(Sum("amount")):
        found[project] += exact(amount) * rate
    return found
