"""Where a virus scanner is set up, nothing is kept that it has not passed."""

import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from moment.content import Refused, receive
from moment.models import Content
from tests.moment import samples
from tests.moment.samples import upload
from tests.standin.clamd import EICAR, Clamd, ClamdByPort, ClamdBySocket

pytestmark = pytest.mark.django_db
COULD_NOT = "could not be checked for viruses"


@pytest.fixture(params=["port", "socket"])
def clamd(request, settings, tmp_path) -> Iterator[Clamd]:
    clamd = ClamdByPort() if request.param == "port" else ClamdBySocket(tmp_path / "clamd")
    settings.CLAMD_ADDRESS = clamd.address
    settings.MEDIA_ROOT = tmp_path / "files"
    yield clamd
    clamd.stop()


@pytest.fixture
def folder(clamd, settings) -> Path:
    return settings.MEDIA_ROOT


def test_a_file_without_a_virus_is_kept(clamd):
    assert receive(upload("a.pdf", samples.PDF)).size
    assert clamd.scanned == [samples.PDF]


def test_a_file_with_a_virus_is_refused_by_name_of_the_virus(clamd, folder, caplog):
    with pytest.raises(Refused) as refused:
        receive(upload("a.txt", EICAR))
    assert str(refused.value) == (
        "The virus scanner found Eicar-Test-Signature in the file. It was not kept."
    )
    assert not Content.objects.exists()
    assert not list(folder.rglob("*"))
    assert "Eicar-Test-Signature" in caplog.text


def test_what_is_scanned_is_what_is_kept(clamd):
    """A picture is scanned after it was cleaned: what was cut off cannot be opened by anybody."""
    receive(upload("site.jpg", samples.photo() + EICAR))
    assert EICAR not in clamd.scanned[0]


def test_a_large_file_goes_over_in_pieces(clamd):
    receive(upload("a.pdf", samples.PDF + bytes(3 * 2**20)))
    assert len(clamd.scanned[0]) == len(samples.PDF) + 3 * 2**20
    assert clamd.largest_chunk <= 64 * 1024


def test_a_virus_at_the_end_of_a_large_file_is_found(clamd):
    with pytest.raises(Refused, match="Eicar"):
        receive(upload("a.pdf", samples.PDF + bytes(3 * 2**20) + EICAR))


def test_a_file_larger_than_the_scanner_takes_is_refused(clamd, folder):
    clamd.stream_max_length = 2**20
    with pytest.raises(Refused, match=COULD_NOT):
        receive(upload("a.pdf", samples.PDF + bytes(5 * 2**20)))
    assert not list(folder.rglob("*"))


@pytest.mark.parametrize("answer", [b"", b"stream: OK but no", b"Lazy ERROR\0", b"\xff\xfe\0"])
def test_an_answer_that_says_nothing_is_no_yes(clamd, answer):
    clamd.answer = answer
    with pytest.raises(Refused, match=COULD_NOT):
        receive(upload("a.pdf", samples.PDF))


def test_a_scanner_that_never_answers_is_not_waited_for_for_ever(clamd, settings):
    settings.CLAMD_TIMEOUT = 0.2
    clamd.silent = threading.Event()
    with pytest.raises(Refused, match=COULD_NOT):
        receive(upload("a.pdf", samples.PDF))


def test_while_the_scanner_is_away_files_are_refused(clamd, caplog):
    clamd.stop()
    with pytest.raises(Refused, match=COULD_NOT):
        receive(upload("a.pdf", samples.PDF))
    assert "does not answer" in caplog.text


def test_where_the_settings_say_so_files_are_kept_while_it_is_away(clamd, settings, caplog):
    settings.CLAMD_REQUIRED = False
    clamd.stop()
    assert receive(upload("a.pdf", samples.PDF)).size
    assert "does not answer" in caplog.text


def test_a_virus_is_refused_also_where_the_scanner_may_be_away(clamd, settings):
    settings.CLAMD_REQUIRED = False
    with pytest.raises(Refused, match="Eicar"):
        receive(upload("a.txt", EICAR))


def test_an_address_that_is_none_is_a_scanner_that_is_away(settings, caplog):
    for address in ("clamd", "127.0.0.1:", "/no/such/socket"):
        settings.CLAMD_ADDRESS = address
        with pytest.raises(Refused, match=COULD_NOT):
            receive(upload("a.pdf", samples.PDF))
    assert "neither host:port nor the path of a socket" in caplog.text


def test_without_a_scanner_nobody_is_asked(monkeypatch):
    monkeypatch.setattr(socket, "create_connection", None)
    assert receive(upload("a.txt", EICAR)).size
