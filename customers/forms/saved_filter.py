"""The name of a saved filter, and who has it."""

from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.utils.translation import gettext_lazy as _

from customers import saved_filters
from customers.forms.fields import one_line
from customers.models import SavedFilter
from customers.models.saved_filter import key_of

_TAKEN = _("You have a filter with this name already.")
_GONE = _("The filter was removed meanwhile.")
# What an address may hold wherever it is sent.
_LONGEST = 2000


class SavedFilterForm(forms.ModelForm):
    class Meta:
        model = SavedFilter
        fields: ClassVar = ["name", "shared"]
        widgets: ClassVar = {
            "name": forms.TextInput(attrs={"autocomplete": "off", "autofocus": True})
        }
        labels: ClassVar = {"shared": _("Share with all colleagues")}

    def clean_name(self) -> str:
        """Return the name with single blanks and without control characters."""
        name = one_line(self.cleaned_data["name"])
        if not name:
            raise ValidationError(self.fields["name"].error_messages["required"], code="required")
        mine = SavedFilter.objects.filter(owner=self.instance.owner_id, page=self.instance.page)
        if mine.filter(name_key=key_of(name)).exclude(pk=self.instance.pk).exists():
            raise ValidationError(_TAKEN, code="unique")
        return name

    def clean(self) -> dict[str, Any]:
        found = super().clean() or self.cleaned_data
        if len(self.instance.query) > _LONGEST:
            raise ValidationError(_("What is filtered by is too long to be saved."), code="long")
        return found

    def try_to_save(self) -> bool:
        """Save the filter. The field says when the name was taken, or it was removed, meanwhile."""
        try:
            saved_filters.save(self.instance)
        except IntegrityError:
            self.add_error("name", ValidationError(_TAKEN, code="unique"))
        except SavedFilter.DoesNotExist:
            self.add_error("name", ValidationError(_GONE, code="gone"))
        return not self.errors
