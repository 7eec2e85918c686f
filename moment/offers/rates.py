"""What an hour of a project role costs a customer, as its offers propose it."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db.models import Q

from customers import invoicing
from customers.models import Customer, HourlyRate
from moment.models import CompanySettings
from moment.projects.models import RolePrice


def proposed(
    customer: Customer, day: date, currency: str, user: AbstractBaseUser | AnonymousUser
) -> Mapping[str, Decimal]:
    """Return the rates of that day by the key of the role: the customer's own, else those for all.

    Only what the user may see, and what is in this currency.
    """
    company = CompanySettings.current()
    found: dict[str, Decimal] = {}
    if currency == company.currency and user.has_perm("projects.view_amounts"):  # type: ignore[union-attr]
        prices = RolePrice.objects.filter(valid_from__lte=day).order_by("valid_from")
        found |= {str(role): price for role, price in prices.values_list("role", "price")}
    is_theirs = invoicing.value("currency", customer, company) == currency
    if is_theirs and user.has_perm("customers.view_hourlyrate"):  # type: ignore[union-attr]
        own = HourlyRate.objects.filter(
            Q(valid_from=None) | Q(valid_from__lte=day),
            Q(valid_until=None) | Q(valid_until__gte=day),
            customer=customer,
            role__isnull=False,
        )
        found |= {str(role): rate for role, rate in own.values_list("role", "rate")}
    return found
