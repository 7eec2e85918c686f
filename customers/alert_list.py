"""The register's alerts as people meet them: the page as one object, each alert ready to show."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db.models import Count, Max, Min
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from customers import alerting, counts
from customers.alerting import GRAVITY, TAKEABLE, Act, Kind
from customers.models import Customer
from customers.overview import count_text
from customers.register_facts import AlertWords, alert_words, names_in
from moment.keyset import beyond
from registry.models import Alert, AlertQuerySet, Entity, Mirror, Watch

PAGE_SIZE = 50
OPEN, HANDLED = "open", "handled"
_USE = {
    Kind.NAME: gettext_lazy("Use the new name"),
    Kind.ADDRESS: gettext_lazy("Use the new address"),
    Kind.POSTAL: gettext_lazy("Use the new address"),
}


@dataclass(frozen=True)
class Row:
    """An alert, whom it concerns, what it says, and what can be done about it."""

    alert: Alert
    name: str  # as `alerting.name_of`
    words: AlertWords
    customers: list[Customer]
    acts: list[tuple[Act, str]]  # with what the button says

    @property
    def who(self) -> str:
        return ", ".join(customer.name for customer in self.customers)

    @property
    def answer(self) -> str:
        """What was done about it, in words."""
        return answer_in_words(self.alert)

    @property
    def block_query(self) -> str:
        """What asks whether to block the customers."""
        return urlencode({"alert": self.name})


def answer_in_words(alert: Alert) -> str:
    """Return what was done about an alert, empty when nothing was yet."""
    if alert.answer == Alert.Answer.TAKEN and alert.kind not in TAKEABLE:
        return _("Status changed")
    return str(alert.get_answer_display())


def rows_of(alerts: Iterable[Alert], visible: Any) -> list[Row]:
    """Return the alerts ready to show, with those of the customers that they concern.

    Two queries whatever the number: the customers, and the names that numbers stand for.
    """
    alerts = list(alerts)
    if not alerts:
        return []
    customers = alerting.concerned(visible, alerts)
    names = names_in(alerts)
    return [
        Row(
            alert,
            alerting.name_of(alert),
            alert_words(alert, names),
            theirs := customers[alert.org_number],
            [(act, _button(alert, act)) for act in alerting.acts_for(alert, theirs)],
        )
        for alert in alerts
    ]


def of_customer(customer: Customer, visible: Any) -> list[Row]:
    """Return a customer's open alerts, the gravest first."""
    number = alerting.norwegian_number(customer)
    if not number:
        return []
    waiting = Alert.objects.open().filter(org_number=number)
    return rows_of(sorted(waiting, key=lambda alert: GRAVITY[alert.kind]), visible)


def _button(alert: Alert, act: Act) -> str:
    return str(_USE[Kind(alert.kind)] if act == Act.TAKE else act.label)


@dataclass
class Tab:
    label: str
    url: str
    current: bool
    count_text: str = ""


class AlertList:
    """The alerts that a user asks for, by the parameters of a query string.

    Parameters that make no sense are left out: `state` (handled), `kind`, `older` (the key of the
    last alert on the page before) and `select` (all).
    """

    def __init__(self, data: QueryDict, user: AbstractBaseUser | AnonymousUser) -> None:
        self.customers = Customer.objects.visible_to(user)
        self.is_handled = data.get("state") == HANDLED
        self.kind = data.get("kind", "") if data.get("kind") in Kind.values else ""
        self.older = alerting.key_of(data.get("older", ""))
        self.all_selected = data.get("select") == "all"

    # What is asked for

    def url(self, **changes: Any) -> str:
        """Return the address of this page with other parameters; None takes one out."""
        asked = {
            "state": HANDLED if self.is_handled else None,
            "kind": self.kind,
            "older": self.older,
        }
        query = {name: value for name, value in (asked | changes).items() if value}
        return reverse("customers:alerts") + (f"?{urlencode(query)}" if query else "")

    @property
    def where(self) -> str:
        """The query that answers carry, so that they lead back to this page."""
        return self.url().partition("?")[2]

    @property
    def newest_url(self) -> str:
        """The address of the first page, empty on it."""
        return self.url(older=None) if self.older else ""

    @property
    def select_url(self) -> str:
        return self.url(select=None if self.all_selected else "all")

    # What there is

    @cached_property
    def counts(self) -> dict[str, int]:
        """Open alerts by kind, the gravest first."""
        found = self._of_state.order_by().values_list("kind").annotate(Count("pk"))
        return dict(sorted(found, key=lambda counted: GRAVITY[counted[0]]))

    @property
    def states(self) -> list[Tab]:
        return [
            Tab(
                _("Open"),
                self.url(state=None, kind=None, older=None),
                not self.is_handled,
                count_text(counts.open_alerts()),
            ),
            Tab(_("Handled"), self.url(state=HANDLED, kind=None, older=None), self.is_handled),
        ]

    @cached_property
    def kinds(self) -> list[Tab]:
        """The kinds to choose from: of open alerts those there are, of handled ones all."""
        if self.is_handled:
            shown = dict.fromkeys(Kind.values, "")
        else:
            shown = {kind: count_text(count) for kind, count in self.counts.items()}
        if self.kind:
            shown.setdefault(self.kind, "0")
        tabs = [
            Tab(str(Kind(kind).label), self.url(kind=kind, older=None), kind == self.kind, count)
            for kind, count in shown.items()
        ]
        return [Tab(_("All"), self.url(kind=None, older=None), not self.kind), *tabs]

    @cached_property
    def rows(self) -> list[Row]:
        return rows_of(self._page[:PAGE_SIZE], self.customers.order_by("sort_number"))

    @property
    def older_url(self) -> str:
        """The address of the next page, empty where this is the last."""
        more = len(self._page) > PAGE_SIZE
        return self.url(older=self._page[PAGE_SIZE - 1].pk) if more else ""

    @cached_property
    def last_read(self) -> datetime | None:
        """When our copies were last brought up to date with the register's changes.

        Without a mirror the watched numbers are refreshed one list after another.
        """
        followed = Mirror.objects.aggregate(last=Max("updated_at"))["last"]
        if followed:
            return followed
        watched = Entity.objects.filter(pk__in=Watch.objects.values("pk"))
        return watched.aggregate(last=Max("fetched_at"))["last"]

    @cached_property
    def watched_since(self) -> datetime | None:
        """Since when changes have been listened for."""
        return Watch.objects.aggregate(first=Min("since"))["first"]

    @property
    def _of_state(self) -> AlertQuerySet:
        alerts = alerting.about(self.customers)
        return alerts.exclude(handled_at=None) if self.is_handled else alerts.open()

    @cached_property
    def _page(self) -> list[Alert]:
        """The alerts of the page, the newest first, and one more where there are more."""
        fields = ["handled_at" if self.is_handled else "raised_at", "id"]
        alerts = self._of_state.select_related("handled_by")
        if self.kind:
            alerts = alerts.filter(kind=self.kind)
        if self.older:
            last = Alert.objects.filter(pk=self.older).values_list(*fields).first()
            if last and all(last):
                alerts = alerts.filter(beyond(fields, last, descending=True))
        return list(alerts.order_by(*(f"-{name}" for name in fields))[: PAGE_SIZE + 1])
