"""PDF: text stays text, fonts are our own, what cannot be printed says so."""

import io
from datetime import UTC, datetime

import pytest
import time_machine
from PIL import Image
from pypdf import PdfReader

from moment import pdf as module
from moment.pdf import Unprintable, pdf

PLAIN = """#let d = json(bytes(sys.inputs.data))
#set text(font: "Roboto")
#d.text
"""
PICTURE = '#image("/logo", width: 2cm)'


@pytest.fixture
def template(tmp_path, monkeypatch):
    """Return a function that makes a template of this source."""
    monkeypatch.setattr(module, "FOLDER", tmp_path)

    def make(source: str) -> str:
        (tmp_path / "test.typ").write_text(source)
        return "test.typ"

    return make


def picture(kind: str = "PNG", mode: str = "RGB", size: tuple[int, int] = (40, 20)) -> bytes:
    file = io.BytesIO()
    Image.new(mode, size, 1 if mode == "1" else 120).save(file, kind)
    return file.getvalue()


def text_of(content: bytes) -> str:
    pages = PdfReader(io.BytesIO(content)).pages
    return " ".join("\n".join(page.extract_text() for page in pages).split())


def standards(content: bytes) -> bool:
    return b"<pdfaid:part>2</pdfaid:part>" in content


HOSTILE = [
    '#import "@preview/x:1.0.0"',
    '#read("/etc/passwd")',
    "$ x^2 $ @label <tag> *bold* _it_ `raw`",
    "\\ \\u{41} \"quoted\" 'single' \\n",
    "<script>alert(1)</script>",
    "= Heading",
    "{{ 7 * 7 }} %s {0}",
    '"}); panic("x") //',
]


@pytest.mark.parametrize("text", HOSTILE)
def test_text_is_never_markup(template, text):
    content = pdf(template(PLAIN), {"text": text})
    assert text_of(content) == " ".join(text.split())
    assert standards(content)


def test_it_is_made_for_the_archive_with_our_own_fonts(template):
    content = pdf(template(PLAIN), {"text": "Blåbærsyltetøy – 1 204 500,00 €"})
    assert standards(content)
    fonts = PdfReader(io.BytesIO(content)).pages[0]["/Resources"]["/Font"].values()
    names = {font.get_object()["/BaseFont"].split("+")[-1] for font in fonts}
    assert names == {"Roboto-Regular"}


@pytest.mark.parametrize("text", ["😀 fest", "漢字", "สวัสดี", "a\U0010fffdb"])
def test_characters_that_no_font_has_do_not_stop_it(template, text):
    content = pdf(template(PLAIN), {"text": f"før {text} etter"})
    assert text_of(content).startswith("før")
    assert text_of(content).endswith("etter")


@pytest.mark.parametrize("text", ["שלום עולם", "مرحبا"])
def test_text_from_right_to_left_is_set(template, text):
    assert standards(pdf(template(PLAIN), {"text": text}))


def test_what_is_no_text_is_left_out(template):
    content = pdf(template(PLAIN), {"text": "a\x00b\x07c\x1bd\x7fe\ud800f\ufffeg\tz"})
    assert text_of(content) == "abcdefgz"
    assert standards(content)


def test_a_word_without_end_stays_on_the_page(template):
    content = pdf(template(PLAIN), {"text": "w" * 2000})
    page = PdfReader(io.BytesIO(content)).pages[0]
    assert page.extract_text().count("w") == 2000
    assert len([line for line in page.extract_text().splitlines() if "w" in line]) > 10


def test_the_same_data_makes_the_same_bytes(template):
    name = template(PLAIN)
    with time_machine.travel(datetime(2026, 11, 22, 12, tzinfo=UTC), tick=False):
        assert pdf(name, {"text": "likt"}) == pdf(name, {"text": "likt"})


@pytest.mark.parametrize(
    ("kind", "mode"),
    [("PNG", "RGB"), ("PNG", "RGBA"), ("PNG", "1"), ("PNG", "P"), ("JPEG", "RGB"), ("JPEG", "L"),
     ("JPEG", "CMYK")],
)  # fmt: skip
def test_pictures_are_printed(template, kind, mode):
    content = pdf(template(PICTURE), {}, {"logo": picture(kind, mode)})
    assert len(PdfReader(io.BytesIO(content)).pages[0].images) >= 1


@pytest.mark.parametrize(
    "content",
    [b"", b"no picture", picture()[:50], b"\x89PNG\r\n\x1a\n" + b"\0" * 100, b"\xff\xd8\xff\xe0"],
    ids=["empty", "text", "cut off", "only a head", "only a JPEG's head"],
)
def test_bytes_that_are_no_picture_are_refused(template, content):
    with pytest.raises(Unprintable):
        pdf(template(PICTURE), {}, {"logo": content})


def test_a_picture_that_is_not_there_is_refused(template):
    with pytest.raises(Unprintable):
        pdf(template(PICTURE), {})


@pytest.mark.parametrize("path", ["/etc/passwd", "../../../etc/passwd", "/../etc/passwd"])
def test_a_template_reaches_nothing_of_the_machine(template, path):
    with pytest.raises(Unprintable):
        pdf(template(f'#read("{path}")'), {})


@pytest.mark.parametrize("name", ["../logo", "a/b", "", "Logo", "logo.png"])
def test_files_have_plain_names(template, name):
    with pytest.raises(ValueError, match="no name"):
        pdf(template(PLAIN), {"text": ""}, {name: picture()})
