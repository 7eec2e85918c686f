"""How the pipeline says no."""

import errno

from django.conf import settings
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

# What a storage says when it is full, or when one's share of it is.
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class Refused(Exception):
    """The file is not kept. `str(error)` is a sentence for the person who sent it."""


def empty() -> Refused:
    return Refused(_("The file is empty."))


def too_large(size: int) -> Refused:
    """Return the refusal that says how large the file is, and how large it may be."""
    return Refused(
        _("The file is too large: %(size)s. At most %(most)s.")
        % {"size": filesizeformat(size), "most": filesizeformat(settings.FILES_MAX_SIZE)}
    )


def not_written(error: BaseException) -> Refused:
    """Return the refusal for a storage that could not take the file."""
    if isinstance(error, OSError) and error.errno in _FULL:
        return Refused(_("There is no room for the file. Tell your administrator."))
    return Refused(
        _("The file could not be stored just now. Try again, or tell your administrator.")
    )
