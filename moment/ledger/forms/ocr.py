"""An OCR giro file that somebody sends, and whose a payment is."""

from typing import Any

from django import forms
from django.core import signing
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from customers.forms.choosing import CustomerField
from customers.models.customer import CustomerQuerySet
from moment.content.uploads import NotTaken
from moment.ledger import ocr, reading
from moment.ledger.ocr import NotOcr, Transmission

_SALT = "moment.ledger.ocr"
_AGE = 24 * 60 * 60  # seconds; after that a file is sent anew


class OcrForm(forms.Form):
    """A file, or one that was looked at before: it comes back in the page, sealed."""

    file = forms.FileField(
        label=gettext_lazy("File"),
        required=False,
        allow_empty_file=True,
        help_text=gettext_lazy("As the bank delivers it, in the BBS or Nets format."),
    )
    looked_at = forms.CharField(required=False, widget=forms.HiddenInput())

    found: Transmission | None = None
    content, name = b"", ""

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if self.errors:
            return data
        file, looked_at = data.get("file"), data.get("looked_at")
        if isinstance(file, NotTaken):
            self.add_error("file", file.reason)
        elif file is not None and file.size > ocr.MOST_BYTES:
            self.add_error("file", _("The file is too large: at most %(most)s MB.") % _MOST)
        elif file is not None:
            self._read(file.read(), file.name)
        elif looked_at:
            self._open(looked_at)
        else:
            self.add_error("file", _("Choose a file."))
        return data

    @property
    def sealed(self) -> str:
        """The file as the page keeps it until it is booked."""
        kept = {"name": self.name, "text": self.content.decode("latin-1")}
        return signing.dumps(kept, salt=_SALT, compress=True)

    def _open(self, sealed: str) -> None:
        try:
            kept = signing.loads(sealed, salt=_SALT, max_age=_AGE)
        except signing.BadSignature:
            self.add_error("file", _("It was looked at too long ago. Choose the file once more."))
        else:
            self._read(kept["text"].encode("latin-1"), kept["name"])

    def _read(self, content: bytes, name: str) -> None:
        self.content, self.name = content, name
        try:
            self.found = reading.parse(content)
        except NotOcr as error:
            self.add_error("file", str(error))


class AssignForm(forms.Form):
    """Whose a payment is that no KID explains."""

    customer = CustomerField("payment")

    def __init__(self, *args: Any, visible: CustomerQuerySet, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "assign_%s"} | kwargs)
        field: Any = self.fields["customer"]
        field.visible = visible


_MOST = {"most": ocr.MOST_BYTES // 1_000_000}
