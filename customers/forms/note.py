"""Writing a note."""

from typing import ClassVar

from django import forms

from customers.models import Note


class NoteForm(forms.ModelForm):
    class Meta:
        model = Note
        fields: ClassVar = ["text"]
        widgets: ClassVar = {"text": forms.Textarea(attrs={"rows": 2})}

    def clean_text(self) -> str:
        """Return the text with the same line breaks from every browser."""
        return "\n".join(self.cleaned_data["text"].splitlines())


class EditNoteForm(NoteForm):
    """Another text for a note; `version` is the one that the person was shown."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def after_change_elsewhere(self, stored: Note) -> "EditNoteForm":
        """Return the form anew over what is stored now, with what was typed."""
        data = {"text": self.data.get("text", ""), "version": stored.version}
        return EditNoteForm(data, auto_id=self.auto_id)
