"""What files hold, in a real browser: shown where it is harmless, saved where it is not."""

from io import BytesIO
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from PIL import Image
from playwright.sync_api import Page, expect

from moment.content import receive
from moment.models import Content
from tests.moment import hostile, samples
from tests.moment.samples import upload

pytestmark = pytest.mark.urls("tests.moment.content_urls")


# A red page with a script that says, as it is opened, what it can reach.
PDF = b"""%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R/OpenAction 5 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 300]/Contents 4 0 R>>endobj
4 0 obj<</Length 27>>stream
1 0 0 rg 0 0 300 300 re f
endstream endobj
5 0 obj<</S/JavaScript/JS
(app.alert\\([typeof window, typeof fetch, typeof localStorage].join\\(\\)\\))>>endobj
trailer<</Root 1 0 R>>
%%EOF
"""


def kept(data: bytes, kind: str) -> Content:
    """Keep bytes past every check, as if one had a hole."""
    path = default_storage.save("ab/cd/hole", ContentFile(data))
    return Content.objects.create(sha256="0" * 64, size=len(data), kind=kind, path=path)


def colour_at(page: Page, x: int, y: int) -> tuple[int, ...]:
    with Image.open(BytesIO(page.screenshot())) as seen:
        return seen.convert("RGB").getpixel((x, y))


def test_a_picture_is_shown_inside_our_own_page(page: Page):
    content = receive(upload("site.png", samples.photo("PNG")))
    page.goto(f"/page/{content.pk}/site.png")
    # It was 64 wide, and is turned as the camera said.
    expect(page.locator("img")).to_have_js_property("naturalWidth", 48)


def test_a_pdf_is_shown_inside_our_own_page_and_its_script_reaches_nothing(page: Page):
    content = receive(upload("report.pdf", PDF))
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.message), dialog.dismiss()))
    page.goto(f"/page/{content.pk}/report.pdf")
    page.locator("img").evaluate("picture => picture.remove()")
    # Its first page is red, to the right of the viewer's list of pages.
    for _look in range(100):
        if colour_at(page, 450, 200) == (255, 0, 0):
            break
        page.wait_for_timeout(100)
    assert colour_at(page, 450, 200) == (255, 0, 0)
    # The viewer lets it say things, and that is all.
    assert set(asked) <= {"undefined,undefined,undefined"}


@pytest.mark.parametrize("kind", ["text/html", "image/svg+xml", "application/pdf", "image/png"])
@pytest.mark.parametrize("data", [hostile.HTML, hostile.SVG_WITH_SCRIPT], ids=["html", "svg"])
def test_even_what_no_check_has_seen_is_saved_not_opened(page: Page, kind, data):
    content = kept(data, kind)
    page.goto("/accounts/login/")
    before = page.title()
    with page.expect_download() as saved:
        page.evaluate("address => { location = address }", f"/fetch/{content.pk}/page.html")
    assert not saved.value.suggested_filename.endswith((".html", ".svgz"))
    assert Path(saved.value.path()).read_bytes() == data
    assert page.title() == before


@pytest.mark.parametrize(
    "data",
    [hostile.HTML, hostile.SVG_WITH_SCRIPT, hostile.GIF_AND_SCRIPT],
    ids=["html", "svg", "gif"],
)
def test_a_picture_that_is_a_page_runs_nothing(page: Page, faults, data):
    faults.expect("Refused to execute script")
    content = kept(data, "image/gif")
    page.goto(f"/page/{content.pk}/site.gif")
    expect(page.locator("img")).to_have_js_property("complete", True)
    expect(page.locator("img")).to_have_js_property("naturalWidth", 0)
    page.goto(f"/look/{content.pk}/site.gif")
    assert "owned" not in page.title()
    # Nor does it as the script of a page.
    page.goto(f"/page/{content.pk}/site.gif")
    refused = page.evaluate(
        """address => new Promise(resolve => {
            const script = document.createElement("script");
            script.onload = () => resolve("ran");
            script.onerror = () => resolve("refused");
            script.src = address;
            document.head.append(script);
        })""",
        f"/look/{content.pk}/site.gif",
    )
    assert refused == "refused"
    assert page.title() == "Page"
