"""The name of a mailing list."""

from typing import ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.utils.translation import gettext_lazy as _

from customers import mailing_lists
from customers.forms.fields import one_line
from customers.models import MailingList

_TAKEN = _("There is already a list with this name.")
_GONE = _("Somebody deleted this list meanwhile.")


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
        # Compared here: SQLite's own lower case knows no Å.
        others = MailingList.objects.exclude(pk=self.instance.pk).values_list("name", flat=True)
        if name.casefold() in {other.casefold() for other in others}:
            raise ValidationError(_TAKEN, code="unique")
        return name

    def try_to_save(self) -> bool:
        """Save the list. The field says when the name was taken, or the list deleted, meanwhile."""
        try:
            mailing_lists.save(self.instance)
        except IntegrityError:
            self.add_error("name", ValidationError(_TAKEN, code="unique"))
        except MailingList.DoesNotExist:
            self.add_error("name", ValidationError(_GONE, code="gone"))
        return not self.errors
