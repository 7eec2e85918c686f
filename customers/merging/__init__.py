"""Customers that are the same one made one, and made several again."""

from customers.merging.making import (
    MOST,
    CannotMerge,
    ChangedMeanwhile,
    Undecided,
    decisions,
    merge,
    refusals,
)
from customers.merging.since import Since
from customers.merging.undoing import BACK, CannotUndo, undo

__all__ = [
    "BACK",
    "MOST",
    "CannotMerge",
    "CannotUndo",
    "ChangedMeanwhile",
    "Since",
    "Undecided",
    "decisions",
    "merge",
    "refusals",
    "undo",
]
