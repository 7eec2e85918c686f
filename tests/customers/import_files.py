"""Files with customers for tests, and sending them as a browser does."""

from collections.abc import Sequence
from io import BytesIO
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import Workbook

from customers.models import CustomerImport
from moment.models import User

URL = "/customers/import/"


def sheet(*rows: Sequence[Any]) -> bytes:
    """Return an XLSX with these rows on its first sheet."""
    book, file = Workbook(), BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(file)
    return file.getvalue()


def lines(*rows: Sequence[Any], separator: str = ";") -> bytes:
    return "\n".join(separator.join(map(str, row)) for row in rows).encode()


def sent(client, data: bytes | str, name: str = "kunder.csv"):
    """Return the answer to sending a file."""
    data = data.encode() if isinstance(data, str) else data
    return client.post(URL, {"file": SimpleUploadedFile(name, data)})


def dry_run(client, data: bytes | str, name: str = "kunder.csv"):
    """Return the page of the dry run; its plan is in the context."""
    response = sent(client, data, name)
    assert response.status_code == 302, response.context["form"].errors
    page = client.get(response["Location"])
    assert page.status_code == 200
    return page


def imported(client, data: bytes | str, name: str = "kunder.csv"):
    """Look through a file, import it, and return the page that says what came of it."""
    made = dry_run(client, data, name).context["made"]
    url = f"{URL}{made.pk}/"
    assert client.post(url).status_code == 302
    return client.get(url)


def refused(page) -> dict[int, list[str]]:
    """Return what is wrong, by row: each as column and words."""
    rows = page.context["plan"].refused
    return {row.line: [f"{heading}: {text}" for heading, text in row.why] for row in rows}


def newest(user: User) -> CustomerImport:
    return CustomerImport.objects.filter(made_by=user).latest("pk")
