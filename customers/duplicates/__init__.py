"""Customers that may be the same one: found, told of, and remembered where they are not."""

from customers.duplicates.warning import alike, in_words, near

__all__ = ["alike", "in_words", "near"]
