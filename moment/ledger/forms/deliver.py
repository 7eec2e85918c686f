"""By which way an invoice is delivered, to whom, and with what words."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from moment.invoice_settings.choices import InvoiceType
from moment.ledger import delivering
from moment.ledger.delivering import MOST, Plan
from moment.mail import is_address

_BETWEEN = re.compile(r"[\s,;]+")


class _Addresses(forms.CharField):
    """E-mail addresses with something between them, each once."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.TextInput(attrs={"autocomplete": "off", "inputmode": "email"})
        super().__init__(required=False, max_length=2000, widget=widget, **kwargs)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        found = {one.casefold(): one for one in _BETWEEN.split(text) if one}
        if wrong := [one for one in found.values() if not is_address(one)]:
            raise ValidationError(
                _("This is no e-mail address: %(text)s") % {"text": ", ".join(wrong)}
            )
        return list(found.values())


class DeliverForm(forms.Form):
    """The way and, by e-mail, addresses and a message; the plan's are proposed."""

    way = forms.ChoiceField(
        label=gettext_lazy("Sent by"), choices=InvoiceType, widget=forms.RadioSelect
    )
    to = _Addresses(
        label=gettext_lazy("To"),
        help_text=gettext_lazy("E-mail addresses with a comma between them."),
    )
    copy_to = _Addresses(label=gettext_lazy("Copy to"))
    message = forms.CharField(
        label=gettext_lazy("Message"),
        required=False,
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    # The last delivery that was shown.
    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def __init__(self, *args: Any, plan: Plan, seen: int, **kwargs: Any) -> None:
        initial = {
            "way": plan.way,
            "to": ", ".join(plan.to),
            "copy_to": ", ".join(plan.copy_to),
            "message": delivering.greeting(plan.invoice),
            "seen": seen,
        }
        super().__init__(*args, **{"auto_id": "deliver_%s", "initial": initial} | kwargs)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("way") != InvoiceType.EMAIL:
            # What stands in fields that are not for this way is nobody's mistake.
            for name in ("to", "copy_to"):
                self.errors.pop(name, None)
                data[name] = []
        elif "to" in data and "copy_to" in data:
            taken = {one.casefold() for one in data["to"]}
            data["copy_to"] = [one for one in data["copy_to"] if one.casefold() not in taken]
            if not data["to"]:
                self.add_error("to", _("Choose at least one recipient."))
            elif len(data["to"]) + len(data["copy_to"]) > MOST:
                self.add_error("to", _("At most %(most)s recipients at a time.") % {"most": MOST})
        return data
