"""A sample invoice: a customer's settings in force, over work that nobody has done."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.utils import timezone, translation
from django.utils.translation import gettext as _

from customers import invoice_document, invoice_lines, invoice_parties, invoice_totals, invoicing
from customers.destination import Destination, destination_of
from customers.invoice_document import LANGUAGES, Account, Buyer, Document, Sample, Seller
from customers.invoice_lines import Expense, Line, Work, vat_rate
from customers.invoice_totals import Totals
from customers.models import Customer
from moment import kid
from moment.content import open_content
from moment.invoice_settings.choices import HoursSpecification, InvoiceType, Level
from moment.invoice_settings.levels import Effective
from moment.models import CompanySettings
from moment.pdf import pdf


def preview(customer: Customer) -> bytes:
    """Return the PDF of a sample invoice to a customer, in the customer's language.

    Nothing is written, and no number is taken. A fixed number of queries.
    """
    settings = invoicing.effective(customer)
    with translation.override(LANGUAGES[settings.value("language")]):
        logo = _logo(settings)
        document = sample_of(customer, settings, logo)
        files = {"logo": logo.content} if logo.content else {}
        return pdf(invoice_document.TEMPLATE, invoice_document.data(document), files)


@dataclass(frozen=True)
class Logo:
    content: bytes = b""
    problem: str = ""


def sample_of(customer: Customer, settings: Effective, logo: Logo) -> Document:
    """Return the sample invoice of today in the active language."""
    company = _company(settings)
    seller = invoice_parties.seller_of(company)
    notes = [*_delivery(destination_of(customer, settings)), logo.problem]
    if not seller.org_number:
        notes.append(_("The company's own reg. no. is missing. It is set under Setup."))
    found = invoice_parties.account_for(settings.value("currency"))
    number, account = kid.example_invoice(found), None
    if found is None:
        notes.append(_("There is no bank account to pay to. Accounts are set under Setup."))
    else:
        try:
            account = invoice_parties.payment_to(found, customer.number, number)
        except ValueError as error:
            account = Account(found.number, found.bic)
            notes.append(invoice_parties.why_no_kid(error))
    today, buyer = timezone.localdate(), invoice_parties.buyer_of(customer, company)
    work = list(_work(today))
    lines = invoice_lines.lines(work, _expenses(today), settings)
    return Document(
        seller=seller,
        buyer=buyer,
        settings=settings,
        number=number,
        issued_on=today,
        due_on=today + timedelta(days=settings.value("credit_terms")),
        currency=settings.value("currency"),
        lines=lines,
        totals=_totals(lines, settings, seller, buyer),
        work=work,
        account=account,
        contact=_contact(customer, settings),
        attachments=_attachments(customer, settings),
        sample=Sample(
            word=_("SAMPLE"),
            mark=_("SAMPLE, not an invoice. The work is made up; the settings are those in force."),
            notes=[note for note in notes if note],
        ),
        has_logo=bool(logo.content),
    )


def _totals(lines: list[Line], settings: Effective, seller: Seller, buyer: Buyer) -> Totals:
    code = settings.value("vat_code" if buyer.domestic else "vat_code_foreign")
    rate = vat_rate(code, registered=seller.vat_registered)
    return invoice_totals.of(
        ((code, rate, one.amount) for one in lines), settings.value("currency")
    )


def _company(settings: Effective) -> CompanySettings:
    company = settings.owner(Level.COMPANY)
    assert isinstance(company, CompanySettings)
    return company


def _logo(settings: Effective) -> Logo:
    company = _company(settings)
    if company.logo is None:
        return Logo()
    try:
        with open_content(company.logo) as file:
            return Logo(file.read())
    except OSError:
        return Logo(problem=_("The logo could not be read."))


def _contact(customer: Customer, settings: Effective) -> str:
    pk = settings.value("invoice_contact")
    contact = customer.contacts.select_related("person").filter(pk=pk).first() if pk else None
    return str(contact) if contact else ""


def _attachments(customer: Customer, settings: Effective) -> list[str]:
    """Return the names of what would be attached."""
    names = []
    match settings.value("hours_specification"):
        case HoursSpecification.PDF:
            names.append(_("Hours specification, attached as PDF"))
        case HoursSpecification.XLSX:
            names.append(_("Hours specification, attached as XLSX"))
    if settings.value("attach_receipts"):
        names.append(_("Receipts of the expenses"))
    if settings.value("attach_files"):
        files = customer.files.filter(is_invoice_attachment=True).order_by("name", "pk")
        names += files.values_list("name", flat=True)
    return names


def _delivery(destination: Destination) -> Iterator[str]:
    """Yield where the invoice would go, and what is to be known about that."""
    texts = {
        InvoiceType.EHF: _("Would be sent as EHF to %(receiver)s."),
        InvoiceType.EMAIL: _("Would be sent by e-mail to %(receiver)s."),
        InvoiceType.LETTER: _("Would be sent by letter to %(receiver)s."),
    }
    if destination.way:
        yield texts[destination.way] % {"receiver": destination.receiver}
    else:
        yield _("Could not be sent at all.")
    if destination.cc:
        copies = ", ".join(mailbox.address for mailbox in destination.cc)
        yield _("Copy to %(receiver)s.") % {"receiver": copies}
    yield from (problem.text for problem in destination.problems)
    yield destination.instead


# What was never done, by people who do not exist: enough for every grouping to look different.


def _work(today: date) -> Iterator[Work]:
    school, bridge = _("1001 Sample school, survey"), _("1002 Sample bridge, design")
    leader = ("Nora Eksempel", _("Project leader"), Decimal(1450))
    engineer = ("Jonas Eksempel", _("Engineer"), Decimal(1150))
    leading, survey, drawing = _("Project management"), _("Survey on site"), _("Drawings")
    for project, activity, (who, role, rate), days, hours, comment in [
        (school, leading, leader, 25, "2.5", _("Meeting with the client")),
        (school, survey, engineer, 24, "7.5", _("Roof and façade")),
        (school, survey, leader, 24, "4", _("Roof and façade")),
        (school, drawing, engineer, 20, "6.25", ""),
        (school, drawing, engineer, 19, "7.5", _("Second floor")),
        (bridge, leading, leader, 12, "1.5", ""),
        (bridge, drawing, engineer, 10, "7.5", _("Abutments")),
    ]:
        day = today - timedelta(days)
        yield Work(project, activity, who, role, day, Decimal(hours), rate, comment)


def _expenses(today: date) -> list[Expense]:
    return [Expense(_("Train to the site and back"), today - timedelta(24), Decimal(864))]
