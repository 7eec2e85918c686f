"""The invoices, their lines and hours, and how soon they were paid."""

from collections.abc import Iterable, Iterator
from datetime import date

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from moment.ledger.models import BilledTime, Invoice, InvoiceLine
from moment.statistics import billed, invoiced, paying
from moment.statistics.rows.listing import AMOUNT, COUNT, DAY, HOURS, NOTHING, Cell, Heading, Rows


class Invoices(Rows):
    name, title = "invoiced", gettext_lazy("Invoiced, excl. VAT")

    @property
    def found(self) -> QuerySet[Invoice]:
        rows = invoiced.invoices(self.customers, self.statistics.period)
        if day := self._month:
            rows = rows.filter(issued_on__year=day.year, issued_on__month=day.month)
        return rows.order_by("-issued_on", "-pk")

    @property
    def _month(self) -> date | None:
        try:
            return date.fromisoformat(f"{self.data.get('month', '')}-01")
        except ValueError:
            return None

    @property
    def headings(self) -> list[Heading]:
        months = self.statistics.months
        if day := self._month:
            months = [month for month in months if month.name == f"{day:%Y-%m}"]
        return [
            Heading(_("Date"), DAY),
            Heading(_("No.")),
            Heading(_("Type")),
            Heading(_("Currency")),
            Heading(_("Amount"), AMOUNT),
            Heading(self.statistics.currency, AMOUNT, sum((m.amount for m in months), NOTHING)),
        ]

    def cells(self, rows: Iterable[Invoice]) -> Iterator[list[Cell]]:
        for row in rows:
            yield [
                Cell(row.issued_on),
                Cell(row.number, row.get_absolute_url()),
                Cell(row.get_kind_display()),
                Cell(row.currency),
                Cell(row.net),
                Cell(row.net * (row.rate or NOTHING)),
            ]


class Lines(Rows):
    """Lines of invoices, of one project with `project`, of none with 0."""

    name, title = "lines", gettext_lazy("Lines of invoices")

    @property
    def found(self) -> QuerySet[InvoiceLine]:
        rows = invoiced.lines(self.customers, self.statistics.period)
        if (key := self._key("project")) is not None:
            rows = rows.filter(project=key or None)
        rows = rows.select_related("invoice", "project")
        return rows.order_by("-invoice__issued_on", "-invoice", "order", "pk")

    @property
    def headings(self) -> list[Heading]:
        key = self._key("project")
        rows = self.statistics.projects
        if key is not None:
            rows = [row for row in rows if (row.of.pk if row.of else 0) == key]
        return [
            Heading(_("Date"), DAY),
            Heading(_("Invoice")),
            Heading(_("Project")),
            Heading(_("Text")),
            Heading(_("Currency")),
            Heading(_("Amount"), AMOUNT),
            Heading(self.statistics.currency, AMOUNT, sum((r.income for r in rows), NOTHING)),
        ]

    def cells(self, rows: Iterable[InvoiceLine]) -> Iterator[list[Cell]]:
        for row in rows:
            invoice, project = row.invoice, row.project
            yield [
                Cell(invoice.issued_on),
                Cell(invoice.number, invoice.get_absolute_url()),
                Cell(str(project), project.get_absolute_url()) if project else Cell(""),
                Cell(row.text),
                Cell(invoice.currency),
                Cell(row.amount),
                Cell(row.amount * (invoice.rate or NOTHING)),
            ]


class BilledHours(Rows):
    """Hours on invoices, and what credit notes released; of one person with `person`."""

    name, title = "billed", gettext_lazy("Invoiced hours")

    @property
    def found(self) -> QuerySet[BilledTime]:
        period, keys = self.statistics.period, []
        for document in (billed.ON_INVOICE, billed.ON_CREDIT_NOTE):
            rows = billed.rows_on(document, self.customers, period)
            if person := self._key("person"):
                rows = rows.filter(entry__user=person)
            keys.append(rows.order_by().values("pk"))
        rows = BilledTime.objects.filter(pk__in=keys[0].union(keys[1]))
        rows = rows.select_related(
            "line__invoice", "released_by", "entry__user", "entry__activity__project"
        )
        return rows.order_by("-entry__day", "-pk")

    @property
    def headings(self) -> list[Heading]:
        person = self._key("person")
        rows = [row for row in self.statistics.billed if not person or row.user == person]
        return [
            Heading(_("Date"), DAY),
            Heading(_("Invoice")),
            Heading(_("Credit note")),
            Heading(_("Colleague")),
            Heading(_("Project")),
            Heading(_("Hours"), HOURS, sum((row.hours for row in rows), NOTHING)),
            Heading(self.statistics.currency, AMOUNT, sum((r.amount for r in rows), NOTHING)),
        ]

    def cells(self, rows: Iterable[BilledTime]) -> Iterator[list[Cell]]:
        for row in rows:
            entry, invoice, note = row.entry, row.line.invoice, row.released_by
            note = note if note and self._counts(note) else None
            hours = amount = NOTHING
            part = self.statistics.scope.part(
                entry.activity.project_id, row.line.price_model_id, self.customers[0]
            )
            for document, sign in ((invoice, 1), (note, -1)):
                if document and self._counts(document):
                    hours += sign * entry.hours * part
                    amount += sign * row.amount * (document.rate or NOTHING)
            project = entry.activity.project
            yield [
                Cell(entry.day),
                Cell(invoice.number, invoice.get_absolute_url()),
                Cell(note.number, note.get_absolute_url()) if note else Cell(""),
                Cell(str(entry.user)),
                Cell(project.name, project.get_absolute_url()),
                Cell(hours),
                Cell(amount),
            ]

    def _counts(self, document: Invoice) -> bool:
        period = self.statistics.period
        if document.customer_id not in self.customers or document.number is None:
            return False
        return bool(document.issued_on and period.first <= document.issued_on <= period.last)


class Paid(Rows):
    name, title = "paid", gettext_lazy("Days to pay")

    @property
    def found(self) -> QuerySet[Invoice]:
        rows = paying.invoices(self.customers, self.statistics.period)
        return rows.order_by("-settled_on", "-pk")

    @property
    def headings(self) -> list[Heading]:
        paid = self.statistics.paid
        return [
            Heading(_("No.")),
            Heading(_("Date"), DAY),
            Heading(_("Due date"), DAY),
            Heading(_("Paid"), DAY),
            Heading(_("Terms, days"), COUNT, paid.days_given),
            Heading(_("Paid in, days"), COUNT, paid.days_taken),
        ]

    def cells(self, rows: Iterable[Invoice]) -> Iterator[list[Cell]]:
        for row in rows:
            yield [
                Cell(row.number, row.get_absolute_url()),
                Cell(row.issued_on),
                Cell(row.due_on),
                Cell(row.settled_on),
                Cell(row.given),  # type: ignore[attr-defined]
                Cell(row.taken),  # type: ignore[attr-defined]
            ]
