"""Files as honest people send them, small and real."""

import struct
import zipfile
from collections.abc import Callable, Mapping
from io import BytesIO

from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import Workbook
from PIL import Image
from PIL.TiffImagePlugin import IFDRational

OOXML = "application/vnd.openxmlformats-officedocument"
# 59° 54' 40" N, 10° 45' 20" E: the middle of Oslo.
GPS = {1: "N", 2: (59.0, 54.0, 40.0), 3: "E", 4: (10.0, 45.0, 20.0), 29: "2026:06:03"}
ORIENTATION = 6  # turned a quarter


def upload(name: str, data: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data)


def picture(kind: str = "JPEG", size: tuple[int, int] = (64, 48), **how: object) -> bytes:
    """Return a picture with some colours in it."""
    drawn = Image.radial_gradient("L").resize(size).convert("RGB")
    out = BytesIO()
    drawn.save(out, kind, **how)
    return out.getvalue()


def exif_with_place() -> Image.Exif:
    exif = Image.Exif()
    exif[0x0110] = "Camera of ours"
    exif[0x0112] = ORIENTATION
    exif.get_ifd(0x8769).update({0x9003: "2026:06:03 12:00:00", 0x829A: IFDRational(1, 60)})
    exif.get_ifd(0x8825).update(GPS)
    return exif


XMP_WITH_PLACE = (
    b'<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
    b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description '
    b'xmlns:exif="http://ns.adobe.com/exif/1.0/" exif:GPSLatitude="59,54.6667N"/>'
    b"</rdf:RDF></x:xmpmeta>"
)


def photo(kind: str = "JPEG", **how: object) -> bytes:
    """Return a picture that says where it was taken."""
    return picture(kind, exif=exif_with_place().tobytes(), **how)


def zipped(files: Mapping[str, bytes | str]) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


def workbook() -> bytes:
    out = BytesIO()
    book = Workbook()
    book.active["A1"] = "Bridge"
    book.save(out)
    return out.getvalue()


def office(part: str, main_type: str, **more: bytes) -> bytes:
    """Return an office document of today's form whose main part is this."""
    types = f'<Types><Override PartName="/{part}" ContentType="{main_type}+xml"/></Types>'
    return zipped({"[Content_Types].xml": types, part: "<document/>", **more})


def open_document(what: str, **more: bytes) -> bytes:
    media_type = f"application/vnd.oasis.opendocument.{what}"
    return zipped({"mimetype": media_type, "content.xml": "<office/>", **more})


def ole(*names: str, class_id: str = "") -> bytes:
    """Return an office document of the old form that holds these, each empty."""
    entries = []
    for number, name in enumerate(["Root Entry", *names]):
        written = name.encode("utf-16-le") + b"\0\0"
        kind = 5 if number == 0 else 2
        entry = written.ljust(64, b"\0")
        entry += struct.pack("<HBB3L", len(written), kind, 1, *[2**32 - 1] * 3)
        entry += bytes.fromhex(class_id).ljust(16, b"\0") if number == 0 else bytes(16)
        entries.append(entry.ljust(128, b"\0"))
    while len(entries) % 4:
        entries.append(bytes(128))
    sectors = len(entries) // 4
    chain = [0xFFFFFFFD, *range(2, sectors + 1), 0xFFFFFFFE]
    table = struct.pack("<128L", *chain, *[0xFFFFFFFF] * (128 - len(chain)))
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    header += struct.pack("<5H6x3L", 62, 3, 0xFFFE, 9, 6, 0, 1, 1)
    header += struct.pack("<5L", 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE)
    header += struct.pack("<L", 0)
    header += struct.pack("<109L", 0, *[0xFFFFFFFF] * 108)
    assert len(header) == 512, len(header)
    return header + table + b"".join(entries)


PDF = b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
SVG = (
    b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg" '
    b'xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 9 9"><style>.a{fill:url(#g)}</style>'
    b'<defs><linearGradient id="g"><stop offset="0" stop-color="red"/></linearGradient></defs>'
    b'<rect class="a" width="9" height="9"/><use xlink:href="#g"/><title>&#216;rn</title></svg>'
)
EML = (
    b"Received: from mail.example.no\r\nFrom: kari@example.no\r\nTo: per@example.no\r\n"
    b"Subject: Bridge\r\nMIME-Version: 1.0\r\nContent-Type: text/html\r\n\r\n<html>Hi</html>\r\n"
)
DXF = b"999\nmade by us\n  0\nSECTION\n  2\nHEADER\n  0\nENDSEC\n  0\nEOF\n"
IFC = b"ISO-10303-21;\nHEADER;\nFILE_SCHEMA(('IFC4'));\nENDSEC;\nEND-ISO-10303-21;\n"
MP4 = b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + b"\0\0\0\x08mdat"

