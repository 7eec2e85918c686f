"""Hostile files are refused in words, and nothing of them stays."""

from pathlib import Path

import pytest

from moment.content import Refused, receive
from moment.models import Content
from tests.moment import hostile, samples
from tests.moment.samples import upload

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.filterwarnings("ignore::UserWarning:PIL"),  # it wonders at what is broken
]
NAMES = [f"{number}-{row[0]}" for number, row in enumerate(hostile.REFUSED)]


@pytest.fixture(autouse=True)
def folder(settings, tmp_path) -> Path:
    settings.MEDIA_ROOT = tmp_path / "files"
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path)
    return tmp_path


@pytest.mark.parametrize(("name", "make", "words"), hostile.REFUSED, ids=NAMES)
def test_it_is_refused_in_words(name, make, words, folder):
    with pytest.raises(Refused) as refused:
        receive(upload(name, make()))
    assert words in str(refused.value)
    assert not Content.objects.exists()
    assert list(folder.rglob("*")) == []


def test_a_file_over_the_limit_is_refused_with_both_sizes(settings):
    settings.FILES_MAX_SIZE = 1024
    receive(upload("notes.txt", b"a" * 1024))
    with pytest.raises(Refused) as refused:
        receive(upload("notes.txt", b"a" * 1536))
    assert (
        str(refused.value).replace("\xa0", " ") == "The file is too large: 1.5 KB. At most 1.0 KB."
    )


def test_what_stands_behind_a_picture_is_cut_off():
    """A picture that is an archive or a page too is no longer."""
    for kind in ("JPEG", "PNG", "WEBP"):
        data = samples.picture(kind) + samples.zipped({"x.exe": hostile.PROGRAM}) + hostile.HTML
        content = receive(upload(f"site.{kind.lower()}", data))
        assert content.size <= len(samples.picture(kind)) + 20


def test_an_archive_that_lies_about_its_list_is_not_read_into_memory():
    data = bytearray(hostile.many_files(10))
    data[-10:-6] = (2**31).to_bytes(4, "little")
    with pytest.raises(Refused):
        receive(upload("all.zip", bytes(data)))


def test_whatever_stands_in_a_file_nobody_meets_the_page_for_errors():
    """Each honest file, with some of its bytes turned: it is kept or refused."""
    kept = refused = 0
    for seed in range(6):
        for name, make, _kind in samples.HONEST:
            data = bytearray(make())
            for at in range(seed * 5, len(data), 3 + len(data) // (seed + 1)):
                data[at] ^= (0xFF, 0x80, 0x01)[seed % 3]
            try:
                receive(upload(name, bytes(data)))
                kept += 1
            except Refused:
                refused += 1
    assert kept > 50
    assert refused > 50
