"""What somebody pastes or sends to be imported as hours."""

import hashlib
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from moment.content.uploads import NotTaken
from moment.keyset import is_key
from moment.reading_rows import NotReadable, text_of

MOST_BYTES = 5_000_000
LONGEST = 2_000_000  # characters


class ImportForm(forms.Form):
    """A text, or a file that takes its place.

    What was looked through is imported only as it was: `checked` says which text that is.
    """

    note = ""  # why nothing was imported

    file = forms.FileField(
        label=gettext_lazy("File"),
        required=False,
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,.tsv,.xlsx"}),
        help_text=gettext_lazy("CSV or XLSX. It takes the place of what is pasted."),
    )
    rows = forms.CharField(
        label=gettext_lazy("Rows"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 10, "spellcheck": "false", "wrap": "off"}),
    )

    @staticmethod
    def columns() -> list[str]:
        """Return the columns in the order that rows without a header have."""
        return [
            _("Date"), _("Project"), _("Activity"), _("Hours"), _("Comment"), _("Colleague"),
            _("Billable"),
        ]  # fmt: skip

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        file, text = data.get("file"), data.get("rows") or ""
        if file is not None:
            if isinstance(file, NotTaken):
                self.add_error("file", file.reason)
                return data
            if file.size > MOST_BYTES:
                raise ValidationError(
                    _("The file is too large: at most %(most)s MB.")
                    % {"most": MOST_BYTES // 1_000_000}
                )
            try:
                text = text_of(file.read())
            except NotReadable as error:
                self.add_error("file", str(error))
                return data
            typed = cast(QueryDict, self.data).copy()
            typed["rows"] = text
            self.data = typed
        if len(text) > LONGEST:
            raise ValidationError(_("The text is too long."))
        if "file" not in self.errors and not text.strip():
            self.add_error("rows", _("Paste some rows, or choose a file."))
        data["rows"] = text
        return data

    @property
    def text(self) -> str:
        """The rows as they are to be read."""
        return _plain(self.cleaned_data["rows"])

    @property
    def checked(self) -> str:
        """What tells this text from others."""
        return hashlib.sha256(self.text.encode()).hexdigest()[:24]

    @property
    def is_import(self) -> bool:
        """Tell whether the text is to be imported, and is what was looked through."""
        asked = self.data.get("do") == "import" and not self.files
        if asked and self.data.get("checked") != self.checked:
            self.note = _("The rows were changed after they were looked through. Look once more.")
        return asked and not self.note

    @property
    def ticked(self) -> set[int]:
        """The rows to import although the same hours are there, by their lines."""
        if self.data.get("checked") != self.checked:
            return set()
        return {int(line) for line in cast(QueryDict, self.data).getlist("again") if is_key(line)}

    @property
    def all_ticked(self) -> bool:
        return self.data.get("checked") == self.checked and "all" in cast(
            QueryDict, self.data
        ).getlist("again")


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "").strip("\n")
