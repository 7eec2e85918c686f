"""In which role people worked, and what their hours cost, on the day of the work."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db.models import Case, DateField, Value, When

from moment.projects.models import EmployeeTerms, ProjectMember


class Terms:
    """The terms of all employees, and the roles that they have in these projects; two queries.

    Hours are added up by the day since which nothing has changed for anybody (`since`), not by
    each day of its own.
    """

    def __init__(self, projects: Collection[int]) -> None:
        self._projects = set(projects)

    def also(self, projects: Collection[int]) -> None:
        """Have the roles in these projects read, too; before any is asked for."""
        if not self._projects.issuperset(projects):
            self._projects |= set(projects)
            self.__dict__.pop("_there", None)

    def since(self, name: str, first: date | None = None) -> Case:
        """Return the day that a day, by the name of its field, is alike with; None before all.

        With a first day that is the earliest one asked about: no change before it matters.
        """
        days = sorted({day for day in self._changes if first is None or day > first}, reverse=True)
        # The newest first, as most work is: the database goes through them in this order.
        whens = [When(**{f"{name}__gte": day}, then=Value(day)) for day in days]
        default = Value(first, output_field=DateField())
        return Case(*whens, default=default, output_field=DateField())

    def role(self, project: int, user: int, day: date | None) -> int | None:
        """Return in which role, by key, somebody worked: that in the project, else by the terms."""
        if there := self._there.get((project, user)):
            return there
        terms = self.on(user, day)
        return terms.role_id if terms else None

    def cost(self, user: int, day: date | None) -> Decimal | None:
        """Return what an hour of somebody cost, in the company's currency; None: nobody knows."""
        terms = self.on(user, day)
        return terms.cost_rate if terms else None

    def on(self, user: int, day: date | None) -> EmployeeTerms | None:
        """Return the terms of somebody that held on a day."""
        rows = self._terms.get(user, ())
        place = bisect_right(rows, day, key=lambda row: row.valid_from) if day else 0
        return rows[place - 1] if place else None

    @cached_property
    def _changes(self) -> set[date]:
        """The days on which the role or the cost of anybody becomes another."""
        found = set()
        for rows in self._terms.values():
            known: tuple[Any, Any] = (None, None)
            for row in rows:
                if (row.role_id, row.cost_rate) != known:
                    found.add(row.valid_from)
                known = (row.role_id, row.cost_rate)
        return found

    @cached_property
    def _terms(self) -> Mapping[int, Sequence[EmployeeTerms]]:
        found: dict[int, list[EmployeeTerms]] = defaultdict(list)
        for row in EmployeeTerms.objects.select_related("employee").order_by("valid_from"):
            found[row.employee.user_id].append(row)
        return found

    @cached_property
    def _there(self) -> Mapping[tuple[int, int], int]:
        rows = ProjectMember.objects.filter(project__in=self._projects, role__isnull=False)
        keys = rows.order_by().values_list("project", "user", "role")
        return {(project, user): role for project, user, role in keys}
