"""A few files with the demo's best-known customers, and the company's logo: drawn, not taken."""

from io import BytesIO
from pathlib import Path

import font_roboto
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageDraw, ImageFont

from customers import files
from customers.models import Customer
from moment import content
from moment.models import CompanySettings, User
from moment.tabular import Column, xlsx

_FONTS = Path(font_roboto.__file__).parent / "files"
_INK, _SOFT, _ACCENT = "#211c2f", "#8a8498", "#5b3fd6"


def load(colleagues: dict[str, User]) -> None:
    """Give these customers their files and the company its logo.

    Outside any transaction, as all that keeps bytes.
    """
    for name, papers in _papers().items():
        for customer in Customer.objects.filter(name=name)[:1]:
            for file_name, data, by, note, attached in papers:
                kept = content.receive(SimpleUploadedFile(file_name, data))
                file = files.add(customer, kept, file_name, colleagues[by], note)
                file.is_invoice_attachment = attached
                file.save()
    company = CompanySettings.current()
    company.logo = content.receive(SimpleUploadedFile("logo.png", _logo()))
    company.save()


def _papers() -> dict[str, list[tuple[str, bytes, str, str, bool]]]:
    hours = [("Marte Solberg", "Tilstandsanalyse", 7.5), ("Ida Berg", "Befaring", 4.0)]
    return {
        "Storfjell kommune": [
            ("Rammeavtale 2024-118.pdf", page("Rammeavtale 2024/118", _AGREEMENT), "marte",
             "Signert, løper til 2028", False),
            ("Vedlegg til faktura.pdf", page("Vilkår for oppdrag", _TERMS), "kari", "", True),
            ("Befaring tak nord.jpg", _picture(), "ida", "Fuktskade ved gesims", False),
            ("Timer oktober.xlsx", _sheet(hours), "kari", "", False),
        ],
        "Fjordkraft Teknikk AS": [
            ("Situasjonsplan.png", _plan(), "jonas", "Revisjon B", False),
            ("Bestilling PO-77120.pdf", page("Bestilling PO-77120", _TERMS), "kari", "", True),
        ],
    }  # fmt: skip


_AGREEMENT = (
    "Mellom Storfjell kommune og Huldervang Rådgivning AS.",
    "1. Oppdrag avropes skriftlig, med omfang og frist.",
    "2. Timeprisene justeres hvert år den 1. januar.",
    "3. Faktura merkes med bestillers navn og avdeling.",
)
_TERMS = (
    "Arbeidet utføres etter medgått tid og avtalte priser.",
    "Reiser og utlegg dekkes etter regning.",
    "Betaling skjer etter avtalt kredittid.",
)


def _font(style: str, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(_FONTS / f"Roboto-{style}.ttf"), size)


def page(title: str, lines: tuple[str, ...]) -> bytes:
    """Return a PDF of one A4 page."""
    page = Image.new("RGB", (1240, 1754), "white")
    draw = ImageDraw.Draw(page)
    draw.text((130, 150), title, _INK, _font("Bold", 52))
    draw.line((130, 240, 1110, 240), _ACCENT, 4)
    for n, line in enumerate(lines):
        draw.text((130, 310 + n * 70), line, _INK, _font("Regular", 32))
    draw.text((130, 1600), "Demo", _SOFT, _font("Italic", 26))
    return _saved(page, "PDF", resolution=150)


def _picture() -> bytes:
    """Return a photograph of a roof, as far as a few rectangles go."""
    picture = Image.linear_gradient("L").resize((1200, 800)).convert("RGB")
    draw = ImageDraw.Draw(picture)
    draw.polygon([(0, 800), (0, 420), (600, 220), (1200, 420), (1200, 800)], "#6d4a3f")
    for row in range(12):
        top = 430 + row * 32
        draw.line((0, top, 1200, top), "#543730", 3)
    draw.ellipse((720, 500, 930, 610), outline="#ff9f5e", width=8)
    return _saved(picture, "JPEG", quality=85)


def _plan() -> bytes:
    """Return a drawing of a site."""
    plan = Image.new("RGB", (1200, 850), "white")
    draw = ImageDraw.Draw(plan)
    for step in range(0, 1200, 60):
        draw.line((step, 0, step, 850), "#eeeaf6")
        draw.line((0, step, 1200, step), "#eeeaf6")
    draw.rectangle((180, 160, 560, 420), outline=_INK, width=6)
    draw.rectangle((640, 300, 980, 640), outline=_INK, width=6)
    draw.line((0, 720, 1200, 660), _ACCENT, 10)
    draw.text((300, 270), "Bygg A", _INK, _font("Medium", 36))
    draw.text((750, 450), "Bygg B", _INK, _font("Medium", 36))
    draw.text((40, 780), "Situasjonsplan 1:500", _SOFT, _font("Regular", 30))
    return _saved(plan, "PNG")


def _logo() -> bytes:
    logo = Image.new("RGBA", (640, 160), (255, 255, 255, 0))
    draw = ImageDraw.Draw(logo)
    draw.polygon([(20, 140), (80, 20), (140, 140)], _ACCENT)
    draw.polygon([(80, 140), (120, 60), (160, 140)], "#8d78ea")
    draw.text((190, 44), "Huldervang", _INK, _font("Bold", 68))
    return _saved(logo, "PNG")


def _sheet(hours: list[tuple[str, str, float]]) -> bytes:
    columns = [Column("Hvem", 24), Column("Hva", 30), Column("Timer", 10)]
    with xlsx("Timer", columns, hours) as file:
        return file.read()


def _saved(picture: Image.Image, form: str, **options: object) -> bytes:
    out = BytesIO()
    picture.save(out, form, **options)
    return out.getvalue()
