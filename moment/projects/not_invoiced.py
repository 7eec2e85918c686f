"""What customers will pay for work that is not yet invoiced, by currency."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from decimal import Decimal

from moment.projects import figures, payers
from moment.projects.figures import Figures
from moment.projects.models import Project
from moment.projects.payers import Payers
from moment.projects.pricing import Prices

Sums = Mapping[str, Decimal]


def of_customers(customers: Collection[int]) -> dict[int, Sums]:
    """Return what each of these customers, by key, pays its part of, in a fixed number of queries.

    Sums by currency, without those that are 0; customers that pay nothing are left out.
    """
    meant = Project.objects.of_customers(customers)
    projects = list(meant.select_related("customer").order_by())
    if not projects:
        return {}
    prices = Prices(projects)
    all_of_them = together(figures.unbilled(prices), payers.by(prices))
    return {key: all_of_them[key] for key in customers if key in all_of_them}


def together(found: Mapping[int, Figures], paying: Mapping[int, Payers]) -> dict[int, Sums]:
    """Return what customers, by key, pay of the figures of projects, by currency."""
    sums: dict[int, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for project, one in found.items():
        for customer, amount in paying[project].split(one.by_model, one.currency).items():
            sums[customer][one.currency] += amount
    return {
        customer: {currency: amount for currency, amount in by_currency.items() if amount}
        for customer, by_currency in sums.items()
        if any(by_currency.values())
    }
