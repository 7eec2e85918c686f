"""OCR giro: looking at a file, booking it, and saying whose the rest is."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.db.models import Count, F, QuerySet, Sum
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _

from customers.models import Customer
from moment.access import SignedInRequest, needs
from moment.htmx import INVALID, redirect_to, render_page
from moment.ledger import reading
from moment.ledger.forms.ocr import AssignForm, OcrForm
from moment.ledger.models import OcrFile, OcrPayment
from moment.ledger.reading import Row
from moment.projects.sums import exact

MOST = 100  # files and rows that are listed
_BOOK = "book"


@needs("ledger.view_invoice", "ledger.view_payment", "ledger.add_payment")
def ocr(request: SignedInRequest) -> HttpResponse:
    form = OcrForm(request.POST or None, request.FILES or None)
    if request.method != "POST":
        return _page(request, OcrForm())
    if not form.is_valid():
        return _page(request, form, status=INVALID)
    assert form.found is not None
    before = reading.read_before(form.content, form.found)
    if before is None and request.POST.get("do") == _BOOK and not request.FILES:
        try:
            file = reading.read(form.content, name=form.name, by=request.user)
        except reading.ReadBefore as error:
            before = error.file
        except reading.NothingNew as error:
            form.add_error("file", str(error))
        except reading.ChangedMeanwhile:
            form.add_error("file", _("Customers were merged meanwhile. Send it once more."))
        else:
            messages.success(request, _("The file is booked."))
            return HttpResponseRedirect(reverse("ledger:ocr_file", args=[file.pk]))
    if before is not None or form.errors:
        return _page(request, form, before=before, status=INVALID)
    return _page(request, form, looked=Looked(reading.look(form.found)))


@needs("ledger.view_invoice", "ledger.view_payment", "ledger.add_payment")
def ocr_file(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what a file held and what became of it."""
    file = get_object_or_404(OcrFile.objects.select_related("read_by"), pk=pk)
    rows = file.rows.select_related("payment__customer").order_by(
        F("payment").asc(nulls_first=True), "pk"
    )
    context = {"file": file, "rows": rows[:1000], "total": _sums(file.rows.all())}
    return render(request, "ledger/ocr_file.html", context)


@needs(
    "customers.view_customer", "ledger.view_invoice", "ledger.view_payment", "ledger.add_payment"
)
def assign(request: SignedInRequest, pk: int) -> HttpResponse:
    """Say whose a payment is: then it is open to that customer's credit, to be matched."""
    row = OcrPayment.objects.select_related("file", "payment").filter(pk=pk).first()
    if row is None:
        raise Http404
    visible = Customer.objects.visible_to(request.user)
    form = AssignForm(request.POST or None, visible=visible)
    problem = _assigned_already() if row.payment_id else ""
    if request.method == "POST" and not problem and form.is_valid():
        try:
            paid = reading.assign(row, form.cleaned_data["customer"], by=request.user)
        except reading.CannotAssign as error:
            problem = str(error)
        else:
            messages.success(request, _("It is to the customer's credit now. Match it next."))
            return redirect_to(request, reverse("ledger:payment", args=[paid.pk]))
    context = {"title": _("Whose payment is this?"), "form": form, "row": row, "problem": problem}
    context["why"] = "" if problem else reading.why_waiting(row)
    context |= {"action": request.path, "fragment": "ledger/ocr/_assign.html"}
    status = INVALID if request.method == "POST" else 200
    return render_page(
        request, "ledger/payment_sheet.html", "ledger/ocr/_assign.html", context, status
    )


class Looked:
    """What would become of the payments of a file, by what it is."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self.rows = rows
        self.new = [row for row in rows if row.is_new]
        # What needs a look stands first.
        order = (reading.UNKNOWN, reading.CREDIT, reading.FOREIGN, reading.SEEN, reading.SETTLES)
        self.sorted = sorted(rows, key=lambda row: (order.index(row.state), row.paid.line))

    @property
    def counts(self) -> list[dict[str, Any]]:
        words = {
            reading.SETTLES: _("settle an invoice"),
            reading.CREDIT: _("go to a customer's ledger without settling"),
            reading.UNKNOWN: _("wait until somebody says whose they are"),
            reading.SEEN: _("are booked already"),
            reading.FOREIGN: _("were paid to another account, and are left out"),
        }
        found = []
        for state, text in words.items():
            some = [row for row in self.rows if row.state == state]
            if some:
                amount = sum(row.paid.amount for row in some)
                found.append({"state": state, "n": len(some), "amount": amount, "words": text})
        return found


def _page(
    request: HttpRequest,
    form: OcrForm,
    *,
    looked: Looked | None = None,
    before: OcrFile | None = None,
    status: int = 200,
) -> HttpResponse:
    counted = OcrFile.objects.annotate(n=Count("rows"), amount=Sum("rows__amount"))
    unknown = OcrPayment.objects.unknown()
    context = {
        "form": form,
        "looked": looked,
        "before": before,
        "files": counted.select_related("read_by").order_by("-pk")[:MOST],
        "unknown": unknown.select_related("file").order_by("-pk")[:MOST],
        "unknown_total": _sums(unknown),
    }
    return render(request, "ledger/ocr.html", context, status=status)


def _sums(rows: QuerySet) -> dict[str, Any]:
    found = rows.aggregate(n=Count("pk"), amount=Sum("amount"), known=Count("payment"))
    return {**found, "amount": exact(found["amount"]), "unknown": found["n"] - found["known"]}


def _assigned_already() -> str:
    return _("Somebody has said already whose this payment is.")
