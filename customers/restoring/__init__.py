"""Putting a value back that the history tells of, where that is still possible.

What it takes is what editing the same thing takes: the rights, the rules and the locks.
"""

from customers.restoring.offers import CannotPutBack, Offer, key_of, may, offer, possible
from customers.restoring.saving import ChangedMeanwhile, put_back

__all__ = [
    "CannotPutBack",
    "ChangedMeanwhile",
    "Offer",
    "key_of",
    "may",
    "offer",
    "possible",
    "put_back",
]
