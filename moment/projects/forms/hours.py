"""An entry of hours: whose, when, on what, how many."""

import json
from datetime import date
from decimal import Decimal
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.dateparse import parse_date
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from customers.forms.fields import day_field, one_line
from moment.models import User
from moment.projects.hours import ChangedMeanwhile, Hours
from moment.projects.hours_text import hours_text, read_hours
from moment.projects.models import Activity, Employee, Project, TimeEntry
from moment.projects.week import taking_hours


class HoursField(forms.CharField):
    """Hours as people write them: 7,5 or 7:30."""

    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})

    def prepare_value(self, value: Any) -> Any:
        return hours_text(value) if isinstance(value, Decimal) else value

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        if not text:
            return None
        try:
            return read_hours(text)
        except ValueError:
            message = _("“%(text)s” is not hours. Write %(example)s or 7:30.")
            params = {"text": text[:40], "example": hours_text(Decimal("7.5"))}
            raise ValidationError(message % params, code="invalid") from None


class EntryForm(forms.Form):
    """An entry of a project, new or as it is stored. `who` may write others' only with the right.

    `seen` carries what the person was shown.
    """

    seen = forms.CharField(widget=forms.HiddenInput, required=False)
    user = forms.ModelChoiceField(
        label=gettext_lazy("Colleague"), queryset=User.objects.none(), empty_label=None
    )
    activity = forms.ModelChoiceField(
        label=gettext_lazy("Activity"), queryset=Activity.objects.none(), empty_label=None
    )
    day = day_field(label=gettext_lazy("Date"), required=True)
    hours = HoursField(label=gettext_lazy("Hours"))
    comment = forms.CharField(
        label=gettext_lazy("Comment"), max_length=500, required=False, widget=forms.TextInput
    )
    billable = forms.BooleanField(label=gettext_lazy("Billable"), required=False, initial=True)

    def __init__(
        self, *args: Any, project: Project, who: User, entry: TimeEntry | None = None, **kwargs: Any
    ) -> None:
        self.entry = entry
        if entry:
            kwargs["initial"] = {
                "seen": seen(entry),
                "user": entry.user_id,
                "activity": entry.activity_id,
                **{name: getattr(entry, name) for name in ("day", "hours", "comment", "billable")},
            } | kwargs.get("initial", {})
        super().__init__(*args, **{"auto_id": "entry_%s"} | kwargs)
        activities = Activity.objects.filter(project=project)
        open_ones = taking_hours(activities)
        people = User.objects.filter(pk=who.pk)
        if who.has_perm("projects.change_timeentry"):
            employees = Employee.objects.order_by().values("user")
            people |= User.objects.filter(pk__in=employees, is_active=True)
        if entry:
            open_ones |= activities.filter(pk=entry.activity_id)
            people |= User.objects.filter(pk=entry.user_id)
        chosen: Any = self.fields["activity"]
        chosen.queryset = open_ones.order_by("number")
        chosen.label_from_instance = lambda one: f"{one.number} {one.title}"
        whose: Any = self.fields["user"]
        whose.queryset = people
        whose.initial = who.pk
        if not entry and not who.has_perm("projects.change_timeentry"):
            whose.widget = forms.HiddenInput()  # there is nothing to choose

    def clean_comment(self) -> str:
        return one_line(self.cleaned_data["comment"])

    @property
    def takes_none(self) -> bool:
        """Tell whether there is no activity to register on. One query."""
        chosen: Any = self.fields["activity"]
        return not chosen.queryset.exists()

    @property
    def wanted(self) -> Hours:
        data = self.cleaned_data
        return Hours(
            data["user"].pk,
            data["activity"].pk,
            data["day"],
            data["hours"],
            data["comment"],
            data["billable"],
        )

    @property
    def shown(self) -> TimeEntry:
        """The entry as the person saw it."""
        assert self.entry is not None
        return as_seen(self.entry, self.cleaned_data["seen"])

    def tell_of_change(self, error: ChangedMeanwhile) -> None:
        """Say what somebody else did meanwhile. Sent once more, what is typed here counts."""
        stored = error.stored
        if stored is None:
            self.add_error(None, _("Somebody has removed this meanwhile. Nothing was saved."))
        elif stored.approved_at:
            self.add_error(
                None, _("Approved meanwhile, so it cannot be changed: %(value)s.")
                % {"value": entry_words(stored)},
            )  # fmt: skip
        else:
            data = cast(QueryDict, self.data).copy()
            data["seen"] = seen(stored)
            self.data = data
            self.add_error(
                None,
                _("Changed meanwhile to “%(value)s”. Save again to keep what is here.")
                % {"value": entry_words(stored)},
            )


def entry_words(entry: TimeEntry) -> str:
    """Return an entry as people read it."""
    hours = _("%(hours)s h") % {"hours": hours_text(entry.hours)}
    day = date_format(entry.day, "SHORT_DATE_FORMAT")
    return " · ".join(filter(None, [day, hours, str(entry.user), entry.comment]))


def seen(entry: TimeEntry) -> str:
    """Return what a form or a question shows of an entry."""
    return json.dumps(
        [
            entry.user_id,
            entry.activity_id,
            entry.day.isoformat(),
            str(entry.hours),
            entry.comment,
            entry.billable,
        ]
    )


def as_seen(entry: TimeEntry, text: str) -> TimeEntry:
    """Return the entry as `seen` has it; with nothing in it where that makes no sense."""
    shown = TimeEntry(pk=entry.pk, user_id=entry.user_id, activity_id=entry.activity_id)
    shown.created_at = entry.created_at
    try:
        match json.loads(text):
            case [int(user), int(activity), str(day), str(hours), str(comment), bool(billable)]:
                shown.user_id, shown.activity_id = user, activity
                shown.day = parse_date(day) or date.min
                shown.hours = read_hours(hours)
                shown.comment, shown.billable = comment, billable
    except (ValueError, RecursionError):
        pass
    return shown
