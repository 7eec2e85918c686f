"""What goes with an invoice as files of their own, and what its files are called."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from django.utils import translation
from django.utils.translation import gettext as _

from customers import file_names
from customers.models import File
from moment.content.names import clean_name
from moment.ledger.models import BilledExpense, Invoice, InvoiceFile

Kind = InvoiceFile.Kind
_Named = tuple[str, int]  # a file's name and the key of its content
# After the document itself and the hours specification, which stand first.
_FIRST_ORDER = 10


@dataclass(frozen=True)
class Attachment:
    """A file that is to go with an invoice, by the name it has there; `content` by its key."""

    name: str
    content: int


def attach(invoices: Sequence[Invoice]) -> list[InvoiceFile]:
    """Have invoices keep their attachments from now on, and return them.

    Those of the customer's files that are marked so, and the receipts of its expenses, each as
    the settings want it. To be called once, in the transaction that finalises them. Credit notes
    have none. At most three queries.
    """
    return InvoiceFile.objects.bulk_create(
        InvoiceFile(
            invoice=invoice,
            kind=Kind.ATTACHMENT,
            name=one.name,
            content_id=one.content,
            order=_FIRST_ORDER + place,
        )
        for invoice, found in zip(invoices, _attachments(invoices), strict=True)
        for place, one in enumerate(found)
    )


def attachments(invoice: Invoice) -> list[Attachment]:
    """Return what would be attached to an invoice as it is now; no two have the same name.

    At most two queries.
    """
    return _attachments([invoice])[0]


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


def _attachments(invoices: Sequence[Invoice]) -> list[list[Attachment]]:
    files, receipts = _files(invoices), _receipts(invoices)
    made = []
    for invoice in invoices:
        wanted = [*files.get(invoice.pk, ()), *receipts.get(invoice.pk, ())]
        made.append(_named(invoice, wanted) if wanted else [])
    return made


def _named(invoice: Invoice, wanted: Iterable[_Named]) -> list[Attachment]:
    """Return names and contents as they are attached, each content and each name once."""
    seen: set[int] = set()
    taken: list[str] = []
    found = []
    with translation.override(invoice.language):
        for name, content in wanted:
            if content not in seen:
                seen.add(content)
                taken.append(file_names.free(clean_name(name) or _("file"), taken))
                found.append(Attachment(taken[-1], content))
    return found


def _files(invoices: Iterable[Invoice]) -> dict[int, list[_Named]]:
    """Return the files of the customers that go with invoices, by these."""
    those = [one for one in invoices if _wants(one, "attach_files")]
    if not those:
        return {}
    rows = File.objects.filter(
        customer__in={one.customer_id for one in those}, is_invoice_attachment=True
    )
    rows = rows.order_by("name", "pk")
    found: dict[int, list[_Named]] = {}
    for customer, name, content in rows.values_list("customer", "name", "content"):
        found.setdefault(customer, []).append((name, content))
    return {one.pk: found.get(one.customer_id, []) for one in those}


def _receipts(invoices: Iterable[Invoice]) -> dict[int, list[_Named]]:
    """Return the receipts of the expenses on invoices, by these."""
    those = [one.pk for one in invoices if _wants(one, "attach_receipts")]
    if not those:
        return {}
    rows = BilledExpense.objects.filter(
        line__invoice__in=those, expense__receipt__isnull=False
    ).order_by("line__order", "pk")
    found: dict[int, list[_Named]] = {}
    for invoice, name, content in rows.values_list(
        "line__invoice", "expense__receipt_name", "expense__receipt"
    ):
        found.setdefault(invoice, []).append((name, content))
    return found


def _wants(invoice: Invoice, setting: str) -> bool:
    return not invoice.is_credit_note and bool(invoice.written.value(setting))
