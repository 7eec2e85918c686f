"""What was sent in vain and can be sent again: it is kept.

One is signed out, or has signed in anew, or what it was meant for became another just then.

It is kept where it was typed: in the page that htmx leaves as it is, or in the page that answers a
plain form. The server keeps nothing.
"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django_htmx.http import reselect, reswap, retarget

STATUS, CONFLICT = 401, 409
# The first that there is of these. What stands outside an open dialog is out of reach; and whoever
# tries again before signing in is told in the first toast, so that one is seen and closed.
PLACE = ":is(dialog[open], #toasts):not(:has(.unsent)), :is(dialog[open], #toasts) .unsent"


class NotSaved(Exception):
    """What was sent was meant for what is another by now; the text says what has happened.

    Nothing is saved. Sent once more, it finds things as they are.
    """


def can_be_kept(request: HttpRequest) -> bool:
    """Tell whether it stays where it is, or holds no secret, which is nothing for a new page."""
    htmx = request.htmx  # type: ignore[attr-defined]
    return bool(htmx) or not any("password" in name for name in request.POST)


def answer(request: HttpRequest, why: str = "") -> HttpResponse:
    """Answer to htmx a word beside the form, else a page with all that was sent but files.

    With 401, or with 409 and `why` where it is not for signing in.
    """
    status, context = (CONFLICT if why else STATUS), {"fresh": True, "why": why}
    if request.htmx:  # type: ignore[attr-defined]
        response = render(request, "unsent/_toast.html", context, status=status)
        return reselect(reswap(retarget(response, PLACE), "beforeend"), ".toast")
    fields = [
        (name, value)
        for name, values in request.POST.lists()
        for value in values
        if name != "csrfmiddlewaretoken"
    ]
    with_files = request.content_type == "multipart/form-data"
    context |= {"fields": fields, "with_files": with_files}
    return render(request, "unsent/page.html", context, status=status)
