"""The list of invoices as one object: from the parameters of its address to the rows it shows."""

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any, ClassVar

from django.contrib.auth.models import AnonymousUser
from django.db.models import Count, Max, Q, QuerySet, Sum
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy

from customers import counts
from customers.listing import Listing
from customers.overview import Page
from moment.invoice_settings.choices import InvoiceType
from moment.keyset import is_key
from moment.ledger import states
from moment.ledger.filters import InvoiceFilter
from moment.ledger.models import Delivery, Invoice
from moment.ledger.models.invoice import InvoiceQuerySet
from moment.models import User
from moment.projects.sums import exact

ALL = "all"
TABS = {
    ALL: gettext_lazy("All"),
    "open": gettext_lazy("Open"),
    "overdue": gettext_lazy("Overdue"),
    "settled": gettext_lazy("Settled"),
    "credit_notes": gettext_lazy("Credit notes"),
}


@dataclass(frozen=True)
class Total:
    """What the hits come to in one currency, VAT included."""

    currency: str
    amount: Decimal
    remaining: Decimal
    count: int


@dataclass(frozen=True)
class Row:
    invoice: Invoice
    state: states.State
    # How it was delivered last; empty: it was not, or not successfully.
    delivered: str

    @property
    def was_renamed(self) -> bool:
        """Whether it was printed with another name than that of whose it is now."""
        return self.invoice.buyer_name != self.invoice.customer.name


def rows_of(invoices: Collection[Invoice]) -> list[Row]:
    """Return these invoices as lists show them; two queries."""
    keys = [invoice.pk for invoice in invoices]
    credited, delivered = states.credited_of(keys), _delivered(keys)
    nothing = Decimal(0)
    return [
        Row(one, states.of(one, credited.get(one.pk, nothing)), delivered.get(one.pk, ""))
        for one in invoices
    ]


class InvoiceList(Listing):
    """The final invoices and credit notes that a user asks for."""

    url_name = "ledger:invoices"
    tab_labels = TABS
    usual_tab = ALL
    sums = (ALL, "open")
    heads = (
        ("number", gettext_lazy("No.")),
        ("customer", gettext_lazy("Customer")),
        ("date", gettext_lazy("Date")),
        ("due", gettext_lazy("Due")),
        ("", gettext_lazy("Delivered")),
        ("", gettext_lazy("State")),
        ("amount", gettext_lazy("Amount")),
        ("remaining", gettext_lazy("Remaining")),
    )
    sorts: ClassVar = {
        "number": ["sort_number", "id"],
        "customer": ["customer__sort_name", "customer_id", "id"],
        "date": ["issued_on", "id"],
        "due": ["due_on", "id"],
        "amount": ["gross", "id"],
        "remaining": ["remaining", "id"],
    }
    usual_sort = "-number"
    descending_first = ("number", "date", "amount", "remaining")

    def __init__(self, data: QueryDict, user: User | AnonymousUser) -> None:
        super().__init__(data)
        self.filter = InvoiceFilter(data, Invoice.objects.visible_to(user))

    def found(self) -> InvoiceQuerySet:
        """Return the invoices of the tab that the filters let through."""
        return self._of(self.tab)

    def _of(self, tab: str) -> InvoiceQuerySet:
        return self.filter.found().filter(_in(tab))

    @cached_property
    def counts(self) -> dict[str, int]:
        """Counted no further than people read: one more than that stands for more."""
        most = counts.LIMIT + 1
        if self.is_narrowed:
            # Filters may have to read everything: once for all tabs, where that tells all of them.
            hits = self._of(ALL).order_by()[:most]
            found = hits.aggregate(**{tab: Count("pk", filter=_in(tab)) for tab in TABS})
            if found[ALL] < most:
                return found
        return {tab: self._of(tab).order_by()[:most].count() for tab in TABS}

    def ordered(self, rows: QuerySet, *, backwards: bool = False) -> QuerySet:
        """Return the rows in the order that is asked for, or the other way round.

        Only those that are not merged into others have invoices, and an index has their names.
        """
        if self.sort_key == "customer":
            rows = rows.filter(customer__merged_into=None)
        return super().ordered(rows, backwards=backwards)

    @property
    def exact_total(self) -> int | None:
        return self.total if self.total <= counts.LIMIT else None

    @cached_property
    def totals(self) -> list[Total]:
        """What all the hits come to, by currency, the most frequent first; nothing of too many."""
        if self.exact_total is None:
            return []
        sums = self.found().order_by().values_list("currency")
        found = sums.annotate(Sum("gross"), Sum("remaining"), Count("pk"))
        totals = [Total(c, exact(gross), exact(rest), n) for c, gross, rest, n in found]
        return sorted(totals, key=lambda total: (-total.count, total.currency))

    @cached_property
    def page(self) -> Page:
        return self.page_of(
            self.found(), place=self._place, shown=self._rows, key=lambda row: row.invoice.pk
        )

    def _place(self, key: str) -> tuple[Any, ...] | None:
        """Return where the one with the key stands in the order; None where it makes no sense."""
        rows = Invoice.objects.final().filter(pk=key) if is_key(key) else Invoice.objects.none()
        return rows.values_list(*self.order).first()

    def _rows(self, found: QuerySet) -> list[Row]:
        return rows_of(list(found.select_related("customer", "project")))


def _in(tab: str) -> Q:
    """Return the condition that an invoice is final and in a tab.

    As the indexes have it: what is open is final anyway, and every credit note credits something.
    """
    match tab:
        case "open":
            return Q(is_open=True)
        case "overdue":
            return Q(is_open=True, remaining__gt=0, due_on__lt=timezone.localdate())
        case "settled":
            return Q(is_open=False, number__isnull=False)
        case "credit_notes":
            return Q(credits__isnull=False, number__isnull=False)
    return Q(number__isnull=False)


def _delivered(keys: Collection[int]) -> dict[int, str]:
    """Return how invoices were delivered last, in words, by key; one query."""
    done = Delivery.objects.filter(invoice__in=keys, done_at__isnull=False).order_by()
    newest = done.values("invoice").annotate(last=Max("pk")).values("last")
    words = dict(InvoiceType.choices)
    rows = Delivery.objects.filter(pk__in=newest).values_list("invoice", "way")
    return {key: str(words[way]) for key, way in rows}
