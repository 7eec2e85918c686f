"""The names of a customer's files: harmless, with an ending that is right, no two alike."""

from collections.abc import Collection

from django.utils.translation import gettext as _

from customers.models import File
from moment.content.kinds import kind_of
from moment.content.names import LONGEST, check_name, clean_name, extension
from moment.models import Content


def named(name: str, content: Content) -> str:
    """Return the name cleaned; `file` with the usual ending where nothing is left of it."""
    if cleaned := clean_name(name):
        return cleaned
    kind = kind_of(content.kind)
    return f"{_('file')}.{kind.extensions[0]}" if kind else _("file")


def renamed(name: str, file: File) -> str:
    """Return a name for a file that has one: without an ending, it keeps the one it had.

    Raises Refused where its ending is not one of what the file holds.
    """
    name = named(name, file.content)
    if not extension(name):
        name = ending_as(name, file.name)
    check_name(name, file.content.kind)
    return name


def ending_as(name: str, other: str) -> str:
    """Return the name with the other's ending, where that has one and another."""
    ours, theirs = extension(name), extension(other)
    if not theirs or ours == theirs:
        return name
    stem = name[: -len(ours) - 1] if ours else name
    return _fitting(stem, f".{theirs}")


def free(name: str, taken: Collection[str]) -> str:
    """Return the name, or `name (2)` and so on where it is taken, in whatever case."""
    used = {other.casefold() for other in taken}
    ending = extension(name)
    ending = name[-len(ending) - 1 :] if ending else ""
    tried, number = name, 1
    while tried.casefold() in used:
        number += 1
        tried = _fitting(name.removesuffix(ending), f" ({number}){ending}")
    return tried


def _fitting(stem: str, tail: str) -> str:
    """Return the two together, the first shortened so that they fit."""
    return stem[: LONGEST - len(tail)].rstrip(". ") + tail
