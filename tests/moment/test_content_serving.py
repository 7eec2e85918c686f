"""Files come back as they are, to be saved; what is shown can do nothing."""

from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.http import Http404
from django.test import Client, RequestFactory

from moment.content import can_preview, download, preview, receive
from moment.content.kinds import KINDS
from tests.moment import samples
from tests.moment.samples import upload

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.moment.content_urls")]


def body(response) -> bytes:
    return b"".join(response.streaming_content)


def test_a_download_is_saved_never_shown():
    content = receive(upload("report.pdf", samples.PDF))
    response = download(content, "report.pdf")
    assert body(response) == samples.PDF
    assert response["Content-Disposition"] == 'attachment; filename="report.pdf"'
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Length"] == str(len(samples.PDF))
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Cross-Origin-Resource-Policy"] == "same-origin"
    assert response["Cache-Control"].startswith("private")


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("logo.svg", samples.SVG),
        ("map.gml", b"<?xml version='1.0'?><gml/>"),
        ("mail.eml", samples.EML),
        ("notes.txt", b"words"),
        ("list.csv", b"a;b"),
    ],
)
def test_what_a_browser_could_interpret_goes_out_as_mere_bytes(name, data):
    content = receive(upload(name, data))
    assert download(content, name)["Content-Type"] == "application/octet-stream"
    assert not can_preview(content.kind)
    with pytest.raises(Http404):
        preview(content, name)


def test_only_pictures_without_scripts_and_pdf_are_shown():
    shown = {kind for kind in KINDS if can_preview(kind)}
    assert shown == {"image/jpeg", "image/png", "image/gif", "image/webp", "application/pdf"}
    assert not can_preview("text/html")


def test_a_preview_is_shown_by_our_own_pages_alone():
    for name, data in (("site.png", samples.picture("PNG")), ("report.pdf", samples.PDF)):
        response = preview(receive(upload(name, data)), name)
        assert body(response) == data
        assert response["Content-Disposition"] == f'inline; filename="{name}"'
        assert response["X-Frame-Options"] == "SAMEORIGIN"
        assert response["X-Content-Type-Options"] == "nosniff"
        assert "default-src 'none'" in response["Content-Security-Policy"]
        assert "frame-ancestors 'self'" in response["Content-Security-Policy"]
        assert "script-src" not in response["Content-Security-Policy"]


def test_the_sites_own_headers_do_not_replace_the_files(client: Client):
    content = receive(upload("report.pdf", samples.PDF))
    saved = client.get(f"/fetch/{content.pk}/report.pdf")
    assert saved["Content-Security-Policy"].endswith("sandbox")
    assert saved["X-Frame-Options"] == "DENY"
    shown = client.get(f"/look/{content.pk}/report.pdf")
    assert shown["X-Frame-Options"] == "SAMEORIGIN"
    assert "default-src 'none'" in shown["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("Påske 2026.pdf", "attachment; filename*=utf-8''P%C3%A5ske%202026.pdf"),
        ("../../etc/passwd.pdf", 'attachment; filename="passwd.pdf"'),
        ("C:\\windows\\a.pdf", 'attachment; filename="a.pdf"'),
        ('a"b;c.pdf', 'attachment; filename="a_b;c.pdf"'),
        ("a\r\nSet-Cookie: x=1.pdf", 'attachment; filename="a Set-Cookie_ x=1.pdf"'),
        ("a\0b.pdf", 'attachment; filename="a b.pdf"'),
        ("invoice\u202efdp.exe", 'attachment; filename="invoice fdp.exe.pdf"'),
        ("run.bat", 'attachment; filename="run.bat.pdf"'),
        ("page.html", 'attachment; filename="page.html.pdf"'),
        ("Report 1.2", 'attachment; filename="Report 1.2.pdf"'),
        ("", 'attachment; filename="file.pdf"'),
        ("...", 'attachment; filename="file.pdf"'),
        ("a" * 300 + ".pdf", f'attachment; filename="{"a" * 196}.pdf"'),
    ],
)
def test_a_name_is_saved_harmless_and_with_the_ending_of_its_kind(name, header):
    content = receive(upload("report.pdf", samples.PDF))
    assert download(content, name)["Content-Disposition"] == header


def test_text_may_be_called_by_any_ending_of_text():
    content = receive(upload("points.txt", b"1;2;3"))
    assert receive(upload("points.csv", b"1;2;3")) == content
    assert '"points.csv"' in download(content, "points.csv")["Content-Disposition"]


def test_a_browser_that_has_it_gets_nothing_twice():
    content = receive(upload("site.png", samples.picture("PNG")))
    etag = preview(content, "site.png")["ETag"]
    assert content.sha256 in etag
    again = RequestFactory().get("/", headers={"If-None-Match": etag})
    response = preview(content, "site.png", request=again)
    assert response.status_code == 304
    assert response["ETag"] == etag
    other = RequestFactory().get("/", headers={"If-None-Match": '"other"'})
    assert preview(content, "site.png", request=other).status_code == 200


def test_a_kind_that_is_no_longer_accepted_can_still_be_fetched(settings):
    content = receive(upload("report.pdf", samples.PDF))
    settings.FILES_KINDS = []
    assert body(download(content, "report.pdf")) == samples.PDF


def test_a_kind_we_never_heard_of_goes_out_as_mere_bytes():
    content = receive(upload("report.pdf", samples.PDF))
    content.kind = "text/html"
    response = download(content, "page.html")
    assert response["Content-Type"] == "application/octet-stream"
    with pytest.raises(Http404):
        preview(content, "page.html")


def test_bytes_that_are_lost_are_not_found_and_told_to_administrators(caplog):
    content = receive(upload("report.pdf", samples.PDF))
    default_storage.delete(content.path)
    with pytest.raises(Http404):
        download(content, "report.pdf")
    assert content.path in caplog.text


def test_the_folder_of_files_has_no_address(client: Client, settings):
    content = receive(upload("report.pdf", samples.PDF))
    for start in ("/", "/media/", "/static/", "/files/"):
        assert client.get(start + content.path).status_code in (302, 404)
    assert Path(settings.MEDIA_ROOT) not in map(
        Path, [*settings.STATICFILES_DIRS, settings.STATIC_ROOT]
    )
