"""Colleagues who are named in a note with `@` and their user name."""

import re
import time
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Q, QuerySet
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from customers.models import Mention, Note
from moment import mail
from moment.models import User
from moment.names import folded
from moment.turns import in_turn

SHOWN = 8  # colleagues that are offered while somebody types
MOST = 20  # colleagues that one note can tell
# Seconds after which nobody else is written to: the writer waits for the mail server meanwhile.
PATIENCE = 15.0
# What Django allows in user names, not in the middle of a word: no e-mail address is a mention.
PATTERN = re.compile(r"(?<![\w@.+-])@([\w@.+-]{1,150})")


@dataclass
class Told:
    """Who was told of a note that names them, and of the others why not."""

    reached: list[User] = field(default_factory=list)
    without_address: list[User] = field(default_factory=list)
    not_sent: list[User] = field(default_factory=list)
    # They may not see customers, or are colleagues no more.
    without_right: list[User] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)  # as written
    too_many: bool = False


def find(text: str, people: dict[str, User] | None = None) -> list[User]:
    """Return the colleagues named in a text who may see customers, in the order of the text.

    `people` is what `people_in` returns of it; asked for where not given.
    """
    people = _named_in([text]) if people is None else people
    may = set(colleagues().filter(pk__in=[user.pk for user in people.values()]))
    named = (called(name, people) for name in _names(text))
    return list(dict.fromkeys(person for person in named if person in may))


def people_in(notes: Iterable[Note]) -> dict[str, User]:
    """Return everybody named in these notes, for `called`; one query, none where no `@` is."""
    return _named_in(note.text for note in notes)


def called(name: str, people: dict[str, User]) -> User | None:
    """Return whom a name after the `@` means."""
    return next((people[n] for n in _variants(name) if n in people), None)


def length_of(name: str, people: dict[str, User]) -> int:
    """Return how much of what stands after the `@` is the name; the rest ends a sentence."""
    return next(len(n) for n in _variants(name) if n in people)


def colleagues() -> QuerySet[User]:
    """Return those who can be told: colleagues with the right to see customers."""
    return User.objects.with_perm("customers.view_customer")


def choices(question: str, besides: User) -> list[User]:
    """Return the colleagues whose user name or a word of whose name begins so; one query."""
    wanted = folded(question)
    found = [
        user
        for user in colleagues().exclude(pk=besides.pk)
        if any(f" {wanted}" in f" {folded(name)}" for name in (user.username, str(user)))
    ]
    return found[:SHOWN]


def note_down(note: Note) -> None:
    """Keep whom a note names, within the caller's transaction. Who was told once stays told."""
    named = [user for user in find(note.text) if user.pk != note.author_id][:MOST]
    note.mentions.exclude(user__in=named).filter(told_at=None).delete()
    Mention.objects.bulk_create(
        [Mention(note=note, user=user) for user in named], ignore_conflicts=True
    )


def tell(note: Note) -> Told:
    """Write to those whom the note names and nobody has told of it yet, each once.

    Waits for the mail server, so never inside a transaction. Returns what became of it, for the
    writer to know.
    """
    told = Told()
    people = _named_in([note.text])
    can_be_told = set(find(note.text, people))
    for name in _names(note.text):
        person, written = called(name, people), f"@{name.rstrip('.+-@')}"
        if person is None:
            if written not in told.unknown:
                told.unknown.append(written)
        elif person not in can_be_told and person not in told.without_right:
            told.without_right.append(person)
    told.too_many = len(can_be_told - {note.author}) > MOST
    began = time.monotonic()
    for mention in note.mentions.filter(told_at=None).select_related("user").order_by("pk"):
        if not mention.user.email:
            told.without_address.append(mention.user)
        elif time.monotonic() - began > PATIENCE:
            told.not_sent.append(mention.user)
        elif _claimed(mention):
            (told.reached if _sent(note, mention, people) else told.not_sent).append(mention.user)
    return told


def in_words(told: Told) -> list[str]:
    """Return a sentence for each thing that the writer should know; none when nobody is named."""
    return [text for text, people in _sentences(told) if people]


def _sentences(told: Told) -> list[tuple[str, object]]:
    """Return each sentence and what it is about: where that is nothing, there is nothing to say."""
    return [
        (
            ngettext(
                "%(names)s was told by e-mail.",
                "%(names)s were told by e-mail.",
                len(told.reached),
            )
            % _names_of(told.reached),
            told.reached,
        ),
        (
            _("There is no e-mail address on record for %(names)s, so tell them yourself.")
            % _names_of(told.without_address),
            told.without_address,
        ),
        (
            _("The e-mail to %(names)s did not go out, so tell them yourself.")
            % _names_of(told.not_sent),
            told.not_sent,
        ),
        (
            ngettext(
                "%(names)s may not see customers and was not told.",
                "%(names)s may not see customers and were not told.",
                len(told.without_right),
            )
            % _names_of(told.without_right),
            told.without_right,
        ),
        (
            _("There is nobody with the user name %(names)s.")
            % {"names": get_text_list(told.unknown, _("or"))},
            told.unknown,
        ),
        (
            _("A note tells at most %(count)s colleagues; the rest were not told.")
            % {"count": MOST},
            told.too_many,
        ),
    ]


def _names_of(people: list[User]) -> dict[str, str]:
    return {"names": get_text_list([str(person) for person in people], _("and"))}


def _sent(note: Note, mention: Mention, people: dict[str, User]) -> bool:
    try:
        mail.send(
            mention.user.email,
            "customers/mention/letter",
            {"note": note, "customer": note.customer, "people": people},
            language=mention.user.language,
        )
    except mail.NotSent:
        with in_turn():
            Mention.objects.filter(pk=mention.pk).update(told_at=None)
        return False
    return True


def _claimed(mention: Mention) -> bool:
    """Take this letter on as the only one who does, so that nobody gets it twice."""
    with in_turn():
        untold = Mention.objects.filter(pk=mention.pk, told_at=None)
        return untold.update(told_at=timezone.now()) == 1


def _names(text: str) -> list[str]:
    """Return what stands after each `@` that begins a word, if there is a letter in it."""
    found = (match[1] for match in PATTERN.finditer(text))
    return list(dict.fromkeys(name for name in found if any(c.isalpha() for c in name)))


def _variants(name: str) -> list[str]:
    """Return the user names that may be meant, the likeliest first: without a full stop behind."""
    bare = name.rstrip(".+-@")
    return [name, name.lower(), bare, bare.lower()]


def _named_in(texts: Iterable[str]) -> dict[str, User]:
    """Return the users with these names, by user name as it is and in small letters."""
    names = {variant for text in texts for name in _names(text) for variant in _variants(name)}
    if not names:
        return {}
    users = User.objects.annotate(small=Lower("username")).order_by("pk")
    found: list[User] = list(users.filter(Q(username__in=names) | Q(small__in=names)))
    # A name written exactly so goes before one that only differs in case.
    small = {user.username.lower(): user for user in reversed(found)}
    return small | {user.username: user for user in found}
