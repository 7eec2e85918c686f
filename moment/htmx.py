"""One view, two shapes: the whole page for a browser, the fragment for htmx."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django_htmx.http import HttpResponseClientRedirect

INVALID = 422


def wants_fragment(request: HttpRequest) -> bool:
    """Tell whether htmx asks for a part of the page. Going back asks for the whole."""
    htmx = request.htmx  # type: ignore[attr-defined]
    return bool(htmx) and not htmx.boosted and not htmx.history_restore_request


def render_page(
    request: HttpRequest, page: str, fragment: str, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    """Answer the page, or its fragment to htmx. Caches must keep the two apart, hence Vary."""
    template = fragment if wants_fragment(request) else page
    response = render(
        request, template, context | {"is_fragment": wants_fragment(request)}, status=status
    )
    patch_vary_headers(response, ["HX-Request", "HX-Boosted", "HX-History-Restore-Request"])
    return response


def redirect_to(request: HttpRequest, url: str) -> HttpResponse:
    """Send the browser elsewhere, also out of a fragment."""
    if wants_fragment(request):
        return HttpResponseClientRedirect(url)
    return HttpResponseRedirect(url)
