"""The file with customers that somebody imports."""

from django import forms
from django.utils.translation import gettext_lazy


class ImportFileForm(forms.Form):
    """One file. What it holds is looked at when it is received."""

    # What is empty is refused with its own words, as any upload is.
    file = forms.FileField(
        label=gettext_lazy("File"),
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.tsv,.xlsx"}),
        help_text=gettext_lazy("CSV or XLSX. Nothing is imported before you have seen it."),
    )
