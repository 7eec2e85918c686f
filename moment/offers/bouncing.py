"""Letters about offers that come back: what mail servers report by RFC 3464."""

import re
from collections.abc import Iterable, Iterator
from email import message_from_bytes
from email.message import Message

from django.utils import timezone

from moment.offers.models import OfferLetter
from moment.turns import in_turn

LARGEST = 20 * 1024**2  # bytes of a report; what is longer is cut off, the original comes last
_FAILED = "failed"
_MESSAGE_ID = re.compile(r"<[^<>\s]{3,198}>")
_LONGEST_ERROR = 1000


def read(report: bytes) -> list[OfferLetter]:
    """Write down of which letters a report says that they did not arrive, and return them.

    None where it is no such report, is about a delay or a delivery, or about none of our letters.
    """
    message = message_from_bytes(report[:LARGEST])
    if message.get_content_type() != "multipart/report":
        return []
    parts = list(message.walk())
    errors = [text for part in parts for text in _failures(part)]
    if not errors:
        return []
    names = list(dict.fromkeys(_originals(message, parts)))
    return [letter for name in names for letter in _mark(name, "\n".join(errors))]


def _failures(part: Message) -> Iterator[str]:
    """Yield what a part of a report says about each recipient who was not reached."""
    if part.get_content_type() != "message/delivery-status":
        return
    blocks = part.get_payload()
    for block in blocks if isinstance(blocks, list) else []:
        if not isinstance(block, Message) or _text(block, "Action").lower() != _FAILED:
            continue
        said = [_text(block, "Status"), _after_type(_text(block, "Diagnostic-Code"))]
        yield " ".join(filter(None, said)) or _text(block, "Final-Recipient")


def _originals(message: Message, parts: Iterable[Message]) -> Iterator[str]:
    """Yield the Message-IDs of what has come back, as far as the report tells them."""
    for part in parts:
        if part.get_content_type() == "message/rfc822":
            inner = part.get_payload()
            original = inner[0] if isinstance(inner, list) and inner else None
            if isinstance(original, Message):
                yield from _MESSAGE_ID.findall(_text(original, "Message-ID"))
        elif part.get_content_type() == "text/rfc822-headers":
            payload = part.get_payload(decode=True)
            if isinstance(payload, bytes):
                headers = message_from_bytes(payload)
                yield from _MESSAGE_ID.findall(_text(headers, "Message-ID"))
    # Some send nothing of the original back.
    for name in ("In-Reply-To", "References"):
        yield from _MESSAGE_ID.findall(_text(message, name))


def _mark(message_id: str, error: str) -> list[OfferLetter]:
    """Write down that a letter has come back; the first report of it holds."""
    with in_turn():
        rows = OfferLetter.objects.filter(message_id=message_id, failed_at=None)
        if not rows.update(failed_at=timezone.now(), error=error[:_LONGEST_ERROR]):
            return []
    return list(OfferLetter.objects.filter(message_id=message_id).select_related("offer"))


def _text(part: Message, name: str) -> str:
    """Return a header on one line, in characters that every database keeps."""
    text = "".join(c if c.isprintable() else " " for c in str(part.get(name, "")))
    return " ".join(text.encode("utf-8", "replace").decode().split())


def _after_type(diagnostic: str) -> str:
    """Return `550 No such user` of `smtp; 550 No such user`."""
    return diagnostic.partition(";")[2].strip() or diagnostic
