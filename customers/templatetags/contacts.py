"""Filters of the pages that show contacts."""

import re

from django import template

register = template.Library()

_NUMBER = re.compile(r"\+?[\d\s().\-/]{3,}")


@register.filter
def tel(phone: str) -> str:
    """Return the address of a phone link, empty for what is more than a number."""
    return "tel:" + re.sub(r"[^\d+]", "", phone) if _NUMBER.fullmatch(phone) else ""
