"""Saved filters of the overview: keeping one, giving it another name, removing it."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from customers import saved_filters
from customers.forms.saved_filter import SavedFilterForm
from customers.models import SavedFilter
from customers.overview import Overview
from moment.access import SignedInRequest, needs
from moment.htmx import INVALID, redirect_to, render_page


@needs("customers.view_customer")
def new(request: SignedInRequest) -> HttpResponse:
    """Keep what the overview is narrowed by; without a post, ask for its name."""
    posted = request.method == "POST"
    asked = QueryDict(request.POST.get("query", "")) if posted else request.GET
    shown = Overview(asked, request.user)
    made = SavedFilter(owner=request.user, query=shown.query)
    form = SavedFilterForm(request.POST if posted else None, instance=made)
    if form.is_valid() and form.try_to_save():
        messages.success(request, _("The filter %(name)s is saved.") % {"name": made})
        return redirect_to(request, shown.url())
    return _asked(request, "new", {"form": form, "overview": shown}, form)


@needs("customers.view_customer")
def edit(request: SignedInRequest, pk: int) -> HttpResponse:
    """Give a filter of one's own another name, or share it, or no more."""
    kept = _own(request, pk)
    form = SavedFilterForm(request.POST if request.method == "POST" else None, instance=kept)
    back = Overview(QueryDict(kept.query), request.user).url()
    if form.is_valid() and form.try_to_save():
        messages.success(request, _("Saved."))
        return redirect_to(request, back)
    return _asked(request, "edit", {"form": form, "pk": pk, "back": back}, form)


@needs("customers.view_customer")
def remove(request: SignedInRequest, pk: int) -> HttpResponse:
    """Remove a filter of one's own after a question; the customers stay."""
    kept = _own(request, pk)
    back = Overview(QueryDict(kept.query), request.user).url()
    if request.method == "POST":
        saved_filters.remove(kept)
        messages.success(request, _("The filter %(name)s is removed.") % {"name": kept})
        return redirect_to(request, back)
    return _asked(request, "remove", {"filter": kept, "back": back})


def _own(request: SignedInRequest, pk: int) -> SavedFilter:
    return get_object_or_404(SavedFilter, pk=pk, owner=request.user)


def _asked(
    request: SignedInRequest,
    which: str,
    context: dict[str, Any],
    form: SavedFilterForm | None = None,
) -> HttpResponse:
    """Answer a dialog, or a page of its own."""
    fragment = f"customers/saved_filter/_{which}.html"
    status = INVALID if form is not None and form.is_bound else 200
    page = "customers/saved_filter.html"
    return render_page(request, page, fragment, context | {"fragment": fragment}, status)
