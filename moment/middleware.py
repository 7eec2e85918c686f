"""What happens around every request: the user's language, and the way back after a lost session."""

from collections.abc import Callable
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.utils import translation
from django_htmx.http import HttpResponseClientRedirect

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


class LoginRedirectMiddleware:
    """Turn a redirect to the login page into one of the whole window.

    htmx would follow it and put a login form inside a panel. `next` is the page the user saw,
    not the fragment's address. What was posted may be kept (see `moment.unsent`).
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        login = resolve_url(settings.LOGIN_URL)
        htmx = request.htmx  # type: ignore[attr-defined]
        if response.status_code != 302 or not response["Location"].startswith(login):
            return response
        unsent.put_by(request)
        if htmx:
            here = htmx.current_url_abs_path or resolve_url(settings.LOGIN_REDIRECT_URL)
            return HttpResponseClientRedirect(f"{login}?{urlencode({'next': here})}")
        return response
