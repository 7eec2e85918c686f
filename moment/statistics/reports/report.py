"""A report as one object: from the parameters of its address to the rows it shows."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import cached_property
from typing import Any, ClassVar

from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from customers.filtering import NOBODY
from customers.models import Customer
from customers.overview import PAGE_SIZE, Column, Page, count_text
from customers.rows import tags_of
from moment import tabular
from moment.statistics.reports import chart
from moment.statistics.reports.asked import RESPONSIBLE, TAG, AskedReport
from moment.statistics.reports.chart import TOP, Bar
from moment.statistics.reports.figures import few
from moment.statistics.reports.table import (
    HOURS,
    MONEY,
    PERCENT,
    Cell,
    Entry,
    Measure,
    Row,
    in_order,
)

_BATCH = 500


class Report(AskedReport):
    """What a user asks for of customers in a period, each by itself or added up in groups.

    The rows of all hits are sorted here, by what the database has added up for each customer; only
    those of a page are fetched.
    """

    title: ClassVar[Any]
    export_name: ClassVar[str]

    # What each report says

    def figures_of(self, customers: Collection[int]) -> Mapping[int, Any]:
        """Return the figures of these customers, by key, for those that have any."""
        raise NotImplementedError

    def nothing(self) -> Any:
        """Return figures that others are added to."""
        raise NotImplementedError

    def value(self, figures: Any, name: str) -> Any:
        """Return what stands in the column of a measure."""
        raise NotImplementedError

    def url_behind(self, customer: Customer, measure: Measure) -> str:
        """Return where the rows behind a figure of a customer are."""
        raise NotImplementedError

    # What there is

    @cached_property
    def customers(self) -> Mapping[int, tuple[str, str, int | None]]:
        """All that the filters let through: how they are sorted, and who is responsible."""
        rows = self.filter.queryset
        if self.is_narrowed:
            rows = self.filter.found(walking=True)
        columns = ("pk", "sort_name", "sort_number", "responsible")
        return {pk: rest for pk, *rest in rows.order_by().values_list(*columns)}

    @cached_property
    def figures(self) -> Mapping[int, Any]:
        return self.figures_of(self.customers.keys())

    @cached_property
    def together(self) -> Any:
        """All of them added up, each customer once."""
        found = self.nothing()
        for one in self.figures.values():
            found.add(one)
        return found

    @property
    def without(self) -> int:
        """How many customers have nothing to show."""
        return len(self.customers) - len(self.figures)

    @cached_property
    def entries(self) -> list[Entry]:
        """All rows, in the order that is asked for."""
        found = self._grouped() if self.is_grouped else self._of_customers()
        return in_order(found, self._sorted_by(self.sort_key), descends=self.descends)

    def _sorted_by(self, name: str) -> Callable[[Entry], Any]:
        if name == "name":
            return lambda one: one.name
        if name == "number":
            return lambda one: one.number
        return lambda one: self.value(one.figures, name)

    def _of_customers(self) -> list[Entry]:
        found = []
        for key, figures in self.figures.items():
            name, number, _responsible = self.customers[key]
            found.append(Entry(key, name, figures, number))
        return found

    def _grouped(self) -> list[Entry]:
        groups = self._by_tag() if self.tab == TAG else self._by_responsible()
        names, found = self._group_names, {}
        for key, customers in groups.items():
            figures = self.nothing()
            for customer in customers:
                figures.add(self.figures[customer])
            found[key] = Entry(key, names[key].casefold(), figures, count=len(customers))
        return list(found.values())

    def _by_responsible(self) -> Mapping[int, list[int]]:
        found = defaultdict(list)
        for key in self.figures:
            found[self.customers[key][2] or 0].append(key)
        return found

    def _by_tag(self) -> Mapping[int, list[int]]:
        rows = Customer.tags.through.objects.all()
        if (asked := few(self.figures)) is not None:
            rows = rows.filter(customer_id__in=asked)
        found, tagged = defaultdict(list), set()
        for customer, tag in rows.order_by().values_list("customer_id", "tag_id"):
            if customer in self.figures:
                found[tag].append(customer)
                tagged.add(customer)
        if without := [key for key in self.figures if key not in tagged]:
            found[0] = without
        return found

    @cached_property
    def _group_names(self) -> Mapping[int, str]:
        if self.tab == TAG:
            return {0: _("No tag"), **{tag.pk: tag.name for tag in self.filter.tags}}
        return {0: _("Nobody"), **self.filter.people}

    @property
    def has_hours(self) -> bool:
        return any(one.kind == HOURS for one in self.measures)

    # The rows

    @property
    def total(self) -> int:
        return len(self.entries)

    @property
    def total_text(self) -> str:
        return count_text(self.total)

    @cached_property
    def columns(self) -> list[Column]:
        heads = [(one.name, str(one.label)) for one in self.measures]
        if self.is_grouped:
            first = _("Tag") if self.tab == TAG else _("Responsible")
            heads = [("name", first), ("", _("Customers")), *heads]
        else:
            heads = [("number", _("No.")), ("name", _("Name")), ("", _("Resp.")), *heads]
        return [self._column(name, label) for name, label in heads]

    @cached_property
    def page(self) -> Page:
        """The page with the number that the address has: all are added up for any of them."""
        last = max(0, self.total - 1) // PAGE_SIZE
        asked = self.data.get("page", "")
        number = int(asked) - 1 if asked.isascii() and asked.isdigit() and len(asked) < 7 else 0
        number = min(max(number, 0), last)
        shown = self.entries[number * PAGE_SIZE : (number + 1) * PAGE_SIZE]
        page = Page(rows=self.rows(shown))
        page.first = number * PAGE_SIZE + 1 if page.rows else 0
        if number:
            page.first_url = self.url()
            page.previous_url = self.url(page=number if number > 1 else None)
        if number < last:
            page.next_url, page.last_url = self.url(page=number + 2), self.url(page=last + 1)
        return page

    @property
    def totals(self) -> list[Cell]:
        return [self._cell(self.together, one, "") for one in self.measures]

    def rows(self, entries: Sequence[Entry]) -> list[Row]:
        """Return the rows of these entries, in their order, in a fixed number of queries."""
        if self.is_grouped:
            return [self._row_of_group(one) for one in entries]
        keys = [one.key for one in entries]
        found = Customer.objects.select_related("responsible").in_bulk(keys)
        tags = tags_of(Customer, keys, self.filter.tags)
        return [
            self._row(one, found[one.key], tags.get(one.key, ()))
            for one in entries
            if one.key in found
        ]

    def _row(self, entry: Entry, customer: Customer, tags: Sequence[tuple[str, str]]) -> Row:
        page = reverse("statistics:of_customer", args=[customer.number])
        return Row(
            customer.name,
            f"{page}?{self.period.query}",
            customer.number,
            customer.status,
            str(customer.responsible or ""),
            tags,
            cells=[
                self._cell(entry.figures, one, self.url_behind(customer, one))
                for one in self.measures
            ],
        )

    def _row_of_group(self, entry: Entry) -> Row:
        return Row(
            self._group_names[entry.key],
            self._url_of_group(entry.key),
            count=entry.count,
            cells=[self._cell(entry.figures, one, "") for one in self.measures],
        )

    def _url_of_group(self, key: int) -> str:
        """Return where the customers of a group are one by one; empty where nothing asks for it."""
        if self.tab == RESPONSIBLE:
            return self.url(group=None, responsible=[str(key) if key else NOBODY])
        tags, tag = self.filters.get("tags", []), str(key)
        together = len(tags) < 2 or self.filters.get("match") == "all"
        if not key or not (together or tag in tags):
            return ""
        every = [*dict.fromkeys([*tags, tag])] if together else [tag]
        return self.url(group=None, tags=every, match="all" if len(every) > 1 else None)

    def _cell(self, figures: Any, measure: Measure, url: str) -> Cell:
        value = self.value(figures, measure.name)
        return Cell(str(measure.label), measure.text(value), value, url)

    # The chart

    @property
    def charted(self) -> Measure:
        """The figures that are drawn: those sorted by, if they are amounts, else the usual ones."""
        drawn = {one.name: one for one in self.measures if one.kind != PERCENT}
        return drawn.get(self.sort_key) or drawn[self.usual_sort.removeprefix("-")]

    @property
    def charted_words(self) -> str:
        return str(self.charted.label)

    @cached_property
    def bars(self) -> list[Bar]:
        """The first ten by these figures, of those that have any."""
        of = self.charted
        entries = [one for one in self.entries if self.value(one.figures, of.name)]
        top = in_order(entries, self._sorted_by(of.name), descends=True)[:TOP]
        found = []
        for row, entry in zip(self.rows(top), top, strict=True):
            value, before = self.value(entry.figures, of.name), self.before(entry.figures, of)
            told = of.text(before) if before is not None else ""
            found.append(Bar(row.name, value, of.text(value), before, told))
        return found

    def before(self, figures: Any, measure: Measure) -> Decimal | None:
        """Return what there was of it in the year before; None where that is not compared."""
        return None

    @property
    def compares(self) -> bool:
        return any(one.before is not None for one in self.bars)

    @property
    def chart(self) -> SafeString:
        return chart.of(self.bars, in_thousands=self.charted.kind == MONEY)

    @property
    def narrow_chart(self) -> SafeString:
        return chart.of(self.bars, in_thousands=self.charted.kind == MONEY, on=chart.PHONE)

    # The spreadsheet

    def sheet_columns(self) -> list[tabular.Column]:
        if self.is_grouped:
            columns = [
                tabular.Column(self.columns[0].label, 32),
                tabular.Column(_("Customers"), 12),
            ]
        else:
            columns = [
                tabular.Column(_("Customer no."), 12),
                tabular.Column(_("Customer"), 32),
                tabular.Column(_("Responsible"), 22),
                tabular.Column(_("Tags"), 24),
            ]
        return [*columns, *(tabular.Column(self._heading(one), 16) for one in self.measures)]

    def _heading(self, measure: Measure) -> str:
        units = {MONEY: self.currency, HOURS: _("hours"), PERCENT: "%"}
        return f"{measure.label}, {units[measure.kind]}"

    def sheet_rows(self) -> Iterator[list[Any]]:
        """Yield the cells of all rows, in the order of the page, amounts not rounded."""
        for start in range(0, self.total, _BATCH):
            for row in self.rows(self.entries[start : start + _BATCH]):
                if self.is_grouped:
                    yield [row.name, row.count, *(cell.value for cell in row.cells)]
                else:
                    tags = ", ".join(name for name, _color in row.tags)
                    yield [
                        row.number,
                        row.name,
                        row.person,
                        tags,
                        *(cell.value for cell in row.cells),
                    ]
