"""Books in which every amount is told from all else that is said, with an address for each row."""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.apps import apps
from django.core.files.base import ContentFile
from django.utils import timezone

from customers import merging
from customers.models import Customer, NumberSeries
from moment import content as contents
from moment.ledger import correcting, exporting, paying, reading
from moment.ledger.models import (
    AccountingExport,
    BilledTime,
    Delivery,
    Invoice,
    InvoiceFile,
    Match,
    OcrFile,
    OcrPayment,
    Payment,
    Statement,
)
from moment.models import BankAccount, User
from moment.projects.models import Project
from tests import walking
from tests.factories import ContactFactory, CustomerFactory, ProjectFactory
from tests.ledger.making import draft, invoice, payment
from tests.ledger.ocr_files import ACCOUNT, Paid, content
from tests.statistics.making import employee, invoiced, worked

WORD = "Hemmelig"
AMOUNTS = {
    "gross": Decimal("7331.85"),
    "overdue": Decimal("4417.55"),
    "credited": Decimal("1234.65"),
    "paid": Decimal("517.35"),
    "reversed": Decimal("2913.95"),
    "by nobody known": Decimal("3327.45"),
    "work": Decimal("6153.15"),
}


class Books:
    """Customers of which one was merged, with invoices, payments, and what is of them."""

    def __init__(self, by: User) -> None:
        self.by = by
        NumberSeries.objects.filter(kind=NumberSeries.Kind.INVOICE).update(prefix="HT")
        BankAccount.objects.create(number=ACCOUNT)
        self.customer = CustomerFactory(number="50001", name="Fjell AS")
        CustomerFactory(number="50002", name="Vidde AS")
        self.merged = CustomerFactory(number="50009", name="Fjell A/S")
        self.contact = ContactFactory(customer=self.customer, person__name="Eva Moen")
        self.project = ProjectFactory(number="P-1", name="Ny bru", customer=self.customer)
        self._work()
        for customer in (self.customer, self.merged):
            self._invoices(customer)
        data = content(Paid("3327.45", "123456789012345"), Paid("3327.45", kind="21", text=WORD))
        reading.read(data, name="ocr.txt", by=by)
        exporting.export(by=by)
        merging.merge(self.customer.pk, [self.merged.pk], by=by)

    def _work(self) -> None:
        """Hours on an invoice, and some that wait for one."""
        user, today = employee("700", "1000"), timezone.localdate()
        done = worked(self.project, user, "6.25", today - timedelta(days=40))
        work = str(AMOUNTS["work"])
        day = today - timedelta(days=30)
        invoiced(self.customer, (self.project, work), on=day, entries={done: work})
        assert BilledTime.objects.count() == 1
        worked(self.project, user, "3.5", today)

    def _invoices(self, customer: Any) -> None:
        today = timezone.localdate()
        late = {"issued_on": today - timedelta(days=70), "terms": 14}
        invoice(customer, str(AMOUNTS["overdue"]), by=self.by, **late)
        made = invoice(customer, str(AMOUNTS["gross"]), by=self.by, contact=f"{WORD} kontakt")
        part = {made.lines.get().pk: AMOUNTS["credited"]}
        correcting.credit(made, parts=part, release=False, by=self.by, reason=f"{WORD} grunn")
        made.refresh_from_db()
        more = {"made_by": self.by, "on": today, "text": f"{WORD} melding"}
        payment(customer, str(AMOUNTS["paid"]), made, **more)
        wrong = payment(customer, str(AMOUNTS["reversed"]), **more)
        paying.reverse(wrong, by=self.by, on=today, text=f"{WORD} feil")
        draft(customer, str(AMOUNTS["gross"]), contact=f"{WORD} kontakt")
        text = f"{WORD}: {AMOUNTS['gross']}".encode()
        InvoiceFile.objects.create(
            invoice=made, kind="attachment", name="vedlegg.txt",
            content=contents.receive(ContentFile(text, name="vedlegg.txt")),
        )  # fmt: skip
        told = {"made_by": self.by, "message": f"{WORD} brev", "to": "eva@moen.example"}
        Delivery.objects.create(invoice=made, way="email", done_at=timezone.now(), **told)
        Statement.objects.create(customer=customer, batch="hidden1", at=today, **told)

    @property
    def secrets(self) -> dict[str, str]:
        """What is for those who may see invoices."""
        amounts = {name: walking.amount(value) for name, value in AMOUNTS.items()}
        return amounts | {"number": "HT2000", "words": WORD}

    def known(self, name: str, takes: Sequence[str]) -> list[tuple[Any, ...]]:
        """Return what an address of the ledger's or of statistics takes, by its name."""
        page = name.partition(":")[2]
        if "batch" in takes:
            return [("hidden1",)]
        if page == "file":
            rows = InvoiceFile.objects.select_related("invoice")
            return [(row.invoice.number, row.pk) for row in rows]
        if "pk" in takes:
            return [(row.pk,) for row in self._rows(page)]
        of_invoice = {"invoice", "deliver", "ehf", "credit", "move", "pdf"}
        if name.startswith("ledger:") and page in of_invoice:
            return [(one.number,) for one in Invoice.objects.final()]
        return [("50001",), ("50009",)]

    @property
    def models(self) -> list[Any]:
        """What must stay as it is while somebody only looks."""
        return [*apps.get_app_config("ledger").get_models(), Customer, Project]

    def _rows(self, page: str) -> Any:
        if page in ("payment", "reverse_payment"):
            return Payment.objects.all()
        if page == "accounting_file":
            return AccountingExport.objects.all()
        models: dict[str, Any] = {
            "take_back": Match, "ocr_file": OcrFile, "ocr_assign": OcrPayment
        }  # fmt: skip
        return models[page].objects.all() if page in models else Invoice.objects.drafts()
