"""Who changed what on a customer and on all that hangs on it, in words."""

from customers.history.entries import Filters, Page, actors, entry_of, of
from customers.history.subjects import ANSWERED, PUT_BACK, Kind, Subject, kinds_of
from customers.history.telling import Change, Entry, Teller

__all__ = [
    "ANSWERED",
    "PUT_BACK",
    "Change",
    "Entry",
    "Filters",
    "Kind",
    "Page",
    "Subject",
    "Teller",
    "actors",
    "entry_of",
    "kinds_of",
    "of",
]
