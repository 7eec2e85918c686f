"""Whom to merge and what stays of each, as the address of the page and its forms carry it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.http import QueryDict
from django.utils.translation import gettext as _

from customers.merging.fields import groups
from customers.models import Customer, UsedNumber
from customers.models.customer import CustomerQuerySet
from customers.models.number_series import can_be_number
from moment.keyset import is_key

_CHOSEN, _DECIDED, _SEEN = "chosen-", "decided-", "seen-"
_SHOWN = 21  # letters of what is no number


@dataclass(frozen=True)
class Choices:
    """What was chosen so far; what makes no sense is left out."""

    # Whose value stays, by group of fields.
    chosen: Mapping[str, int] = field(default_factory=dict)
    # What was decided, by the key of the decision.
    decided: Mapping[str, str] = field(default_factory=dict)
    # The versions of the customers that were shown, by their keys.
    seen: Mapping[int, int] = field(default_factory=dict)
    # The newest entry of the change log then.
    since: int = 0

    @classmethod
    def of(cls, data: QueryDict) -> "Choices":
        chosen = {
            name: int(key)
            for name, key in _beginning(_CHOSEN, data).items()
            if name in groups() and is_key(key)
        }
        seen = {
            int(key): int(version)
            for key, version in _beginning(_SEEN, data).items()
            if is_key(key) and is_key(version)
        }
        text = data.get("since", "")
        since = int(text) if is_key(text) else 0
        return cls(chosen, _beginning(_DECIDED, data), seen, since)


def _beginning(prefix: str, data: QueryDict) -> dict[str, str]:
    """Return the last value of each parameter whose name begins so, by the rest of the name."""
    return {
        name.removeprefix(prefix): str(value)
        for name, value in data.items()
        if name.startswith(prefix)
    }


@dataclass
class Asked:
    """The customers that some numbers mean, each once, in the order of the numbers."""

    customers: list[Customer] = field(default_factory=list)
    # What is to be said of numbers that do not mean what they seem to.
    remarks: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.customers)


def asked(
    numbers: Sequence[str], visible: CustomerQuerySet, *, into: Customer | None = None
) -> Asked:
    """Return whom the numbers mean: a former number means the customer that it leads to.

    `into` is the one that they are to become part of, which is not among them. At most three
    queries.
    """
    wanted = list(dict.fromkeys(number.strip().upper() for number in numbers if number.strip()))
    whole = [number for number in wanted if can_be_number(number)]
    rows = visible.select_related("responsible")
    found = {customer.number: customer for customer in rows.filter(number__in=whole)}
    if former := [number for number in whole if number not in found]:
        used = UsedNumber.objects.filter(number__in=former, customer__in=visible.order_by())
        leads = dict(used.values_list("number", "customer"))
        holders = rows.in_bulk(set(leads.values()))
        found |= {number: holders[pk] for number, pk in leads.items() if pk in holders}
    result, there = Asked(), {into.pk} if into else set()
    for number in wanted:
        customer = found.get(number)
        if customer is None:
            told = {"number": number[:_SHOWN]}
            result.remarks.append(_("There is no customer with the number %(number)s.") % told)
            continue
        told = {"number": customer.number, "name": customer.name}
        if into and customer.pk == into.pk and number == into.number:
            result.remarks.append(
                _("%(number)s %(name)s cannot be merged with itself, so it is left out.") % told
            )
        elif number != customer.number:
            result.remarks.append(leads_to(customer, number))
        if customer.pk not in there:
            there.add(customer.pk)
            result.customers.append(customer)
    return result


def leads_to(customer: Customer, number: str) -> str:
    """Return that a former number means this customer."""
    told = {"old": number, "number": customer.number, "name": customer.name}
    return _("The number %(old)s belongs to %(number)s %(name)s by now.") % told
