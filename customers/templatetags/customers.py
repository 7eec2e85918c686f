"""Tags of the customer pages."""

from django import template
from django.template import Context
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from customers.panels import Panel

register = template.Library()


@register.simple_tag(takes_context=True)
def panel(context: Context, shown: Panel) -> SafeString:
    """Return a panel rendered by its own template with its own context."""
    return render_to_string(
        shown.template,
        {"panel": shown, "customer": shown.customer, **shown.context()},
        request=context["request"],
    )