# Name, what is in it, and the kind that is found.
HONEST: list[tuple[str, Callable[[], bytes], str]] = [
    ("site.jpg", lambda: picture("JPEG"), "image/jpeg"),
    ("site.JPEG", lambda: picture("JPEG", progressive=True), "image/jpeg"),
    ("plan.png", lambda: picture("PNG"), "image/png"),
    ("plan.gif", lambda: picture("GIF"), "image/gif"),
    ("plan.webp", lambda: picture("WEBP"), "image/webp"),
    ("plan.webp", lambda: picture("WEBP", lossless=True), "image/webp"),
    ("plan.tif", lambda: picture("TIFF"), "image/tiff"),
    ("plan.tiff", lambda: picture("TIFF", big_tiff=True), "image/tiff"),
    ("plan.bmp", lambda: picture("BMP"), "image/bmp"),
    ("logo.svg", lambda: SVG, "image/svg+xml"),
    ("report.pdf", lambda: PDF, "application/pdf"),
    ("report.pdf", lambda: b"\xef\xbb\xbf\r\n" + PDF, "application/pdf"),
    ("hours.xlsx", workbook, f"{OOXML}.spreadsheetml.sheet"),
    (
        "letter.docx",
        lambda: office("word/document.xml", f"{OOXML}.wordprocessingml.document.main"),
        f"{OOXML}.wordprocessingml.document",
    ),
    (
        "letter.dotx",
        lambda: office("word/document.xml", f"{OOXML}.wordprocessingml.template.main"),
        f"{OOXML}.wordprocessingml.template",
    ),
    (
        "talk.pptx",
        lambda: office("ppt/presentation.xml", f"{OOXML}.presentationml.presentation.main"),
        f"{OOXML}.presentationml.presentation",
    ),
    ("letter.odt", lambda: open_document("text"), "application/vnd.oasis.opendocument.text"),
    (
        "hours.ods",
        lambda: open_document("spreadsheet"),
        "application/vnd.oasis.opendocument.spreadsheet",
    ),
    ("letter.doc", lambda: ole("WordDocument", "1Table"), "application/msword"),
    ("hours.xls", lambda: ole("Workbook"), "application/vnd.ms-excel"),
    ("talk.ppt", lambda: ole("PowerPoint Document"), "application/vnd.ms-powerpoint"),
    ("mail.msg", lambda: ole("__properties_version1.0"), "application/vnd.ms-outlook"),
    (
        "plan.mpp",
        lambda: ole("   114", class_id="3a8fb774c8c8d111be1100c04fb6faf1"),
        "application/vnd.ms-project",
    ),
    ("locked.xlsx", lambda: ole("EncryptedPackage"), "application/x-ole-storage"),
    ("letter.rtf", lambda: rb"{\rtf1\ansi Hello}", "application/rtf"),
    ("letter.doc", lambda: rb"{\rtf1\ansi Hello}", "application/rtf"),
    ("notes.txt", lambda: "Blåbærsyltetøy".encode(), "text/plain"),
    ("notes.txt", lambda: "Blåbærsyltetøy".encode("latin-1"), "text/plain"),
    ("notes.txt", lambda: "Blåbærsyltetøy".encode("utf-16"), "text/plain"),
    ("notes.txt", lambda: b"BMW M3, MZ 1, PK", "text/plain"),
    ("notes.txt", lambda: b"MZ is how a program begins.", "text/plain"),
    ("points.kof", lambda: b" 05 P1 6641000.0 597000.0 12.0\r\n", "text/plain"),
    ("list.csv", lambda: "Nr;Navn\n1;Ås\n".encode("latin-1"), "text/csv"),
    ("map.geojson", lambda: b'{"type": "FeatureCollection"}', "application/json"),
    ("map.gml", lambda: b'<?xml version="1.0"?><gml/>', "application/xml"),
    ("mail.eml", lambda: EML, "message/rfc822"),
    ("meeting.ics", lambda: b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", "text/calendar"),
    ("kari.vcf", lambda: b"BEGIN:VCARD\r\nEND:VCARD\r\n", "text/vcard"),
    ("all.zip", lambda: zipped({"a.txt": b"a", "b/c.txt": b"c"}), "application/zip"),
    ("empty.zip", lambda: zipped({}), "application/zip"),
    ("house.dwg", lambda: b"AC1032\0\0\0\0\0" + bytes(200), "image/vnd.dwg"),
    ("house.dxf", lambda: DXF, "image/vnd.dxf"),
    ("house.dxf", lambda: b"AutoCAD Binary DXF\r\n\x1a\0" + bytes(50), "image/vnd.dxf"),
    ("house.ifc", lambda: IFC, "application/p21"),
    ("house.dwf", lambda: b"(DWF V06.00)PK" + bytes(30), "model/vnd.dwf"),
    # What has no ending, or one that is none, is what its bytes are.
    ("report", lambda: PDF, "application/pdf"),
    ("Report 1.2", lambda: PDF, "application/pdf"),
    ("Letter to A.Hansen", lambda: PDF, "application/pdf"),
]
