"""What happens around every request: the user's language, and what strangers are answered,
and those who were a moment late."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth import middleware as auth
from django.http import HttpRequest, HttpResponse
from django.utils import translation

from moment import unsent

GetResponse = Callable[[HttpRequest], HttpResponse]


class UserLanguageMiddleware:
    """Speak the language that the user has chosen, on whichever machine they sign in."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        language = getattr(request.user, "language", "")
        if language:
            translation.activate(language)
            request.LANGUAGE_CODE = language
        return self.get_response(request)


class LoginRequiredMiddleware(auth.LoginRequiredMiddleware):
    """Lead to the login page only who asks for a page: whoever sends something keeps it.

    So does whoever asks for a part of one: there may be text in the rest.
    """

    def handle_no_permission(  # type: ignore[override]
        self, request: HttpRequest, view_func: Callable[..., Any]
    ) -> HttpResponse:
        sends = request.method not in ("GET", "HEAD", "OPTIONS")
        htmx = request.htmx  # type: ignore[attr-defined]
        if (sends or htmx) and unsent.can_be_kept(request):
            return unsent.answer(request)
        return super().handle_no_permission(request, view_func)


class NotSavedMiddleware:
    """Keep what somebody sent a moment after what it was meant for became another."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        return (
            unsent.answer(request, str(exception))
            if isinstance(exception, unsent.NotSaved)
            else None
        )
