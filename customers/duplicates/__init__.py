"""Customers that may be the same one: found, told of, and remembered where they are not."""

from customers.duplicates.many import alike_each
from customers.duplicates.warning import Likeness, alike, in_words, near

__all__ = ["Likeness", "alike", "alike_each", "in_words", "near"]
