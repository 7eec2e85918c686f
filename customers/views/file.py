"""One file of a customer, in dialogs that are pages of their own too."""

import re

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from customers import file_names
from customers import files as customer_files
from customers.file_list import FileList
from customers.forms.file import EditFileForm, ReplaceFileForm
from customers.holding import ChangedMeanwhile
from customers.models import Customer, File
from customers.views.loading import like_of, stayed_behind, visible_customer
from moment import content as contents
from moment.access import SignedInRequest, needs
from moment.htmx import INVALID, redirect_to, render_page


@needs("customers.view_customer")
def show(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """Show a picture or a PDF, with the ones before and after it in the list it came from."""
    customer = visible_customer(request.user, number)
    if (file := _file(customer, pk)) is None:
        return _gone(request, customer, pk)
    listed = FileList(customer, request.GET)
    before, after = listed.beside(file)
    family = file.content.kind.partition("/")[0]
    shown = contents.can_preview(file.content.kind)
    context: dict[str, object] = {"list": listed, "before": before, "after": after}
    context["shown_as"] = ("picture" if family == "image" else "document") if shown else ""
    return _dialog(request, "_preview", file, context)


@needs("customers.view_customer", "customers.change_file")
def edit(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    customer = visible_customer(request.user, number)
    if (file := _file(customer, pk)) is None:
        return _gone(request, customer, pk)
    form = EditFileForm(request.POST or None, instance=file)
    if form.is_valid():
        try:
            customer_files.edit(file, form.cleaned_data, form.shown)
        except customer_files.Gone:
            return _gone(request, customer, pk)
        except customer_files.NameTaken:
            form.add_error("name", _("Another file has this name."))
        except contents.Refused as refusal:
            form.add_error("name", str(refusal))
        except ChangedMeanwhile as error:
            form = form.after_change_by_others(error.stored)
        else:
            return _done(request, customer, _("Saved."))
    # A form that failed may have written on the instance; the dialog's own texts are as stored.
    stored = _file(customer, pk) or file
    return _dialog(request, "_edit", stored, {"form": form}, form.is_bound)


@needs("customers.view_customer", "customers.change_file")
def replace(request: SignedInRequest, number: str, pk: int) -> HttpResponse:
    customer = visible_customer(request.user, number)
    if (file := _file(customer, pk)) is None:
        return _gone(request, customer, pk)
    form = ReplaceFileForm(
        request.POST or None, request.FILES or None, initial={"version": file.version}
    )
    if form.is_valid():
        upload = form.cleaned_data["file"]
        name = file.name if form.cleaned_data["keep_name"] else upload.name
        try:
            content = contents.receive(upload)
            replaced = customer_files.replace(
                file, content, file_names.ending_as(name, upload.name), request.user
            )
        except customer_files.Gone:
            return _gone(request, customer, pk)
        except contents.Refused as refusal:
            form.add_error("file", str(refusal))
        else:
            return _replaced(request, customer, replaced, form.cleaned_data["version"])
    return _dialog(request, "_replace", file, {"form": form}, form.is_bound)


@needs("customers.view_customer", "customers.delete_file")
def delete(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    customer = visible_customer(request.user, number)
    if (file := _file(customer, pk)) is None:
        return _gone(request, customer, pk)
    changed = False
    if request.method == "POST":
        seen = request.POST.get("version", "")
        try:
            customer_files.delete(file, int(seen) if re.fullmatch("[0-9]{1,9}", seen) else 0)
        except customer_files.Gone:
            return _gone(request, customer, pk)
        except ChangedMeanwhile as error:
            file, changed = error.stored, True
        else:
            return _done(request, customer, _("“%(name)s” is deleted.") % {"name": file.name})
    return _dialog(request, "_delete", file, {"changed_meanwhile": changed}, changed)


@needs("customers.view_customer")
def versions(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    customer = visible_customer(request.user, number)
    if (file := _file(customer, pk)) is None:
        return _gone(request, customer, pk)
    held = customer_files.versions_of(file)
    return _dialog(request, "_versions", file, {"versions": held})


@needs("customers.view_customer", "customers.change_file")
@require_POST
def restore(request: SignedInRequest, number: str, pk: int, version: int) -> HttpResponse:
    customer = visible_customer(request.user, number)
    if (file := _file(customer, pk)) is None:
        return _gone(request, customer, pk)
    try:
        customer_files.restore_version(file, version, request.user)
    except customer_files.Gone:
        return _gone(request, customer, pk)
    told = {"version": version, "name": file.name}
    return _done(request, customer, _("“%(name)s” is again as in version %(version)s.") % told)


def _file(customer: Customer, pk: int) -> File | None:
    rows = customer.files.select_related("content", "uploaded_by")
    return rows.filter(pk=pk).first() or like_of(customer, rows, pk)


def _dialog(
    request: HttpRequest,
    fragment: str,
    file: File,
    context: dict[str, object],
    is_wrong: bool = False,
) -> HttpResponse:
    fragment = f"customers/files/{fragment}.html"
    context |= {"customer": file.customer, "file": file, "fragment": fragment}
    status = INVALID if is_wrong else 200
    return render_page(request, "customers/file.html", fragment, context, status)


def _list_url(customer: Customer) -> str:
    return reverse("customers:files", args=[customer.number])


def _done(request: HttpRequest, customer: Customer, text: str) -> HttpResponse:
    messages.success(request, text)
    return redirect_to(request, _list_url(customer))


def _replaced(
    request: HttpRequest, customer: Customer, file: File, seen: int | None
) -> HttpResponse:
    """Say what came of it: also that there was nothing new, or that somebody else was there."""
    if file.version == seen:
        messages.info(request, _("It is the same file as before, so there is no new version."))
        return redirect_to(request, _list_url(customer))
    if seen and file.version > seen + 1:
        text = _("Somebody else replaced it meanwhile. Both are kept, and yours is the newest.")
        messages.warning(request, text)
    text = _("“%(name)s” is version %(version)s now.")
    return _done(request, customer, text % {"name": file.name, "version": file.version})


def _gone(request: HttpRequest, customer: Customer, pk: int) -> HttpResponse:
    """Say what became of the file, back in the list; 404 where there never was one."""
    told = customer_files.told_gone(customer, pk)
    if not told and stayed_behind(customer, File, pk):
        told = _("The file was made one with another when customers were merged.")
    if not told:
        raise Http404
    messages.warning(request, told)
    return redirect_to(request, _list_url(customer))
