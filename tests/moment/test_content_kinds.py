"""What a file is, is found in its bytes."""

import pytest

from moment.content import Refused, accepted_extensions, kind_name, open_content, receive
from moment.models import Content
from tests.moment import samples
from tests.moment.samples import upload

pytestmark = pytest.mark.django_db
NAMES = [f"{row[0]}-{number}" for number, row in enumerate(samples.HONEST)]


@pytest.mark.parametrize(("name", "make", "kind"), samples.HONEST, ids=NAMES)
def test_what_honest_people_send_is_kept_under_its_kind(name, make, kind):
    content = receive(upload(name, make()))
    assert content.kind == kind
    with open_content(content) as kept:
        assert len(kept.read()) == content.size > 0


def test_what_is_no_picture_is_kept_bit_for_bit():
    for data in (samples.PDF, samples.SVG, samples.EML, samples.workbook()):
        with open_content(receive(upload("file", data))) as kept:
            assert kept.read() == data


def test_only_kinds_of_the_settings_are_accepted(settings):
    settings.FILES_KINDS = ["pdf"]
    receive(upload("report.pdf", samples.PDF))
    with pytest.raises(Refused, match="not accepted: PNG"):
        receive(upload("plan.png", samples.picture("PNG")))
    assert accepted_extensions() == [".pdf"]


def test_macros_and_films_are_accepted_where_the_settings_say_so(settings):
    settings.FILES_KINDS = ["office", "macros", "video"]
    assert receive(upload("film.mp4", samples.MP4)).kind == "video/mp4"
    document = samples.office("xl/workbook.xml", "x", **{"xl/vbaProject.bin": b"a"})
    content = receive(upload("tool.xlsm", document))
    assert kind_name(content.kind) == "Excel"
    old = samples.ole("WordDocument", "Macros", "VBA")
    assert "macroenabled" in receive(upload("old.doc", old)).kind


def test_a_document_with_macros_may_not_be_called_one_without(settings):
    settings.FILES_KINDS = ["office", "macros"]
    document = samples.office("word/document.xml", "x", **{"word/vbaProject.bin": b"a"})
    with pytest.raises(Refused, match=r"letter\.docx but is Word"):
        receive(upload("letter.docx", document))


def test_whoever_receives_may_accept_less():
    pictures = {"image/png", "image/jpeg"}
    assert receive(upload("logo.png", samples.picture("PNG")), accept=pictures).kind == "image/png"
    with pytest.raises(Refused, match="not accepted: SVG"):
        receive(upload("logo.svg", samples.SVG), accept=pictures)
    assert accepted_extensions({"image/png"}) == [".apng", ".png"]
    assert Content.objects.count() == 1
