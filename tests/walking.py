"""Going everywhere as somebody who wants to find out what is not meant for them."""

import io
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from html import unescape
from typing import Any
from urllib.parse import urljoin

from django.contrib.messages import get_messages
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from lxml import html
from pypdf import PdfReader

# What a form carries of the row as it was shown, and what stands there for an older one.
STALE = {"seen": '{"version": 0, "values": {}}', "version": "0", "shown": "other"}


def named_views(resolver: Any = None, prefix: str = "") -> Iterator[tuple[str, Any, list[str]]]:
    """Yield every address by its name, with its view and the names of what it takes."""
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            name = f"{entry.namespace}:" if entry.namespace else ""
            yield from named_views(entry, prefix + name)
        elif isinstance(entry, URLPattern):
            yield f"{prefix}{entry.name}", entry.callback, list(entry.pattern.converters)


# Views of packages and those open to all on purpose.
OPEN = {"healthz", "language", "signed_in", "offers:answer", "offers:answer_pdf"}
PACKAGES = ("admin:", "account_")
OURS = [
    (name, view, takes)
    for name, view, takes in named_views()
    if not name.startswith(PACKAGES) and name not in OPEN
]


def addresses(
    names: Iterable[tuple[str, Sequence[str]]],
    known: Callable[[str, Sequence[str]], Iterable[Sequence[Any]]],
) -> list[str]:
    """Return the addresses of these names, with each of what `known` says that a name takes."""
    found = []
    for name, takes in names:
        every = list(known(name, takes)) if takes else [()]
        assert every, f"nothing to go to by {name}"
        found += [reverse(name, args=args) for args in every]
    return found


class Walk:
    """What somebody has been answered, by what was asked. All that is done is undone again."""

    def __init__(self, client: Client, *, press: tuple[str, ...] = ()) -> None:
        """`press`: where forms are that are sent."""
        self.client, self.press = client, press
        self.heard: dict[str, str] = {}
        self._sent: set[str] = set()

    def go(self, starts: Iterable[str]) -> "Walk":
        """Go to these addresses, and send the forms that are there."""
        for url in dict.fromkeys(starts):
            response = self._ask(f"GET {url}", lambda url=url: self.client.get(url))
            is_page = "html" in response.get("Content-Type", "") and not response.streaming
            if self.press and response.status_code == 200 and is_page and response.content.strip():
                self._press(url, response)
        return self

    def found(self, secrets: Mapping[str, str]) -> dict[str, list[str]]:
        """Return which of these patterns was heard, by what each is, and where."""
        where: dict[str, list[str]] = {}
        for what, secret in secrets.items():
            pattern = re.compile(secret)
            if there := [asked for asked, text in self.heard.items() if pattern.search(text)]:
                where[what] = there
        return where

    def _press(self, url: str, response: Any) -> None:
        """Send every form of a page as it is, as if it were long ago, and with nothing in it."""
        page = html.fromstring(response.content.decode())
        for form in page.xpath("//form[translate(@method, 'POST', 'post') = 'post']"):
            fields = _fields(form)
            to = urljoin(url, form.get("action") or url)
            if not to.startswith(self.press):
                continue
            typed = set(form.xpath(".//textarea/@name | .//input[@type='text']/@name"))
            stale = {name: STALE.get(name, value) for name, value in fields.items()}
            other = {name: f"{v}x" if name in typed else v for name, v in stale.items()}
            for data in (stale, other, {}):
                if (same := f"POST {to} with {sorted(data.items())}") not in self._sent:
                    self._sent.add(same)
                    self._ask(same, lambda to=to, data=data: self.client.post(to, data))

    def _ask(self, asked: str, act: Callable[[], Any]) -> Any:
        with transaction.atomic():
            try:
                response = act()
            except Exception as error:
                raise AssertionError(f"{asked} broke") from error
            # Without the address: it is in what was asked already, and in forms that lead back.
            said = said_by(response).replace(response.wsgi_request.get_full_path(), "")
            self.heard[asked] = normal(said)
            transaction.set_rollback(True)
        return response


def said_by(response: Any) -> str:
    """Return all that an answer says: spreadsheets and PDFs as text, headers and messages too."""
    parts = [f"{name}: {value}" for name, value in response.headers.items()]
    parts += [str(message) for message in get_messages(response.wsgi_request)]
    body = b"".join(response.streaming_content) if response.streaming else response.content
    if body.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(body)) as sheet:
            parts += [sheet.read(name).decode() for name in sheet.namelist()]
    elif body.startswith(b"%PDF"):
        parts += [page.extract_text() for page in PdfReader(io.BytesIO(body)).pages]
    else:
        parts.append(body.decode("utf-8", "replace"))
    return "\n".join(parts)


def normal(text: str) -> str:
    """Return a text with every number written alike: no blanks in it, and a point in the middle.

    Without the drawings of icons, which are full of numbers.
    """
    text = re.sub(r'\sd="[^"]*"', "", unescape(text))
    whole = re.sub(r"(?<=\d)[\s\u00a0\u202f,](?=\d{3}(?!\d))", "", text)
    return re.sub(r"(?<=\d),(?=\d{1,2}(?!\d))", ".", whole)


def amount(value: Decimal) -> str:
    """Return an amount as a pattern that finds it in what `normal` returns."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    noughts = "0*" if "." in text else r"(\.0+)?"
    return rf"(?<![\d.]){re.escape(text)}{noughts}(?!\d)"


def _fields(form: Any) -> dict[str, Any]:
    """Return what a browser would post of a form, every button left alone."""
    found: dict[str, Any] = {}
    for name, value in form.form_values():
        if name != "csrfmiddlewaretoken":
            there = found.get(name)
            found[name] = value if there is None else [*_listed(there), value]
    for field in form.inputs:
        is_text = field.get("type") not in ("checkbox", "radio", "submit", "file")
        if field.name and field.tag in ("input", "textarea") and is_text:
            found.setdefault(field.name, "")
    found.pop("csrfmiddlewaretoken", None)
    return found


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
