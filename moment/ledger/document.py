"""What stands on a stored invoice or credit note, gathered as `customers.invoice_document` has it.

Of a final one all is as it was written down; a draft shows the company and the customer as they
are now, of a credit note with the VAT registration of its invoice. A fixed number of queries,
however many lines and hours there are.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from customers import hours_document, invoice_document, invoice_parties
from customers.invoice_document import Account, Booked, Buyer, Document, Sample
from customers.invoice_lines import Line, Work
from customers.models.address import Address
from moment.invoice_settings.choices import HoursSpecification
from moment.invoice_settings.written import Written
from moment.ledger import attaching, parties, totals
from moment.ledger.models import BilledTime, Invoice, InvoiceFile, InvoiceLine
from moment.letterhead import pdf_with_logo
from moment.models import CompanySettings, Content
from registry.org_number import formatted

Kind = InvoiceFile.Kind
HOURS_TEMPLATE = "hours.typ"
_HOURS = {HoursSpecification.PDF: Kind.HOURS_PDF, HoursSpecification.XLSX: Kind.HOURS_XLSX}


@dataclass(frozen=True)
class Ready:
    """What a template sets, every text in the language of the invoice."""

    template: str
    data: dict[str, Any]
    logo: Content | None

    def pdf(self) -> bytes:
        """Return the PDF; where the logo cannot be read, with the company's name in its place."""
        return pdf_with_logo(self.template, self.data, self.logo)


def ready(invoice: Invoice) -> Ready:
    """Return what is printed of an invoice, a draft marked as one on each page.

    A draft shows on further pages the hours that would be attached.
    """
    company = CompanySettings.current()
    with translation.override(invoice.language):
        document = of(invoice, company)
        data = invoice_document.data(document)
        if not invoice.is_final and (name := _attached_hours(invoice, document.work)):
            table = hours_document.table(document.work, document.settings)
            data["hours"] = table and table | {"title": name}
        return Ready(invoice_document.TEMPLATE, data, company.logo)


def hours(invoice: Invoice) -> Ready | None:
    """Return what is printed of the hours of an invoice on a document of its own, if there are any.

    By the grouping in force, with rates where they are wanted.
    """
    company = CompanySettings.current()
    with translation.override(invoice.language):
        document = of(invoice, company)
        table = hours_document.table(document.work, document.settings)
        if table is None:
            return None
        data = invoice_document.data(document)
        delivered = pgettext("goods and services", "Delivered")
        of_the_invoice = (_("Due date"), _("Terms"), delivered)
        facts = [
            [_("Customer"), document.buyer.name],
            *(fact for fact in data["facts"] if fact[0] not in of_the_invoice),
        ]
        same = {name: data[name] for name in ("lang", "page", "seller", "sample")}
        title = {"title": table["title"], "number": f"{data['title']} {document.number}".strip()}
        return Ready(HOURS_TEMPLATE, same | title | {"facts": facts, "hours": table}, company.logo)


def settings_of(invoice: Invoice) -> Written:
    """Return the settings an invoice is printed by: its currency is its own."""
    return Written({**invoice.invoice_settings, "currency": invoice.currency})


def of(invoice: Invoice, company: CompanySettings) -> Document:
    """Return the parts of an invoice in the active language. At most eight queries."""
    lines = list(invoice.lines.all())
    work = work_of(invoice)
    ours = parties.seller_of(invoice, company)
    seller = invoice_parties.seller_of(ours)
    account = _account(invoice)
    return Document(
        seller=seller,
        buyer=_buyer(invoice, company),
        settings=settings_of(invoice),
        number=invoice.number or "",
        issued_on=invoice.issued_on or timezone.localdate(),
        due_on=invoice.due_on or invoice.due_by_terms(),
        delivered_on=invoice.delivered_on if invoice.is_final else invoice.delivered_by(lines),
        currency=invoice.currency,
        lines=[_line(line, invoice.sign) for line in lines],
        totals=totals.printed(invoice, lines),
        work=work,
        account=account,
        contact=invoice.contact,
        attachments=_attached(invoice, work),
        booked=None if invoice.rate is None else Booked(ours.currency, invoice.rate),
        is_credit_note=invoice.is_credit_note,
        credits=(invoice.credits.number or "") if invoice.credits else "",
        sample=None if invoice.is_final else _draft(invoice, account, seller.org_number),
    )


