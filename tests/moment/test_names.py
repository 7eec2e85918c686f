"""Keys made from names sort and compare Norwegian text alike everywhere."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from moment.names import folded, initials, name_key, number_key, sort_key, spellings


def test_the_alphabet():
    words = ["Ål", "øl", "Ærlig", "zoo", "É", "f", "Ähnlich", "a1", "A-2"]
    assert sorted(words, key=sort_key) == [
        "A-2",
        "a1",
        "É",
        "f",
        "zoo",
        "Ähnlich",
        "Ærlig",
        "øl",
        "Ål",
    ]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Equinor ASA", "EQUINOR"),
        ("Brekke & Sønn AS", "brekke sonn"),
        ("A/S Norge", "as norge"),
        ("Foo A/S", "Foo AS"),
        ("J.P. Hansen AS", "JP Hansen"),
        ("Café Vest", "CAFE VEST AS"),
    ],
)
def test_spellings_share_a_key(one, other):
    assert name_key(one) == name_key(other)


@pytest.mark.parametrize(("one", "other"), [("Norvik Øy", "Norvik"), ("Nord AS", "Nor AS")])
def test_other_names_do_not(one, other):
    assert name_key(one) != name_key(other)


@given(st.text())
def test_keys_of_any_text_are_stable(text):
    assert folded(folded(text)) == folded(text)
    assert name_key(text) == name_key(f"  {text}  ")


@given(st.integers(0, 10**11), st.integers(0, 10**11))
def test_numbers_sort_by_value(a, b):
    assert (number_key(f"K{a}") < number_key(f"K{b}")) == (a < b)


@pytest.mark.parametrize(
    ("name", "short"), [("Kari Lunde", "KL"), ("Ola", "O"), ("", ""), ("Jo Å Berg", "JB")]
)
def test_initials(name, short):
    assert initials(name) == short


@pytest.mark.parametrize(
    ("word", "text"),
    [
        ("nordøst", "HOTELL NordØst"),
        ("tromso", "Tromsø Kommune"),
        ("TROMSØ", "til tromso"),
        ("ærlig", "MCÆRLIG"),
        ("aerlig", "Ærlig"),
        ("ærlig", "aerlig"),
        ("café", "Cafe Ø"),
        ("cafe", "CAFÉ"),
        ("straße", "STRASSE 5"),
        ("strasse", "Straße 5"),
        ("12/2026", "faktura 12-2026."),
        ("привет", "ПРИВЕТ"),
    ],
)
def test_a_word_is_found_however_it_is_spelt(word, text):
    assert re.search(spellings(word), text)


@given(st.text(alphabet="aeosæøåäöéßAESÆØÅÉ -/5%_", max_size=6), st.text(max_size=12))
@example("%", "100 %")
@example("a.b", "axb")
def test_what_is_found_has_the_word(word, text):
    if pattern := spellings(word):
        assert not re.search(pattern, text) or folded(word).strip() in folded(text)
        assert re.search(pattern, f"{text} {word.upper()} {text}")
    else:
        assert not folded(word).strip()
