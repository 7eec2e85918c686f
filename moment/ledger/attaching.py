"""What goes with an invoice as files of their own, and what its files are called."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from django.utils import translation
from django.utils.translation import gettext as _

from customers import file_names
from customers.invoice_document import LANGUAGES
from moment.content.names import clean_name
from moment.ledger.models import Invoice, InvoiceFile
from moment.projects.models import Expense

Kind = InvoiceFile.Kind
# After the document itself and the hours specification, which stand first.
_FIRST_ORDER = 10


@dataclass(frozen=True)
class Attachment:
    """A file that is to go with an invoice, by the name it has there; `content` by its key."""

    name: str
    content: int


def attach(invoice: Invoice) -> list[InvoiceFile]:
    """Have an invoice keep its attachments from now on, and return them.

    Those of the customer's files that are marked so, and the receipts of its expenses, each as
    the settings want it. To be called once, in the transaction that finalises it; later it returns
    what there is. Credit notes have none. At most four queries.
    """
    kept = list(invoice.files.filter(kind=Kind.ATTACHMENT))
    if kept:
        return kept
    return InvoiceFile.objects.bulk_create(
        InvoiceFile(
            invoice=invoice,
            kind=Kind.ATTACHMENT,
            name=one.name,
            content_id=one.content,
            order=_FIRST_ORDER + place,
        )
        for place, one in enumerate(attachments(invoice))
    )


def attachments(invoice: Invoice) -> list[Attachment]:
    """Return what would be attached to an invoice as it is now; no two have the same name.

    At most two queries.
    """
    with translation.override(LANGUAGES[invoice.written.value("language")]):
        taken: list[str] = []
        found = []
        for name, content in _named(invoice):
            free = file_names.free(clean_name(name) or _("file"), taken)
            taken.append(free)
            found.append(Attachment(free, content))
    return found


def file_name(invoice: Invoice, kind: str, others: Collection[str] = ()) -> str:
    """Return what the document or the hours specification is called, in the active language.

    Where one of the `others` that go with it has that name, which they got before, it gives way.
    """
    return file_names.free(_file_name(invoice, kind), others)


def _file_name(invoice: Invoice, kind: str) -> str:
    number = invoice.number or _("draft")
    match kind:
        case Kind.HOURS_PDF:
            return f"{_('Hours specification')} {number}.pdf"
        case Kind.HOURS_XLSX:
            return f"{_('Hours specification')} {number}.xlsx"
    what = _("Credit note") if invoice.is_credit_note else _("Invoice")
    return f"{what} {number}.{'xml' if kind == Kind.EHF else 'pdf'}"


def _named(invoice: Invoice) -> Iterator[tuple[str, int]]:
    """Yield name and content of what is to be attached, each content once."""
    if invoice.is_credit_note:
        return
    seen: set[int] = set()
    for name, content in [*_files(invoice), *_receipts(invoice)]:
        if content not in seen:
            seen.add(content)
            yield name, content


def _files(invoice: Invoice) -> list[tuple[str, int]]:
    if not invoice.written.value("attach_files"):
        return []
    rows = invoice.customer.files.filter(is_invoice_attachment=True).order_by("name", "pk")
    return list(rows.values_list("name", "content"))


def _receipts(invoice: Invoice) -> list[tuple[str, int]]:
    if not invoice.written.value("attach_receipts"):
        return []
    rows = Expense.objects.filter(billed__line__invoice=invoice, receipt__isnull=False)
    found = rows.order_by("billed__line__order", "billed__pk").values_list(
        "receipt_name", "receipt"
    )
    return [(name, content) for name, content in found if content]
