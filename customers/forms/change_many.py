"""What many customers are changed to."""

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from customers.changing_many import Change, What
from customers.filtering import NOBODY
from customers.models import Customer, Tag
from moment.models import User

_CHOOSE = ("", _("Choose…"))


class ChangeForm(forms.Form):
    """The value that a change takes, by the rules of the page that edits one customer."""

    to = forms.ChoiceField()
    unblock = forms.BooleanField(
        label=_("Change those that are blocked too"), required=False, initial=False
    )

    def __init__(self, what: What, data: QueryDict, *, asked: bool) -> None:
        """`asked`: it is sent, so that nothing chosen is an error; else nothing is wrong yet."""
        super().__init__(data if asked or data.get("to") else None, auto_id="change_%s")
        self.what = what
        self.rows: dict[str, Any] = {}
        to: Any = self.fields["to"]
        if what == What.STATUS:
            to.label, to.choices = _("Status"), [_CHOOSE, *Customer.Status.choices]
        elif what == What.RESPONSIBLE:
            self.rows = {str(user.pk): user for user in User.objects.filter(is_active=True)}
            to.label, to.choices = _("Responsible"), self._choices((NOBODY, _("Nobody")))
        else:
            self.rows = {str(tag.pk): tag for tag in Tag.objects.all()}
            to.label, to.choices = _("Tag"), self._choices()
        if what != What.STATUS:
            del self.fields["unblock"]

    def _choices(self, *more: tuple[str, Any]) -> list[tuple[str, Any]]:
        return [_CHOOSE, *((key, str(row)) for key, row in self.rows.items()), *more]

    @property
    def change(self) -> Change | None:
        """What is asked for; None where that is not clear."""
        if not self.is_valid():
            return None
        value = self.cleaned_data["to"]
        if self.what == What.STATUS:
            return Change(self.what, value, self.cleaned_data["unblock"])
        return Change(self.what, self.rows.get(value))
