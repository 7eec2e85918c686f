"""The company's logo: pictures alone, shown safely, let go when it is changed."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from moment.models import CompanySettings, Content

# Files are received outside any transaction.
pytestmark = pytest.mark.django_db(transaction=True)
CHANGE, REMOVE, SHOWN = "/setup/logo/change/", "/setup/logo/remove/", "/setup/logo/"


def picture(kind: str = "PNG", color: str = "purple", size: tuple[int, int] = (60, 20)) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", size, color).save(file, kind)
    return file.getvalue()


def upload(client, content: bytes, name: str = "logo.png"):
    return client.post(CHANGE, {"logo": SimpleUploadedFile(name, content)})


def logo() -> Content | None:
    company = CompanySettings.objects.select_related("logo").filter(pk=1).first()
    return company.logo if company else None


@pytest.mark.parametrize(("kind", "name"), [("PNG", "logo.png"), ("JPEG", "logo.jpg")])
def test_a_picture_is_kept_and_shown(as_anne, kind, name):
    response = upload(as_anne, picture(kind), name)
    assert (response.status_code, response["Location"]) == (302, "/setup/")
    shown = as_anne.get(SHOWN)
    assert shown["Content-Type"] == f"image/{kind.lower()}"
    assert shown["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in shown["Content-Security-Policy"]
    assert Image.open(io.BytesIO(b"".join(shown.streaming_content))).size == (60, 20)
    assert f'src="{SHOWN}'.encode() in as_anne.get("/setup/").content


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"", "logo.png"),
        (b"no picture at all", "logo.png"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "logo.svg"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "logo.png"),
        (picture("GIF"), "logo.gif"),
        (picture("PNG")[:40], "logo.png"),
        (b"%PDF-1.7 ...", "logo.png"),
        (picture() + b"\0" * 2 * 1024 * 1024, "logo.png"),
        (picture(size=(4001, 10)), "logo.png"),
    ],
    ids=["empty", "text", "svg", "svg as png", "gif", "cut off", "pdf", "too many bytes",
         "too many pixels"],
)  # fmt: skip
def test_what_is_no_picture_for_paper_is_refused(as_anne, content, name):
    upload(as_anne, picture())
    before = logo()
    response = upload(as_anne, content, name)
    assert response.status_code == 422
    assert b'aria-invalid="true"' in response.content
    assert b'class="errorlist"' in response.content
    assert logo() == before


def test_nothing_chosen_is_told(as_anne):
    response = as_anne.post(CHANGE)
    assert response.status_code == 422
    assert b"Choose a picture first." in response.content


def test_another_picture_lets_the_old_one_go(as_anne):
    upload(as_anne, picture())
    old = logo()
    upload(as_anne, picture(color="green"))
    new = logo()
    assert old != new
    old.refresh_from_db()
    assert old.unused_since is not None


def test_the_same_picture_again_stays(as_anne):
    upload(as_anne, picture())
    version = CompanySettings.objects.get().version
    upload(as_anne, picture())
    assert CompanySettings.objects.get().version == version
    assert as_anne.get(SHOWN).status_code == 200


def test_removing_asks_first(as_anne):
    upload(as_anne, picture())
    assert b"show the company's name instead" in as_anne.get(REMOVE).content
    assert logo()
    response = as_anne.post(REMOVE, headers={"HX-Request": "true"})
    assert response["HX-Redirect"] == "/setup/"
    assert logo() is None
    assert as_anne.get(SHOWN).status_code == 404
    assert Content.objects.get().unused_since is not None
    assert as_anne.post(REMOVE).status_code == 302
