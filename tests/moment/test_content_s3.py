"""The same on S3: a real S3 client against moto's server on loopback."""

import json
from collections.abc import Iterator
from datetime import timedelta

import boto3
import pytest
import time_machine
from django.core.files.storage import default_storage
from django.http import Http404
from django.utils import timezone
from moto.server import ThreadedMotoServer

from moment.content import Refused, download, open_content, preview, receive, sweep
from moment.models import Content
from tests.moment import samples
from tests.moment.samples import upload
from tests.test_settings import manage

pytestmark = pytest.mark.django_db
BUCKET = "moments-files"


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture(scope="module")
def storage(server) -> dict:
    return s3_settings(server)


@pytest.fixture(autouse=True)
def bucket(server, storage, settings, monkeypatch):
    """An empty bucket, set up as an installation's is."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    bucket = boto3.resource("s3", endpoint_url=server, region_name="us-east-1").Bucket(BUCKET)
    bucket.create()
    settings.STORAGES = settings.STORAGES | {"default": storage}
    yield bucket
    bucket.objects.all().delete()
    bucket.delete()


def s3_settings(server: str) -> dict:
    """Return the storage that the settings make of the environment."""
    code = "from django.conf import settings as s; import json; print(json.dumps(s.STORAGES))"
    result = manage(
        "shell",
        "--no-imports",
        "-c",
        code,
        SECRET_KEY="x" * 60,
        FILES_S3_BUCKET=BUCKET,
        FILES_S3_ENDPOINT=server,
        FILES_S3_REGION="us-east-1",
    )
    return json.loads(result.stdout)["default"]


def keys(bucket) -> list[str]:
    return [thing.key for thing in bucket.objects.all()]


def test_a_file_goes_to_the_bucket_and_comes_back(bucket):
    content = receive(upload("report.pdf", samples.PDF))
    assert keys(bucket) == [content.path]
    with open_content(content) as kept:
        assert kept.read() == samples.PDF
    assert b"".join(download(content, "report.pdf").streaming_content) == samples.PDF
    assert b"".join(preview(content, "report.pdf").streaming_content) == samples.PDF


def test_nobody_else_may_read_it(bucket):
    content = receive(upload("report.pdf", samples.PDF))
    grants = bucket.Object(content.path).Acl().grants
    assert [grant["Grantee"]["Type"] for grant in grants] == ["CanonicalUser"]


def test_a_large_file_goes_in_parts(bucket):
    data = samples.PDF + bytes(20 * 2**20)
    content = receive(upload("big.pdf", data))
    assert bucket.Object(content.path).content_length == len(data) == content.size
    with open_content(content) as kept:
        assert kept.read() == data


def test_the_same_bytes_are_kept_once(bucket):
    assert receive(upload("a.pdf", samples.PDF)) == receive(upload("b.pdf", samples.PDF))
    assert len(keys(bucket)) == 1


def test_what_nothing_holds_is_swept_from_the_bucket(bucket):
    receive(upload("a.pdf", samples.PDF))
    bucket.put_object(Key="other/notes.txt", Body=b"Keep me")
    assert sweep() == (0, 0)
    assert len(keys(bucket)) == 2
    assert sweep(timedelta(0)) == (1, 0)
    assert keys(bucket) == ["other/notes.txt"]


def test_bytes_without_a_row_go_after_a_day(bucket):
    stray = "ab/cd/" + "ab" * 32 + "-00000000"
    content = receive(upload("a.pdf", samples.PDF))
    bucket.put_object(Key=stray, Body=b"part of")
    assert sweep() == (0, 0)
    with time_machine.travel(timezone.now() + timedelta(hours=25)):
        content.unused_since = timezone.now()
        content.save()
        assert sweep() == (0, 1)
    assert keys(bucket) == [content.path]


def test_a_bucket_that_is_away_is_told_in_words(bucket, caplog):
    bucket.delete()
    with pytest.raises(Refused, match="could not be stored just now"):
        receive(upload("a.pdf", samples.PDF))
    assert not Content.objects.exists()
    assert "NoSuchBucket" in caplog.text
    bucket.create()


def test_bytes_that_are_lost_are_not_found(bucket):
    content = receive(upload("a.pdf", samples.PDF))
    default_storage.delete(content.path)
    with pytest.raises(Http404):
        download(content, "a.pdf")
