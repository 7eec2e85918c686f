"""What the profile shows, as a list of panels. `settings.CUSTOMER_PANELS` names them in order."""

from functools import cache
from typing import Any, ClassVar
from weakref import WeakKeyDictionary

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from customers import addresses, alert_list, einvoicing, mentions, notes, register_facts
from customers.forms.note import NoteForm
from customers.models import Customer
from moment.models import CompanySettings
from registry import org_number
from registry.models import Entity

# Read once for all panels of a page.
_companies: WeakKeyDictionary[HttpRequest, CompanySettings] = WeakKeyDictionary()


def company_of(request: HttpRequest) -> CompanySettings:
    """Return the settings of the company for the page that is asked for."""
    if request not in _companies:
        _companies[request] = CompanySettings.current()
    return _companies[request]


class Panel:
    """One card of the profile. Apps above customers write their own and are named in settings."""

    title: ClassVar[str | Promise]
    template: ClassVar[str]
    permission: ClassVar[str] = "customers.view_customer"
    # Across the page above the others, or beside them.
    wide: ClassVar[bool] = False
    aside: ClassVar[bool] = False

    def __init__(self, customer: Customer, request: HttpRequest) -> None:
        self.customer, self.request = customer, request

    def context(self) -> dict[str, Any]:
        """Return what the template needs beside the customer; a fixed number of queries."""
        return {}


class CustomerData(Panel):
    title = _("Customer data")
    template = "customers/profile/_data.html"

    def context(self) -> dict[str, Any]:
        company = company_of(self.request)
        invoice_address, which = addresses.invoice_address_of(self.customer)
        return {
            "invoice_address": invoice_address,
            "invoice_address_is": which,
            "other_addresses": list(self.customer.other_addresses.all()),
            "standard_currency": company.currency,
            "standard_invoice_type": company.get_invoice_type_display(),
        }


class Register(Panel):
    """The register's facts; only for those it can know."""

    title = _("Register")
    template = "customers/profile/_register.html"
    aside = True

    def context(self) -> dict[str, Any]:
        number = self.customer.org_number if self.customer.is_norwegian else ""
        entity = Entity.objects.filter(pk=number).first() if number else None
        reachability = einvoicing.reachability_of([number]).get(number)
        can_check = org_number.is_valid(number)
        # Just asked of the register again: then of the network as well.
        check_again = can_check and self.request.method == "POST"
        never_checked = can_check and not (reachability and reachability.checked_at)
        return {
            "entity": entity,
            "trouble": register_facts.trouble(entity) if entity else "",
            "reachability": reachability,
            "can_check": can_check,
            "check_again": check_again,
            "check_now": never_checked and not check_again,
        }


class Alerts(Panel):
    """What the register has changed and nobody has answered: a banner above the other panels."""

    title = _("Register alerts")
    template = "customers/profile/_alerts.html"

    def context(self) -> dict[str, Any]:
        visible = Customer.objects.visible_to(self.request.user).order_by("sort_number")
        rows = alert_list.of_customer(self.customer, visible)
        return {"rows": rows, "where": f"customer={self.customer.number}"}


class Notes(Panel):
    title = _("Notes")
    template = "customers/profile/_notes.html"
    aside = True
    shown = 20

    def context(self) -> dict[str, Any]:
        page = notes.of(self.customer, limit=self.shown)
        return {
            "page": page,
            "people": mentions.people_in(page.notes),
            "note_form": NoteForm(),
        }


@cache
def classes() -> list[type[Panel]]:
    """Return the panels that the settings name."""
    return [import_string(path) for path in settings.CUSTOMER_PANELS]


def for_customer(customer: Customer, request: HttpRequest) -> list[Panel]:
    """Return the panels of the customer that the user has the right to see."""
    return [
        panel(customer, request) for panel in classes() if request.user.has_perm(panel.permission)
    ]
