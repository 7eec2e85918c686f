"""Telling of customers that are like one which is being entered or renamed. It never blocks."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django_countries import countries

from customers import duplicates
from customers.duplicates import Likeness
from customers.forms.fields import one_line
from customers.models import Customer
from customers.views.loading import visible_customer
from moment.access import needs
from registry import org_number

LONGEST = 200  # characters, as a name


@needs("customers.view_customer", "customers.change_customer")
def while_typing(request: HttpRequest, number: str) -> HttpResponse:
    """Answer what a new name or reg. no. of a customer is like, empty while neither is new."""
    customer = visible_customer(request.user, number)
    name = one_line(request.GET.get("name", "")[:LONGEST])
    typed = one_line(request.GET.get("org_number", "")[:LONGEST])
    country = request.GET.get("country", "")
    country = country if country in countries else str(customer.country)
    typed = org_number.compact(typed) if country == "NO" else typed
    found = of_another(
        request,
        name=name if name != customer.name else "",
        org_number=typed if typed != customer.org_number else "",
        country=country,
        besides=customer.pk,
    )
    return render(request, "customers/new/_alike.html", {"alike": found})


def of_another(
    request: HttpRequest,
    *,
    name: str,
    org_number: str = "",
    country: str = "NO",
    besides: int | None = None,
) -> list[Likeness]:
    """Return the customers with a near name or the same reg. no., formerly merged ones too."""
    if len(name) < 2 and not org_number:
        return []
    visible = Customer.with_merged.visible_to(request.user)
    return duplicates.alike(
        visible, name=name, org_number=org_number, country=country, besides=besides
    )


def tell(request: HttpRequest, customer: Customer, *, changed: list[str]) -> None:
    """Say which others a saved customer is like, by those of its fields that were changed."""
    found = of_another(
        request,
        name=customer.name if "name" in changed else "",
        org_number=customer.org_number if "org_number" in changed else "",
        country=str(customer.country),
        besides=customer.pk,
    )
    for like in found:
        messages.warning(request, _in_words(like))


def _in_words(like: Likeness) -> str:
    if like.kept is None:
        return format_html(
            '{} <a href="{}">{} {}</a> ({})',
            _("Looks like"),
            like.customer.get_absolute_url(),
            like.customer.number,
            like.customer.name,
            like.why,
        )
    return format_html(
        '{} {} {} ({}), {} <a href="{}">{} {}</a>',
        _("Looks like"),
        like.customer.number,
        like.customer.name,
        like.why,
        _("now part of"),
        like.kept.get_absolute_url(),
        like.kept.number,
        like.kept.name,
    )
