"""What a report is asked for by its address: period, filters, groups and order."""

from functools import cached_property
from typing import Any, ClassVar

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from customers.listing import Listing
from customers.models import Customer
from moment.models import CompanySettings, User
from moment.statistics.forms import PeriodForm
from moment.statistics.periods import Name, Period
from moment.statistics.reports.filters import ReportFilter
from moment.statistics.reports.table import Measure

CUSTOMER, TAG, RESPONSIBLE = "customer", "tag", "responsible"


class AskedReport(Listing):
    """A list of customers, or of groups of them, in a period."""

    chosen_by = "group"
    tab_labels: ClassVar = {
        CUSTOMER: _("Customers"),
        TAG: _("By tag"),
        RESPONSIBLE: _("By responsible"),
    }
    usual_tab = CUSTOMER
    form_class: ClassVar[type[PeriodForm]] = PeriodForm
    usual_period: ClassVar[Name] = Name.LAST_12
    # The filters are those of reports.
    filter: ReportFilter

    def __init__(self, data: QueryDict, user: User) -> None:
        self.user = user
        self.form = self.form_class(data)
        self.filter = ReportFilter(data, Customer.objects.visible_to(user), user)
        self.currency = CompanySettings.current().currency
        self.read(data)
        names = [one.name for one in self.measures]
        self.sorts = dict.fromkeys(("number", "name", *names), ())  # type: ignore[misc]
        self.descending_first = names  # type: ignore[misc]
        super().__init__(data)

    def read(self, data: QueryDict) -> None:
        """Take further parameters from the address."""

    @property
    def measures(self) -> list[Measure]:
        """The columns of figures."""
        raise NotImplementedError

    # What is asked for

    @cached_property
    def period(self) -> Period:
        return self.form.chosen

    @cached_property
    def period_params(self) -> dict[str, str]:
        if not self.form.is_valid() or self.period.name == self.usual_period:
            return {}
        found, period = {"period": self.period.name.value}, self.period
        if period.name == Name.OWN:
            found |= {"from": period.first.isoformat(), "until": period.last.isoformat()}
        return found

    @cached_property
    def params(self) -> dict[str, Any]:
        return {**self.period_params, **super().params}

    @property
    def kept(self) -> list[tuple[str, str]]:
        """What a form that asks for another period takes along."""
        found = []
        for name, value in self.params.items():
            if name not in self.period_params:
                found += [(name, one) for one in ([value] if isinstance(value, str) else value)]
        return found

    @property
    def besides(self) -> list[tuple[str, str]]:
        """What the form of the filters takes along."""
        found = {name: v for name, v in self.params.items() if name not in self.filter.form.fields}
        return list(found.items())

    @property
    def shown_period(self) -> Period | None:
        return self.period if self.form.is_valid() else None

    def in_period(self, period: Period | Name) -> str:
        """Return the address of the same in another period."""
        if isinstance(period, Name):
            asked = None if period == self.usual_period else period.value
            return self.url(period=asked, **{"from": None, "until": None})
        data = QueryDict(period.query)
        return self.url(**{name: data.get(name) for name in ("period", "from", "until")})

    @property
    def previous_url(self) -> str:
        return self.in_period(self.period.previous)

    @property
    def next_url(self) -> str:
        return self.in_period(self.period.next) if self.period.next else ""

    @property
    def presets(self) -> list[tuple[str, str, bool]]:
        """The periods by name: address, words, and whether it is the one shown."""
        names, shown = (Name.LAST_12, Name.THIS_YEAR, Name.LAST_YEAR), self.shown_period
        return [
            (self.in_period(name), str(name.label), shown is not None and shown.name == name)
            for name in names
        ]

    @property
    def groups(self) -> list[tuple[str, str, bool]]:
        return [
            (self.tab_url(value), str(label), value == self.tab)
            for value, label in self.tab_labels.items()
        ]

    @property
    def choices(self) -> list[tuple[str, str, bool]]:
        """What can be compared: address, words, and whether it is shown."""
        return []

    @property
    def is_grouped(self) -> bool:
        return self.tab != CUSTOMER

    # Saved filters: those of the overview

    @property
    def narrowed_by(self) -> dict[str, Any]:
        return self.filter.params

    def params_of(self, data: QueryDict) -> dict[str, Any]:
        return self.filter.params_of(self.filter.of_overview(data))

    def address_of(self, data: QueryDict) -> str:
        none = dict.fromkeys(self.filter.form.fields)
        return self.url(**(none | self.filter.url_params_of(data)))
