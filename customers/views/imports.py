"""Customers from a file: choosing it, the dry run, the import, and what came of it."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import FileResponse, Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from customers import importing
from customers.forms.customer_import import ImportFileForm
from customers.importing import Plan, Table
from customers.models import Customer, CustomerImport
from moment.access import SignedInRequest, needs
from moment.content import Refused
from moment.htmx import INVALID
from moment.reading_rows import NotReadable
from moment.tabular import Column, xlsx_response

SHOWN = 100  # rows of each kind that are listed; the spreadsheet has all
FIRST = 20  # customers that are shown as they will be


@needs("customers.view_customer", "customers.add_customer")
def new(request: SignedInRequest) -> HttpResponse:
    is_sent = request.method == "POST"
    form = ImportFileForm(request.POST, request.FILES) if is_sent else ImportFileForm()
    if form.is_valid():
        try:
            made = importing.take_in(form.cleaned_data["file"], request.user)
        except (Refused, NotReadable) as error:
            form.add_error("file", str(error))
        else:
            return HttpResponseRedirect(reverse("customers:import_file", args=[made.pk]))
    context = {
        "form": form,
        "columns": [column.label for column in importing.COLUMNS],
        "most_rows": importing.MOST_ROWS,
        "most_bytes": importing.MOST_BYTES,
    }
    status = INVALID if form.errors else 200
    return render(request, "customers/import.html", context, status=status)


@needs("customers.view_customer", "customers.add_customer")
def show(request: SignedInRequest, pk: int) -> HttpResponse:
    made = _of(request, pk)
    if request.method == "POST":
        try:
            importing.carry_out(made, request.user)
        except ValidationError as error:  # the series has no more numbers
            messages.error(request, error.messages[0])
        except (NotReadable, OSError, CustomerImport.DoesNotExist) as error:
            raise Http404 from error
        return HttpResponseRedirect(reverse("customers:import_file", args=[made.pk]))
    if made.is_done:
        return render(request, "customers/import_done.html", _done(request, made))
    table = _table(made)
    plan = Plan(importing.rows_of(table), request.user)
    context = {
        "made": made,
        "table": table,
        "plan": plan,
        "refused": importing.told(plan.refused[:SHOWN]),
        "there": importing.told(plan.there[:SHOWN]),
        "doubtful": plan.doubtful[:SHOWN],
        "first": [(row, plan.customer_of(row)) for row in plan.new[:FIRST]],
    }
    return render(request, "customers/import_dry_run.html", context)


@needs("customers.view_customer", "customers.add_customer")
@require_safe
def left_out(request: SignedInRequest, pk: int) -> FileResponse:
    """Answer a spreadsheet of the rows that are left out, with why, to be put right and sent."""
    made = _of(request, pk)
    table = _table(made)
    if made.is_done:
        why = {one["line"]: _in_words(one) for one in made.left_out}
    else:
        plan = Plan(importing.rows_of(table), request.user, warn=False)
        why = {one["line"]: _in_words(one) for one in importing.told(plan.left_out)}
    rows = (
        [*(cells.get(name, "") for name in table.columns), why[line]]
        for line, cells in table.rows
        if line in why
    )
    columns = [*(Column(label, 20) for label in table.labels), Column(_("Why left out"), 60)]
    return xlsx_response(f"{_('Left out')}-{made.pk}", _("Left out"), columns, rows)


@needs("customers.view_customer", "customers.add_customer")
@require_safe
def template(request: SignedInRequest) -> FileResponse:
    """Answer an empty spreadsheet with the headings that an import understands."""
    columns = [Column(str(column.label), column.width) for column in importing.COLUMNS]
    return xlsx_response(_("Customers"), _("Customers"), columns, [])


def _of(request: SignedInRequest, pk: int) -> CustomerImport:
    mine = CustomerImport.objects.filter(made_by=request.user).select_related("content")
    return get_object_or_404(mine, pk=pk)


def _table(made: CustomerImport) -> Table:
    try:
        return importing.table_of(made)
    except (NotReadable, OSError) as error:
        raise Http404 from error


def _done(request: SignedInRequest, made: CustomerImport) -> Mapping[str, Any]:
    created = Customer.objects.visible_to(request.user).filter(pk__in=made.created[:SHOWN])
    return {
        "made": made,
        "created": created.order_by("pk").only("number", "name"),
        "since": [one for one in made.left_out if one.get("since")][:SHOWN],
        "left_out": [one for one in made.left_out if not one.get("since")][:SHOWN],
        "compared": len(made.created) <= importing.MOST_COMPARED,
    }


def _in_words(one: Mapping[str, Any]) -> str:
    """Return why a row is left out, in a line."""
    if one["there"]:
        return f"{one['there']}: {one['customer']}" if one["customer"] else one["there"]
    return " ".join(f"{heading}: {text}" for heading, text in one["why"])
