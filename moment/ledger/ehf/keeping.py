"""The EHF of a final invoice as a file: checked, made once, and kept."""

import io
from collections.abc import Sequence

from moment.content import open_content
from moment.ledger import documents
from moment.ledger.ehf import build, official, rules
from moment.ledger.ehf.build import MEDIA_TYPES, Enclosure
from moment.ledger.models import Invoice, InvoiceFile

Kind = InvoiceFile.Kind
XML = "application/xml"


class BreaksRules(Exception):
    """The invoice cannot be an EHF as it is; `texts` say why, each with the rule."""

    def __init__(self, texts: Sequence[str]) -> None:
        super().__init__(" ".join(texts))
        self.texts = texts


def file_of(invoice: Invoice) -> InvoiceFile:
    """Return the EHF of a final invoice, made at first need, with what can be enclosed.

    It has passed our rules, and the official ones where they are installed. Never inside a
    transaction. Raises BreaksRules, and Refused where the storage takes no more.
    """
    if found := documents.kept(invoice, Kind.EHF):
        return found
    enclosed, _left_out = enclosures(invoice)
    xml = build.xml(invoice, list(invoice.lines.all()), [_read(file) for file in enclosed])
    check(xml)
    return documents.keep_file(invoice, Kind.EHF, io.BytesIO(xml), XML)


def check(xml: bytes) -> None:
    """Raise BreaksRules unless a document may leave. Official rules that are ours too come once."""
    ours = rules.broken(xml)
    named = {one.rule for one in ours}
    others = [one for one in official.check(xml) if not one.is_warning and one.rule not in named]
    if ours or others:
        raise BreaksRules([*map(str, ours), *map(str, others)])


def enclosures(invoice: Invoice) -> tuple[list[InvoiceFile], list[InvoiceFile]]:
    """Return the files that go with an EHF, and those of kinds that cannot.

    The document itself is enclosed where hours are printed on it: nobody would see them else.
    """
    hours_inside = invoice.written.value("hours_specification") == "invoice"
    wanted = [file for file in documents.files(invoice) if file.kind != Kind.PDF or hours_inside]
    can = [file for file in wanted if file.content.kind in MEDIA_TYPES]
    return can, [file for file in wanted if file not in can]


def _read(file: InvoiceFile) -> Enclosure:
    with open_content(file.content) as opened:
        return Enclosure(file.name, opened.read(), file.content.kind)
