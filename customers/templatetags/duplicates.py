"""Likely duplicates as pages show them."""

from django import template
from django.template import Context
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from customers.duplicates import pairs
from customers.duplicates.listing import Group
from customers.models import Customer, DuplicatePair

register = template.Library()

register.filter("reasons", pairs.reasons_in_words)


@register.filter
def numbers(pair: DuplicatePair, group: Group) -> str:
    """Return the numbers of a pair's two customers, as its group has them: `1028 – 1040`."""
    shown = {member.customer.pk: member.customer.number for member in group.members}
    return f"{shown[pair.first_id]} – {shown[pair.second_id]}"


@register.simple_tag(takes_context=True)
def duplicate_hints(context: Context, customer: Customer) -> SafeString:
    """Show whom a customer looks like, to be merged or told apart. One query."""
    request = context["request"]
    hints = pairs.of_customer(customer, request.user)
    shown = {"customer": customer, "hints": hints}
    return render_to_string("customers/duplicates/_hint.html", shown, request=request)
