"""What kind of file it is, in the words of those who look for it, with an icon."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from moment.content import kinds

_SPREADSHEETS = {kinds.XLSX, kinds.XLTX, kinds.XLS, kinds.ODS, kinds.CSV, kinds.XLSM, kinds.XLSB}
_PRESENTATIONS = {kinds.PPTX, kinds.PPSX, kinds.PPT, kinds.ODP, kinds.PPTM}
# What all of a group are, and their icon.
_GROUPS: dict[str, tuple[str | Promise, str]] = {
    kinds.PICTURES: (gettext_lazy("Picture"), "image"),
    kinds.OFFICE: (gettext_lazy("Document"), "file-text"),
    kinds.MACROS: (gettext_lazy("Document"), "file-text"),
    kinds.TEXT: (gettext_lazy("Text"), "file-text"),
    kinds.MAIL: (gettext_lazy("E-mail"), "mail"),
    kinds.DRAWINGS: (gettext_lazy("Drawing"), "drafting-compass"),
    kinds.ZIP: (gettext_lazy("Archive"), "file-archive"),
    kinds.VIDEO: (gettext_lazy("Film"), "film"),
}
# Whose own name says no more than the group's, or says all.
_ENOUGH_BY_GROUP = {kinds.TXT, kinds.EML}


@dataclass(frozen=True)
class Words:
    """A kind as people meet it: `Picture (JPEG)`, and the name of its icon."""

    words: str
    icon: str


def of(media_type: str) -> Words:
    """Return how to show what is of this media type; one never heard of is just a file."""
    kind = kinds.kind_of(media_type)
    if kind is None:
        return Words(_("File"), "file")
    if kind == kinds.PDF_FILE:
        return Words(str(kind.name), "file-text")
    if kind in _SPREADSHEETS:
        what, icon = _("Spreadsheet"), "file-spreadsheet"
    elif kind in _PRESENTATIONS:
        what, icon = _("Presentation"), "presentation"
    else:
        group, icon = _GROUPS.get(kind.group, (gettext_lazy("File"), "file"))
        what = str(group)
    if kind in _ENOUGH_BY_GROUP:
        return Words(what, icon)
    return Words(_("%(what)s (%(sort)s)") % {"what": what, "sort": kind.name}, icon)
