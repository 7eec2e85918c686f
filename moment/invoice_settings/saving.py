"""Changing the settings of one level, when somebody else may have changed them meanwhile."""

from collections.abc import Mapping
from typing import Any

from moment.invoice_settings.declared import SETTINGS
from moment.invoice_settings.fields import kept
from moment.invoice_settings.levels import own, put


class ChangedMeanwhile(Exception):
    """Somebody else changed these settings after they were shown. `names` are those of both."""

    def __init__(self, names: list[str]) -> None:
        super().__init__(names)
        self.names = names


def write(owner: object, changes: Mapping[str, Any], seen: Mapping[str, str]) -> list[str]:
    """Set these values, None for *inherit*, on a locked level; return what became another.

    `seen` are the values shown to whoever changes them, as `kept` writes them. Where the level has
    something else than either, ChangedMeanwhile is raised and nothing is set. Does not save.
    """
    stored = {name: kept(own(SETTINGS[name], owner)) for name in changes}
    wanted = {name: kept(value) for name, value in changes.items()}
    both = [name for name in changes if stored[name] not in (seen.get(name), wanted[name])]
    if both:
        raise ChangedMeanwhile(both)
    written = [name for name in changes if stored[name] != wanted[name]]
    for name in written:
        put(SETTINGS[name], owner, changes[name])
    return written
