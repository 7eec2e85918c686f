"""Customers that are the same one made one, and made several again."""

from customers.merging.making import (
    CannotMerge,
    ChangedMeanwhile,
    Undecided,
    decisions,
    merge,
    refusals,
)
from customers.merging.relations import like
from customers.merging.since import Since
from customers.merging.undoing import BACK, CannotUndo, undo
from customers.models.merge import MOST

__all__ = [
    "BACK",
    "MOST",
    "CannotMerge",
    "CannotUndo",
    "ChangedMeanwhile",
    "Since",
    "Undecided",
    "decisions",
    "like",
    "merge",
    "refusals",
    "undo",
]
