"""Letters by e-mail: plain text and HTML side by side, in the reader's own language."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives
from django.core.validators import validate_email
from django.template.loader import render_to_string
from django.utils import translation


class NotSent(Exception):
    """The letter did not go out. The text says why, for administrators."""


def absolute(path: str) -> str:
    """Return an address on this site as letters must give it."""
    return f"{settings.SITE_URL}{path}"


def send(
    to: str,
    template: str,
    context: Mapping[str, Any],
    *,
    language: str = "",
    headers: Mapping[str, str] | None = None,
) -> None:
    """Send one letter, made of `<template>_subject.txt`, `<template>.txt` and `<template>.html`.

    The templates get `site` beside the context: what links in letters begin with. Without a
    language it is the installation's. Waits for the mail server, so never inside a transaction.
    Raises NotSent when the server is away or refuses, or the address is none.
    """
    try:
        validate_email(to)
    except ValidationError:
        raise NotSent(f"{to!r} is not an e-mail address.") from None
    context = {**context, "site": settings.SITE_URL}
    with translation.override(language or settings.LANGUAGE_CODE):
        # One line, whatever the names in it hold: headers end where a line does.
        subject = " ".join(render_to_string(f"{template}_subject.txt", context).split())
        letter = EmailMultiAlternatives(
            subject=subject,
            body=render_to_string(f"{template}.txt", context).strip() + "\n",
            to=[to],
            # By RFC 3834: nobody's "I am on holiday" answers a machine.
            headers={"Auto-Submitted": "auto-generated", **(headers or {})},
        )
        letter.attach_alternative(render_to_string(f"{template}.html", context), "text/html")
    try:
        letter.send()
    # What smtplib raises is an OSError too; a domain can pass for one and have no form in ASCII.
    except (OSError, UnicodeError) as error:
        raise NotSent(f"{to}: {error}") from error
