"""Writing a note."""

from typing import ClassVar

from django import forms

from customers.models import Note


class NoteForm(forms.ModelForm):
    class Meta:
        model = Note
        fields: ClassVar = ["text"]
        widgets: ClassVar = {"text": forms.Textarea(attrs={"rows": 2})}
