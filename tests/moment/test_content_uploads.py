"""What is refused is refused as it arrives: neither memory nor disk fills with it."""

from contextlib import suppress
from io import BytesIO
from pathlib import Path

import pytest
from django.test import Client

from moment.content.uploads import DiskUploadHandler, LimitingUploadHandler
from moment.models import Content
from tests.moment import samples
from tests.moment.test_content_keeping import files_may_grow_to

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.moment.content_urls")]
MB = 2**20


@pytest.fixture(autouse=True)
def folder(settings, tmp_path) -> Path:
    settings.MEDIA_ROOT = tmp_path / "files"
    (tmp_path / "waiting").mkdir()
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path / "waiting")
    return tmp_path


@pytest.fixture
def waiting(monkeypatch, folder) -> list[int]:
    """How many bytes lay in temporary files, looked at after each piece that arrives."""
    seen: list[int] = []
    receive_data_chunk = LimitingUploadHandler.receive_data_chunk

    def looking(self, raw_data, start):
        taken = receive_data_chunk(self, raw_data, start)
        seen.append(sum(held_open("self", folder / "waiting")))
        return taken

    monkeypatch.setattr(LimitingUploadHandler, "receive_data_chunk", looking)
    return seen


def held_open(process: int | str, folder: Path) -> list[int]:
    """Return the sizes of the files in this folder that a process holds open, nameless too."""
    sizes = []
    for handle in Path(f"/proc/{process}/fd").iterdir():
        with suppress(FileNotFoundError):
            if handle.readlink().is_relative_to(folder):
                sizes.append(handle.stat().st_size)
    return sizes


def named(name: str, data: bytes) -> BytesIO:
    file = BytesIO(data)
    file.name = name
    return file


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def send(client: Client, *sent: BytesIO) -> tuple[int, list]:
    response = client.post("/send/", {"file": list(sent)})
    return response.status_code, response.json()["told"]


def test_files_small_and_large_arrive_whole(as_per, folder):
    small, large = samples.PDF, samples.PDF + bytes(3 * MB)
    status, told = send(as_per, named("a.pdf", small), named("b.pdf", large))
    assert status == 200
    assert [size for _pk, _sha256, size in told] == [len(small), len(large)]
    kept = sorted(path.stat().st_size for path in files(folder))
    assert kept == [len(small), len(large)]


def test_a_file_over_the_limit_is_refused_and_its_beginning_goes_at_once(
    as_per, folder, settings, waiting
):
    settings.FILES_MAX_SIZE = 4 * MB
    status, told = send(as_per, named("a.pdf", samples.PDF + bytes(9 * MB)))
    assert status == 422
    assert told[0].replace("\xa0", " ") == "The file is too large: 9.0 MB. At most 4.0 MB."
    assert max(waiting) > 3 * MB
    assert waiting[-1] == 0
    assert files(folder) == []


def test_one_that_is_too_large_takes_none_of_the_others_with_it(as_per, folder, settings):
    settings.FILES_MAX_SIZE = 4 * MB
    fine, other = samples.PDF, samples.PDF + bytes(3 * MB)
    sent = [named("a.pdf", fine), named("b.pdf", bytes(6 * MB)), named("c.pdf", other)]
    status, told = send(as_per, *sent)
    assert status == 422
    assert [size for _pk, _sha256, size in (told[0], told[2])] == [len(fine), len(other)]
    assert "too large" in told[1]


def test_files_too_large_together_are_not_written_at_all(as_per, folder, settings, waiting):
    settings.FILES_MAX_SIZE = MB
    status, told = send(
        as_per, *(named(f"{n}.pdf", samples.PDF + bytes(MB // 2)) for n in range(9))
    )
    assert status == 422
    assert len(told) == 9
    assert all("The files are too large together" in words for words in told)
    assert max(waiting) == 0
    assert not Content.objects.exists()


def test_what_strangers_send_is_not_written(client, folder, waiting):
    response = client.post("/send/", {"file": named("a.pdf", samples.PDF + bytes(3 * MB))})
    assert response.status_code == 401
    response = client.post("/accounts/login/", {"file": named("a.pdf", bytes(3 * MB))})
    assert response.status_code == 200
    assert waiting == []
    assert files(folder) == []


def test_a_full_disk_for_what_waits_is_told_in_words(as_per, folder, caplog):
    sent = named("a.pdf", samples.PDF + bytes(40 * MB))
    with files_may_grow_to(32 * MB):
        status, told = send(as_per, sent)
    assert status == 422
    assert "There is no room for the file" in told[0]
    assert files(folder) == []
    assert "could not be written to a temporary file" in caplog.text


def test_a_folder_for_what_waits_that_is_gone_is_told_in_words(as_per, folder, settings):
    settings.FILE_UPLOAD_TEMP_DIR = str(folder / "gone")
    status, told = send(as_per, named("a.pdf", samples.PDF + bytes(3 * MB)))
    assert status == 422
    assert "could not be stored just now" in told[0]
    # Small ones need no such folder.
    assert send(as_per, named("a.pdf", samples.PDF))[0] == 200


def test_a_name_of_any_length_does_no_harm(as_per, folder):
    for name in ("a." + "b" * 400, "a" * 400 + ".pdf", "../../x.pdf", "å\u202e\n.pdf"):
        status, _told = send(as_per, named(name, samples.PDF + bytes(3 * MB)))
        assert status == 200
    assert all(path.is_relative_to(folder / "files") for path in files(folder))


def test_nothing_waits_any_longer_once_the_answer_is_given(as_per, folder):
    send(as_per, named("a.pdf", samples.PDF + bytes(3 * MB)))
    send(as_per, named("a.html", b"<html>" + bytes(3 * MB)))
    assert list((folder / "waiting").iterdir()) == []
    assert held_open("self", folder / "waiting") == []


def test_what_waits_has_no_name_that_could_be_left_behind(as_per, folder, waiting, monkeypatch):
    names: list[Path] = []
    write = DiskUploadHandler.receive_data_chunk

    def looking(self, raw_data, start):
        names.extend((folder / "waiting").iterdir())
        return write(self, raw_data, start)

    monkeypatch.setattr(DiskUploadHandler, "receive_data_chunk", looking)
    send(as_per, named("a.pdf", samples.PDF + bytes(5 * MB)))
    assert max(waiting) > 4 * MB
    assert names == []
