"""What somebody sent after their session had ended: kept until they have signed in again."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest

MINUTES = 15
_LONGEST = 5000  # characters
_KEY = "unsent"


def keeps(field: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Mark a view of whose posts this field is too dear to lose."""

    def decorate(view: Callable[..., Any]) -> Callable[..., Any]:
        view.keeps = field  # type: ignore[attr-defined]
        return view

    return decorate


def put_by(request: HttpRequest) -> None:
    """Keep what was posted by somebody who is sent to the login, if the view asks for it."""
    match = request.resolver_match
    field = getattr(match.func, "keeps", "") if match else ""
    text = request.POST.get(field, "")[:_LONGEST] if field and request.method == "POST" else ""
    if text.strip():
        request.session[_KEY] = {"path": request.path, "text": text}
        # Signing in gives the session its usual length again.
        request.session.set_expiry(MINUTES * 60)


def take(request: HttpRequest, path: str) -> str:
    """Return what was kept of a post to this address or one below it, empty for none, once."""
    kept = request.session.get(_KEY)
    if not kept or not kept["path"].startswith(path):
        return ""
    del request.session[_KEY]
    return str(kept["text"])
