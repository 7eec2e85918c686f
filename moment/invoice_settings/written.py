"""Settings as they were in force when an invoice was made, written down with it."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from moment.invoice_settings.choices import Kind, Level
from moment.invoice_settings.declared import SETTINGS
from moment.invoice_settings.levels import Effective, InForce, Owners

_DECIMAL = (Kind.PERCENT, Kind.AMOUNT)


def write_down(effective: Effective) -> dict[str, Any]:
    """Return the values in force by name, as JSON can hold them; those without one are left out."""
    found = {name: stored(name, effective.value(name)) for name in SETTINGS}
    return {name: value for name, value in found.items() if value is not None}


def stored(name: str, value: Any) -> Any:
    """Return a setting's value as JSON can hold it; None stands for no value."""
    if value is None or value == "":
        return None
    return str(value) if SETTINGS[name].kind in _DECIMAL else value


class Written(Mapping[str, Any]):
    """The settings that were written down, by name; the standard where none was."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self._values = values

    def value(self, name: str) -> Any:
        """Return a setting as the levels have it: amounts and per cents are Decimal."""
        setting = SETTINGS[name]
        value = self._values.get(name)
        if value is None:
            return setting.standard
        return Decimal(value) if setting.kind in _DECIMAL else value

    def __getitem__(self, name: str) -> Any:
        return self.value(name)

    def __iter__(self) -> Iterator[str]:
        return iter(SETTINGS)

    def __len__(self) -> int:
        return len(SETTINGS)


class AsWritten(Effective):
    """Settings that were written down, each with the level that has it so by now.

    Of what no level has so any more, the lowest. Contacts are as the levels have them.
    """

    def __init__(self, owners: Owners, written: Written) -> None:
        super().__init__(owners)
        for name, setting in SETTINGS.items():
            value = written.value(name)
            if setting.kind != Kind.CONTACT and value != self._found[name].value:
                self._found[name] = InForce(setting, value, Level.PROJECT)
