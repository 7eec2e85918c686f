"""What colleagues write about a customer: adding, editing, pinning, deleting, reading."""

from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils import timezone

from customers import mentions
from customers.holding import ChangedMeanwhile, held
from customers.models import Customer, Note
from moment.keyset import beyond, is_key
from moment.models import User

SHOWN = 50  # on a page of all notes
_ORDER = ["pinned", "created_at", "id"]


class Gone(Exception):
    """The note was deleted meanwhile."""


@dataclass(frozen=True)
class Page:
    """Notes, the pinned first and then the newest, and the key of the last where more follow."""

    notes: list[Note]
    older_than: int | None


def add(customer: Customer, *, text: str, author: User) -> Note:
    """Save a note and who is mentioned in it, who are told by `mentions.tell`."""
    with held(customer):
        note = Note.objects.create(customer=customer, author=author, text=text)
        mentions.note_down(note)
    return note


def edit(note: Note, *, text: str, version: int) -> Note:
    """Save another text of a note that was shown at this version; return the note.

    Raises ChangedMeanwhile or Gone, then nothing is saved.
    """
    with held(note.customer):
        stored = _locked(note)
        if stored.version != version:
            raise ChangedMeanwhile(stored)
        if stored.text != text:
            stored.text = text
            stored.edited_at = timezone.now()
            stored.version += 1
            stored.save()
            mentions.note_down(stored)
    return stored


def pin(note: Note, pinned: bool) -> Note:
    """Keep a note above the others, or no longer; return it. Raises Gone.

    No new version: who is editing the text loses nothing by it.
    """
    with held(note.customer):
        stored = _locked(note)
        if stored.pinned != pinned:
            stored.pinned = pinned
            stored.save()
    return stored


def may_edit(note: Note, user: User) -> bool:
    """Tell whether the user may change the text: nobody puts words into another's mouth."""
    return note.author_id == user.pk and user.has_perm("customers.change_note")


def may_delete(note: Note, user: User) -> bool:
    """Tell whether the user may delete the note: its author, and administrators."""
    if user.is_superuser:
        return True
    return note.author_id == user.pk and user.has_perm("customers.delete_note")


def of(customer: Customer, *, older_than: str = "", limit: int = SHOWN) -> Page:
    """Return a page of notes that follows the note with this key; the first for no or a wrong key.

    With who wrote them, in a fixed number of queries.
    """
    notes: QuerySet[Note] = customer.notes.select_related("author")
    last = None
    if is_key(older_than):
        last = customer.notes.filter(pk=older_than).values_list(*_ORDER).first()
    if last:
        notes = notes.filter(beyond(_ORDER, last, descending=True))
    shown = list(notes[: limit + 1])
    more, shown = len(shown) > limit, shown[:limit]
    return Page(shown, shown[-1].pk if more else None)


def _locked(note: Note) -> Note:
    """Return the note as it is now. Its customer is held, so nobody else changes it."""
    rows = Note.objects.select_for_update().filter(pk=note.pk, customer=note.customer_id)
    stored = rows.first()
    if stored is None:
        raise Gone
    stored.customer = note.customer
    return stored
