"""Files as nobody should send them."""

import struct
import zipfile
import zlib
from collections.abc import Callable
from io import BytesIO

from tests.moment import samples

HTML = b"<!DOCTYPE html>\n<html><body><script>document.title = 'owned'</script></body></html>"
PROGRAM = b"MZ\x90\0\x03\0\0\0\x04\0\0\0\xff\xff" + bytes(200) + b"PE\0\0"
ELF = b"\x7fELF\x02\x01\x01" + bytes(200)
MACH_O = b"\xcf\xfa\xed\xfe" + bytes(200)
SHELL = b"#!/bin/sh\nrm -rf ~\n"
BATCH = b"@echo off\r\ndel /q c:\\*\r\n"
# A picture to those who look at its head, a script to a browser that runs it.
GIF_AND_SCRIPT = b"GIF89a/*" + bytes(100) + b"*/=1;document.title='owned'"
LINK = b"L\0\0\0\x01\x14\x02\0" + bytes(80)

_SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"{}>{}</svg>'
)


def svg(inside: str = "", attributes: str = "") -> bytes:
    return _SVG.format(attributes, inside).encode()


SVG_WITH_SCRIPT = svg("<script>document.title = 'owned'</script>")

ACTIVE_SVGS: dict[str, bytes] = {
    "script": SVG_WITH_SCRIPT,
    "script with a prefix": (
        b'<s:svg xmlns:s="http://www.w3.org/2000/svg"><s:script>alert(1)</s:script></s:svg>'
    ),
    "handler": svg(attributes=' onload="alert(1)"'),
    "foreign content": svg("<foreignObject><p xmlns='urn:x'>a</p></foreignObject>"),
    "html inside": svg('<b xmlns="http://www.w3.org/1999/xhtml">a</b>'),
    "link to a script": svg('<a xlink:href="java&#10;script:alert(1)"><text>a</text></a>'),
    "link away": svg('<a href="https://example.com/"><text>a</text></a>'),
    "picture from elsewhere": svg('<image href="https://example.com/a.png"/>'),
    "picture that is an SVG": svg('<image href="data:image/svg+xml;base64,PHN2Zy8+"/>'),
    "use from elsewhere": svg('<use href="https://example.com/a.svg#b"/>'),
    "address written later": svg('<a><set attributeName="href" to="javascript:alert(1)"/></a>'),
    "style from elsewhere": svg("<style>@import 'https://example.com/a.css';</style>"),
    "font from elsewhere": svg("<style>@font-face{src:url(//example.com/f)}</style>"),
    "hidden in the style": svg(r"<style>.a{background:\75rl(//example.com/a)}</style>"),
    "filling from elsewhere": svg('<rect style="fill:url(https://example.com/a#b)"/>'),
    "style sheet before it": b'<?xml-stylesheet href="https://example.com/a.css"?>' + svg(),
    "style sheet behind it": svg() + b'<?xml-stylesheet href="https://example.com/a.css"?>',
    "entity": (
        b'<!DOCTYPE svg [<!ENTITY a SYSTEM "file:///etc/passwd">]>' + svg("<text>&a;</text>")
    ),
    "entities that grow": (
        b'<!DOCTYPE svg [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
        b'<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>' + svg("<text>&c;</text>")
    ),
}


