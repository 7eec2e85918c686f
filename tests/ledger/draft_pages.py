"""The editor of a draft as a browser has it: its form read from the page, typed in, and posted."""

from decimal import Decimal
from typing import Any

from lxml import html

from moment.ledger import editing
from moment.ledger.models import Invoice
from tests.factories import CustomerFactory
from tests.ledger.making import draft
from tests.offers.editor_pages import HTMX, errors_of, part_of, posted

__all__ = ["HTMX", "errors_of", "form_of", "part_of", "said", "texts", "three_lines"]


def form_of(response: Any) -> dict[str, list[str]]:
    """Return what a browser would post of the editor's form, without a button."""
    page = html.fromstring(response.content.decode())
    (form,) = page.xpath("//form[@id='draft-form']")
    return posted(form)


def texts(fields: dict[str, list[str]]) -> list[str]:
    return [fields[f"lines-{n}-text"][0] for n in range(int(fields["lines"][0]))]


def said(response: Any) -> str:
    """Return all words of a page or a part of it, with single blanks."""
    page = html.fromstring(response.content.decode())
    return " ".join(" ".join(page.itertext()).split())


def three_lines() -> Invoice:
    """A draft with a line by quantity and price, one with an amount, and one with less VAT."""
    made = draft(CustomerFactory(number="1033", name="Fjell AS", email="post@fjell.example"))
    made.lines.all().delete()
    for order, (text, columns) in enumerate(
        {
            "Survey": {"quantity": Decimal("7.5"), "price": 1000, "amount": 7500, "kind": "work"},
            "Plan": {"amount": 20000, "kind": "plan", "heading": "Bru"},
            "Food": {"quantity": 2, "unit": "pcs", "price": 50, "amount": 100, "vat": 15},
        }.items()
    ):
        rate = columns.pop("vat", 25)
        code = "31" if rate == 15 else "3"
        made.lines.create(
            text=text, order=order, vat_code=code, vat_rate=rate, sales_account="3000", **columns
        )
    editing.save(made, list(made.lines.all()), version=1)
    return Invoice.objects.get()
