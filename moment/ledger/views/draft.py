"""One draft: the editor for whoever may change it, and what it says for whoever may only look."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from moment import meanwhile
from moment.access import needs
from moment.htmx import INVALID, redirect_to, wants_fragment
from moment.invoice_settings.declared import SETTINGS
from moment.invoice_settings.words import words
from moment.ledger import editing
from moment.ledger.forms.draft import REFERENCES, SENDING, TEXTS
from moment.ledger.freeing import Freed
from moment.ledger.invoice_page import InvoicePage
from moment.ledger.models import Invoice
from moment.ledger.views.draft_editor import Editor
from moment.ledger.views.loading import visible_draft

# The buttons that change what is typed and save nothing.
LINES, CURRENCY = "line", "currency_changed"


@needs("ledger.view_invoice")
def draft(request: HttpRequest, pk: int) -> HttpResponse:
    may_change = request.user.has_perm("ledger.change_invoice")
    if request.method == "POST" and not may_change:
        raise PermissionDenied
    invoice = visible_draft(request.user, pk)
    if request.method != "POST":
        if invoice.is_final:
            return redirect(invoice)
        return Editor(request, invoice).page() if may_change else _read(request, invoice)
    if LINES in request.POST:
        editor = Editor(request, invoice, typed=request.POST)
        editor.lines.press(request.POST[LINES])
        return _part(editor, "ledger/draft/_lines.html", ready_beside=True)
    if CURRENCY in request.POST:
        return _currency(request, invoice)
    return _save(request, invoice)


@needs("ledger.view_invoice", "ledger.change_invoice")
@require_POST
def totals(request: HttpRequest, pk: int) -> HttpResponse:
    """Answer what the lines come to as they are typed, and what else follows. Saves nothing."""
    editor = Editor(request, visible_draft(request.user, pk), typed=request.POST)
    posted = {n for n in range(len(editor.lines.rows)) if f"lines-{n}-amount" in request.POST}
    return editor.part("ledger/draft/_totals.html", beside=True, has_amount=posted)


def _read(request: HttpRequest, invoice: Invoice) -> HttpResponse:
    split = [one for one in Invoice.objects.of_split(invoice) if one.pk != invoice.pk]
    value = invoice.written.value
    names = ("credit_terms", *REFERENCES, *SENDING)
    facts = [(SETTINGS[name].label, words(SETTINGS[name], value(name))) for name in names]
    context = {
        "invoice": invoice,
        "page": InvoicePage(invoice),
        "split": split,
        "texts": [text for name in TEXTS if (text := value(name))],
        "facts": [(label, text) for label, text in facts if text],
    }
    return render(request, "ledger/draft_read.html", context)


def _currency(request: HttpRequest, invoice: Invoice) -> HttpResponse:
    """Propose the exchange rate of another currency, and save nothing."""
    data = request.POST.copy()
    data.pop("rate", None)
    return _part(Editor(request, invoice, typed=data), "ledger/draft/_currency.html")


def _part(editor: Editor, template: str, **more: object) -> HttpResponse:
    if wants_fragment(editor.request):
        return editor.part(template, **more)
    return editor.page()


def _save(request: HttpRequest, invoice: Invoice) -> HttpResponse:
    editor = Editor(request, invoice, posted=request.POST)
    if invoice.is_final:
        editor.merge(request.POST, invoice)
    elif editor.is_valid():
        shown = meanwhile.version(request.POST, invoice)
        try:
            freed = editing.save(editor.form.draft(), editor.lines.lines(), version=shown)
        except editing.ChangedMeanwhile as error:
            if error.stored is None:
                editor.gone = editor.closed = True
            else:
                editor.merge(request.POST, visible_draft(request.user, invoice.pk))
        except ValidationError as error:
            editor.form.add_error(None, error)
        else:
            return _saved(request, invoice, freed)
    return editor.page(status=INVALID)


def _saved(request: HttpRequest, invoice: Invoice, freed: Freed) -> HttpResponse:
    """Lead on to what the button said is next, so that it is done with what was typed."""
    url, then = invoice.get_absolute_url(), request.POST.get("then", "")
    messages.success(request, " ".join(filter(None, [_("The draft is saved."), str(freed)])))
    if then == "finalise":
        return redirect_to(request, reverse("ledger:finalise", args=[invoice.pk]))
    is_previewed = then == "preview" or "preview" in request.GET  # it stays open
    return redirect_to(request, f"{url}?preview=1#preview" if is_previewed else url)
