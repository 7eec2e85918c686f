"""The few pages that belong to no app."""

from contextlib import suppress

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.db import connection
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST
from django.views.i18n import set_language

from moment import unsent
from moment.access import for_everyone_signed_in
from moment.models import User


@for_everyone_signed_in
def home(request: HttpRequest) -> HttpResponse:
    return redirect(settings.LOGIN_REDIRECT_URL)


@login_not_required
@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Keep the language chosen: for the user wherever they sign in, else in a cookie."""
    chosen = request.POST.get("language", "")
    if isinstance(request.user, User) and chosen in dict(settings.LANGUAGES):
        request.user.language = chosen
        request.user.save(update_fields=["language"])
    return set_language(request)


@login_not_required
def signed_in(request: HttpRequest) -> HttpResponse:
    """Where one signs in to beside a page with unsent text, and where that page asks for news."""
    if request.htmx:  # type: ignore[attr-defined]
        return render(request, "unsent/_state.html", {"fresh": True})
    return render(request, "unsent/signed_in.html")


@login_not_required
def healthz(request: HttpRequest) -> HttpResponse:
    """Answer 200 when the database answers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok", content_type="text/plain")


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Say what to do instead, mostly: to send less at a time."""
    with suppress(UnreadablePostError):
        # Browsers show no answer that comes before they are done.
        while request.read(2**16):
            pass
    context = {
        "too_many_files": isinstance(exception, TooManyFilesSent),
        "too_much": isinstance(exception, (TooManyFieldsSent, RequestDataTooBig)),
        "most_files": settings.DATA_UPLOAD_MAX_NUMBER_FILES,
    }
    return render(request, "400.html", context, status=400)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Keep what a page of ours sent with the token from before its user signed in anew."""
    htmx = request.htmx  # type: ignore[attr-defined]
    # To send again what another site has sent must not be made easy.
    ours = htmx or request.headers.get("Sec-Fetch-Site") == "same-origin"
    if ours and unsent.can_be_kept(request):
        return unsent.answer(request)
    return render(request, "403_csrf.html", status=403)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Say what is missing: any role at all, or the right to just this."""
    no_role = request.user.is_authenticated and not request.user.get_all_permissions()
    return render(request, "403.html", {"no_role": no_role}, status=403)
