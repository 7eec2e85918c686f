"""Documents of invoices, opened again."""

import io

from pypdf import PdfReader

from moment.content import open_content
from moment.ledger import documents
from moment.ledger.models import Invoice, InvoiceFile
from moment.models import BankAccount, CompanySettings
from tests.factories import CustomerFactory, org_number


def company(**columns) -> CompanySettings:
    """Write down the company, with an account whose KID has six digits for each number."""
    BankAccount.objects.create(
        number="86011117947", bic="DNBANOKK",
        kid_check="mod10", kid_customer_digits=6, kid_invoice_digits=6,
    )  # fmt: skip
    values = {
        "name": "Fjordvik Rådgivning AS", "org_number": "918212442", "business_register": True,
        "street": "Storgata 14", "postcode": "9008", "city": "Tromsø",
    }  # fmt: skip
    return CompanySettings.objects.create(pk=1, **values | columns)


def customer(**columns):
    values = {
        "number": "1040", "name": "Havn og Vei KF", "org_number": org_number(2), "language": "en",
        "postal_street": "Postboks 17", "postal_postcode": "9291", "postal_city": "Tromsø",
    }  # fmt: skip
    return CustomerFactory(**values | columns)


def bytes_of(file: InvoiceFile) -> bytes:
    with open_content(file.content) as opened:
        return opened.read()


def pages(content: bytes) -> list[str]:
    """Return the text of each page on one line, without what only says where a line may end."""
    found = PdfReader(io.BytesIO(content)).pages
    return [" ".join(page.extract_text().replace("\u200b", "").split()) for page in found]


def text(invoice: Invoice) -> str:
    """Return what stands on an invoice as it is now."""
    return " ".join(pages(documents.preview(invoice)))
