"""An installation that would serve what people upload to anybody is told so as it starts."""

from django.core.checks import run_checks

from moment.content.kinds import GROUPS
from tests.test_settings import manage


def ours(settings) -> list[str]:
    return [error.id for error in run_checks() if error.id == "moment.E001"]


def test_uploads_may_not_lie_where_static_files_are_served(settings, tmp_path):
    assert not ours(settings)
    settings.STATIC_ROOT = tmp_path / "static"
    settings.MEDIA_ROOT = tmp_path / "files"
    assert not ours(settings)
    for folder in ("static", "static/files", "static/../static/x"):
        settings.MEDIA_ROOT = tmp_path / folder
        assert ours(settings) == ["moment.E001"]
    settings.STATIC_ROOT = None
    settings.STATICFILES_DIRS = [tmp_path / "ours"]
    settings.MEDIA_ROOT = tmp_path / "ours" / "files"
    assert ours(settings) == ["moment.E001"]


def test_a_group_of_kinds_that_does_not_exist_is_named():
    result = manage("check", SECRET_KEY="x" * 60, FILES_KINDS="pdf,pictues")
    assert result.returncode != 0
    assert "pictues" in result.stderr


def test_every_group_of_kinds_can_be_named():
    result = manage("check", SECRET_KEY="x" * 60, FILES_KINDS=",".join(GROUPS))
    assert result.returncode == 0, result.stderr


def test_a_bucket_takes_the_place_of_the_folder():
    code = "from django.conf import settings as s; print(s.STORAGES['default'])"
    changes = {"FILES_S3_BUCKET": "ours", "FILES_S3_REGION": "eu-north-1"}
    result = manage("shell", "--no-imports", "-c", code, SECRET_KEY="x" * 60, **changes)
    assert "S3Storage" in result.stdout
    assert "'bucket_name': 'ours'" in result.stdout
    assert "'region_name': 'eu-north-1'" in result.stdout
