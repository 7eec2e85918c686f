"""Customers that may be the same one: found, told of, and remembered where they are not."""

from customers.duplicates.warning import Likeness, alike, in_words, near

__all__ = ["Likeness", "alike", "in_words", "near"]
