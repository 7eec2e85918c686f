"""What a customer's profile shows of its key statistics: those of the last twelve months."""

from typing import Any
from weakref import WeakKeyDictionary

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from customers.panels import Panel
from moment.ledger import ageing
from moment.models import User
from moment.projects.models import Project
from moment.projects.panels import work_of
from moment.statistics import paying, periods
from moment.statistics.figures import Statistics, hours_of
from moment.statistics.periods import Name
from moment.statistics.scope import Scope
from moment.statistics.tabs import RIGHTS

SHOWN = 5

# Read once for all panels of a page.
_found: WeakKeyDictionary[HttpRequest, Statistics] = WeakKeyDictionary()


class OfStatistics(Panel):
    @property
    def statistics(self) -> Statistics:
        if self.request not in _found:
            period = periods.named(Name.LAST_12)
            _found[self.request] = Statistics(self.customer, period, self._scope())
        return _found[self.request]

    def _scope(self) -> Scope | None:
        """Return what the panel of projects reads as well."""
        if not self.request.user.has_perm("projects.view_project"):
            return None
        work = work_of(self.customer, self.request)
        projects = {project.pk: project for project in work.projects}
        return Scope([self.customer.pk], projects=projects, prices=work.prices, payers=work.payers)


class KeyFigures(OfStatistics):
    """What the customer is worth, for who may see money; how much there is to do for others."""

    title = _("Key figures")
    template = "statistics/panel/_key_figures.html"
    wide = True

    def context(self) -> dict[str, Any]:
        user = self.request.user
        if user.has_perms(RIGHTS):
            currency = self.statistics.currency
            owed = ageing.of_customer(self.customer.pk, timezone.localdate(), currency).together
            days = paying.overdue_since(self.customer) if owed.overdue else 0
            return {"statistics": self.statistics, "outstanding": owed, "days": days}
        if not user.has_perm("projects.view_project"):
            return {}
        states = [project.state for project in self.statistics.scope.projects.values()]
        return {
            "all": len(states),
            "in_progress": states.count(Project.State.PROGRESS),
            "hours_last_year": self.statistics.hours if states else 0,
        }


class WorkedHere(OfStatistics):
    """Who has worked here, by hours."""

    title = _("Who has worked here")
    template = "statistics/panel/_worked_here.html"
    permission = "projects.view_project"

    def context(self) -> dict[str, Any]:
        hours = hours_of(self.statistics.worked) if self.statistics.scope.projects else {}
        rows = sorted(hours.items(), key=lambda row: (-row[1], row[0]))
        most, others = rows[:SHOWN], rows[SHOWN:]
        people = User.objects.in_bulk([user for user, _hours in most]) if most else {}
        return {
            "colleagues": [
                # How long the bar is, in per cent of the longest.
                (people[user], hours, int(hours * 100 / most[0][1]))
                for user, hours in most
            ],
            "others": len(others),
            "others_hours": sum(hours for _user, hours in others),
        }
