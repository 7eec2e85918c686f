"""Whatever a file is called, its name does no harm where it is shown or saved."""

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from moment.content import Refused, check_name, clean_name
from moment.content.kinds import DANGEROUS, KINDS
from moment.content.names import download_name, extension


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("Report.pdf", "Report.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\kari\\Report.pdf", "Report.pdf"),
        ("  Påske \t 2026 .pdf ", "Påske 2026 .pdf"),
        ("Pa\u030aske.pdf", "Påske.pdf"),
        ("a\r\nb.pdf", "a b.pdf"),
        ("invoice\u202efdp.exe", "invoice fdp.exe"),
        ("run.exe. . ", "run.exe"),
        ("a:b*c?.pdf", "a_b_c_.pdf"),
        (".htaccess", ".htaccess"),
        ("", ""),
        ("...", ""),
        ("../..", ""),
        (" \u202e ", ""),
        ("ø" * 300 + ".pdf", "ø" * 196 + ".pdf"),
    ],
)
def test_a_name_is_made_harmless(sent, kept):
    assert clean_name(sent) == kept


@given(st.text())
@example("a/" * 300 + "." + "b" * 300)
def test_no_name_leads_anywhere_or_hides_anything(name):
    cleaned = clean_name(name)
    assert len(cleaned) <= 200
    assert not set(cleaned) & set('/\\<>:"|?*')
    assert all(unicodedata.category(character)[0] not in "C" for character in cleaned)
    assert cleaned == cleaned.strip()
    assert not cleaned.endswith(".")
    assert clean_name(cleaned) == cleaned


@given(st.text(), st.sampled_from(list(KINDS.values())))
@example("run.exe", KINDS["application/pdf"])
@example("run.exe. .", KINDS["text/plain"])
@example("", KINDS["image/png"])
def test_nothing_is_saved_as_what_a_computer_runs(name, kind):
    saved = download_name(name, kind)
    assert saved
    assert extension(saved) not in DANGEROUS
    assert extension(saved) in {e for other in KINDS.values() for e in other.extensions}


@given(st.text())
@example("page.html")
def test_nor_is_what_is_of_no_kind_we_know(name):
    assert extension(download_name(name, None)) not in DANGEROUS


def test_no_kind_has_an_ending_that_a_computer_runs():
    for kind in KINDS.values():
        assert not DANGEROUS & set(kind.extensions), kind.media_type


@pytest.mark.parametrize("name", ["a.pdf", "a.PDF", "a", "a.b.pdf", "Report 1.2", "a.unheardof"])
def test_a_name_that_does_not_contradict_is_fine(name):
    check_name(name, "application/pdf")


@pytest.mark.parametrize("name", ["a.docx", "a.exe", "a.pdf.html", "a.html. "])
def test_a_name_that_contradicts_is_refused(name):
    with pytest.raises(Refused):
        check_name(name, "application/pdf")
