"""A change feed that cannot be followed: the copies and the cursor stay as they were."""

from datetime import date

import pytest
from django.core.management.base import CommandError

from registry import alerts, brreg, download, feed
from registry.models import Alert, Entity, Mirror
from tests.registry.following import LEGAL, READ_FROM, cursor, names, pages, rows, run
from tests.standin.register import Register, enhet, fictional_number

TEKNIKK, EIENDOM = fictional_number(0), fictional_number(2)
KOMMUNE, HANDEL = fictional_number(5), fictional_number(6)


@pytest.fixture
def read(mirrored) -> Register:
    """The register with its feed read until now."""
    mirrored.change(HANDEL)
    mirrored.change(TEKNIKK)
    pages()
    mirrored.requests.clear()
    return mirrored


def refused() -> str:
    """Return what a run says that must fail; the cursor and the rows stay where they were."""
    before = cursor(), rows()
    with pytest.raises(CommandError) as error:
        run()
    assert error.value.returncode == 1
    assert (cursor(), rows()) == before
    return str(error.value)


def test_a_feed_that_goes_back_in_time_is_refused(read):
    read.change(HANDEL, navn="FRA FORTIDEN AS")
    read.backwards = True
    assert "goes back in time" in refused()


def test_a_feed_that_goes_back_in_time_later_on_is_refused_too(mirrored, monkeypatch):
    monkeypatch.setattr(feed, "PAGE", 2)
    for _time in range(4):
        mirrored.change(TEKNIKK)
    steps = feed.update(LEGAL)
    next(steps)
    mirrored.backwards = True
    before = cursor()
    with pytest.raises(feed.FeedError, match="back in time"):
        next(steps)
    assert cursor() == before == mirrored.events["enheter"][1]["oppdateringsid"]


def test_a_feed_that_ends_before_the_cursor_is_refused(read):
    read.events["enheter"].pop()
    assert f"ends before event {cursor()}" in refused()


def test_a_last_event_that_was_taken_out_alone_does_not_matter(read):
    read.events["enheter"].pop()
    last = read.change(HANDEL, navn="LØSE HANDEL AS")
    run()
    assert cursor() == last
    assert names()[HANDEL] == "LØSE HANDEL AS"


def test_a_cursor_that_someone_else_has_moved_is_not_moved_back(mirrored, monkeypatch):
    mirrored.change(TEKNIKK, navn="VARDEFJORD ENERGI AS")
    real = brreg.entities

    def entities(kind, numbers):
        Mirror.objects.filter(pk=LEGAL).update(last_event=99_000_000)
        return real(kind, numbers)

    monkeypatch.setattr(brreg, "entities", entities)
    with pytest.raises(feed.FeedError, match="Another run"):
        pages()
    assert cursor() == 99_000_000
    assert names()[TEKNIKK] == "VARDEFJORD TEKNIKK AS"


@pytest.mark.parametrize("mode", ["500", "down", "html", "cut", "half", "junk", "429", "redirect"])
def test_a_register_that_is_down_leaves_the_cursor_where_it_was(read, mode):
    read.change(HANDEL, navn="LØSE HANDEL AS")
    read.fail(mode)
    assert "does not answer as it should" in refused()
    read.fail("ok")
    run()
    assert names()[HANDEL] == "LØSE HANDEL AS"


@pytest.mark.parametrize("mode", ["500", "down", "html", "cut", "half", "junk"])
def test_pages_done_before_the_register_fails_stay_done(mirrored, monkeypatch, mode):
    monkeypatch.setattr(feed, "PAGE", 2)
    for number in (TEKNIKK, EIENDOM, HANDEL, KOMMUNE):
        mirrored.change(number, navn="NYTT NAVN AS")
    steps = feed.update(LEGAL)
    next(steps)
    mirrored.fail(mode)
    with pytest.raises(brreg.RegisterDown):
        next(steps)
    new = [number for number, name in names().items() if name == "NYTT NAVN AS"]
    assert set(new) == {TEKNIKK, EIENDOM}
    assert cursor() == mirrored.events["enheter"][1]["oppdateringsid"]
    assert Mirror.objects.get(pk=LEGAL).updated_at is None
    mirrored.fail("ok")
    assert [page.events for page in pages()] == [2]
    assert set(names()) >= {TEKNIKK, EIENDOM, HANDEL, KOMMUNE}


@pytest.mark.parametrize("mode", ["500", "half", "junk", "down"])
def test_a_register_that_fails_between_feed_and_entities_leaves_all_as_it_was(mirrored, mode):
    mirrored.change(TEKNIKK, navn="VARDEFJORD ENERGI AS")
    real = mirrored.mode_of
    mirrored.mode_of = lambda r: mode if r.path.startswith("enheter") else real(r)
    assert "does not answer as it should" in refused()


def test_a_failure_that_is_over_at_once_is_not_noticed(read):
    read.change(HANDEL, navn="LØSE HANDEL AS")
    read.fail("500", 2)
    run()
    assert names()[HANDEL] == "LØSE HANDEL AS"


# A feed that has forgotten where we stopped


@pytest.fixture
def file_folder(settings, tmp_path):
    settings.REGISTRY_FOLDER = tmp_path
    return tmp_path


def forgotten(register: Register) -> str:
    """Run with a feed that keeps nothing from before; all must be as the register says after it."""
    missed = fictional_number(40)
    alerts.watch(TEKNIKK, EIENDOM)
    register.appear(enhet("OVERSETT AS", missed))
    register.change(TEKNIKK, navn="OMDØPT I MELLOMTIDEN AS")
    register.delete(EIENDOM, "2026-11-12")
    # Loading tells alive from gone by the file's date.
    Entity.objects.update(fetched_at=READ_FROM)
    after = register.change(HANDEL, navn="LØSE HANDEL AS")
    register.forget(before=after)
    out = run()
    assert names()[missed] == "OVERSETT AS"
    assert names()[HANDEL] == "LØSE HANDEL AS"
    assert Entity.objects.get(pk=EIENDOM).deleted_on == date(2026, 11, 12)
    told = Alert.objects.values_list("org_number", "kind")
    assert set(told) == {(TEKNIKK, "name"), (EIENDOM, "deleted")}
    assert cursor() == after
    assert Mirror.objects.get(pk=LEGAL).is_current
    return out


@pytest.mark.django_db(transaction=True)
def test_a_cursor_older_than_the_feed_keeps_falls_back_to_a_full_load(read, file_folder):
    before = cursor()
    out = forgotten(read)
    assert f"Legal entities: The feed no longer reaches back to event {before}." in out
    assert "The whole register is loaded instead." in out
    assert read.asked("enheter/lastned") == 1
    assert read.asked("underenheter/lastned") == 0


@pytest.mark.django_db(transaction=True)
def test_a_cursor_that_the_feed_refuses_falls_back_to_a_full_load(read, file_folder):
    Mirror.objects.filter(pk=LEGAL).update(last_event=2_147_483_700)
    assert "does not know the place where we stopped" in forgotten(read)


@pytest.mark.django_db(transaction=True)
def test_a_full_load_that_fails_says_so_and_changes_nothing(read, file_folder, monkeypatch):
    monkeypatch.setattr(download, "PAUSES", (0.01,))
    read.forget(before=read.change(HANDEL, navn="LØSE HANDEL AS"))
    real = read.mode_of
    read.mode_of = lambda r: "500" if "lastned" in r.path else real(r)
    assert "What was here before is untouched." in refused()
