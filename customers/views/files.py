"""The files of a customer: the list, adding some, and handing them out."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from customers import files as customer_files
from customers.file_list import FileList
from customers.models import Customer, File
from customers.views.loading import moved, row_of, visible_customer
from moment import content as contents
from moment.access import SignedInRequest, needs
from moment.htmx import INVALID, redirect_to, render_page, wants_fragment


@needs("customers.view_customer")
def files(request: HttpRequest, number: str) -> HttpResponse:
    customer = visible_customer(request.user, number)
    if redirect := moved(request, customer, number):
        return redirect
    return _page(request, customer)


@needs("customers.view_customer", "customers.add_file")
def add(request: SignedInRequest, number: str) -> HttpResponse:
    """Keep the files sent. The script sends one at a time, and wants to know what is wrong."""
    customer = visible_customer(request.user, number)
    if request.method != "POST":  # back from signing in
        return redirect_to(request, reverse("customers:files", args=[customer.number]))
    uploads = request.FILES.getlist("files")
    taken = customer_files.take_in(customer, uploads, request.user)
    problems = [] if uploads else [_("Choose one or more files first.")]
    if wants_fragment(request):
        context = {"refused": taken.refused, "problems": problems}
        status = INVALID if taken.refused or problems else 200
        return render(request, "customers/files/_refused.html", context, status=status)
    if taken.added:
        count = len(taken.added)
        text = ngettext("%(count)s file added.", "%(count)s files added.", count)
        messages.success(request, text % {"count": count})
    if taken.refused or problems:
        return _page(request, customer, INVALID, refused=taken.refused, problems=problems)
    return redirect_to(request, reverse("customers:files", args=[customer.number]))


@needs("customers.view_customer")
@require_safe
def download(request: HttpRequest, number: str, pk: int) -> HttpResponseBase:
    file = _file(request, number, pk)
    return contents.download(file.content, file.name, request=request)


@needs("customers.view_customer")
@require_safe
def preview(request: HttpRequest, number: str, pk: int) -> HttpResponseBase:
    """Answer a picture or a PDF to be shown in the page; nothing else ever is."""
    file = _file(request, number, pk)
    return contents.preview(file.content, file.name, request=request)


@needs("customers.view_customer")
@require_safe
def version(request: HttpRequest, number: str, pk: int, version: int) -> HttpResponseBase:
    """Hand out what the file held at this version."""
    file = _file(request, number, pk)
    held = next((v for v in customer_files.versions_of(file) if v.number == version), None)
    if held is None:
        raise Http404
    return contents.download(held.content, held.name, request=request)


def _file(request: HttpRequest, number: str, pk: int) -> File:
    customer = visible_customer(request.user, number)
    file: File = row_of(customer, customer.files.select_related("content"), pk)
    return file


def _page(
    request: HttpRequest, customer: Customer, status: int = 200, **context: object
) -> HttpResponse:
    context |= {
        "customer": customer,
        "tags": customer.tags.all(),
        "list": FileList(customer, request.GET),
    }
    return render_page(
        request, "customers/files.html", "customers/files/_list.html", context, status
    )
