"""Tags of the page about electronic invoices."""

from django import template
from django.utils.formats import number_format

register = template.Library()


@register.filter
def grouped(count: int) -> str:
    """Return a count as people read it: 12,345."""
    return number_format(count, force_grouping=True)
