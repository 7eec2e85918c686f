"""The kinds of file that Moment knows: what they are called, and what may be done with them."""

from collections.abc import Collection
from dataclasses import dataclass

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

PICTURES, PDF, OFFICE, TEXT, MAIL, DRAWINGS, ZIP, MACROS, VIDEO = GROUPS = (
    "pictures",
    "pdf",
    "office",
    "text",
    "mail",
    "drawings",
    "zip",
    "macros",
    "video",
)
_OOXML = "application/vnd.openxmlformats-officedocument"
_ODF = "application/vnd.oasis.opendocument"


# Each is itself: by its value it would be another in each language.
@dataclass(frozen=True, eq=False)
class Kind:
    """A kind of file. `media_type` is its key; `extensions` come without dots, the usual first."""

    media_type: str
    group: str
    name: str | Promise
    extensions: tuple[str, ...]
    # Browsers may show it inside our own pages.
    inline: bool = False
    # Sent under its own media type; all else goes out as bytes that no browser interprets.
    plain_bytes: bool = False


def _kind(
    group: str,
    media_type: str,
    name: str | Promise,
    extensions: str,
    *,
    inline: bool = False,
    plain_bytes: bool = False,
) -> Kind:
    return Kind(media_type, group, name, tuple(extensions.split()), inline, plain_bytes or inline)


JPEG = _kind(PICTURES, "image/jpeg", "JPEG", "jpg jpeg jpe jfif", inline=True)
PNG = _kind(PICTURES, "image/png", "PNG", "png apng", inline=True)
GIF = _kind(PICTURES, "image/gif", "GIF", "gif", inline=True)
WEBP = _kind(PICTURES, "image/webp", "WebP", "webp", inline=True)
TIFF = _kind(PICTURES, "image/tiff", "TIFF", "tif tiff", plain_bytes=True)
BMP = _kind(PICTURES, "image/bmp", "BMP", "bmp dib", plain_bytes=True)
SVG = _kind(PICTURES, "image/svg+xml", "SVG", "svg")

PDF_FILE = _kind(PDF, "application/pdf", "PDF", "pdf", inline=True)

DOCX = _kind(OFFICE, f"{_OOXML}.wordprocessingml.document", "Word", "docx", plain_bytes=True)
DOTX = _kind(OFFICE, f"{_OOXML}.wordprocessingml.template", "Word", "dotx", plain_bytes=True)
XLSX = _kind(OFFICE, f"{_OOXML}.spreadsheetml.sheet", "Excel", "xlsx", plain_bytes=True)
XLTX = _kind(OFFICE, f"{_OOXML}.spreadsheetml.template", "Excel", "xltx", plain_bytes=True)
PPTX = _kind(
    OFFICE, f"{_OOXML}.presentationml.presentation", "PowerPoint", "pptx", plain_bytes=True
)
PPSX = _kind(OFFICE, f"{_OOXML}.presentationml.slideshow", "PowerPoint", "ppsx", plain_bytes=True)
VSDX = _kind(OFFICE, "application/vnd.ms-visio.drawing", "Visio", "vsdx", plain_bytes=True)
DOC = _kind(OFFICE, "application/msword", _("Word 97–2003"), "doc dot", plain_bytes=True)
XLS = _kind(OFFICE, "application/vnd.ms-excel", _("Excel 97–2003"), "xls xlt", plain_bytes=True)
PPT = _kind(
    OFFICE,
    "application/vnd.ms-powerpoint",
    _("PowerPoint 97–2003"),
    "ppt pps pot",
    plain_bytes=True,
)
VSD = _kind(OFFICE, "application/vnd.visio", _("Visio 2003"), "vsd", plain_bytes=True)
MPP = _kind(OFFICE, "application/vnd.ms-project", "Microsoft Project", "mpp", plain_bytes=True)
LOCKED = _kind(
    OFFICE,
    "application/x-ole-storage",
    _("Office, with a password"),
    "docx xlsx pptx dotx xltx ppsx",
)
ODT = _kind(OFFICE, f"{_ODF}.text", "OpenDocument", "odt ott", plain_bytes=True)
ODS = _kind(OFFICE, f"{_ODF}.spreadsheet", "OpenDocument", "ods ots", plain_bytes=True)
ODP = _kind(OFFICE, f"{_ODF}.presentation", "OpenDocument", "odp otp", plain_bytes=True)
ODG = _kind(OFFICE, f"{_ODF}.graphics", "OpenDocument", "odg otg", plain_bytes=True)
RTF = _kind(OFFICE, "application/rtf", "RTF", "rtf doc", plain_bytes=True)