def picture_bomb(width: int = 50_000, height: int = 50_000) -> bytes:
    """Return a PNG of some kilobytes that fills gigabytes when it is opened."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">L", len(data)) + name + data + struct.pack(">L", zlib.crc32(name + data))
        )

    rows = zlib.compressobj(9)
    data = b"".join(rows.compress(bytes(width + 1)) for _row in range(min(height, 500)))
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack(">LL5B", width, height, 8, 0, 0, 0, 0))
        + chunk(b"IDAT", data + rows.flush())
        + chunk(b"IEND", b"")
    )


def zip_bomb(size: int = 400 * 2**20) -> bytes:
    """Return an archive of some hundred kilobytes that grows to so much."""
    out = BytesIO()
    archive = zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9)
    with archive, archive.open("zeros", "w") as member:
        for _megabyte in range(size // 2**20):
            member.write(bytes(2**20))
    return out.getvalue()


def many_files(number: int = 200_000) -> bytes:
    """Return an archive that says it lists so many files."""
    entry = b"PK\1\2" + bytes(42)
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 0xFFFF, 0xFFFF, len(entry) * number, 4, 0)
    return b"PK\3\4" + entry * number + end


# Name as sent, what is in it, and words of the answer.
REFUSED: list[tuple[str, Callable[[], bytes], str]] = [
    ("invoice.pdf", lambda: HTML, "The file is called invoice.pdf but is HTML."),
    ("invoice.pdf", lambda: PROGRAM, "The file is called invoice.pdf but is a program."),
    ("invoice.pdf", lambda: ELF, "invoice.pdf but is a program"),
    ("invoice.pdf", lambda: MACH_O, "invoice.pdf but is a program"),
    ("invoice.pdf", lambda: SHELL, "invoice.pdf but is a script"),
    ("invoice.pdf", lambda: BATCH, "invoice.pdf but is a script"),
    ("invoice.pdf", lambda: LINK, "invoice.pdf but is a program"),
    ("invoice.pdf", lambda: samples.picture("PNG"), "invoice.pdf but is PNG"),
    ("invoice.pdf", lambda: b"Just words.", "invoice.pdf but is text"),
    ("invoice.docx", lambda: samples.zipped({"a": "a"}), "invoice.docx but is ZIP"),
    ("site.jpg", lambda: samples.picture("PNG"), "site.jpg but is PNG"),
    ("site.jpg", lambda: samples.PDF, "site.jpg but is PDF"),
    ("notes.txt", lambda: HTML, "notes.txt but is HTML"),
    ("notes.txt", lambda: b"\xef\xbb\xbf  " + HTML, "notes.txt but is HTML"),
    ("notes.txt", lambda: HTML.decode().encode("utf-16"), "notes.txt but is HTML"),
    ("notes.txt", lambda: b"<!-- a -->\n<p>Hi", "notes.txt but is HTML"),
    ("notes.txt", lambda: b"Dear you <script>alert(1)</script>", "notes.txt but is HTML"),
    ("map.xml", lambda: b'<?xml version="1.0"?><html/>', "map.xml but is HTML"),
    (
        "map.xml",
        lambda: b'<?xml version="1.0"?><a xmlns="http://www.w3.org/1999/xhtml"/>',
        "map.xml but is HTML",
    ),
    ("page.html", lambda: HTML, "Files of this kind are not accepted: HTML."),
    ("page.html", lambda: b"Just words.", "Files called .html are not accepted"),
    ("letter.hta", lambda: samples.PDF, "Files called .hta are not accepted"),
    ("setup.exe", lambda: PROGRAM, "Files of this kind are not accepted: a program."),
    ("invoice.pdf.exe", lambda: samples.PDF, "Files called .exe are not accepted"),
    # The marks that turn what follows round show this as invoiceexe.pdf.
    ("invoice\u202efdp.exe", lambda: samples.PDF, "Files called .exe are not accepted"),
    ("run.exe. .", lambda: samples.PDF, "Files called .exe are not accepted"),
    ("run.bat", lambda: b"del c:\\*", "Files called .bat are not accepted"),
    ("run.unheardof", lambda: b"words", "run.unheardof but is text"),
    ("site.gif", lambda: GIF_AND_SCRIPT, "The picture is broken"),
    ("site.png", lambda: picture_bomb(), "The picture is too large to be opened"),
    (
        "site.png",
        lambda: picture_bomb(9000, 9000),
        "too large: 9000 × 9000 pixels. At most 64 million.",
    ),
    ("site.jpg", lambda: samples.picture()[:-300], "The picture is broken"),
    ("site.png", lambda: samples.picture("PNG")[:-100], "The picture is broken"),
    ("site.gif", lambda: samples.picture("GIF")[:-300], "The picture is broken"),
    ("site.webp", lambda: samples.picture("WEBP")[:-30], "The picture is broken"),
    ("site.tif", lambda: samples.picture("TIFF")[:-900], "The picture is broken"),
    ("site.bmp", lambda: samples.picture("BMP")[:-300], "The picture is broken"),
    ("site.heic", lambda: b"\0\0\0\x18ftypheic" + bytes(50), "Save the picture as JPEG"),
    ("all.zip", zip_bomb, "a ZIP bomb"),
    ("all.zip", many_files, "too many files"),
    ("all.zip", lambda: samples.zipped({"../../x": b"a"}), "outside its folder"),
    ("all.zip", lambda: samples.zipped({"/etc/x": b"a"}), "outside its folder"),
    ("all.zip", lambda: samples.zipped({"a": b"a" * 999})[:-30], "The archive is broken"),
    (
        "all.zip",
        lambda: samples.zipped({"META-INF/MANIFEST.MF": b"", "a.class": b"\xca\xfe"}),
        "not accepted: a program",
    ),
    (
        "letter.docx",
        lambda: samples.office("word/document.xml", "x", **{"word/vbaProject.bin": b"a"}),
        "The document holds macros",
    ),
    ("letter.doc", lambda: samples.ole("WordDocument", "Macros"), "The document holds macros"),
    ("hours.xls", lambda: samples.ole("Workbook")[:600], "The document is broken"),
    (
        "letter.odt",
        lambda: samples.open_document("text", **{"Basic/Standard/Module1.xml": b"a"}),
        "The document holds macros",
    ),
    ("setup.msi", lambda: samples.ole("Installer"), "of no kind that is accepted"),
    ("film.mp4", lambda: samples.MP4, "not accepted: MP4"),
    ("song.mp3", lambda: b"ID3\x03\0" + bytes(300), "not accepted"),
    ("noise.bin", lambda: bytes(range(128, 140)) + bytes(300), "of no kind that is accepted"),
    ("nothing.pdf", lambda: b"", "The file is empty."),
    *[
        (f"{what}.svg", lambda data=data: data, "The SVG picture")
        for what, data in ACTIVE_SVGS.items()
    ],
    ("cut off.svg", lambda: samples.SVG[:-30], "The SVG picture is broken"),
]
