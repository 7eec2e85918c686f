"""The documents of invoices: previews of drafts, and the files that are made once and kept.

What a final invoice looks like on paper is made when it is first asked for, and the same bytes
serve ever after. Two who ask at once make it twice and keep one; a process that dies on the way
leaves nothing behind but bytes, which the sweep of files finds.
"""

import io
from typing import IO

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from customers import hours_document
from moment.content.keeping import keep
from moment.ledger import document
from moment.ledger.attaching import file_name
from moment.ledger.models import Invoice, InvoiceFile
from moment.tabular import CONTENT_TYPE, xlsx
from moment.turns import in_turn

__all__ = ["before_release", "file_name", "files", "hours", "keep_file", "kept", "preview", "ready"]

Kind = InvoiceFile.Kind
PDF = "application/pdf"
# The document first, then the hours; attachments stand behind.
_ORDER = {Kind.PDF: 0, Kind.HOURS_PDF: 1, Kind.HOURS_XLSX: 1}


def preview(draft: Invoice) -> bytes:
    """Return the PDF of an invoice as it is now, a draft marked as one on each page."""
    return document.ready(draft).pdf()


def ready(invoice: Invoice) -> InvoiceFile:
    """Return the PDF of a final invoice, made at first need.

    Never inside a transaction: RuntimeError. Raises Refused where the storage takes no more.
    """
    if found := kept(invoice, Kind.PDF):
        return found
    hours(invoice)  # what it names is there when it is
    return keep_file(invoice, Kind.PDF, io.BytesIO(document.ready(invoice).pdf()), PDF)


def hours(invoice: Invoice) -> InvoiceFile | None:
    """Return the hours specification that goes with a final invoice, if any; as `ready` does."""
    kind = document.hours_kind(invoice)
    if kind is None:
        return None
    if found := kept(invoice, kind):
        return found
    if kind == Kind.HOURS_XLSX:
        sheet = hours_sheet(invoice)
        if sheet is None:
            return None
        with sheet:
            return keep_file(invoice, kind, sheet, CONTENT_TYPE)
    made = document.hours(invoice)
    return keep_file(invoice, kind, io.BytesIO(made.pdf()), PDF) if made else None


def hours_sheet(invoice: Invoice) -> IO[bytes] | None:
    """Return the hours on an invoice as a spreadsheet to be closed, None where there are none."""
    work = document.work_of(invoice)
    if not work:
        return None
    with translation.override(invoice.language):
        columns, rows = hours_document.sheet(work, document.settings_of(invoice))
        return xlsx(_("Hours specification"), columns, rows)


def files(invoice: Invoice) -> list[InvoiceFile]:
    """Return all that goes to the customer with a final invoice, ready to be sent.

    The document itself first, then the hours, then attachments. As `ready` does.
    """
    made = [ready(invoice), hours(invoice)]
    attached = invoice.files.filter(kind=Kind.ATTACHMENT).select_related("content")
    return [*(one for one in made if one), *attached]


def before_release(invoice: Invoice) -> None:
    """Make what goes with a final invoice, and with those of its split, while its work stays.

    Once a credit note has set that free it can be changed. As `ready` does.
    """
    for one in Invoice.objects.of_split(invoice):
        if one.is_final:
            files(one)


def kept(invoice: Invoice, kind: str) -> InvoiceFile | None:
    """Return the file of this kind, if it was made already."""
    return invoice.files.filter(kind=kind).select_related("content").first()


def keep_file(invoice: Invoice, kind: str, file: IO[bytes], media_type: str) -> InvoiceFile:
    """Return the file as it is kept from now on: what somebody else made meanwhile, else ours."""
    if not invoice.is_final:
        raise ValueError("nothing is kept of a draft")
    content = keep(file, media_type)
    with translation.override(invoice.language):
        attached = invoice.files.filter(kind=Kind.ATTACHMENT).values_list("name", flat=True)
        name = file_name(invoice, kind, list(attached))
    with in_turn(), transaction.atomic():
        row, _made = InvoiceFile.objects.select_related("content").get_or_create(
            invoice=invoice,
            kind=kind,
            defaults={"name": name, "content": content, "order": _ORDER.get(Kind(kind), 0)},
        )
    return row
