"""Invoices of a hundred lines as PDF, beside a document with nothing in it."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from statistics import median
from types import SimpleNamespace
from typing import Any

import typst
from django.utils import translation
from rich.progress import track

from customers import invoice_document, invoice_lines, invoice_totals
from customers.invoice_document import Account, Buyer, Document, Seller
from customers.invoice_lines import Work
from customers.models import Customer
from moment.invoice_settings.choices import Level, VatCode
from moment.invoice_settings.declared import SETTINGS
from moment.invoice_settings.levels import Effective
from moment.ledger import document
from moment.ledger.models import BilledTime, Invoice, InvoiceLine
from moment.models import User
from moment.pdf import pdf
from moment.projects.models import TimeEntry
from tests.benchmarks.clock import timed
from tests.benchmarks.report import Target, figures_table
from tests.factories import ProjectFactory

LINES = 100


def run(engine: str, repeats: int) -> list[Target]:
    documents = _documents()
    empty: list[float] = []
    invoice: list[float] = []
    data: list[float] = []
    pdf(invoice_document.TEMPLATE, next(documents))  # fonts are read once
    for _ in track(range(repeats), "PDF", transient=True):
        empty.append(timed(lambda: typst.compile(b"", format="pdf")))
        # Other data each time: typst keeps what it has set before.
        ready: list[dict[str, Any]] = []
        data.append(timed(lambda ready=ready: ready.append(next(documents))))
        invoice.append(timed(lambda ready=ready: pdf(invoice_document.TEMPLATE, *ready)))
    ratio = median(invoice) / median(empty)
    figures_table(
        f"PDF, {repeats} repeats",
        [
            ("an empty typst document", f"{median(empty) * 1000:.1f} ms"),
            (f"an invoice of {LINES} lines", f"{median(invoice) * 1000:.1f} ms, {ratio:.2f} ×"),
            ("its data", f"{median(data) * 1000:.1f} ms"),
        ],
    )
    what = f"an invoice of {LINES} lines as PDF to an empty document"
    return [Target(engine, what, ratio, 3), *_stored(engine, repeats)]


def _stored(engine: str, repeats: int) -> list[Target]:
    """Make the PDF of an invoice with hours that the ledger keeps, from its rows on."""
    invoice = _invoice()
    empty, gathered, made = [], [], []
    for n in track(range(repeats), "Invoices", transient=True):
        _renew(invoice, n)
        empty.append(timed(lambda: typst.compile(b"", format="pdf")))
        ready: list[document.Ready] = []
        gathered.append(timed(lambda ready=ready: ready.append(document.ready(invoice))))
        made.append(timed(ready[0].pdf))
    ratio = median(made) / median(empty)
    figures_table(
        f"Stored invoice as PDF, {engine}, {repeats} repeats",
        [
            ("an empty typst document", f"{median(empty) * 1000:.1f} ms"),
            (f"a stored invoice of {LINES} lines", f"{median(made) * 1000:.1f} ms, {ratio:.2f} ×"),
            ("its rows and texts", f"{median(gathered) * 1000:.1f} ms"),
        ],
    )
    return [
        Target(engine, f"a stored invoice of {LINES} lines as PDF to an empty document", ratio, 3)
    ]


def _invoice() -> Invoice:
    """Make a draft whose lines have an entry each."""
    project = ProjectFactory(customer=Customer.objects.first())
    activity, user = project.activities.get(), User.objects.get(username="kari")
    entries = TimeEntry.objects.bulk_create(
        TimeEntry(user=user, activity=activity, day=date(2026, 10, 1 + n % 28), hours=Decimal(2))
        for n in range(LINES)
    )
    invoice = Invoice.objects.create(customer=project.customer, currency="NOK")
    lines = InvoiceLine.objects.bulk_create(
        InvoiceLine(
            invoice=invoice, order=n, kind="work", text=f"{n}", quantity=2, price=1000 + n,
            amount=2000 + 2 * n, vat_code=VatCode.STANDARD, vat_rate=25, sales_account="3000",
        )
        for n in range(LINES)
    )  # fmt: skip
    BilledTime.objects.bulk_create(
        BilledTime(line=line, entry=entry) for line, entry in zip(lines, entries, strict=True)
    )
    return invoice


def _renew(invoice: Invoice, time: int) -> None:
    """Give the lines other texts: typst keeps what it has set before."""
    lines = list(invoice.lines.all())
    for n, line in enumerate(lines):
        line.text = f"Kollega {n % 7}, Prosjektering: Dag {n}, {time}"
    InvoiceLine.objects.bulk_update(lines, ["text"])


def _documents() -> Iterator[dict[str, Any]]:
    """Yield the data of one invoice after the other, no two alike."""
    own = dict.fromkeys(SETTINGS) | {"invoice_contact_id": None, "line_grouping": "entry"}
    settings = Effective([(Level.CUSTOMER, SimpleNamespace(**own))])
    number = 10_000
    while True:
        number += 1
        work = [
            Work(
                f"{number} Bru", "Prosjektering", f"Kollega {n % 7}", "Ingeniør",
                date(2026, 10, 1 + n % 28), Decimal("7.5"), Decimal(1000 + n), f"Dag {n}, {number}",
            )
            for n in range(LINES)
        ]  # fmt: skip
        lines = invoice_lines.lines(work, [], settings)
        vats = ((VatCode.STANDARD, Decimal(25), line.amount) for line in lines)
        with translation.override("nb"):
            yield invoice_document.data(
                Document(
                    seller=Seller("Fjordvik AS", ["Storgata 1", "9008 Tromsø"], "NO 1 MVA", []),
                    buyer=Buyer("1040", "Havn og Vei KF", ["Postboks 17", "9291 Tromsø"], "2"),
                    settings=settings,
                    number=str(number),
                    issued_on=date(2026, 11, 22),
                    due_on=date(2026, 12, 22),
                    currency="NOK",
                    lines=lines,
                    totals=invoice_totals.of(vats, "NOK"),
                    work=work,
                    account=Account("86011117947", "DNBANOKK", f"{number}"),
                )
            )
