"""What rows hold, by table and key, and how that differs before and after something is done."""

from typing import Any

Row = tuple[str, Any]  # table and key
State = dict[Row, dict[str, Any]]
Cell = tuple[Row, str]


def differences(old: State, new: State) -> dict[Cell, tuple[Any, Any]]:
    """Return the values that differ in rows that are in both."""
    return {
        (row, name): (value, new[row][name])
        for row, values in old.items()
        if row in new and new[row] != values
        for name, value in values.items()
        if new[row][name] != value
    }


def undone_value(value: Any, change: tuple[Any, Any]) -> Any:
    """Return a value without what a merge did to it; one that was changed since stays."""
    before, after = change
    if isinstance(value, frozenset):
        return value - (after - before)
    return before if value == after else value
