"""Filters of the pages with invoices."""

from decimal import Decimal

from django import template

from moment import lines, money
from moment.ledger import history

register = template.Library()

register.filter("drafted", history.drafted)


@register.filter
def plain(value: Decimal | None) -> str:
    """Return a number without needless zeros, 7,5 or 160; empty for None."""
    return "" if value is None else money.with_minus(lines.plain(value))


@register.filter
def minus(value: Decimal) -> Decimal:
    """Return what is owed the other way round."""
    return -value
