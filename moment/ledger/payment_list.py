"""The list of payments as one object: from the parameters of its address to the rows it shows."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from itertools import islice
from typing import Any, ClassVar

from django.contrib.auth.models import AnonymousUser
from django.db.models import Count, Q, QuerySet, Sum, Value
from django.http import QueryDict
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_filters import CharFilter

from customers import counts, search
from customers.filtering import PageFilter
from customers.listing import Listing
from customers.models import Customer
from customers.overview import Page
from moment import tabular
from moment.keyset import is_key
from moment.ledger import ocr
from moment.ledger.models import OcrPayment, Payment
from moment.models import User
from moment.names import spellings
from moment.projects.sums import exact
from moment.templatetags.moment import full_date

ALL, OPEN, REVERSED, UNKNOWN = "all", "open", "reversed", "unknown"
_BATCH = 500


class PaymentFilter(PageFilter):
    """Filters of payments: by whose they are, what was written on them, and when."""

    q = CharFilter(label=gettext_lazy("Search"), method="by_words")
    since = CharFilter(label=gettext_lazy("From"), method="by_since")
    until = CharFilter(label=gettext_lazy("Until"), method="by_until")

    class Meta:
        model = Payment
        fields: ClassVar[list[str]] = []

    def offer(self, data: QueryDict) -> None:
        """Nothing is chosen from a list here."""

    def found(self) -> QuerySet:
        return self.filter_queryset(self.queryset.all())

    @cached_property
    def params(self) -> dict[str, Any]:
        found = super().params
        return {k: v for k, v in found.items() if k not in ("since", "until") or _day(v)}

    def words(self, name: str, value: str) -> str:
        if name in ("since", "until"):
            words = _("paid from %(day)s") if name == "since" else _("paid until %(day)s")
            return words % {"day": full_date(_day(value))}
        return super().words(name, value)

    def by_words(self, rows: QuerySet, name: str, question: str) -> QuerySet:
        """Keep those of which every word is in the customer's name, the KID or the text."""
        with_customer = self.queryset.model is Payment
        words = question.split()[: search.MAX_WORDS]
        return rows.filter(*(_meets(word, with_customer) for word in words)) if words else rows

    def by_since(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        day = _day(value)
        return rows.filter(paid_on__gte=day) if day else rows

    def by_until(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        day = _day(value)
        return rows.filter(paid_on__lte=day) if day else rows


@dataclass(frozen=True)
class Total:
    """What the hits come to in one currency, and how much of that is open."""

    currency: str
    amount: Decimal
    remaining: Decimal
    count: int


@dataclass(frozen=True)
class Row:
    """A payment, or one of the bank's of which nobody knows whose it is."""

    payment: Payment | None
    ocr: OcrPayment | None = None

    @property
    def key(self) -> int:
        one = self.payment or self.ocr
        assert one is not None
        return one.pk

    @property
    def currency(self) -> str:
        return self.payment.currency if self.payment else ocr.CURRENCY

    @property
    def remaining(self) -> Decimal:
        one = self.payment or self.ocr
        return one.remaining if isinstance(one, Payment) else one.amount  # type: ignore[union-attr]

    @property
    def is_reversed(self) -> bool:
        return self.payment is not None and hasattr(self.payment, "reversed_by")


class PaymentList(Listing):
    """The payments that a user asks for; on one tab those that nobody's KID explains."""

    url_name = "ledger:payments"
    tab_labels: ClassVar = {
        ALL: gettext_lazy("All"),
        OPEN: gettext_lazy("Open"),
        REVERSED: gettext_lazy("Reversed"),
        UNKNOWN: gettext_lazy("OCR without a customer"),
    }
    usual_tab = ALL
    sums = (ALL,)
    heads = (
        ("day", gettext_lazy("Paid")),
        ("customer", gettext_lazy("Customer")),
        ("", gettext_lazy("Text")),
        ("", gettext_lazy("Source")),
        ("amount", gettext_lazy("Amount")),
        ("open", gettext_lazy("Not matched")),
    )
    sorts: ClassVar = {
        "day": ["paid_on", "id"],
        "customer": ["customer__sort_name", "id"],
        "amount": ["amount", "id"],
        "open": ["remaining", "id"],
    }
    # Those without a customer have fewer columns to sort by.
    _sorts_of_unknown: ClassVar = {"amount": ["amount", "id"], "open": ["amount", "id"]}
    usual_sort = "-day"
    descending_first = ("day", "amount", "open")

    def __init__(self, data: QueryDict, user: User | AnonymousUser) -> None:
        super().__init__(data)
        payments = Payment.objects.visible_to(user)
        unknown = OcrPayment.objects.unknown()
        may = user.has_perm("ledger.view_invoice")
        self.filter = PaymentFilter(data, payments)
        self._unknown = PaymentFilter(data, unknown if may else unknown.none())

    @property
    def order(self) -> list[str]:
        if self.tab == UNKNOWN:
            return list(self._sorts_of_unknown.get(self.sort_key, self.sorts["day"]))
        return list(self.sorts[self.sort_key])

    def found(self) -> QuerySet:
        """Return the rows of the tab that the filters let through."""
        return self._of(self.tab)

    def _of(self, tab: str) -> QuerySet:
        return self._unknown.found() if tab == UNKNOWN else self.filter.found().filter(_in(tab))

    @cached_property
    def counts(self) -> dict[str, int]:
        """Counted no further than people read: one more than that stands for more."""
        most = counts.LIMIT + 1
        return {tab: self._of(tab).order_by()[:most].count() for tab in self.tab_labels}

    @property
    def exact_total(self) -> int | None:
        return self.total if self.total <= counts.LIMIT else None

    @cached_property
    def totals(self) -> list[Total]:
        """What all the hits come to, by currency, the most frequent first; nothing of too many."""
        if self.exact_total is None:
            return []
        rows = self.found().order_by()
        if self.tab == UNKNOWN:
            rows = rows.annotate(currency=Value(ocr.CURRENCY)).values_list("currency")
            found = rows.annotate(Sum("amount"), Sum("amount"), Count("pk"))
            found = [(c, amount, amount, n) for c, amount, n in found]
        else:
            found = rows.values_list("currency").annotate(
                Sum("amount"), Sum("remaining"), Count("pk")
            )
        totals = [Total(c, exact(amount), exact(rest), n) for c, amount, rest, n in found]
        return sorted(totals, key=lambda total: (-total.count, total.currency))

    @cached_property
    def page(self) -> Page:
        return self.page_of(
            self.found(), place=self._place, shown=self._rows, key=lambda row: row.key
        )

    def _place(self, key: str) -> tuple[Any, ...] | None:
        """Return where the one with the key stands in the order; None where it makes no sense."""
        if not is_key(key):
            return None
        model: Any = OcrPayment if self.tab == UNKNOWN else Payment
        return model.objects.filter(pk=key).values_list(*self.order).first()

    def _rows(self, found: QuerySet) -> list[Row]:
        if self.tab == UNKNOWN:
            return [Row(None, one) for one in found.select_related("file")]
        return [Row(one) for one in found.select_related("customer", "reversed_by")]

    # The spreadsheet

    @property
    def sheet_columns(self) -> list[tabular.Column]:
        return [
            tabular.Column(_("Paid"), 12),
            tabular.Column(_("Customer no."), 12),
            tabular.Column(_("Customer"), 32),
            tabular.Column(_("KID"), 26),
            tabular.Column(_("Text"), 40),
            tabular.Column(_("Source"), 16),
            tabular.Column(_("Reversed"), 10),
            tabular.Column(_("Currency"), 9),
            tabular.Column(_("Amount"), 14),
            tabular.Column(_("Not matched"), 14),
            tabular.Column(_("Exchange rate"), 12),
        ]

    def sheet_rows(self) -> Iterator[list[Any]]:
        """Yield the cells of all hits, in the order of the page."""
        keys = iter(self.ordered(self.found()).values_list("pk", flat=True))
        model: Any = OcrPayment if self.tab == UNKNOWN else Payment
        while some := list(islice(keys, _BATCH)):
            rows = {row.key: row for row in self._rows(model.objects.filter(pk__in=some))}
            yield from (_cells(rows[key]) for key in some if key in rows)


def _cells(row: Row) -> list[Any]:
    payment, one = row.payment, row.payment or row.ocr
    assert one is not None
    return [
        one.paid_on,
        payment.customer.number if payment else None,
        payment.customer.name if payment else None,
        one.kid,
        one.text,
        payment.get_way_display() if payment else Payment.Way.OCR.label,
        _("yes") if row.is_reversed else None,
        row.currency,
        one.amount,
        row.remaining,
        # Its decimals are more than an amount's.
        float(payment.rate) if payment else None,
    ]


def _in(tab: str) -> Q:
    match tab:
        case "open":
            return Q(is_open=True)
        case "reversed":
            return Q(reversed_by__isnull=False)
    return Q()


def _meets(word: str, with_customer: bool) -> Q:
    meant = Q(kid__contains=word)
    if pattern := spellings(word):
        meant |= ~Q(text="") & Q(text__regex=pattern)
    if with_customer:
        key = search.folded(word).strip()
        whose = Q(number=word.upper())
        if key:
            whose |= Q(name_key__contains=key)
        meant |= Q(customer__in=Customer.objects.filter(whose))
    return meant


def _day(text: str) -> date | None:
    try:
        return parse_date(text)
    except ValueError:
        return None
