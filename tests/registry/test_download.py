"""Fetching the full files: conditionally, in parts after a cut, and never trusting a fragment."""

import os
from datetime import UTC, datetime

import pytest

from registry import brreg, download
from registry.models import Entity
from tests.standin.bulk import LEGAL, NIGHT, SUB, BulkFiles

KIND = Entity.Kind
BODY = os.urandom(5000)


@pytest.fixture
def files(settings, monkeypatch, tmp_path):
    monkeypatch.setattr(download, "PAUSES", (0.01, 0.01, 0.01))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")
    settings.REGISTRY_FOLDER = tmp_path / "register"
    with BulkFiles() as server:
        settings.REGISTRY_URL = server.url
        server.publish(LEGAL, BODY)
        yield server


def names_in(settings) -> set[str]:
    return {path.name for path in settings.REGISTRY_FOLDER.iterdir()}


def test_a_whole_file_comes_with_its_name_and_date(files, settings):
    fetched = download.fetch(KIND.LEGAL)
    assert fetched.path.read_bytes() == BODY
    assert fetched.etag == '"first"'
    assert fetched.published_at == datetime(2026, 11, 22, 4, 1, 59, tzinfo=UTC)
    assert names_in(settings) == {"legal.json.gz"}
    [asked] = files.requests
    assert asked.headers["accept"] == "*/*"
    assert asked.headers["accept-encoding"] == "identity"
    assert asked.headers["user-agent"] == brreg.user_agent()


def test_places_of_business_have_a_file_of_their_own(files):
    files.publish(SUB, b"others")
    assert download.fetch(KIND.SUB).path.read_bytes() == b"others"


def test_what_is_here_already_is_not_fetched_again(files, settings):
    assert download.fetch(KIND.LEGAL, '"first"') is None
    assert names_in(settings) == set()


def test_what_has_changed_since_is_fetched(files):
    assert download.fetch(KIND.LEGAL, '"of yesterday"').path.read_bytes() == BODY


def test_after_a_cut_only_the_rest_is_asked_for(files):
    files.fail("cut", "cut")
    assert download.fetch(KIND.LEGAL).path.read_bytes() == BODY
    assert files.sent("Range") == [None, "bytes=1000-", "bytes=2000-"]
    assert files.sent("If-Range") == [None, '"first"', '"first"']


def test_the_next_run_goes_on_where_the_last_one_broke_off(files, settings):
    files.fail(*["cut"] * 4)
    with pytest.raises(download.DownloadFailed):
        download.fetch(KIND.LEGAL)
    assert names_in(settings) == {"legal.part", "legal.part.json"}
    assert download.fetch(KIND.LEGAL, '"of yesterday"').path.read_bytes() == BODY
    assert files.sent("Range")[-1] == "bytes=4000-"
    assert names_in(settings) == {"legal.json.gz"}


def test_of_a_file_that_changed_meanwhile_all_is_fetched(files):
    files.fail(*["cut"] * 4)
    with pytest.raises(download.DownloadFailed):
        download.fetch(KIND.LEGAL)
    files.publish(LEGAL, BODY[::-1], '"second"')
    fetched = download.fetch(KIND.LEGAL)
    assert fetched.path.read_bytes() == BODY[::-1]
    assert fetched.etag == '"second"'


@pytest.mark.parametrize("fault", ["416", "no-parts", "other-part"])
def test_a_server_that_gives_no_such_part_is_asked_for_all(files, fault):
    files.fail("cut", fault)
    assert download.fetch(KIND.LEGAL).path.read_bytes() == BODY


def test_a_beginning_longer_than_the_file_is_thrown_away(files, settings):
    files.fail(*["cut"] * 4)
    with pytest.raises(download.DownloadFailed):
        download.fetch(KIND.LEGAL)
    (settings.REGISTRY_FOLDER / "legal.part").write_bytes(b"x" * 6000)
    assert download.fetch(KIND.LEGAL).path.read_bytes() == BODY


@pytest.mark.parametrize("note", ["", "[]", "{", '{"url": "http://elsewhere", "etag": "\\"first"}'])
def test_a_beginning_of_nobody_knows_what_is_thrown_away(files, settings, note):
    settings.REGISTRY_FOLDER.mkdir()
    (settings.REGISTRY_FOLDER / "legal.part").write_bytes(b"x" * 100)
    (settings.REGISTRY_FOLDER / "legal.part.json").write_text(note)
    assert download.fetch(KIND.LEGAL).path.read_bytes() == BODY
    assert files.sent("Range") == [None]


def test_a_version_that_promises_no_equal_bytes_is_not_put_together_from_two(files):
    files.publish(LEGAL, BODY, 'W/"weak"')
    files.fail("cut")
    assert download.fetch(KIND.LEGAL).path.read_bytes() == BODY
    assert files.sent("Range") == [None, None]


@pytest.mark.parametrize("fault", ["500", "503", "silent"])
def test_a_server_in_trouble_is_asked_again(files, fault):
    files.fail(fault, fault)
    assert download.fetch(KIND.LEGAL).path.read_bytes() == BODY


def test_a_server_that_stays_in_trouble_is_given_up(files):
    files.fail(*["500"] * 4)
    with pytest.raises(download.DownloadFailed, match="answers 500"):
        download.fetch(KIND.LEGAL)
    assert len(files.requests) == 4


@pytest.mark.parametrize(
    ("fault", "said"), [("404", "404"), ("redirect", "302"), ("html", "text/html")]
)
def test_what_another_attempt_will_not_mend_is_given_up_at_once(files, fault, said):
    files.fail(fault)
    with pytest.raises(download.DownloadFailed, match=said):
        download.fetch(KIND.LEGAL)
    assert len(files.requests) == 1


def test_a_file_too_large_to_be_right_is_not_fetched(files, settings):
    files.fail("huge")
    with pytest.raises(download.DownloadFailed, match="5,000,000,000 bytes"):
        download.fetch(KIND.LEGAL)
    assert names_in(settings) == set()


def test_a_file_that_does_not_end_is_given_up_and_not_kept(files, settings, monkeypatch):
    monkeypatch.setattr(download, "SIZE_LIMIT", 100_000)
    files.fail("endless")
    with pytest.raises(download.DownloadFailed, match="does not end"):
        download.fetch(KIND.LEGAL)
    assert names_in(settings) == set()


def test_a_folder_that_cannot_be_written_to_is_named(files, settings, tmp_path):
    settings.REGISTRY_FOLDER = tmp_path / "file"
    settings.REGISTRY_FOLDER.write_text("in the way")
    with pytest.raises(download.DownloadFailed, match="cannot be written to"):
        download.fetch(KIND.LEGAL)


def test_progress_is_told_in_bytes_of_the_whole_file(files):
    told = []
    files.fail("cut")
    download.fetch(KIND.LEGAL, progress=lambda done, of: told.append((done, of)))
    assert told[0] == (0, 5000)
    assert (1000, 5000) in told
    assert told[-1] == (5000, 5000)


def test_a_date_that_is_none_is_unknown(files):
    files.publish(LEGAL, BODY, date="the other day")
    assert download.fetch(KIND.LEGAL).published_at is None


def test_the_night_of_the_stand_in_is_a_date_of_http():
    assert download._date(NIGHT) == datetime(2026, 11, 22, 4, 1, 59, tzinfo=UTC)
