"""What the hours of a project can be narrowed by."""

from datetime import date
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.dateparse import parse_date
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from django_filters import CharFilter, ChoiceFilter, MultipleChoiceFilter

from customers.filtering import Menu, PageFilter
from moment.models import User
from moment.projects.models import Activity, Project, TimeEntry
from moment.templatetags.moment import full_date

YES, NO = "yes", "no"


class HourFilter(PageFilter):
    """Filters of a project's entries."""

    colleague = MultipleChoiceFilter(label=_("Colleague"), field_name="user")
    activity = MultipleChoiceFilter(label=_("Activity"), field_name="activity")
    month = ChoiceFilter(
        label=_("Month"), method="by_month", empty_label=_("All months"), null_label=None
    )
    approved = ChoiceFilter(
        label=_("Approval"),
        method="by_approval",
        empty_label=_("Approved or not"),
        null_label=None,
        choices=[(NO, _("Not approved")), (YES, _("Approved"))],
    )
    billable = ChoiceFilter(
        label=_("Billable"),
        method="by_billable",
        empty_label=_("Billable or not"),
        null_label=None,
        choices=[(YES, _("Billable")), (NO, _("Not billable"))],
    )
    day = CharFilter(label=_("Date"), method="by_day")

    class Meta:
        model = TimeEntry
        fields: ClassVar[list[str]] = []

    def __init__(self, data: QueryDict, project: Project) -> None:
        self.project = project
        super().__init__(data, TimeEntry.objects.filter(activity__project=project))

    def offer(self, data: QueryDict) -> None:
        entries = self.queryset.order_by()
        # The month is cut off here: SQLite would come back to Python for each entry.
        days = entries.values_list("day", flat=True).distinct()
        self.filters["month"].extra["choices"] = [
            (f"{month:%Y-%m}", date_format(month, "YEAR_MONTH_FORMAT"))
            for month in sorted({day.replace(day=1) for day in days}, reverse=True)
        ]
        self.offer_rows("colleague", User.objects.filter(pk__in=entries.values("user")))
        rows = Activity.objects.filter(project=self.project).order_by("number")
        self.filters["activity"].extra["choices"] = [
            (str(row.pk), f"{row.number} {row.title}") for row in rows
        ]

    @property
    def params(self) -> dict[str, Any]:
        found = super().params
        if found.get("day") and _day(found["day"]) is None:
            return {name: value for name, value in found.items() if name != "day"}
        return found

    def words(self, name: str, value: str) -> str:
        if name == "day":
            return full_date(_day(value))
        return super().words(name, value)

    @property
    def menus(self) -> list[Menu]:
        return [self.menu(n) for n in ("colleague", "activity", "month", "approved", "billable")]

    def found(self) -> QuerySet[TimeEntry]:
        """Return the entries that the filters let through."""
        return self.filter_queryset(self.queryset.all())

    def by_month(self, entries: QuerySet, name: str, value: str) -> QuerySet:
        first = date.fromisoformat(f"{value}-01")
        return entries.filter(day__year=first.year, day__month=first.month)

    def by_approval(self, entries: QuerySet, name: str, value: str) -> QuerySet:
        return entries.filter(approved_at__isnull=value == NO)

    def by_billable(self, entries: QuerySet, name: str, value: str) -> QuerySet:
        return entries.filter(billable=value == YES)

    def by_day(self, entries: QuerySet, name: str, value: str) -> QuerySet:
        day = _day(value)
        return entries.filter(day=day) if day else entries


def _day(text: str) -> date | None:
    try:
        return parse_date(text)
    except ValueError:
        return None
