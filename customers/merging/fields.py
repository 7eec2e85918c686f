"""The customer's own data, by what is chosen together when customers are merged."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.utils.functional import Promise, lazy
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from customers.models import Customer
from moment.invoice_settings.choices import Level
from moment.invoice_settings.declared import on

Label = str | Promise
_PARTS = ("street", "postcode", "city", "country")
ADDRESSES = {
    "visiting": _("Visiting address"),
    "postal": _("Postal address"),
    "invoice": _("Invoice address"),
}


@dataclass(frozen=True)
class Group:
    """Columns that make sense together only, such as those of an address."""

    name: str
    label: Label
    columns: tuple[str, ...]

    def values(self, customer: Customer) -> tuple[Any, ...]:
        """Return what the columns hold: keys for what points elsewhere, no value as None."""
        found = (_column(name).value_from_object(customer) for name in self.columns)
        return tuple(None if value == "" else value for value in found)

    def is_empty(self, customer: Customer) -> bool:
        """Tell whether there is no value that could be lost: the country of nothing is none."""
        return all(
            value is None
            for name, value in zip(self.columns, self.values(customer), strict=True)
            if not name.endswith("country")
        )

    def usual(self, customers: Sequence[Customer]) -> Customer:
        """Return whose value stays unless somebody chooses: the kept one's, the first's that has.

        The kept customer is the first.
        """
        return next((one for one in customers if not self.is_empty(one)), customers[0])


def chosen_values(customers: Sequence[Customer], chosen: Mapping[str, int]) -> dict[str, Any]:
    """Return what the kept customer's columns will hold, None for nothing.

    The kept customer is the first. `chosen` are keys of customers by the name of a group; what
    makes no sense there counts as not chosen.
    """
    by_key = {customer.pk: customer for customer in customers}
    values: dict[str, Any] = {}
    owners: dict[str, Customer] = {}
    for group in groups().values():
        key = chosen.get(group.name)
        found = by_key.get(key) if isinstance(key, int) else None
        owners[group.name] = owner = found or group.usual(customers)
        values |= dict(zip(group.columns, group.values(owner), strict=True))
    for kind in ADDRESSES:
        # An address without a country is in the customer's own, which may be another from now on.
        owner, column = owners[kind], f"{kind}_country"
        if not values[column] and not groups()[kind].is_empty(owner):
            values[column] = None if owner.country == values["country"] else owner.country
    return values


@cache
def groups() -> Mapping[str, Group]:
    """Return all groups by name, in the order of the page."""
    return {group.name: group for group in _declared()}


def differing(customers: Sequence[Customer]) -> list[Group]:
    """Return the groups in which these customers are not all alike."""
    return [group for group in groups().values() if len({group.values(c) for c in customers}) > 1]


def _declared() -> Iterator[Group]:
    yield _single("number")
    yield _single("name")
    yield Group("org_number", _("Company reg. no."), ("country", "org_number"))
    for name in ("status", "relation", "responsible"):
        yield _single(name)
    for kind, label in ADDRESSES.items():
        yield Group(kind, label, tuple(f"{kind}_{part}" for part in _PARTS))
    for name in ("email", "invoice_email", "phone", "website", "bank_account"):
        yield _single(name)
    for setting in on(Level.CUSTOMER):
        if setting.name == "endpoint_scheme":
            yield Group("endpoint", _("E-invoicing address"), ("endpoint_scheme", "endpoint_id"))
        elif setting.name != "endpoint_id":
            yield Group(setting.name, setting.label, (setting.name,))


def _single(name: str) -> Group:
    # As forms do: the first letter big, in whatever language is asked for later.
    return Group(name, lazy(_label_of, str)(name), (name,))


def _label_of(name: str) -> str:
    return capfirst(str(_column(name).verbose_name))


def _column(name: str) -> Any:
    return Customer._meta.get_field(name)