# Text that engineers and surveyors exchange has many names: points, levels, the national SOSI.
TXT = _kind(TEXT, "text/plain", _("text"), "txt text log md asc xyz pts sos sosi kof gsi nmea")
CSV = _kind(TEXT, "text/csv", "CSV", "csv tsv tab")
XML = _kind(TEXT, "application/xml", "XML", "xml gml kml landxml gpx ifcxml xsd")
JSON = _kind(TEXT, "application/json", "JSON", "json geojson")
ICS = _kind(TEXT, "text/calendar", _("calendar"), "ics")
VCF = _kind(TEXT, "text/vcard", _("contact card"), "vcf")

EML = _kind(MAIL, "message/rfc822", _("e-mail"), "eml")
MSG = _kind(MAIL, "application/vnd.ms-outlook", _("Outlook e-mail"), "msg oft", plain_bytes=True)

DWG = _kind(DRAWINGS, "image/vnd.dwg", "DWG", "dwg dwt", plain_bytes=True)
DXF = _kind(DRAWINGS, "image/vnd.dxf", "DXF", "dxf", plain_bytes=True)
DWF = _kind(DRAWINGS, "model/vnd.dwf", "DWF", "dwf", plain_bytes=True)
STEP = _kind(DRAWINGS, "application/p21", "IFC", "ifc stp step p21", plain_bytes=True)

ZIP_FILE = _kind(ZIP, "application/zip", "ZIP", "zip ifczip kmz bcf bcfzip dwfx", plain_bytes=True)

# Off unless the settings say otherwise: they hold programs.
DOCM = _kind(
    MACROS, "application/vnd.ms-word.document.macroenabled.12", "Word", "docm dotm doc dot"
)
XLSM = _kind(
    MACROS,
    "application/vnd.ms-excel.sheet.macroenabled.12",
    "Excel",
    "xlsm xltm xlam xls xlt",
)
PPTM = _kind(
    MACROS,
    "application/vnd.ms-powerpoint.presentation.macroenabled.12",
    "PowerPoint",
    "pptm ppsm potm ppt pps pot",
)
XLSB = _kind(MACROS, "application/vnd.ms-excel.sheet.binary.macroenabled.12", "Excel", "xlsb")

# Off unless the settings say otherwise: where they were filmed stays in them.
MP4 = _kind(VIDEO, "video/mp4", "MP4", "mp4 m4v", plain_bytes=True)
MOV = _kind(VIDEO, "video/quicktime", "QuickTime", "mov qt", plain_bytes=True)

KINDS = {kind.media_type: kind for kind in list(vars().values()) if isinstance(kind, Kind)}
_TEXT_ENDINGS = frozenset(
    ending for kind in KINDS.values() if kind.group == TEXT for ending in kind.extensions
)

# What Windows, macOS, Linux or a browser runs when it is opened, whatever the bytes look like.
_DANGEROUS = """
    ade adp apk app appref-ms appx asp aspx bas bat chm cmd com command cpl deb desktop dll dmg exe
    gadget hta htc htm html inf ins iso jar jnlp js jse jsp ksh lib lnk mde mht mhtml mjs msc msh
    msi msix msp mst ocx php phtml pif pkg pl ps1 psc1 psd1 psm1 py pyc pyw rb reg rpm scf scr sct
    settingcontent-ms sh shb shs shtml svgz swf sys url vb vbe vbs vxd wasm website ws wsc wsf wsh
    xbap xht xhtml xll xsl xslt
"""
DANGEROUS = frozenset(_DANGEROUS.split())


def kind_of(media_type: str) -> Kind | None:
    """Return the kind with this media type, also one that the settings no longer accept."""
    return KINDS.get(media_type)


def endings(kind: Kind) -> Collection[str]:
    """Return the endings that names of this kind may have. Of text, every one is as good.

    The same text may be called .txt here and .csv there, and is kept once.
    """
    return _TEXT_ENDINGS if kind.group == TEXT else kind.extensions


def accepted(only: Collection[str] | None = None) -> list[Kind]:
    """Return what the settings let people upload, narrowed to these media types."""
    return [
        kind
        for kind in KINDS.values()
        if kind.group in settings.FILES_KINDS and (only is None or kind.media_type in only)
    ]


def accepted_extensions(only: Collection[str] | None = None) -> list[str]:
    """Return the endings of accepted names, with dots: for the `accept` of a file field."""
    return sorted({f".{ending}" for kind in accepted(only) for ending in kind.extensions})


def kind_name(media_type: str) -> str:
    """Return what people call a kind of file, in their language."""
    kind = kind_of(media_type)
    return str(kind.name) if kind else media_type


def can_preview(media_type: str) -> bool:
    """Tell whether browsers may show this kind inside our own pages: raster pictures and PDF."""
    kind = kind_of(media_type)
    return kind is not None and kind.inline
