"""The register tells of changes to companies that are our customers."""

from datetime import date
from typing import Any

from customers import alerting
from customers.models import Customer
from registry import alerts, copies
from registry.models import Alert, Entity
from tests.factories import CustomerFactory, EntityFactory

DAY = date(2026, 11, 20)


def customer_of(entity: Entity | None = None, **fields: Any) -> Customer:
    """Return a customer that has the company's name and number, which is watched."""
    entity = entity or EntityFactory()
    alerts.watch(entity.org_number)
    own = {"name": entity.display_name, "org_number": entity.org_number}
    return CustomerFactory(**own | fields)


def tell(customer: Customer, **facts: Any) -> list[Alert]:
    """Have the register say these facts about the customer, and return what is open then."""
    entity = Entity.objects.get(pk=customer.org_number)
    for name, value in facts.items():
        setattr(entity, name, value)
    copies.store([entity], {entity.pk: DAY})
    return list(Alert.objects.open().filter(org_number=customer.org_number).order_by("pk"))


def named(alerts_: list[Alert]) -> list[str]:
    """Return what a page names these alerts."""
    return [alerting.name_of(alert) for alert in alerts_]


MOVED = {
    "postal_address": "Postboks 17",
    "postal_postcode": "9008",
    "postal_city": "TROMSØ",
    "postal_country": "NO",
}
