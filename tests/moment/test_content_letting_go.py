"""What nothing holds any more is removed some time later, whatever happens meanwhile."""

import os
import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.utils import timezone

from customers.models import File, FileVersion
from moment.content import Refused, open_content, receive, release, sweep
from moment.models import CompanySettings, Content
from tests.factories import CustomerFactory, UserFactory
from tests.moment import samples
from tests.moment.samples import upload
from tests.together import at_once

NOW = timedelta(0)
OLD = time.time() - 2 * 24 * 3600


@pytest.fixture(autouse=True)
def folder(settings, tmp_path) -> Path:
    settings.MEDIA_ROOT = tmp_path / "files"
    return settings.MEDIA_ROOT


def files(folder: Path) -> list[str]:
    return [str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()]


def file_of(content: Content) -> File:
    return File.objects.create(
        customer=CustomerFactory(), name="a.pdf", content=content, uploaded_by=UserFactory()
    )


def test_what_was_received_but_never_used_goes_in_time(db, folder):
    receive(upload("a.pdf", samples.PDF))
    assert sweep() == (0, 0)
    assert sweep(NOW) == (1, 0)
    assert not Content.objects.exists()
    assert not files(folder)


def test_what_a_file_a_version_or_the_logo_holds_stays(db, folder):
    held, older, logo = (receive(upload("a.txt", b"%d" % number)) for number in range(3))
    file = file_of(held)
    FileVersion.objects.create(
        file=file, number=1, name="a", content=older, uploaded_by=file.uploaded_by
    )
    CompanySettings.objects.update_or_create(pk=1, defaults={"logo": logo})
    for content in (held, older, logo):
        release(content)
    assert sweep(NOW) == (0, 0)
    assert len(files(folder)) == 3
    assert not Content.objects.exclude(unused_since=None).exists()


def test_what_the_last_file_let_go_of_is_marked_and_goes_later(db, folder):
    content = receive(upload("a.pdf", samples.PDF))
    file = file_of(content)
    sweep(NOW)
    file.delete()
    release(content)
    content.refresh_from_db()
    assert content.unused_since is not None
    assert sweep() == (0, 0)
    Content.objects.update(unused_since=timezone.now() - timedelta(days=2))
    assert sweep() == (1, 0)
    assert not files(folder)


def test_what_was_let_go_without_a_word_goes_too(db, folder):
    content = receive(upload("a.pdf", samples.PDF))
    file = file_of(content)
    sweep(NOW)
    file.delete()
    assert sweep() == (0, 0)
    assert sweep(NOW) == (1, 0)


def test_an_upload_of_the_same_takes_it_up_again(db, folder):
    content = receive(upload("a.pdf", samples.PDF))
    Content.objects.update(unused_since=timezone.now() - timedelta(days=2))
    assert receive(upload("b.pdf", samples.PDF)) == content
    assert sweep() == (0, 0)
    with open_content(content) as kept:
        assert kept.read() == samples.PDF


def test_bytes_without_a_row_go_after_a_day(db, folder):
    """They are left over when the machine stops between the bytes and their row."""
    young, old = "ab/cd/" + "ab" * 32 + "-00000000", "ab/cd/" + "ab" * 32 + "-11111111"
    content = receive(upload("a.pdf", samples.PDF))
    file_of(content)
    for path in (young, old):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(b"part of")
    for path in (old, content.path):
        os.utime(folder / path, (OLD, OLD))
    assert sweep() == (0, 1)
    assert sorted(files(folder)) == sorted([young, content.path])


def test_what_is_none_of_ours_is_left_alone(db, folder):
    for path in ("notes.txt", "ab/notes.txt", "ab/cd/notes.txt", "other/ab/" + "ab" * 32):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(b"Keep me")
        os.utime(folder / path, (OLD, OLD))
    assert sweep(NOW) == (0, 0)
    assert len(files(folder)) == 4


def test_there_is_nothing_to_sweep_before_the_first_upload(db, capsys):
    call_command("files_sweep")
    assert "Removed: 0 contents that nothing holds, 0 strays." in capsys.readouterr().out


def test_the_command_removes_what_is_older_than_so_many_days(db, capsys):
    receive(upload("a.pdf", samples.PDF))
    call_command("files_sweep")
    assert Content.objects.exists()
    call_command("files_sweep", "--days", "0")
    assert not Content.objects.exists()
    assert "Removed: 1 contents" in capsys.readouterr().out


@pytest.mark.django_db(transaction=True)
def test_whoever_uploads_while_it_is_swept_has_a_content_with_bytes(folder):
    """What is due to go is swept, uploaded again and put to use at once."""
    customer, colleague = CustomerFactory(), UserFactory()

    def act(person: int) -> File | None:
        if person % 2:
            sweep()
            return None
        content = receive(upload("a.txt", sent))
        return File.objects.create(
            customer=customer, name="a.txt", content=content, uploaded_by=colleague
        )

    for turn in range(8):
        sent = b"What everybody sends %d" % turn
        receive(upload("a.txt", sent))
        Content.objects.update(unused_since=timezone.now() - timedelta(days=2))
        for file in filter(None, at_once(6, act)):
            file.refresh_from_db()
            with open_content(file.content) as kept:
                assert kept.read() == sent
        assert len(files(folder)) == 1
        with transaction.atomic():
            content = Content.objects.get()
            File.objects.all().delete()
            release(content)
        assert sweep(NOW) == (1, 0)
    assert not files(folder)


@pytest.mark.django_db(transaction=True)
def test_who_takes_it_into_use_at_the_last_moment_keeps_it():
    """A row may be made long after its content was received: no sweep takes it then."""
    customer, colleague = CustomerFactory(), UserFactory()

    def act(person: int) -> File | None:
        if person:
            sweep()
            return None
        try:
            return File.objects.create(
                customer=customer, name="a.txt", content=content, uploaded_by=colleague
            )
        except IntegrityError:  # it was gone already
            return None

    for turn in range(8):
        content = receive(upload("a.txt", b"%d" % turn))
        Content.objects.update(unused_since=timezone.now() - timedelta(days=2))
        file = at_once(3, act)[0]
        assert Content.objects.filter(pk=content.pk).exists() == (file is not None)
        if file:
            with open_content(content) as kept:
                assert kept.read() == b"%d" % turn
            file.delete()


def test_a_hostile_file_takes_nothing_with_it(db, folder):
    file_of(receive(upload("a.pdf", samples.PDF)))
    with pytest.raises(Refused):
        receive(upload("a.pdf", b"<html>"))
    assert len(files(folder)) == 1
