"""How files show."""

from django import template

from customers import file_kinds
from moment.content import can_preview

register = template.Library()


@register.filter
def file_kind(media_type: str) -> file_kinds.Words:
    """Return the kind in words, with its icon."""
    return file_kinds.of(media_type)


@register.filter
def has_preview(media_type: str) -> bool:
    """Tell whether a browser may show what is of this kind."""
    return can_preview(media_type)
