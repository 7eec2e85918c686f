"""Bytes are kept once, whole, and out of reach; what cannot be kept leaves nothing behind."""

import errno
import hashlib
import resource
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.core.files.storage import FileSystemStorage, default_storage
from django.core.files.uploadedfile import TemporaryUploadedFile
from django.db import transaction

from moment.content import Refused, open_content, receive
from moment.models import Content
from tests.moment import samples
from tests.moment.samples import upload
from tests.together import at_once


@pytest.fixture(autouse=True)
def folder(settings, tmp_path) -> Path:
    settings.MEDIA_ROOT = tmp_path / "files"
    return settings.MEDIA_ROOT


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_the_path_is_made_of_the_hash_and_holds_nothing_that_people_wrote(db, folder):
    content = receive(upload("../../Påske <b>.pdf", samples.PDF))
    sha256 = hashlib.sha256(samples.PDF).hexdigest()
    assert content.sha256 == sha256
    assert content.path.startswith(f"{sha256[:2]}/{sha256[2:4]}/{sha256}-")
    assert files(folder) == [folder / content.path]
    assert (folder / content.path).read_bytes() == samples.PDF


def test_nobody_else_on_the_machine_can_read_it(db, folder):
    path = folder / receive(upload("a.pdf", samples.PDF)).path
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_the_same_bytes_are_kept_once_under_whatever_names(db, folder):
    first = receive(upload("a.pdf", samples.PDF))
    second = receive(upload("b.pdf", samples.PDF))
    assert first == second
    assert len(files(folder)) == 1


def test_a_large_upload_on_disk_is_kept_like_a_small_one(db, folder):
    sent = TemporaryUploadedFile("big.pdf", "application/pdf", 0, None)
    sent.write(samples.PDF + bytes(3 * 2**20))
    sent.size = sent.tell()
    content = receive(sent)
    assert content.size == len(samples.PDF) + 3 * 2**20 == files(folder)[0].stat().st_size
    sent.close()


@pytest.mark.django_db(transaction=True)
def test_inside_a_transaction_it_is_a_mistake_of_ours(folder):
    with pytest.raises(RuntimeError), transaction.atomic():
        receive(upload("a.pdf", samples.PDF))
    assert not files(folder)


@pytest.mark.django_db(transaction=True)
def test_people_who_send_the_same_at_once_share_it(folder):
    sent = samples.PDF + bytes(2**20)
    contents = at_once(8, lambda _person: receive(upload("a.pdf", sent)))
    assert len({content.pk for content in contents}) == 1
    assert files(folder) == [folder / Content.objects.get().path]
    with open_content(contents[0]) as kept:
        assert kept.read() == sent


@pytest.mark.django_db(transaction=True)
def test_people_who_send_different_things_at_once_keep_them_all(folder):
    contents = at_once(8, lambda person: receive(upload("a.txt", b"Person %d" % person)))
    assert len({content.pk for content in contents}) == 8
    for person, content in enumerate(contents):
        with open_content(content) as kept:
            assert kept.read() == b"Person %d" % person


# What cannot be kept


class Elsewhere(Exception):
    """Something only this storage raises, as those over a network do."""


@pytest.fixture
def failing(monkeypatch) -> Callable[[BaseException], None]:
    """Let the storage take some of a file, then raise this."""

    def failing(error: BaseException) -> None:
        def save(self, name, content):
            path = Path(self.path(name))
            path.parent.mkdir(parents=True)
            path.write_bytes(content.read(20))
            raise error

        monkeypatch.setattr(FileSystemStorage, "_save", save)

    return failing


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (OSError(errno.ENOSPC, "full"), "There is no room for the file"),
        (OSError(errno.EDQUOT, "your share"), "There is no room for the file"),
        (OSError(errno.EIO, "broken"), "could not be stored just now"),
        (Elsewhere("away"), "could not be stored just now"),
    ],
)
def test_a_storage_that_fails_half_way_leaves_nothing(db, folder, failing, error, words, caplog):
    failing(error)
    with pytest.raises(Refused, match=words):
        receive(upload("a.pdf", samples.PDF))
    assert not files(folder)
    assert not Content.objects.exists()
    assert "could not be written to the storage" in caplog.text


def test_who_is_stopped_half_way_leaves_nothing(db, folder, failing):
    failing(KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        receive(upload("a.pdf", samples.PDF))
    assert not files(folder)


@contextmanager
def files_may_grow_to(size: int) -> Iterator[None]:
    """Let the kernel refuse whoever writes more into one file."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_when_the_kernel_takes_no_more_nothing_partial_stays(db, folder):
    sent = upload("big.pdf", samples.PDF + bytes(40 * 2**20))
    with files_may_grow_to(32 * 2**20), pytest.raises(Refused, match="There is no room"):
        receive(sent)
    assert not files(folder)
    assert receive(sent).size == 40 * 2**20 + len(samples.PDF)


def test_when_the_row_cannot_be_made_the_bytes_go(db, folder, monkeypatch):
    def broken(self, **_how):
        raise OSError("no database")

    monkeypatch.setattr(Content, "save", broken)
    with pytest.raises(OSError, match="no database"):
        receive(upload("a.pdf", samples.PDF))
    assert not files(folder)


def test_the_bytes_are_in_the_storage_before_the_row_is(db, monkeypatch):
    seen = []
    save = Content.save

    def looking(self, **how):
        seen.append(default_storage.exists(self.path))
        save(self, **how)

    monkeypatch.setattr(Content, "save", looking)
    receive(upload("a.pdf", samples.PDF))
    assert seen == [True]
