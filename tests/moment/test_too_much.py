"""More than the server takes at once is refused in the house's own words."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from customers.models import File
from moment import views
from tests.factories import CustomerFactory

pytestmark = pytest.mark.django_db
ADD = "/customers/77/files/add/"


@pytest.fixture(autouse=True)
def customer(db):
    return CustomerFactory(number="77")


def words(response) -> str:
    assert response.status_code == 400
    assert 'class="brand"' in response.content.decode()
    return response.content.decode()


def test_too_many_files_are_told_how_many_may_come(as_kari):
    files = [SimpleUploadedFile(f"{n}.txt", b"a") for n in range(101)]
    html = words(as_kari.post(ADD, {"files": files}))
    assert "Too many files at once" in html
    assert "choose at most 100 files at a time" in html
    assert not File.objects.exists()


def test_so_they_are_in_norwegian(as_kari, kari):
    kari.language = "nb"
    kari.save()
    files = [SimpleUploadedFile(f"{n}.txt", b"a") for n in range(101)]
    html = words(as_kari.post(ADD, {"files": files}))
    assert "For mange filer på en gang" in html
    assert "høyst 100 filer om gangen" in html


def test_the_whole_upload_is_read_before_the_answer(as_kari, monkeypatch):
    """A browser that is still sending shows a broken connection instead."""
    left = []
    original = views.render

    def render(request, *args, **kwargs):
        left.append(request.read())
        return original(request, *args, **kwargs)

    monkeypatch.setattr(views, "render", render)
    files = [SimpleUploadedFile(f"{n}.txt", bytes(5000)) for n in range(150)]
    as_kari.post(ADD, {"files": files})
    assert left == [b""]


def test_too_much_text_and_too_many_fields(as_kari, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    assert "Too much at once" in words(as_kari.post("/customers/77/notes/", {"text": "x" * 2000}))
    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = 10
    many = {f"a{n}": "" for n in range(20)}
    plain = "application/x-www-form-urlencoded"
    sent = "&".join(f"{name}=" for name in many)
    assert "Too much at once" in words(
        as_kari.post("/customers/77/notes/", sent, content_type=plain)
    )
    assert "Too much at once" in words(as_kari.get("/customers/", many))


def test_what_makes_no_sense_is_refused_calmly(client):
    assert "This could not be understood" in words(
        client.get("/", headers={"Host": "evil.example"})
    )
