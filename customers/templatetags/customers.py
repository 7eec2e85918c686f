"""Tags of the customer pages."""

from django import template
from django.template import Context
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from customers import counts, marks, tabs
from customers.models import Customer
from customers.overview import count_text
from customers.panels import Alerts, Panel

register = template.Library()

# The sections of the rail by how the names of their pages begin; the first that fits.
_SECTIONS = [
    ("customers:alert", "alerts"),
    ("customers:contact_report", "contacts"),
    ("customers:mailing_list", "contacts"),
    ("customers:person", "contacts"),
    ("customers:", "customers"),
    ("projects:of_customer", "customers"),
    ("projects:my_hours", "hours"),
    ("projects:hours_import", "hours"),
    ("projects:", "projects"),
    ("offers:of_customer", "customers"),
    ("offers:", "offers"),
    ("ledger:of_customer", "customers"),
    ("ledger:ledgers", "invoices"),
    ("ledger:ledger", "customers"),
    ("ledger:", "invoices"),
    ("statistics:reports", "reports"),
    ("statistics:customers_report", "reports"),
    ("statistics:development", "reports"),
    ("statistics:", "customers"),
    ("setup", "setup"),
]


@register.simple_tag(takes_context=True)
def panel(context: Context, shown: Panel) -> SafeString:
    """Return a panel rendered by its own template with its own context."""
    return _rendered(context, shown)


@register.simple_tag(takes_context=True)
def alert_banners(context: Context, customer: Customer, *, beside: bool = False) -> SafeString:
    """Return what the register has changed about a customer and nobody has answered.

    `beside` another fragment they go to their own place on the page.
    """
    return _rendered(context, Alerts(customer, context["request"]), beside=beside)


@register.simple_tag(takes_context=True)
def customer_tabs(context: Context, customer: Customer) -> list[tabs.Shown]:
    """Return the tabs of a customer that the user may see, counted in one query."""
    return tabs.of(customer, context["request"].user)


@register.simple_tag(takes_context=True)
def customer_marks(context: Context, customer: Customer) -> list[marks.Shown]:
    """Return what is to be known of a customer first, as far as the user may see it."""
    return marks.of(customer, context["request"].user)


@register.simple_tag(takes_context=True)
def where(context: Context) -> dict[str, bool]:
    """Return, by section, whether the page shown is in it: for what the rail marks."""
    match = context["request"].resolver_match if "request" in context else None
    name = match.view_name if match else ""
    section = next((key for beginning, key in _SECTIONS if name.startswith(beginning)), "")
    return {section: True}


@register.simple_tag
def open_alerts() -> str:
    """Return how many alerts wait for an answer, empty for none. Mostly without a query."""
    count = counts.open_alerts()
    return count_text(count) if count else ""


def _rendered(context: Context, shown: Panel, **more: object) -> SafeString:
    return render_to_string(
        shown.template,
        {"panel": shown, "customer": shown.customer, **shown.context(), **more},
        request=context["request"],
    )
