"""What a ledger is asked for: at which date, and whether all of it."""

from datetime import date
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from moment.ledger import sending_statements
from moment.projects.forms.days import sensible_day


class AtForm(forms.Form):
    """A date, today unless there is another one that makes sense."""

    at = sensible_day(label=_("Balance at"))

    def __init__(self, data: QueryDict) -> None:
        today = timezone.localdate()
        # What is opened without a date is shown with today's.
        super().__init__(
            data if any(data.get(name) for name in self.base_fields) else None,
            initial={"at": today},
            auto_id="ledger_%s",
        )
        self.is_valid()

    @property
    def on(self) -> date:
        return self._day("at") or timezone.localdate()

    def _day(self, name: str) -> date | None:
        found: Any = getattr(self, "cleaned_data", {}).get(name)
        return found if isinstance(found, date) else None


class StatementForm(AtForm):
    """From which day on a statement shows all that happened; without one, only what is open."""

    since = sensible_day(label=_("All that happened since"))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        since, at = data.get("since"), data.get("at") or timezone.localdate()
        if since and since > at and not self.has_error("at"):
            self.add_error("since", _("It begins after it ends."))
        return data

    @property
    def since_day(self) -> date | None:
        return self._day("since")


class SendForm(forms.Form):
    """What stands in the e-mail with a statement, and what keeps it from being sent twice."""

    message = forms.CharField(
        label=_("Message"),
        required=False,
        max_length=5000,
        help_text=_("Stands in the e-mail, above the balance."),
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    batch = forms.RegexField(r"^[0-9a-f]{32}\Z", widget=forms.HiddenInput)

    def __init__(self, data: QueryDict | None) -> None:
        initial = {"batch": sending_statements.new_batch()}
        super().__init__(data, initial=initial, auto_id="statement_%s")
