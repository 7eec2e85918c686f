"""What the demo's colleagues are as employees, and what an hour of theirs costs."""

from datetime import date
from decimal import Decimal
from typing import NamedTuple

from customers.models import ProjectRole
from moment.models import User
from moment.projects.models import (
    Employee,
    EmployeeTerms,
    PriceList,
    PriceListRate,
    ProjectTag,
    RolePrice,
)

# The product comes with English names, which are for each company to write in its own words.
_ROLES = {
    "Project leader": "Prosjektleder",
    "Senior adviser": "Seniorrådgiver",
    "Adviser": "Rådgiver",
    "Draughtsman": "Tegner",
}
# Each year everything gets this much dearer, rounded to five.
_RISE = Decimal("1.04")
PUBLIC, EURO = "Rammeavtale offentlige kunder", "International, EUR"
TAGS = {
    "Forprosjekt": ProjectTag.Color.TEAL,
    "Tilstand": ProjectTag.Color.AMBER,
    "Rammeavtale": ProjectTag.Color.BLUE,
    "BIM": ProjectTag.Color.VIOLET,
    "Haster": ProjectTag.Color.RED,
}


class Post(NamedTuple):
    """An employee: the place of the role in the list of roles, and an hour's price and cost."""

    role: int
    price: int
    cost: int
    # Years ago, and the role's place then.
    employed: int
    role_before: int


_POSTS = {
    "admin": Post(0, 1750, 890, 11, 0),
    "kari": Post(0, 1690, 860, 9, 0),
    "per": Post(1, 1550, 790, 6, 1),
    "ola": Post(2, 1320, 640, 3, 2),
    "marte": Post(1, 1595, 805, 7, 1),
    "ida": Post(1, 1480, 720, 5, 2),
    "jonas": Post(2, 1280, 610, 2, 2),
    "synne": Post(2, 1190, 560, 2, 3),
}
_ROLE_PRICES = (1720, 1560, 1340, 1080)
_LISTED = {
    PUBLIC: ("NOK", (1595, 1450, 1250, 990)),
    EURO: ("EUR", (158, 142, 124, 98)),
}


def load(today: date, colleagues: dict[str, User]) -> dict[str, Employee]:
    """Make the employees with their terms, prices of roles, and price lists; return the first."""
    for role in ProjectRole.objects.filter(name__in=_ROLES):
        role.name = _ROLES[role.name]
        role.save()
    roles = list(ProjectRole.objects.order_by("order", "name"))[: len(_ROLE_PRICES)]
    _prices(today, roles)
    for order, (name, color) in enumerate(TAGS.items(), start=1):
        ProjectTag.objects.get_or_create(name=name, defaults={"color": color, "order": order})
    return {name: _employee(colleagues[name], post, roles, today) for name, post in _POSTS.items()}


def _prices(today: date, roles: list[ProjectRole]) -> None:
    for role, price in zip(roles, _ROLE_PRICES, strict=False):
        for ago in (2, 1, 0):
            RolePrice.objects.create(
                role=role, valid_from=date(today.year - ago, 1, 1), price=_then(price, ago)
            )
    for name, (currency, rates) in _LISTED.items():
        listed = PriceList.objects.create(name=name, currency=currency)
        for role, rate in zip(roles, rates, strict=False):
            PriceListRate.objects.create(price_list=listed, role=role, rate=rate)


def _employee(user: User, post: Post, roles: list[ProjectRole], today: date) -> Employee:
    since = date(today.year - post.employed, 8 if post.employed > 2 else 1, 15)
    employee = Employee.objects.create(user=user, employed_from=since)
    for ago in (2, 1, 0):
        place = post.role if ago == 0 else post.role_before
        EmployeeTerms.objects.create(
            employee=employee,
            valid_from=max(date(today.year - ago, 1, 1), since) if ago < 2 else since,
            role=roles[place] if place < len(roles) else None,
            sales_price=_then(post.price, ago),
            cost_rate=_then(post.cost, ago),
        )
    return employee


def _then(amount: int, ago: int) -> Decimal:
    """Return what something cost some years ago."""
    return (amount / _RISE**ago / 5).quantize(Decimal(1)) * 5
