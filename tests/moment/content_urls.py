"""Addresses for tests of the pipeline alone: send a file, fetch it, look at it inside a page."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.urls import path

from moment import urls
from moment.access import for_everyone_signed_in
from moment.content import Refused, download, preview, receive
from moment.models import Content


@for_everyone_signed_in
def send(request: HttpRequest) -> HttpResponse:
    """Answer what became of each file: its hash, or why it was refused (422)."""
    told: list[Any] = []
    status = 200
    for sent in request.FILES.getlist("file"):
        try:
            content = receive(sent)
        except Refused as refused:
            told.append(str(refused))
            status = 422
        else:
            told.append([content.pk, content.sha256, content.size])
    return JsonResponse({"told": told}, status=status)


@login_not_required
def fetch(request: HttpRequest, pk: int, name: str) -> HttpResponseBase:
    return download(Content.objects.get(pk=pk), name, request=request)


@login_not_required
def look(request: HttpRequest, pk: int, name: str) -> HttpResponseBase:
    return preview(Content.objects.get(pk=pk), name, request=request)


@login_not_required
def page(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """A page of ours with the file in it."""
    where = f"/look/{pk}/{name}"
    return HttpResponse(
        f'<!doctype html><title>Page</title><link rel="icon" href="data:,"><img src="{where}">'
        f'<iframe src="{where}" width="600" height="400"></iframe>'
    )


urlpatterns = [
    path("send/", send),
    path("fetch/<int:pk>/<str:name>", fetch),
    path("look/<int:pk>/<str:name>", look),
    path("page/<int:pk>/<str:name>", page),
    *urls.urlpatterns,
]
