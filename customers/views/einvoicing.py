"""Readiness for electronic invoices: the page, its spreadsheet, and switching customers to EHF."""

from collections import Counter

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from customers import readiness_sheet
from customers.einvoicing import Standing, Switched, switch_chosen, switch_to_ehf, switchable
from customers.models import Customer
from customers.readiness import Readiness
from customers.templatetags.einvoicing import grouped
from moment.access import SignedInRequest, needs
from moment.htmx import INVALID, redirect_to, render_page
from moment.keyset import is_key
from moment.tabular import xlsx_response

_NAMED = 5  # customers that the question names


@needs("customers.view_customer")
def einvoicing(request: HttpRequest) -> HttpResponse:
    readiness = Readiness(request.GET, request.user)
    return render(request, "customers/einvoicing.html", {"readiness": readiness})


@needs("customers.view_customer")
def export(request: HttpRequest) -> FileResponse:
    readiness = Readiness(request.GET, request.user)
    return xlsx_response(
        f"e-invoicing-{readiness.status}-{timezone.localdate():%Y-%m-%d}",
        _("E-invoicing"),
        readiness_sheet.columns(),
        readiness_sheet.rows(readiness.customers),
    )


@needs("customers.view_customer", "customers.change_customer")
def switch(request: SignedInRequest) -> HttpResponse:
    """Switch all who can be, of a status or of those chosen; without a post, ask first."""
    data = request.POST if request.method == "POST" else request.GET
    readiness, chosen, everyone = Readiness(data, request.user), _chosen(data), "all" in data
    customers = readiness.customers if everyone else Customer.objects.visible_to(request.user)
    if request.method == "POST" and everyone:
        _tell(request, Switched(switch_to_ehf(customers, request.user), Counter()))
        return redirect_to(request, readiness.url())
    if request.method == "POST" and chosen:
        _tell(request, switch_chosen(chosen, customers, request.user))
        return redirect_to(request, readiness.url())
    if not everyone:
        customers = customers.filter(pk__in=chosen)
    customers = customers.filter(switchable()).order_by("sort_name", "pk")
    count = customers.count()
    context = {
        "readiness": readiness,
        "everyone": everyone,
        "chosen": chosen,
        "count": count,
        "left": 0 if everyone else len(chosen) - count,
        "names": customers.values_list("name", flat=True)[:_NAMED],
        "unnamed": max(count - _NAMED, 0),
    }
    return render_page(
        request,
        "customers/einvoicing_switch.html",
        "customers/einvoicing/_switch.html",
        context,
        status=INVALID if request.method == "POST" else 200,
    )


def _chosen(data: QueryDict) -> list[int]:
    """Return the keys of the customers that were ticked; what is no key is left out."""
    keys = data.getlist("customer")
    return sorted({int(key) for key in keys if is_key(key)})


def _tell(request: HttpRequest, switched: Switched) -> None:
    """Say how many were switched, and of the others why not."""
    if switched.count:
        done = ngettext(
            "%(count)s customer gets EHF from now on.",
            "%(count)s customers get EHF from now on.",
            switched.count,
        )
        messages.success(
            request,
            f"{done % {'count': grouped(switched.count)}} "
            + _("What they got before stands in their history."),
        )
    elif not switched.left:
        messages.info(request, _("There was nobody left to switch."))
    if switched.left:
        reasons = ", ".join(_reason(why, count) for why, count in switched.left.items())
        messages.warning(
            request, _("Left as they are: %(reasons)s.") % {"reasons": reasons.rstrip(".")}
        )


def _reason(standing: Standing | None, count: int) -> str:
    """Return why so many customers were not switched."""
    texts = {
        Standing.GETS_EHF: ngettext(
            "%(count)s gets EHF already", "%(count)s get EHF already", count
        ),
        Standing.SWITCHABLE: ngettext(
            "%(count)s changed meanwhile", "%(count)s changed meanwhile", count
        ),
        Standing.UNREACHABLE: ngettext(
            "%(count)s cannot receive EHF", "%(count)s cannot receive EHF", count
        ),
        Standing.UNKNOWN: ngettext(
            "%(count)s may not receive EHF: not known yet",
            "%(count)s may not receive EHF: not known yet",
            count,
        ),
        Standing.NO_NUMBER: ngettext(
            "%(count)s has no reg. no.", "%(count)s have no reg. no.", count
        ),
        None: ngettext(
            "%(count)s is no Norwegian customer any more",
            "%(count)s are no Norwegian customers any more",
            count,
        ),
    }
    return texts[standing] % {"count": grouped(count)}
