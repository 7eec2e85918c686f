"""SVG pictures: those that can do nothing are kept, as files to download."""

import re
from typing import IO

from django.utils.translation import gettext as _
from lxml import etree

from moment.content.errors import Refused

LARGEST = 10 * 1024**2
_SVG = "http://www.w3.org/2000/svg"
# What runs, loads or shows anything but drawing; animations could write such an address later.
_FORBIDDEN = {
    "script",
    "handler",
    "listener",
    "foreignobject",
    "iframe",
    "embed",
    "object",
    "audio",
    "video",
    "set",
    "animate",
    "animatetransform",
    "animatemotion",
    "discard",
}
_OUR_OWN = re.compile(r"\s*(#|data:image/(png|jpeg|gif|webp);base64,)", re.IGNORECASE)
_ADDRESS_IN_STYLE = re.compile(r"url\s*\(\s*['\"]?\s*(?!#|data:image/(png|jpeg|gif|webp);)", re.I)
_ACTIVE_STYLE = re.compile(
    r"@import|expression\s*\(|javascript:|-moz-binding|behavior\s*:|\\", re.I
)


def check_svg(file: IO[bytes], size: int) -> None:
    """Refuse an SVG with scripts, handlers, foreign content, or addresses outside itself."""
    if size > LARGEST:
        raise Refused(_("The SVG picture is too large to be checked."))
    file.seek(0)
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_pis=False
    )
    try:
        tree = etree.parse(file, parser)
    except etree.XMLSyntaxError:
        raise Refused(_("The SVG picture is broken, or not all of it has arrived.")) from None
    if tree.docinfo.internalDTD is not None and tree.docinfo.internalDTD.entities():
        raise _active()
    # Also what stands before and after the root, such as a style sheet.
    beside = [*tree.getroot().itersiblings(preceding=True), *tree.getroot().itersiblings()]
    for node in [*beside, *tree.iter()]:
        if isinstance(node, etree._Comment):
            continue
        if not isinstance(node.tag, str):  # processing instructions and entities
            raise _active()
        _check_element(node)


def _check_element(element: etree._Element) -> None:
    name = etree.QName(element)
    if name.namespace == "http://www.w3.org/1999/xhtml" or name.localname.lower() in _FORBIDDEN:
        raise _active()
    if name.localname.lower() == "style" and _is_active_style("".join(element.itertext())):
        raise _active()
    for key, value in element.attrib.items():
        attribute = etree.QName(key).localname.lower()
        if attribute.startswith("on"):
            raise _active()
        # An author's link that one has to press is active too: it may lead to javascript:.
        if attribute in ("href", "src", "base") and not _OUR_OWN.match(value):
            raise _active()
        if _is_active_style(value) and attribute not in ("d", "points"):
            raise _active()


def _is_active_style(text: str) -> bool:
    return bool(_ACTIVE_STYLE.search(text) or _ADDRESS_IN_STYLE.search(text))


def _active() -> Refused:
    return Refused(
        _("The SVG picture holds scripts or loads things from elsewhere. Save it as PNG or PDF.")
    )
