"""Forms over what hangs on a customer, such as a rate, for two who edit it at once."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _

from customers import holding
from customers.holding import ChangedMeanwhile


class HeldForm(forms.ModelForm):
    """Carries, in `seen`, what the person was shown of a row that is stored already."""

    # The columns that are compared, as the module that saves the row names them.
    shown: ClassVar[Sequence[str]]
    # Before the names of the fields: the dialog stands over a page with fields of its own.
    prefix_of_ids: ClassVar[str]

    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": f"{self.prefix_of_ids}_%s"} | kwargs)
        if self.instance.pk:
            self.fields["seen"].initial = holding.seen(self.instance, self.shown)

    def tell_of_change(self, error: ChangedMeanwhile) -> None:
        """Say what somebody else did meanwhile. Sent once more, what is typed here counts."""
        if error.stored is None:
            self.add_error(None, _("Somebody has removed this meanwhile. Nothing was saved."))
            return
        if isinstance(self.data, QueryDict):
            self.data = self.data.copy()
            self.data["seen"] = holding.seen(error.stored, self.shown)
        self.add_error(
            None,
            _("Changed meanwhile to “%(value)s”. Save again to keep what is here.")
            % {"value": self.words(error.stored)},
        )

    def words(self, stored: Any) -> str:
        """Return a row as people read it."""
        return str(stored)
