"""Everybody can use every page: axe finds nothing, and nothing scrolls sideways."""

from collections.abc import Callable

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Error, Page, expect

from moment.models import User
from tests.browser import states
from tests.browser.steps import signed_in

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OPTIONS = {
    "runOnly": {"type": "tag", "values": RULES},
    "resultTypes": ["violations"],
    # axe would fetch what app.css imports, from the wrong folder; no rule of these needs it.
    "preload": False,
}
WIDTHS = (1440, 390)
# So many tests share the states, each with one base and one browser.
TURNS = 8
# A scheme changes colours alone: the other rules are asked once for each width.
COLOURS = OPTIONS | {"runOnly": {"type": "rule", "values": ["color-contrast"]}}
NARROWEST = 360
TOO_WIDE = "boxes => boxes.map(box => box.scrollWidth - box.clientWidth)"
# Colours that change with a transition are measured when it is over.
COLOURS_HAVE_CHANGED = """async () => {
  await new Promise(requestAnimationFrame);
  await new Promise(requestAnimationFrame);
  await Promise.allSettled(document.getAnimations().map(animation => animation.finished));
}"""

# There, what sticks to the edge of the window covers nothing of the page.
AT_THE_END = "scrollTo(0, document.documentElement.scrollHeight)"

# What axe finds is a small part of what it answers.
FIND = "async options => (await axe.run(options)).violations"
pytestmark = pytest.mark.looks


@pytest.fixture
def measured_page(new_context, kari, live_server) -> Page:
    """A page on which Kari is signed in, and on which axe may try styles, which the CSP forbids."""
    page = new_context(bypass_csp=True).new_page()
    return signed_in(page, kari, live_server.url)


def expect_accessible(page: Page) -> None:
    """Fail when axe finds something; each spot is told."""
    assert not (found := violations(page)), "\n".join(found)


def violations(page: Page) -> list[str]:
    """Return what axe finds, in light or dark, wide or narrow."""
    found = []
    page.wait_for_load_state()
    page.evaluate(AXE_SCRIPT)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        for scheme, options in (("light", OPTIONS), ("dark", COLOURS)):
            page.emulate_media(color_scheme=scheme)
            page.evaluate(AT_THE_END)
            page.evaluate(COLOURS_HAVE_CHANGED)
            for violation in page.evaluate(FIND, options):
                found += [
                    f"{scheme} {width}: {violation['id']} at {node['target']}: "
                    f"{node['failureSummary']}\n{node['html']}"
                    for node in violation["nodes"]
                ]
    return found


def too_wide(page: Page) -> list[str]:
    """Return by how much the page, or a dialog on it, is wider than the window, where it is."""
    page.wait_for_load_state()  # with its styles: an element can be found before them
    found = []
    for width in (NARROWEST, 1440):
        page.set_viewport_size({"width": width, "height": 740})
        wider = page.locator("html, dialog[open]").evaluate_all(TOO_WIDE)
        found += [f"{wider} too wide at {width}"] if any(wider) else []
    return found


def told(page: Page, user: User, server, turn: int, look: Callable[[Page], list[str]]) -> list[str]:
    """Look at each of a turn's states, as it is on the narrowest screen; return what is wrong."""
    found = []
    for state in states.ALL[turn::TURNS]:
        signed_in(page, user, server.url)
        page.emulate_media(color_scheme="light")
        page.set_viewport_size({"width": NARROWEST, "height": 740})
        try:
            state(page)
            wrong = look(page)
        except (AssertionError, Error) as error:
            wrong = [f"not reached: {error}"]
        found += [f"{state.__name__}: {what}" for what in wrong]
    return found


@pytest.fixture
def base(kari, register, faults):
    faults.expect_status(401, 403, 404, 410, 422)
    states.fill_base(kari)


@pytest.mark.parametrize("turn", range(TURNS))
def test_axe_finds_nothing_and_no_page_scrolls_sideways(
    measured_page: Page, base, kari, live_server, turn
):
    found = told(measured_page, kari, live_server, turn, lambda p: too_wide(p) + violations(p))
    assert not found, "\n".join(found)


@pytest.mark.parametrize("turn", range(TURNS))
def test_no_page_scrolls_sideways_in_norwegian(page: Page, base, kari, live_server, turn):
    kari.language = "nb"
    kari.save()
    found = told(page, kari, live_server, turn, too_wide)
    assert not found, "\n".join(found)


def test_axe_finds_nothing_where_there_is_nothing(measured_page: Page, ola, live_server, faults):
    faults.expect_status(403)
    page = measured_page
    page.goto("/customers/")
    expect(page.get_by_text("Your customers will appear here")).to_be_visible()
    expect_accessible(page)
    page.goto("/customers/alerts/")
    expect(page.get_by_text("Nothing new in the register")).to_be_visible()
    expect_accessible(page)
    page.goto("/customers/einvoicing/")
    expect(page.get_by_text("No Norwegian customers here")).to_be_visible()
    expect_accessible(page)
    signed_in(page, ola, live_server.url)
    page.goto("/customers/")
    expect(page.get_by_text("You have no role yet")).to_be_visible()
    expect_accessible(page)
