"""The name of a mailing list."""

from typing import ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Value
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from customers.forms.fields import one_line
from customers.models import MailingList
from moment.turns import in_turn

_TAKEN = _("There is already a list with this name.")


class MailingListForm(forms.ModelForm):
    class Meta:
        model = MailingList
        fields: ClassVar = ["name"]
        widgets: ClassVar = {
            "name": forms.TextInput(attrs={"autocomplete": "off", "autofocus": True})
        }

    def clean_name(self) -> str:
        """Return the name with single blanks and without control characters."""
        name = one_line(self.cleaned_data["name"])
        if not name:
            raise ValidationError(self.fields["name"].error_messages["required"], code="required")
        others = MailingList.objects.exclude(pk=self.instance.pk).annotate(lower=Lower("name"))
        if others.filter(lower=Lower(Value(name))).exists():
            raise ValidationError(_TAKEN, code="unique")
        return name

    def try_to_save(self) -> bool:
        """Save the list unless somebody took the name just now: then the field says so."""
        try:
            with in_turn(), transaction.atomic():
                self.save()
        except IntegrityError:
            self.add_error("name", ValidationError(_TAKEN, code="unique"))
            return False
        return True
