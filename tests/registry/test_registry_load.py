"""The command: fetching and loading both files, and saying what came of it."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from moment.turns import only_one
from registry import alerts, copies, download
from registry.management.commands import registry_load
from registry.models import Alert, Entity, Mirror
from tests.standin.bulk import LEGAL, SUB, BulkFiles, packed
from tests.standin.register import enhet, fictional_number, underenhet

pytestmark = pytest.mark.django_db(transaction=True)
KIND = Entity.Kind
OWNERS = [enhet(f"FJELLSKUGGE {n} AS", fictional_number(n)) for n in range(6)]
PLACES = [underenhet(f"AVD {n}", fictional_number(n), fictional_number(50 + n)) for n in range(4)]


@pytest.fixture
def files(settings, monkeypatch, tmp_path):
    monkeypatch.setattr(download, "PAUSES", (0.01,))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")
    settings.REGISTRY_FOLDER = tmp_path / "register"
    with BulkFiles() as server:
        settings.REGISTRY_URL = server.url
        server.publish(LEGAL, packed(OWNERS), '"l1"')
        server.publish(SUB, packed(PLACES), '"s1"')
        yield server


def run(*arguments) -> tuple[str, str]:
    out, err = StringIO(), StringIO()
    call_command("registry_load", *arguments, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def test_both_files_are_fetched_and_loaded(files, settings):
    out, _err = run()
    assert "Legal entities: 6 loaded in" in out
    assert "Places of business: 4 loaded in" in out
    assert Entity.objects.filter(kind=KIND.LEGAL).count() == 6
    assert Entity.objects.filter(kind=KIND.SUB).count() == 4
    assert {m.kind: m.etag for m in Mirror.objects.all()} == {"legal": '"l1"', "sub": '"s1"'}
    assert list(settings.REGISTRY_FOLDER.iterdir()) == []


def test_where_nothing_is_new_nothing_is_loaded(files):
    run()
    files.publish(SUB, packed(PLACES[:3]), '"s2"')
    out, _err = run()
    assert "Legal entities: Nothing new." in out
    assert "Places of business: 3 loaded in" in out


def test_one_kind_alone_can_be_asked_for(files):
    run("--kind", "sub")
    assert set(Entity.objects.values_list("kind", flat=True)) == {KIND.SUB}
    assert [request.path for request in files.requests] == [SUB]


def test_forced_it_loads_what_is_here_already(files):
    run("--kind=legal")
    Entity.objects.all().delete()
    assert "Nothing new" in run("--kind=legal")[0]
    assert "6 loaded" in run("--kind=legal", "--force")[0]


def test_a_file_given_is_loaded_without_the_network(files, tmp_path):
    path = tmp_path / "register.json.gz"
    path.write_bytes(packed([*OWNERS, OWNERS[0], {"navn": "UTEN NUMMER"}]))
    out, _err = run("--file", str(path))
    assert "6 loaded in" in out
    assert "1 had no number or no name and were left out." in out
    assert "1 came again; the last of each counts." in out
    assert files.requests == []
    assert path.exists()
    path.write_bytes(packed(PLACES))
    run("--file", str(path), "--kind", "sub")
    assert Entity.objects.filter(kind=KIND.SUB).count() == 4


def test_a_file_cannot_be_of_both_kinds(tmp_path):
    path = tmp_path / "register.json.gz"
    path.write_bytes(packed(OWNERS))
    with pytest.raises(CommandError, match="say --kind legal or --kind sub"):
        run("--file", str(path), "--kind", "all")


def test_a_file_that_is_not_there_is_named():
    with pytest.raises(CommandError, match=r"nowhere\.json is no file"):
        run("--file", "nowhere.json")


def test_one_bad_file_does_not_keep_the_other_from_being_loaded(files, settings):
    files.publish(LEGAL, packed(OWNERS)[:-20], '"bad"')
    with pytest.raises(CommandError, match=r"Legal entities: .* is cut short.* is untouched"):
        run()
    assert set(Entity.objects.values_list("kind", flat=True)) == {KIND.SUB}
    assert list(settings.REGISTRY_FOLDER.iterdir()) == []
    files.publish(LEGAL, packed(OWNERS), '"good"')
    assert "6 loaded" in run()[0]


def test_a_server_that_does_not_answer_is_told_of(files):
    run()
    files.fail("503", "503", "503", "503")
    with pytest.raises(CommandError) as failure:
        run()
    assert str(failure.value).count("answers 503") == 2
    assert Entity.objects.count() == 10


def test_a_far_smaller_file_is_refused_and_can_be_forced(files):
    run()
    files.publish(LEGAL, packed(OWNERS[:2]), '"l2"')
    with pytest.raises(CommandError, match="holds 2 entities; the last one held 6"):
        run("--kind=legal")
    assert "2 loaded" in run("--kind=legal", "--force")[0]


def test_alerts_and_unanswered_questions_are_told_of(files):
    run()
    alerts.watch(fictional_number(0), fictional_number(1))
    renamed = [{**OWNERS[0], "navn": "NYTT NAVN AS"}, *OWNERS[2:]]
    files.publish(LEGAL, packed(renamed), '"l2"', "Mon, 23 Nov 2026 04:01:59 GMT")
    files.fail("", *["503"] * 9)  # the file comes, and then nothing more
    out, err = run("--kind=legal")
    assert "1 alerts were raised" in out
    assert Alert.objects.get().kind == "name"
    assert "1 watched numbers are not in the file, and the register does not answer" in err
    files.faults.clear()
    out, err = run("--kind=legal")
    assert "Nothing new" in out
    assert "1 watched numbers that left it were asked for" in out
    assert err == ""


def test_while_another_run_is_under_way_there_is_no_second(files):
    with only_one(copies.LOCK), pytest.raises(CommandError, match="is under way"):
        run()
    assert files.requests == []
    assert "6 loaded" in run()[0]


def test_where_somebody_looks_a_bar_shows_the_rate(files, capsys, monkeypatch):
    monkeypatch.setattr(registry_load.Progress, "start", lambda self: None)
    shown = []
    monkeypatch.setattr(
        registry_load.Progress,
        "update",
        lambda self, task, **state: shown.append((self.tasks[-1].description, state)),
    )
    out = StringIO()
    out.isatty = lambda: True
    call_command("registry_load", "--kind=legal", stdout=out)
    steps = {description for description, _state in shown}
    assert {"Legal entities: Fetching", "Legal entities: Reading"} <= steps
    rates = [state["rate"] for description, state in shown if "Reading" in description]
    assert "6 entities" in rates[-1]
    assert "a second" in rates[-1]


def test_nobody_looking_gets_a_line_for_each_step(files):
    out, _err = run("--kind=legal")
    assert out.index("Legal entities: Fetching …") < out.index("Legal entities: Reading …")
    assert out.count("Reading …") == 1


def test_the_folder_of_the_files_is_where_the_settings_say(files, settings, monkeypatch):
    seen = []
    monkeypatch.setattr(
        registry_load.mirror,
        "load",
        lambda kind, path, **_: seen.append(path) or (_ for _ in ()).throw(registry_load.Unusable),
    )
    with pytest.raises(CommandError):
        run("--kind=legal")
    assert seen == [Path(settings.REGISTRY_FOLDER) / "legal.json.gz"]
