"""Names of files: made harmless, and held against what the files hold."""

import re
import unicodedata

from django.utils.translation import gettext as _

from moment.content.errors import Refused
from moment.content.kinds import DANGEROUS, KINDS, TEXT, Kind, endings

LONGEST = 200
_EXTENSION = re.compile(r"\.([A-Za-z0-9-]{1,20})$")
# Reserved in Windows; colons also open another stream of the same file.
_NOT_IN_NAMES = re.compile(r'[<>:"/\\|?*]')


def clean_name(name: str) -> str:
    """Return the name without folders, control and direction marks, at most 200 characters.

    Empty when nothing is left that could be a name.
    """
    name = unicodedata.normalize("NFC", name).replace("\\", "/").rsplit("/", 1)[-1]
    # Cc, Cf, Cs, Co, Cn: among them the mark that makes exe.fdp look like pdf.exe turned round.
    name = "".join(" " if unicodedata.category(c)[0] in "CZ" else c for c in name)
    # Windows drops dots and spaces at the end, and so would turn "x.exe." into a program.
    name = " ".join(_NOT_IN_NAMES.sub("_", name).split()).rstrip(". ")
    if not name.strip("._ "):
        return ""
    if len(name) > LONGEST:
        ending = extension(name)
        tail = f".{ending}" if ending else ""
        name = name[: LONGEST - len(tail)].rstrip(". ") + tail
    return name


def extension(name: str) -> str:
    """Return the ending that says what a file is, in small letters without its dot; else ""."""
    found = _EXTENSION.search(name.rstrip(". "))
    # "Report 1.2" and "Minutes 3.6.2026" have none.
    return found[1].lower() if found and re.search("[A-Za-z]", found[1]) else ""


def check_name(name: str, media_type: str) -> None:
    """Refuse a name whose ending contradicts what the file holds, or could be run."""
    kind = KINDS[media_type]
    ending = extension(name)
    if not ending or ending in endings(kind):
        return
    if ending in DANGEROUS:
        raise Refused(
            _("Files called .%(ending)s are not accepted: a computer may run them.")
            % {"ending": ending}
        )
    known = any(ending in other.extensions for other in KINDS.values())
    if known or kind.group == TEXT:
        raise Refused(
            _("The file is called %(name)s but is %(kind)s.") % {"name": name, "kind": kind.name}
        )


def download_name(name: str, kind: Kind | None) -> str:
    """Return the name to save a file under: harmless, and ending as its kind does."""
    name = clean_name(name) or _("file")
    ending = extension(name)
    if kind is None:
        return f"{name}.bin" if ending in DANGEROUS else name
    return name if ending in endings(kind) else f"{name}.{kind.extensions[0]}"
