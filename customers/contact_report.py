"""The report over all contacts as one object: from the parameters of its address to its rows."""

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any, ClassVar
from urllib.parse import urlencode

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db.models import Case, Exists, Func, IntegerField, OuterRef, QuerySet, Value, When
from django.db.models.functions import Lower, Replace
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy

from customers import contact_rows, counts
from customers.contact_filters import OF_PERSONS, ContactFilter
from customers.filtering import Menu
from customers.listing import Listing
from customers.models import Contact, Customer, Person
from customers.models.contact import ContactQuerySet
from customers.overview import Column, Page
from moment.keyset import is_key

CURRENT, FORMER, ALL, NO_CUSTOMER = "current", "former", "all", "none"
_OF_PERSONS = ["sort_name", "id"]


class _InByteOrder(Func):
    """A text as PostgreSQL compares it byte by byte, which SQLite does anyway."""

    template = "%(expressions)s"

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self.as_sql(compiler, connection, template='(%(expressions)s) COLLATE "C"')


def _title_key() -> Func:
    """Return the title as `sort_key` would make it: there is no column for it."""
    key: Any = Lower("title")
    for letter, last in (("æ", "z{"), ("ø", "z|"), ("å", "z}")):
        for written in (letter, letter.upper()):
            key = Replace(key, Value(written), Value(last))
    return _InByteOrder(key)


class ContactReport(Listing):
    """The contacts that a user asks for.

    `who` chooses current contacts, former ones, all, or persons who are no contact of anybody.
    Erased persons are never among them.
    """

    url_name = "customers:contact_report"
    chosen_by = "who"
    tab_labels: ClassVar = {
        CURRENT: gettext_lazy("Current"),
        FORMER: gettext_lazy("Former"),
        ALL: gettext_lazy("All"),
        NO_CUSTOMER: gettext_lazy("Without a customer"),
    }
    usual_tab = CURRENT
    heads = (
        ("person", gettext_lazy("Person")),
        ("title", gettext_lazy("Title")),
        ("customer", gettext_lazy("Customer")),
        ("", gettext_lazy("E-mail")),
        ("", gettext_lazy("Phone")),
        ("", gettext_lazy("Tags")),
    )
    sorts: ClassVar = {
        "person": ["person__sort_name", "id"],
        "customer": ["customer__sort_name", "person__sort_name", "id"],
        "title": ["untitled", "title_key", "person__sort_name", "id"],
    }
    usual_sort = "person"

    def __init__(self, data: QueryDict, user: AbstractBaseUser | AnonymousUser) -> None:
        super().__init__(data)
        # Tested row by row: beside a list of persons, one of customers would be crossed with it.
        visible = Customer.objects.visible_to(user).filter(pk=OuterRef("customer_id"))
        self.filter = ContactFilter(
            data, Contact.objects.filter(Exists(visible.order_by()), person__erased_at=None)
        )
        if not self.is_of_customers and self.sort_key != "person":
            self.sort = self.usual_sort

    # What is asked for

    @property
    def is_of_customers(self) -> bool:
        """Tell whether the rows are contacts of customers, not persons without one."""
        return self.tab != NO_CUSTOMER

    @cached_property
    def filters(self) -> dict[str, Any]:
        """The filters in use; of persons without a customer, those that ask about the person."""
        if self.is_of_customers:
            return self.filter.params
        return {name: v for name, v in self.filter.params.items() if name in OF_PERSONS}

    @property
    def may_be_written_to(self) -> bool:
        """Tell whether there may be current contacts among the rows."""
        return self.tab in (CURRENT, ALL)

    @property
    def hides_statuses(self) -> bool:
        """Tell whether contacts of inactive and blocked customers are left aside."""
        return self.is_of_customers and "status" not in self.filters

    @property
    def all_statuses_url(self) -> str:
        return self.url(status=ALL)

    @property
    def rarer_menus(self) -> list[Menu]:
        menus = self.filter.rarer_menus
        return [m for m in menus if self.is_of_customers or m.name in OF_PERSONS]

    @property
    def query(self) -> str:
        """The filters alone, as a mailing list keeps them."""
        return urlencode(self.filters, doseq=True)

    # What there is

    @cached_property
    def contacts(self) -> ContactQuerySet:
        """The contacts of customers that are asked for."""
        return self._of(self.tab) if self.is_of_customers else Contact.objects.none()

    @cached_property
    def current(self) -> ContactQuerySet:
        """Those of them who work there today: the only ones to write to."""
        return self.contacts.current()

    def _of(self, who: str) -> ContactQuerySet:
        found = self.filter.found()
        if who == CURRENT:
            return found.current()
        if who == FORMER:
            return found.filter(employed_until__lt=timezone.localdate())
        return found

    @cached_property
    def counts(self) -> dict[str, int]:
        """How many there are of each kind, each counted to the limit."""
        found: dict[str, QuerySet] = {who: self._of(who) for who in (CURRENT, FORMER, ALL)}
        found[NO_CUSTOMER] = self.filter.without_customer()
        return {who: rows.order_by()[: counts.LIMIT + 1].count() for who, rows in found.items()}

    @property
    def exact_total(self) -> int | None:
        return self.total if self.total <= counts.LIMIT else None

    def tab_url(self, value: str) -> str:
        if value != NO_CUSTOMER:
            return super().tab_url(value)
        # What asks about customers makes no sense of persons without one.
        forgotten = dict.fromkeys(self.filter.params.keys() - {*OF_PERSONS})
        return self.url(who=value, sort=None, **forgotten)

    @cached_property
    def columns(self) -> list[Column]:
        if self.is_of_customers:
            return super().columns
        asks = ("", "person")
        return [self._column(name, str(label)) for name, label in self.heads if name in asks]

    # The page

    @cached_property
    def page(self) -> Page:
        return self.page_of(
            self._keyed(self._found),
            place=self._place,
            shown=self._rows,
            key=lambda row: row["key"],
        )

    @property
    def order(self) -> Sequence[str]:
        return super().order if self.is_of_customers else _OF_PERSONS

    @property
    def _found(self) -> QuerySet:
        return self.contacts if self.is_of_customers else self.filter.without_customer()

    def _keyed(self, rows: QuerySet) -> QuerySet:
        """Return the rows with what the order needs and no column holds."""
        if "title_key" not in self.order:
            return rows
        untitled = Case(When(title="", then=1), default=0, output_field=IntegerField())
        return rows.annotate(untitled=untitled, title_key=_title_key())

    def _place(self, key: str) -> tuple[Any, ...] | None:
        """Return where the row with the key stands in the order; None where it makes no sense."""
        if not is_key(key):
            return None
        rows = Contact.objects.all() if self.is_of_customers else Person.objects.all()
        return self._keyed(rows).filter(pk=key).values_list(*self.order).first()

    def _rows(self, found: QuerySet) -> list[dict[str, Any]]:
        """Return the cells of these rows, in two queries."""
        if not self.is_of_customers:
            return contact_rows.of_persons(found)
        return contact_rows.of_contacts(found, self.filter.contact_tags)

    # The spreadsheet

    def sheet_rows(self) -> Iterator[tuple[Any, ...]]:
        """Yield the cells of all rows asked for, in the order of the page."""
        found = self.ordered(self._keyed(self._found))
        if not self.is_of_customers:
            return contact_rows.sheet_of_persons(found)
        return contact_rows.sheet_of_contacts(found, self.filter.contact_tags)
