"""The spreadsheet of the customers that the overview asks for, with what one needs elsewhere."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from itertools import islice
from typing import Any

from django.utils.translation import gettext as _

from customers.columns import Column as Chosen
from customers.models import Customer
from customers.overview import Overview
from customers.rows import FIELDS, table_rows
from moment.models import CompanySettings, InvoiceType
from moment.money import amount
from moment.tabular import Column

_BATCH = 500  # customers whose rows are in memory at a time
_KEYS = 5000
_FIELDS = (
    *FIELDS, "email", "invoice_email", "invoice_type", "phone", "website", "language", "currency",
    "visiting_street", "visiting_postcode", "postal_street", "postal_postcode",
)  # fmt: skip


class Sheet:
    """A row for each customer of all pages, in the order of these.

    Headings and values are those that an import reads again. Columns that were chosen come last,
    of those that the user has the right to see; amounts in the company's currency are numbers.
    """

    def __init__(self, overview: Overview) -> None:
        self.overview = overview
        self.currency = CompanySettings.current().currency
        self.types = {value: str(label) for value, label in InvoiceType.choices}
        self.languages = {value: str(label) for value, label in Customer.Language.choices}

    @property
    def columns(self) -> list[Column]:
        return [
            Column(_("Number"), 12),
            Column(_("Name"), 40),
            Column(_("Company reg. no."), 16),
            Column(_("Country"), 9),
            Column(_("Status"), 12),
            Column(_("Relation"), 18),
            Column(_("Tags"), 24),
            Column(_("E-mail"), 30),
            Column(_("Invoice e-mail"), 30),
            Column(_("Invoice type"), 12),
            Column(_("EHF"), 14),
            Column(_("Phone"), 16),
            Column(_("Website"), 26),
            Column(_("Language"), 12),
            Column(_("Currency"), 9),
            Column(_("Responsible"), 22),
            Column(_("Address"), 30),
            Column(_("Postcode"), 10),
            Column(_("City"), 18),
            Column(_("Postal address"), 30),
            Column(_("Postal postcode"), 10),
            Column(_("Postal city"), 18),
            Column(_("Last activity"), 17),
            *(heading for one in self.overview.more for heading in self._headings(one)),
        ]

    def rows(self) -> Iterator[list[Any]]:
        """Yield the cells of all hits, in a few queries for each some hundred of them."""
        overview = self.overview
        keys = overview.matching.values_list("pk", flat=True).iterator(_KEYS)
        while some := list(islice(keys, _BATCH)):
            stored = {
                row["pk"]: row for row in Customer.objects.filter(pk__in=some).values(*_FIELDS)
            }
            # Without those that were merged since.
            customers = [stored[key] for key in some if key in stored]
            shown = table_rows(customers, tags=overview.filter.tags, people=overview.filter.people)
            found: dict[str, Any] = {}
            more = [(one, one.plain(some, found)) for one in overview.more]
            for customer, row in zip(customers, shown, strict=True):
                yield [
                    *self._cells(customer, row),
                    *(
                        cell
                        for one, values in more
                        for cell in self._chosen(one, values.get(customer["pk"]))
                    ),
                ]

    def _cells(self, customer: dict[str, Any], row: dict[str, Any]) -> Sequence[str | datetime]:
        return (
            customer["number"],
            customer["name"],
            customer["org_number"],
            str(customer["country"]),
            row["status_label"],
            row["relation"],
            ", ".join(name for name, _color in row["tags"]),
            customer["email"],
            customer["invoice_email"],
            self.types.get(customer["invoice_type"], ""),
            row["ehf_label"],
            customer["phone"],
            customer["website"],
            self.languages[customer["language"]] if customer["language"] else "",
            customer["currency"],
            row["person"],
            _one_line(customer["visiting_street"]),
            customer["visiting_postcode"],
            customer["visiting_city"],
            _one_line(customer["postal_street"]),
            customer["postal_postcode"],
            customer["postal_city"],
            customer["last_activity_at"],
        )

    # What was chosen

    def _headings(self, one: Chosen) -> list[Column]:
        heading = str(one.heading)
        if not one.is_sums:
            return [Column(heading, 16)]
        told = {"what": heading, "currency": self.currency}
        return [
            Column(_("%(what)s, %(currency)s") % told, 16),
            Column(_("%(what)s, other currencies") % told, 20),
        ]

    def _chosen(self, one: Chosen, value: Any) -> list[Any]:
        """Return the cells of a chosen column: of sums, a number and the others in words."""
        if not one.is_sums:
            return [value]
        sums: dict[str, Decimal] = dict(value or {})
        own = sums.pop(self.currency, None)
        others = " + ".join(f"{amount(sum_)} {currency}" for currency, sum_ in sums.items())
        return [own, others]


def _one_line(street: str) -> str:
    return ", ".join(line.strip() for line in street.splitlines() if line.strip())
