"""Letters by e-mail: plain text and HTML side by side, in the reader's own language."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from email.utils import formataddr, parseaddr
from smtplib import SMTPRecipientsRefused
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.validators import validate_email
from django.template.loader import render_to_string
from django.utils import translation

LONGEST_ADDRESS = 254  # letters; longer ones fit into no envelope (RFC 5321)


class NotSent(Exception):
    """The letter did not go out. The text says why, for administrators.

    Of one to several, `reached` are those who have got it.
    """

    def __init__(self, text: str, reached: Sequence[str] = ()) -> None:
        super().__init__(text)
        self.reached = reached


@dataclass(frozen=True)
class Attachment:
    name: str
    content: bytes
    media_type: str


@dataclass(frozen=True)
class Personal:
    """What a letter has that somebody writes, not a machine.

    `sender` is a name that goes before our own address; answers go to `reply_to`, where there is
    one. `message_id` is one of `new_message_id`, by which it is known when it comes back. Those in
    `copy_to` get a copy, as everybody sees.
    """

    sender: str = ""
    reply_to: str = ""
    message_id: str = ""
    copy_to: Sequence[str] = ()
    attachments: Sequence[Attachment] = field(default=())


def absolute(path: str) -> str:
    """Return an address on this site as letters must give it."""
    return f"{settings.SITE_URL}{path}"


def new_message_id() -> str:
    """Return a Message-ID that no other letter has and nobody guesses."""
    host = (urlsplit(settings.SITE_URL).hostname or "localhost").encode("idna").decode()
    return f"<{secrets.token_hex(16)}@{host[:150]}>"


def is_address(text: str) -> bool:
    """Tell whether a letter can be written to this."""
    if len(text) > LONGEST_ADDRESS:
        return False
    try:
        validate_email(text)
    except ValidationError:
        return False
    return True


class _Letter(EmailMultiAlternatives):
    """A letter to several, handed over for one of them at a time: so each is answered for."""

    envelope = ""

    def recipients(self) -> list[str]:
        return [self.envelope]


def send(
    to: str | Sequence[str],
    template: str,
    context: Mapping[str, Any],
    *,
    language: str = "",
    headers: Mapping[str, str] | None = None,
    personal: Personal | None = None,
) -> None:
    """Send one letter, made of `<template>_subject.txt`, `<template>.txt` and `<template>.html`.

    It goes to one address or several. The templates get `site` beside the context: what links in
    letters begin with. Without a language it is the installation's. Waits for the mail server, so
    never inside a transaction. Raises NotSent when the server is away or refuses, or an address is
    none; where it refuses some of several, the others have got it, and the text says so.
    """
    to = [to] if isinstance(to, str) else list(to)
    copy_to = list(personal.copy_to) if personal else []
    everybody = [*to, *copy_to]
    if wrong := [one for one in everybody if not is_address(one)]:
        raise NotSent(f"{wrong[0]!r} is not an e-mail address.")
    context = {**context, "site": settings.SITE_URL}
    with translation.override(language or settings.LANGUAGE_CODE):
        letter = _Letter(
            subject=_one_line(render_to_string(f"{template}_subject.txt", context)),
            body=render_to_string(f"{template}.txt", context).strip() + "\n",
            to=to,
            cc=copy_to,
            headers={**_headers(personal), **(headers or {})},
        )
        letter.attach_alternative(render_to_string(f"{template}.html", context), "text/html")
    _hand_over(letter, everybody, personal)


def _hand_over(letter: _Letter, everybody: Sequence[str], personal: Personal | None) -> None:
    refused, reached = [], []
    try:
        if personal:
            _sign(letter, personal)
        with get_connection() as connection:
            letter.connection = connection
            for letter.envelope in everybody:
                try:
                    letter.send()
                except SMTPRecipientsRefused as error:
                    refused.append(f"{letter.envelope}: {error}")
                else:
                    reached.append(letter.envelope)
    # What smtplib raises is an OSError too; a domain can pass for one and have no form in ASCII.
    except (OSError, UnicodeError) as error:
        raise NotSent(f"{letter.envelope or everybody[0]}: {error}", reached) from error
    if refused:
        got = [f"{len(reached)} got it"] if reached else []
        raise NotSent("; ".join([*refused, *got]), reached)


def _headers(personal: Personal | None) -> dict[str, str]:
    if personal is None:
        # By RFC 3834: nobody's "I am on holiday" answers a machine.
        return {"Auto-Submitted": "auto-generated"}
    return {"Message-ID": personal.message_id} if personal.message_id else {}


def _sign(letter: EmailMultiAlternatives, personal: Personal) -> None:
    """Have a letter come from somebody, answers go there, and files come with it."""
    if personal.sender:
        address = parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
        letter.from_email = formataddr((_one_line(personal.sender), address))
    if is_address(personal.reply_to):
        letter.reply_to = [personal.reply_to]
    for one in personal.attachments:
        letter.attach(one.name, one.content, one.media_type)


def _one_line(text: str) -> str:
    """Return a text without line breaks, whatever names it holds: headers end where a line does."""
    return " ".join(text.split())
