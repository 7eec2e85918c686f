"""Pages to measure against: as little as a page can be, and what Django's admin makes of it."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render

from customers.models import Customer
from customers.overview import Overview
from moment.access import for_everyone_signed_in, needs
from moment.htmx import render_page

# The overview that `from_memory` shows, kept by `remember`.
_kept: dict[str, Overview] = {}


@for_everyone_signed_in
def empty(request: HttpRequest) -> HttpResponse:
    """Answer next to nothing; the session and the user have been read."""
    return HttpResponse(f"<!doctype html><title>{request.user.get_username()}</title>")


@needs("customers.view_customer")
def shell(request: HttpRequest) -> HttpResponse:
    """Answer the frame around every page, with nothing in it."""
    return render(request, "base.html")


def remember(user: Any) -> None:
    """Keep the overview's first page, everything fetched."""
    _kept["overview"] = overview = Overview(QueryDict(), user)
    # Whatever the templates ask for is cached on the object by asking for it once.
    _ = overview.params, overview.counts, overview.tabs, overview.page, overview.columns
    _ = overview.filter.menus, overview.filter.rarer_menus


@needs("customers.view_customer")
def from_memory(request: HttpRequest) -> HttpResponse:
    """Answer the overview's first page without asking for customers."""
    return render_page(
        request,
        "customers/overview.html",
        "customers/overview/_results.html",
        {"overview": _kept["overview"], "nothing_yet": False},
    )


class CustomerAdmin(admin.ModelAdmin):
    """The overview as one would write it in the admin in a minute."""

    list_display = [
        "number",
        "name",
        "org_number",
        "status",
        "tag_names",
        "relation",
        "visiting_city",
        "responsible",
        "last_activity_at",
    ]
    list_filter = ["status", "tags", "relation", "responsible"]
    list_select_related = ["responsible"]
    list_per_page = 50
    search_fields = ["name", "number", "org_number", "email", "visiting_city"]
    ordering = ["-sort_number"]

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("tags")

    def tag_names(self, customer):
        return ", ".join(tag.name for tag in customer.tags.all())


site = admin.AdminSite(name="bench_admin")
site.register(Customer, CustomerAdmin)
