"""What the pages of the editor are made of: the draft as it is stored or typed."""

from copy import copy
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render

from customers import invoicing
from moment import meanwhile
from moment.htmx import wants_fragment
from moment.ledger import checks, crediting, editing, freeing, parties, totals
from moment.ledger.forms.draft import DraftForm
from moment.ledger.forms.line import Lines, about, texts_of
from moment.ledger.models import Invoice, InvoiceLine
from moment.models import CompanySettings


class Editor:
    """A draft in its form: as stored, as `typed` without being checked, or as posted to be saved.

    `invoice` stays as it is stored.
    """

    def __init__(
        self,
        request: HttpRequest,
        invoice: Invoice,
        *,
        typed: QueryDict | None = None,
        posted: QueryDict | None = None,
    ) -> None:
        self.request, self.invoice = request, invoice
        self.company = CompanySettings.current()
        self.merged = self.closed = self.gone = False
        self.stored = list(invoice.lines.all())
        data = typed if posted is None else posted
        self.form = self._form(posted, posted=typed)
        if data is None:
            self.lines = Lines.stored(self._about())
            self.form.initial["seen"] = self._seen(self.form)
        else:
            self.lines = Lines.read(data, self._about())

    def _form(self, data: QueryDict | None = None, **options: Any) -> DraftForm:
        is_from_work = editing.is_from_work(self.invoice, self.stored)
        options |= {"instance": copy(self.invoice), "company": self.company}
        return DraftForm(data, is_from_work=is_from_work, **options)

    def _about(self) -> Any:
        return about(self.invoice, self.stored, self.form.currency_now, self.company)

    def _texts(self) -> dict[str, dict[str, str]]:
        return {str(line.pk): texts_of(line, self.invoice.sign) for line in self.stored}

    def _seen(self, form: DraftForm) -> str:
        return meanwhile.seen(self.invoice, meanwhile.shown(form, form.names), self._texts())

    def is_valid(self) -> bool:
        """Check the form and all lines, so that all that is wrong is said at once."""
        fine = [self.form.is_valid(), self.lines.is_valid()]
        return all(fine)

    def merge(self, data: QueryDict, stored: Invoice) -> None:
        """Lay what was typed over what somebody else has saved, and say what that was."""
        self.invoice, self.merged, self.closed = stored, True, stored.is_final
        self.stored = list(stored.lines.all())
        shown = self._form()
        now = meanwhile.shown(shown, shown.names)
        data, said = meanwhile.merged(data, now, shown.in_words)
        typed = self.request.POST
        data["seen"] = self._seen(shown)
        self.form = self._form(data)
        self.form.is_valid()
        for name, words in said.items():
            self.form.add_error(name, words)
        lines = Lines.read(typed, self._about())
        if not self.closed:
            meanwhile.merge_lines(typed, lines, self._texts())
        self.lines = lines

    def context(self) -> dict[str, Any]:
        """Return what the parts of the page need."""
        now = self.form.now()
        lines = self.lines.countable()
        found = totals.write_down(now, lines)
        return {
            "invoice": self.invoice,
            "form": self.form,
            "lines": self.lines,
            "now": now,
            "totals": totals.printed(now, lines),
            "is_negative": now.sign * found.gross < 0,
            "due_on": self.form.due_on(),
            "freed": freeing.of(self.lines.removed),
            "company": self.company,
            "is_fragment": wants_fragment(self.request),
            **self._ready(now, lines),
        }

    def _ready(self, now: Invoice, lines: list[InvoiceLine]) -> dict[str, Any]:
        """Return where it would go, and what keeps it from being finalised, as it is typed."""
        if self.closed or self.gone:
            return {}
        way = invoicing.value("invoice_type", now.customer, self.company, now.project)
        return {
            "destination": parties.destinations_of([now], self.company)[0],
            "is_own_way": now.written.value("invoice_type") != way,
            "problems": checks.of(now, lines, self.company) + crediting.problems(now, lines),
            "hints": checks.hints(now, self.company),
        }

    def part(self, template: str, **more: Any) -> HttpResponse:
        """Answer a part of the page, as it is typed."""
        return render(self.request, template, self.context() | more)

    def page(self, status: int = 200) -> HttpResponse:
        split = Invoice.objects.none() if self.gone else Invoice.objects.of_split(self.invoice)
        context = self.context() | {
            "merged": self.merged,
            "closed": self.closed,
            "gone": self.gone,
            "preview": "preview" in self.request.GET,
            "split": [one for one in split if one.pk != self.invoice.pk],
        }
        return render(self.request, "ledger/draft.html", context, status=status)
