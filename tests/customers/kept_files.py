"""Files for tests: real ones, received as any upload is."""

from customers import files
from customers.models import Customer, File
from moment.content import receive
from moment.models import User
from tests.factories import CustomerFactory, UserFactory
from tests.moment.samples import upload


def pdf(text: str = "Agreement") -> bytes:
    """Return a PDF of one page that says this."""
    drawn = f"BT /F1 24 Tf 40 100 Td ({text}) Tj ET".encode("ascii", "replace")
    parts = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 400 200] /Contents 4 0 R "
        b"/Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(drawn), drawn),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    out, places = b"%PDF-1.4\n", []
    for number, part in enumerate(parts, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, part)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    start = len(out)
    out += b"xref\n0 6\n0000000000 65535 f \n" + table
    return out + b"trailer << /Size 6 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % start


def kept(
    customer: Customer | None = None,
    name: str = "Agreement.pdf",
    data: bytes = b"",
    by: User | None = None,
    **fields: object,
) -> File:
    """Return a file of the customer, which holds a PDF that says its name unless told."""
    content = receive(upload(name, data or pdf(name)))
    file = files.add(customer or CustomerFactory(), content, name, by or UserFactory())
    for field, value in fields.items():
        setattr(file, field, value)
    file.save()
    return file


def replaced(file: File, data: bytes, name: str = "", by: User | None = None) -> File:
    """Return the file with this in a new version."""
    name = name or file.name
    return files.replace(file, receive(upload(name, data)), name, by or UserFactory())
