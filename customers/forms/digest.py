"""How often somebody wants letters about register alerts."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from customers.models import AlertDigest
from moment.models import User

NEVER = "never"


class DigestForm(forms.Form):
    frequency = forms.ChoiceField(
        label=_("E-mail me new alerts"),
        choices=[(NEVER, _("Never")), *AlertDigest.Frequency.choices],
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_frequency(self) -> str:
        """Return an `AlertDigest.Frequency`, or empty for never."""
        frequency: str = self.cleaned_data["frequency"]
        if frequency == NEVER:
            return ""
        if not self.user.email:
            raise forms.ValidationError(_("There is no e-mail address on your account."))
        return frequency
