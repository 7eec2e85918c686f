"""The list of offers as one object: from the parameters of its address to the rows it shows."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from itertools import islice
from typing import Any, ClassVar

from django.contrib.auth.models import AnonymousUser
from django.db.models import Count, F, Q, QuerySet, Sum, Value
from django.db.models.functions import Coalesce, NullIf
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from customers import invoicing
from customers.listing import Listing
from customers.models import Customer
from customers.overview import Page
from customers.rows import tags_of
from moment import tabular
from moment.keyset import is_key
from moment.models import CompanySettings, User
from moment.offers.filters import OfferFilter
from moment.offers.models import Offer
from moment.offers.models.offer import OfferQuerySet
from moment.projects import figures
from moment.projects.models import Project

ALL, EXPIRED = "all", "expired"
_BATCH = 500
STATES = {
    ALL: gettext_lazy("All"),
    Offer.State.DRAFT.value: Offer.State.DRAFT.label,
    Offer.State.READY.value: Offer.State.READY.label,
    Offer.State.SENT.value: Offer.State.SENT.label,
    EXPIRED: gettext_lazy("Expired"),
    Offer.State.ACCEPTED.value: Offer.State.ACCEPTED.label,
    Offer.State.REJECTED.value: Offer.State.REJECTED.label,
}


@dataclass(frozen=True)
class Total:
    """What the hits, or the rows of a page, come to in one currency."""

    currency: str
    amount: Decimal
    count: int


@dataclass
class Row:
    offer: Offer
    currency: str
    tags: list[tuple[str, str]]
    # None: not accepted, without a project, or not to be seen.
    remaining: Decimal | None = None
    remaining_in: str = ""  # the project's currency


def state_of(offer: Offer) -> str:
    """Return the state as people see it: one that is sent can be expired."""
    return EXPIRED if offer.is_expired() else offer.state


def state_words(offer: Offer) -> str:
    return str(STATES.get(state_of(offer)) or offer.get_state_display())


def with_currency(offers: QuerySet, company: CompanySettings | None = None) -> QuerySet:
    """Return the offers, each with `holds_in`: its currency, its customer's or the company's."""
    company = company or CompanySettings.current()
    standard = str(invoicing.value("currency", Customer(), company))
    own, theirs = (NullIf(F(name), Value("")) for name in ("currency", "customer__currency"))
    return offers.annotate(holds_in=Coalesce(own, theirs, Value(standard)))


class OfferList(Listing):
    """The offers that a user asks for: the newest versions."""

    url_name = "offers:offers"
    tab_labels = STATES
    usual_tab = ALL
    heads = (
        ("number", gettext_lazy("No.")),
        ("name", gettext_lazy("Name")),
        ("customer", gettext_lazy("Customer")),
        ("", gettext_lazy("Resp.")),
        ("issued", gettext_lazy("Issued")),
        ("valid", gettext_lazy("Valid until")),
        ("", gettext_lazy("State")),
        ("amount", gettext_lazy("Amount")),
    )
    sorts: ClassVar = {
        "number": ["sort_number", "id"],
        "name": ["sort_name", "id"],
        "customer": ["customer__sort_name", "id"],
        "issued": ["issued_on", "id"],
        "valid": ["valid_until", "id"],
        "amount": ["amount", "id"],
    }
    usual_sort = "-number"
    descending_first = ("number", "issued", "amount")

    def __init__(self, data: QueryDict, user: User | AnonymousUser) -> None:
        super().__init__(data)
        self.filter = OfferFilter(data, Offer.objects.visible_to(user).newest(), user)
        # Amounts of projects are not for everybody who sees offers.
        self.shows_remaining = user.has_perms(["projects.view_project", "projects.view_amounts"])

    # What there is

    def _of(self, state: str) -> OfferQuerySet:
        return self.filter.found().filter(_in(state))

    @cached_property
    def counts(self) -> dict[str, int]:
        counted = {state: Count("pk", filter=_in(state)) for state in STATES}
        return self.filter.found().order_by().aggregate(**counted)

    @cached_property
    def totals(self) -> list[Total]:
        """What all the hits come to, by currency, the most frequent first."""
        rows = with_currency(self._of(self.tab)).order_by().values_list("holds_in")
        found = rows.annotate(Sum("amount"), Count("pk"))
        return sorted((Total(*row) for row in found), key=lambda s: (-s.count, s.currency))

    @cached_property
    def remaining(self) -> dict[str, Decimal]:
        """What remains to be invoiced of the rows of the page, by currency."""
        sums: dict[str, Decimal] = {}
        for row in self.page.rows:
            if row.remaining is not None:
                sums[row.remaining_in] = sums.get(row.remaining_in, Decimal(0)) + row.remaining
        return sums

    @cached_property
    def page(self) -> Page:
        return self.page_of(
            self._of(self.tab), place=self._place, shown=self._rows, key=lambda row: row.offer.pk
        )

    def _place(self, key: str) -> tuple[Any, ...] | None:
        """Return where the offer with the key stands in the order; None where it makes no sense."""
        offers = Offer.objects.filter(pk=key) if is_key(key) else Offer.objects.none()
        return offers.values_list(*self.order).first()

    def _rows(self, found: QuerySet) -> list[Row]:
        """Return these rows, in a fixed number of queries."""
        related = ("customer", "responsible", "project")
        offers = list(with_currency(found).select_related(*related))
        tags = tags_of(Offer, [offer.pk for offer in offers], self.filter.own_tags)
        rows = [Row(offer, offer.holds_in, tags.get(offer.pk, [])) for offer in offers]
        if self.shows_remaining:
            _add_remaining(rows)
        return rows

    # The spreadsheet

    @property
    def sheet_columns(self) -> list[tabular.Column]:
        columns = [
            tabular.Column(_("No."), 10),
            tabular.Column(_("Version"), 8),
            tabular.Column(_("Name"), 40),
            tabular.Column(_("Customer no."), 12),
            tabular.Column(_("Customer"), 32),
            tabular.Column(_("Issued"), 12),
            tabular.Column(_("Valid until"), 12),
            tabular.Column(_("State"), 12),
            tabular.Column(_("Responsible"), 22),
            tabular.Column(_("Tags"), 24),
            tabular.Column(_("Currency"), 9),
            tabular.Column(_("Amount"), 14),
            tabular.Column(_("Optional"), 14),
        ]
        if self.shows_remaining:
            columns.append(tabular.Column(_("Remaining to invoice"), 14))
        return columns

    def sheet_rows(self) -> Iterator[list[Any]]:
        """Yield the cells of all hits, in the order of the page."""
        keys = iter(self.ordered(self._of(self.tab)).values_list("pk", flat=True))
        while some := list(islice(keys, _BATCH)):
            rows = {row.offer.pk: row for row in self._rows(Offer.objects.filter(pk__in=some))}
            yield from (self._cells(rows[key]) for key in some if key in rows)

    def _cells(self, row: Row) -> list[Any]:
        offer, customer = row.offer, row.offer.customer
        cells = [
            offer.number,
            offer.revision,
            offer.name,
            customer.number,
            customer.name,
            offer.issued_on,
            offer.valid_until,
            state_words(offer),
            str(offer.responsible),
            ", ".join(name for name, _color in row.tags),
            row.currency,
            float(offer.amount),
            float(offer.optional),
        ]
        if self.shows_remaining:
            cells.append(None if row.remaining is None else float(row.remaining))
        return cells


def _in(state: str) -> Q:
    """Return the condition that an offer is in a state as people see it."""
    over = Q(valid_until__lt=timezone.localdate())
    match state:
        case "all":
            return Q()
        case "sent":
            return Q(state=state) & ~over
        case "expired":
            return Q(state=Offer.State.SENT) & over
    return Q(state=state)


def _add_remaining(rows: list[Row]) -> None:
    """Add to accepted offers what of their projects' work and plans is not yet invoiced."""
    accepted = (row.offer for row in rows if row.offer.state == Offer.State.ACCEPTED)
    keys = {offer.project_id for offer in accepted if offer.project_id}
    projects = Project.objects.filter(pk__in=keys).select_related("customer")
    found = figures.of(projects) if projects else {}
    for row in rows:
        of_project = found.get(row.offer.project_id or 0)
        if of_project is not None:
            row.remaining = of_project.remaining
            row.remaining_in = of_project.currency
