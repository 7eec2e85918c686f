"""What can be said of a file, and putting another in its place."""

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy

from customers import files
from customers.forms.seen import SeenForm
from customers.models import File


class EditFileForm(SeenForm, forms.ModelForm):
    """Name, note, and whether invoices bring it along."""

    class Meta:
        model = File
        fields: ClassVar = list(files.EDITABLE)
        help_texts: ClassVar = {
            "is_invoice_attachment": gettext_lazy("Can be sent along with the customer's invoices.")
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["seen"].initial = self.seen_now(self.instance.version, _posted(self.instance))

    @property
    def shown(self) -> dict[str, Any]:
        """Return the values that the person was shown; those that are unclear are left out."""
        values = self._shown().get("values", {})
        shown = {name: posted for name, posted in values.items() if isinstance(posted, list)}
        return {
            name: bool(posted) if name == "is_invoice_attachment" else "".join(map(str, posted))
            for name, posted in shown.items()
        }

    def after_change_by_others(self, stored: File) -> "EditFileForm":
        """Return the form anew over what is stored now, with what both changed said beside it."""
        now = _posted(stored)
        data, both = self.merged(stored.version, now)
        form = EditFileForm(data, instance=stored)
        for name in both:
            form.tell(name, now[name])
        return form


class ReplaceFileForm(forms.Form):
    """Another file in the place of one."""

    # What is empty is refused with its own words, as any upload is.
    file = forms.FileField(label=gettext_lazy("The new file"), allow_empty_file=True)
    keep_name = forms.BooleanField(required=False, initial=True)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)


def _posted(file: File) -> dict[str, list[str]]:
    """Return the values of a file as a browser would post them."""
    attached = ["on"] if file.is_invoice_attachment else []
    return {"name": [file.name], "note": [file.note], "is_invoice_attachment": attached}
