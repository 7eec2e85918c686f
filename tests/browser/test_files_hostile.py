"""Files as nobody should send them, and uploads that fail on their way."""

import errno
import os
import re
from pathlib import Path

import pytest
from django.core.files.storage import FileSystemStorage
from playwright.sync_api import Page, expect

from customers.models import File
from moment.models import Content
from tests.browser.steps import signed_in
from tests.browser.test_files import URL, choose, customer, folder, names, payload, status
from tests.customers.kept_files import kept, pdf
from tests.moment import hostile
from tests.moment.samples import SVG
from tests.standin.wire import Wire

__all__ = ["customer", "folder"]
OWNED = ("owned", "run")


def problems(page: Page):
    return page.locator("form.upload .errorlist li")


def kept_bytes(folder: Path) -> list[Path]:
    """Return what lies on the disk, also of what is on its way."""
    return [path for path in folder.rglob("*") if path.is_file()]


def test_each_is_refused_by_name_and_nothing_of_it_stays(
    karis_page: Page, customer, folder, faults, traffic
):
    faults.expect_status(422)
    page = karis_page
    page.goto(URL)
    # A browser sends no file of such a name; the server's own tests do.
    bad = [one for one in hostile.REFUSED if one[0].isprintable() and one[0] != "all.zip"]
    files = [payload(name, data()) for name, data, _words in bad]
    choose(page, *files, payload("honest.pdf", pdf()))
    expect(status(page)).to_have_text("Files added: 1", timeout=120_000)
    expect(problems(page)).to_have_count(len(bad))
    for place, (_name, _data, words) in enumerate(bad):
        expect(problems(page).nth(place)).to_contain_text(words)
    expect(names(page)).to_have_text(["honest.pdf"])
    assert page.title().endswith("Moment")
    traffic.wait_until_over()
    assert len(kept_bytes(folder)) == 1


def test_an_svg_is_downloaded_and_never_shown(karis_page: Page, customer):
    file = kept(customer, "drawing.svg", data=SVG)
    page = karis_page
    page.goto(URL)
    with page.expect_download() as download:
        page.get_by_role("link", name="drawing.svg", exact=True).click()
    assert download.value.suggested_filename == "drawing.svg"
    answer = page.request.get(f"{URL}{file.pk}/preview/")
    assert answer.status == 404


def test_a_script_that_was_kept_all_the_same_does_not_run(karis_page: Page, customer, folder):
    """As after a mistake of ours: bytes that a browser would run, under a kind that shows."""
    file = kept(customer, "a.pdf")
    path = Path(folder, "MEDIA_ROOT", file.content.path)
    for kind, data in (
        ("image/svg+xml", hostile.SVG_WITH_SCRIPT),
        ("text/html", hostile.HTML),
        ("image/png", hostile.HTML),
        ("application/pdf", hostile.HTML),
    ):
        path.write_bytes(data)
        Content.objects.update(kind=kind, size=len(data))
        page = karis_page
        page.goto(f"{URL}{file.pk}/")
        assert page.title() not in OWNED
        answer = page.request.get(f"{URL}{file.pk}/download/")
        assert answer.headers["content-disposition"].startswith("attachment")
        assert answer.headers["content-type"] not in ("text/html", "image/svg+xml")
        assert answer.headers["x-content-type-options"] == "nosniff"
        shown = page.request.get(f"{URL}{file.pk}/preview/")
        assert (
            shown.status == 404 or "default-src 'none'" in shown.headers["content-security-policy"]
        )
        assert not any(frame.title() in OWNED for frame in page.frames)


@pytest.mark.parametrize(
    "name", ["../../x.pdf", "x" * 300 + ".pdf", "<img src=x onerror=alert(1)>.pdf"]
)
def test_strange_names_are_tamed(karis_page: Page, customer, folder, name):
    page = karis_page
    page.goto(URL)
    choose(page, payload(name, pdf()))
    expect(names(page)).to_have_count(1)
    assert len(File.objects.get().name) <= 200
    assert "/" not in File.objects.get().name
    assert [path.is_relative_to(folder) for path in kept_bytes(folder)] == [True]


def test_over_the_limit_is_told(karis_page: Page, customer, folder, settings, faults):
    faults.expect_status(422)
    settings.FILES_MAX_SIZE = 3_000_000
    page = karis_page
    page.goto(URL)
    choose(page, payload("large.txt", b"a" * 3_000_001), payload("small.txt", b"a"))
    expect(problems(page)).to_have_text(
        ["large.txt: The file is too large: 2.9 MB. At most 2.9 MB."]
    )
    expect(names(page)).to_have_text(["small.txt"])
    assert len(kept_bytes(folder)) == 1


