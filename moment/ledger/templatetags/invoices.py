"""Filters of the pages with invoices."""

from decimal import Decimal

from django import template

register = template.Library()


@register.filter
def plain(value: Decimal | None) -> str:
    """Return a number without needless zeros: 7.5, 160; empty for None."""
    if value is None:
        return ""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


@register.filter
def minus(value: Decimal) -> Decimal:
    """Return what is owed the other way round."""
    return -value