def work_of(invoice: Invoice) -> list[Work]:
    """Return the hours on an invoice, in the order of its lines, then by day. One query.

    Those who pay a part of a shared price model get none: only amounts are split.
    """
    rows = BilledTime.objects.filter(line__invoice=invoice, holds=True)
    rows = rows.select_related("entry__user", "entry__activity__project")
    found = []
    for row in rows.order_by("line__order", "line_id", "entry__day", "entry_id"):
        entry, project = row.entry, row.entry.activity.project
        found.append(
            Work(
                project=f"{project.number} {project.name}",
                activity=entry.activity.title,
                employee=str(entry.user),
                role="",  # is on no document but in the text of a line
                day=entry.day,
                hours=entry.hours,
                rate=entry.price or Decimal(0),
                comment=entry.comment,
                key=entry.pk,
            )
        )
    return found


def hours_kind(invoice: Invoice) -> str | None:
    """Return as what the hours of an invoice are attached by its settings; None: they are not."""
    if invoice.is_credit_note:
        return None
    return _HOURS.get(invoice.written.value("hours_specification"))


def _line(line: InvoiceLine, sign: int) -> Line:
    first = line.first_day
    return Line(
        text=line.text,
        amount=sign * line.amount + 0,  # there is a negative nought
        hours=None if line.quantity is None else sign * line.quantity + 0,
        rate=line.price,
        period=(first, line.last_day or first) if first else None,
        heading=line.heading,
        kind=line.kind,
        unit=line.unit,
        vat_rate=line.vat_rate,
    )


def _buyer(invoice: Invoice, company: CompanySettings) -> Buyer:
    if not invoice.is_final:
        return invoice_parties.buyer_of(invoice.customer, company)
    country, number = invoice.buyer_country, invoice.buyer_org_number
    abroad = country if country != invoice.seller.get("country") else ""
    address = Address(invoice.buyer_street, invoice.buyer_postcode, invoice.buyer_city, abroad)
    domestic = country == "NO"
    return Buyer(
        number=invoice.buyer_number,
        name=invoice.buyer_name,
        address=address.lines,
        org_number=formatted(number) if domestic else number,
        domestic=domestic,
    )


def _account(invoice: Invoice) -> Account | None:
    """Return where to pay; a draft has no KID yet, since that is made of its number."""
    if invoice.is_credit_note:
        return None
    if invoice.is_final:
        where = invoice.account
        return Account(where["number"], where["bic"], invoice.kid) if where else None
    found = invoice_parties.account_for(invoice.currency)
    return Account(found.number, found.bic) if found else None


def _attached(invoice: Invoice, work: Sequence[Work]) -> list[str]:
    """Return the names of what goes with an invoice; of a draft, what would."""
    if invoice.is_final:
        rows = invoice.files.filter(kind=Kind.ATTACHMENT)
        others = list(rows.values_list("name", flat=True))
    else:
        others = [one.name for one in attaching.attachments(invoice)]
    hours = _attached_hours(invoice, work, others)
    return [hours, *others] if hours else others


def _attached_hours(invoice: Invoice, work: Sequence[Work], others: Sequence[str] = ()) -> str:
    kind = hours_kind(invoice) if work else None
    if kind is None:
        return ""
    if invoice.is_final:
        return attaching.file_name(invoice, kind, others)
    texts = {
        Kind.HOURS_PDF: _("Hours specification, attached as PDF"),
        Kind.HOURS_XLSX: _("Hours specification, attached as XLSX"),
    }
    return texts[Kind(kind)]


def _draft(draft: Invoice, account: Account | None, org_number: str) -> Sample:
    notes = []
    if not org_number:
        notes.append(_("The company's own reg. no. is missing. It is set under Setup."))
    if account is None and not draft.is_credit_note:
        notes.append(_("There is no bank account to pay to. Accounts are set under Setup."))
    return Sample(
        word=_("DRAFT"),
        mark=_("DRAFT, not sent. It can still change."),
        notes=notes,
    )