def test_a_disk_that_is_full_is_told_and_nothing_partial_stays(
    karis_page: Page, customer, folder, monkeypatch, faults
):
    faults.expect_status(422)

    def half(storage: FileSystemStorage, name: str, content: object) -> str:
        path = Path(storage.path(name))
        path.parent.mkdir(parents=True)
        path.write_bytes(b"half")
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    page = karis_page
    page.goto(URL)
    with monkeypatch.context() as full:
        full.setattr(FileSystemStorage, "_save", half)
        choose(page, payload("a.txt", b"a"), payload("b.txt", b"b"))
        expect(problems(page)).to_have_count(2)
        expect(problems(page).first).to_contain_text("There is no room for the file.")
    assert not kept_bytes(folder)
    choose(page, payload("a.txt", b"a"))
    expect(names(page)).to_have_text(["a.txt"])
    expect(problems(page)).to_have_count(0)


@pytest.fixture
def wire(live_server):
    wire = Wire(live_server.url)
    yield wire
    wire.close()


def test_an_upload_that_breaks_off_half_way_leaves_nothing_and_is_tried_again(
    page: Page, kari, wire: Wire, customer, folder, faults, traffic
):
    faults.expect("net::ERR_")
    signed_in(page, kari, wire.url)
    page.goto(wire.url + URL)
    wire.breaks_after = 3_000_000
    choose(page, payload("a.txt", b"a"), payload("b.txt", b"b" * 6_000_000), payload("c.txt", b"c"))
    expect(problems(page)).to_have_text(re.compile(r"^b\.txt, c\.txt: The connection broke off"))
    expect(status(page)).to_have_text("Files added: 1")
    assert wire.broken.is_set()
    expect(names(page)).to_have_text(["a.txt"])
    traffic.wait_until_over()
    assert len(kept_bytes(folder)) == 1

    wire.breaks_after = None
    page.get_by_role("button", name="Upload").click()
    expect(names(page)).to_have_text(["c.txt", "b.txt", "a.txt"])
    expect(problems(page)).to_have_count(0)
    expect(page.get_by_role("button", name="Upload")).to_be_hidden()


def test_progress_is_shown_and_more_can_be_dropped_meanwhile(karis_page: Page, customer):
    page = karis_page
    page.goto(URL)
    wire = page.context.new_cdp_session(page)
    slow = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": 1e6}
    wire.send("Network.emulateNetworkConditions", slow)
    choose(page, payload("a.txt", b"a"), payload("b.txt", b"b" * 4_000_000))
    bar = page.get_by_role("progressbar", name="Sent so far")
    expect(bar).to_be_visible()
    expect(status(page)).to_contain_text("Sending 2/2: b.txt")
    expect(bar).to_have_attribute("value", re.compile(r"^([3-9]\d{5}|[1-3]\d{6})"))
    carried = page.evaluate_handle(
        "() => { const d = new DataTransfer(); d.items.add(new File(['c'], 'c.txt')); return d; }"
    )
    page.locator("form.upload").dispatch_event("drop", {"dataTransfer": carried})
    expect(status(page)).to_have_text("Files added: 3")
    expect(names(page)).to_have_text(["c.txt", "b.txt", "a.txt"])
    expect(bar).to_be_hidden()


def test_an_upload_is_cancelled_and_what_was_sent_stays(karis_page: Page, customer, faults):
    page = karis_page
    page.goto(URL)
    held = []

    def hold_second(route):
        if b'filename="b.txt"' in route.request.post_data_buffer:
            held.append(route)
        else:
            route.continue_()

    page.route("**/files/add/", hold_second)
    choose(page, *(payload(f"{name}.txt", name.encode()) for name in "abc"))
    expect(status(page)).to_have_text("Sending 2/3: b.txt")
    page.get_by_role("button", name="Cancel").click()
    expect(status(page)).to_have_text("Cancelled. Files added: 1")
    expect(names(page)).to_have_text(["a.txt"])
    expect(page.get_by_text("Choose files")).to_be_visible()
    assert len(held) == 1


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (413, "This is larger than the server takes."),
        (403, "You do not have the right"),
        (502, "This could not be kept."),
    ],
)
def test_other_answers_are_told_in_words(karis_page: Page, customer, faults, code, words):
    faults.expect_status(code)
    page = karis_page
    page.goto(URL)
    page.route("**/files/add/", lambda route: route.fulfill(status=code, body="<h1>no</h1>"))
    choose(page, payload("a.txt", b"a"))
    expect(problems(page)).to_contain_text(f"a.txt: {words}")
    expect(page.locator("form.upload h1")).to_have_count(0)
