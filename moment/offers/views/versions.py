"""The versions of an offer: looking at one, making the next, and leaving one aside."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from moment.access import SignedInRequest, needs
from moment.htmx import INVALID, redirect_to, render_page
from moment.offers import conditions, editing, links, totals, trail
from moment.offers.models import Offer
from moment.offers.views.loading import visible_offer, visible_version


@needs("offers.view_offer")
def version(request: HttpRequest, number: str, revision: int) -> HttpResponse:
    """Show one version as it was sent, or as it is written by now."""
    return document(request, visible_version(request.user, number, str(revision)))


@needs("offers.view_offer", "offers.change_offer")
def new_version(request: SignedInRequest, number: str) -> HttpResponse:
    offer = visible_offer(request.user, number)
    problem = ""
    if request.method == "POST":
        try:
            new = editing.new_version(offer, request.user)
        except editing.ChangedMeanwhile:
            problem = _("The offer has changed meanwhile, and there can be no new version now.")
        except ValidationError as error:
            problem = " ".join(error.messages)
        else:
            words = _("Version %(version)s is made. The customer cannot answer the one before.")
            messages.success(request, words % {"version": new.revision})
            return redirect_to(request, new.get_absolute_url())
    elif offer.state not in editing.RENEWED:
        problem = _("Only an offer that was sent and is not accepted gets a new version.")
    title = _("New version of offer %(number)s") % {"number": offer.number}
    context = {"title": title, "problem": problem}
    return sheet(request, offer, "offers/offer/_new_version.html", context)


@needs("offers.view_offer", "offers.change_offer")
def discard(request: HttpRequest, number: str) -> HttpResponse:
    offer = visible_offer(request.user, number)
    problem = "" if offer.is_open else _("The offer was sent, so it stays.")
    if request.method == "POST" and not problem:
        shown = request.POST.get("version", "")
        version = int(shown) if shown.isdecimal() and len(shown) < 9 else 0
        try:
            before = editing.discard(offer, version=version)
        except editing.ChangedMeanwhile:
            offer = visible_offer(request.user, number)
            problem = _("Somebody has changed the offer meanwhile. Look at it before you discard.")
        else:
            messages.success(request, _("The draft is gone."))
            url = before.get_absolute_url() if before else reverse("offers:offers")
            return redirect_to(request, url)
    title = _("Discard the draft")
    context = {"title": title, "problem": problem}
    return sheet(request, offer, "offers/offer/_discard.html", context)


def document(request: HttpRequest, offer: Offer) -> HttpResponse:
    """Answer an offer to be read."""
    holds = conditions.of(offer)
    lines = list(offer.lines.select_related("role"))
    versions = trail.versions_of(offer)
    context = {
        "offer": offer,
        "holds": holds,
        "rows": [(line, totals.of_line(line, holds.currency)) for line in lines],
        "totals": totals.of(lines, offer.discount, holds.vat_rate, holds.currency),
        "events": trail.of(offer),
        "has_links": versions[0] == offer and links.holding(offer).exists(),
        "versions": versions,
        "newest": versions[0],
        "tags": offer.tags.all(),
    }
    return render(request, "offers/document.html", context)


def sheet(
    request: HttpRequest, offer: Offer, fragment: str, context: dict[str, Any]
) -> HttpResponse:
    """Answer a dialog over the page of an offer; with a `problem` after sending, as refused."""
    refused = request.method == "POST"
    context = {"offer": offer, "fragment": fragment, "action": request.path, **context}
    status = INVALID if refused else 200
    return render_page(request, "offers/sheet.html", fragment, context, status)
