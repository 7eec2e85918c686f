"""What a customer answers to an offer, on the public page or to a colleague."""

from collections.abc import Collection
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from customers.forms.fields import one_line
from moment.offers.models import Offer, OfferLine
from moment.offers.receipts import Acceptance, Answer, Rejection

ACCEPT, REJECT = "accept", "reject"


class _NameForm(forms.Form):
    name = forms.CharField(
        label=gettext_lazy("Your name"),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )

    def clean_name(self) -> str:
        name = one_line(self.cleaned_data["name"])
        if not name:
            raise ValidationError(self.fields["name"].error_messages["required"], code="required")
        return name


class AcceptForm(_NameForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "accept_%s"} | kwargs)

    def given(self, chosen: Collection[int]) -> Answer:
        return Acceptance(self.cleaned_data["name"], chosen)


class RejectForm(_NameForm):
    reason = forms.CharField(
        label=gettext_lazy("Why"),
        required=False,
        max_length=2000,
        help_text=gettext_lazy("It helps us to make a better offer."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "reject_%s"} | kwargs)

    def given(self, chosen: Collection[int]) -> Answer:
        return Rejection(self.cleaned_data["name"], self.cleaned_data["reason"])


class ByHandForm(RejectForm):
    """An answer that a colleague was told, by phone or letter."""

    answer = forms.ChoiceField(
        label=gettext_lazy("Answer"),
        choices=[(ACCEPT, gettext_lazy("Accepted")), (REJECT, gettext_lazy("Rejected"))],
        widget=forms.RadioSelect,
        initial=ACCEPT,
    )
    chosen = forms.MultipleChoiceField(
        label=gettext_lazy("Options that were accepted too"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    # The version that was shown, and none that has taken its place since.
    revision = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, offer: Offer, options: Collection[OfferLine], **kwargs: Any
    ) -> None:
        super().__init__(*args, **{"auto_id": "by_hand_%s"} | kwargs)
        self.offer = offer
        self.fields["revision"].initial = offer.revision
        self.fields["name"].label = _("Who answered")
        self.fields["name"].initial = str(offer.contact or "")
        self.fields["name"].widget.attrs["autocomplete"] = "off"
        self.fields["reason"].help_text = _("Why it was rejected, where somebody said so.")
        field: Any = self.fields["chosen"]
        field.choices = [(str(line.pk), line.title) for line in options]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("revision") != self.offer.revision:
            words = _("There is a newer version of this offer. Look at it before you go on.")
            self.add_error(None, words)
        return data

    def answered(self) -> Answer:
        data = self.cleaned_data
        if data["answer"] == ACCEPT:
            return Acceptance(data["name"], [int(key) for key in data["chosen"]])
        return Rejection(data["name"], data["reason"])


def chosen_of(keys: Collection[str], options: Collection[OfferLine]) -> list[int]:
    """Return which of the options these keys mean; others are none."""
    wanted = set(keys)
    return [line.pk for line in options if str(line.pk) in wanted]
