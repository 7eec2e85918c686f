"""Documents with the company's logo at their head."""

from collections.abc import Mapping
from typing import Any

from moment.content import open_content
from moment.models import Content
from moment.pdf import Unprintable, pdf


def pdf_with_logo(template: str, data: Mapping[str, Any], logo: Content | None) -> bytes:
    """Return the PDF that a template makes of the data, whose `logo` says whether there is one.

    Where the logo cannot be read or printed, the company's name stands in its place.
    """
    try:
        files = {"logo": _bytes(logo)} if logo else {}
    except OSError:
        files = {}
    try:
        return pdf(template, {**data, "logo": bool(files)}, files)
    except Unprintable:
        if not files:
            raise
        return pdf(template, {**data, "logo": False})


def _bytes(content: Content) -> bytes:
    with open_content(content) as file:
        return file.read()
