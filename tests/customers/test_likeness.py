"""How like two customers are: Norwegian names and what else two of them share, like and unlike."""

import phonenumbers
import pytest

from customers.duplicates import spelling
from customers.duplicates.likeness import COLUMNS, NEAR, Known, compare, nearness


def known(name: str, **values: str) -> Known:
    blank = dict.fromkeys(COLUMNS, "") | {"pk": 1, "country": "NO"}
    return Known(blank | {"name": name} | values)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Brekke og Sønner Bygg AS", "BREKKE OG SØNNER BYGG"),
        ("Brekke og Sønner Bygg AS", "Brekke & Sønner Bygg A/S"),
        ("Brekke & Sønner", "Brekke Sønner AS"),
        ("Fjellheim Energi AS", "AS Fjellheim Energi"),
        ("Fjellheim Energi AS", "Fjellheim Energi ANS"),
        ("Fjellheim Energi AS", "Energi, Fjellheim"),
        ("Fjellheim-Energi", "Fjellheim  Energi."),
        ("Haaland Bygg", "Håland Bygg"),
        ("Haaland Bygg", "HALAND BYGG AS"),
        ("Næss Rør", "Naess Rør"),
        ("Sæther Elektro", "Saether Elektro"),
        ("Møller Maskin", "Moeller Maskin"),
        ("Møller Maskin", "Moller Maskin"),
        ("Øyvind Ås Eiendom", "Oyvind As Eiendom"),
        ("Tromsø kommune", "Tromsø komm."),
        ("Ingeniør Lillevik", "Ing. Lillevik"),
        ("Brødrene Dahl", "Brdr. Dahl AS"),
        ("Advokatfirmaet Strandvik", "Advokatfirma Strandvik DA"),
        ("Hansen, Ola", "Ola Hansen"),
        ("Café Nordlys", "Cafe Nordlys"),
    ],
)
def test_spellings_of_one_name_are_the_same(one, other):
    assert nearness(known(one), known(other)) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Fjellheim Energi", "Fjellheim Enerig"),
        ("Fjellheim Energi", "Fjelheim Energi AS"),
        ("Fjellheim Energi", "Fjellhein Energi"),
        ("Fjellheim Energi", "Kjellheim Energi"),
        ("Fjellheim Energi", "jellheim Energi"),
        ("Fjellheim Energi", "Energi Fjelheim"),
        ("Hansen Bygg AS", "Hanssen Bygg AS"),
        ("Hansen Bygg AS", "Hansen Byg AS"),
        ("Hansen Bygg AS", "Hansen Bgyg AS"),
        ("Byggmester Strand", "Bygg Mester Strand"),
        ("Byggmester Strand", "Bygg-mester Strandd"),
        ("Nordnorsk Entreprenørforening", "Nordnorsk Entrepenørforenning"),
        ("Bygg 12 Ingeniørtjenester", "Bygg 12 Ingenørtjenester"),
    ],
)
def test_a_slip_of_the_pen_leaves_names_near(one, other):
    assert NEAR <= nearness(known(one), known(other)) < 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ABC AS", "ABD AS"),
        ("Sol AS", "Sel AS"),
        ("Bygg 1 AS", "Bygg 2 AS"),
        ("Borettslaget Fjellheim 1", "Borettslaget Fjellheim 2"),
        ("Borettslaget Fjellheim", "Borettslaget Fjellheim 2"),
        ("Fjellheim Invest II AS", "Fjellheim Invest III AS"),
        ("Fjellheim Eiendom A", "Fjellheim Eiendom B"),
        ("Kiwi 501 Lade", "Kiwi 502 Moss"),
        ("Storgata 15 Eiendom", "Storgata 51 Eiendom"),
        ("Nordic Entreprenør Moss", "Nordic Entreprenør Voss"),
        ("Konsulentgruppen Nordvest", "Konsulentgruppen Nordøst"),
        ("Konsulentselskapet Nordre Vik", "Konsulentselskapet Søndre Vik"),
        ("Tromsø kommune", "Tromsø kommune – Bygg"),
        ("Tromsø kommune", "Troms fylkeskommune"),
        ("Fjellheim Energi", "Fjellheim Eiendom"),
        ("Hansen Bygg", "Larsen Bygg"),
        ("Kragekollen Utmarkslag", "Tranekollen Utmarkslag"),
        ("Advokat Hansen Tromsø", "Advokat Hansen Bergen"),
        ("!!!", "!!!"),
        ("", ""),
    ],
)
def test_two_names_are_not_near(one, other):
    assert nearness(known(one), known(other)) < NEAR


POST = {"email": "post@fjellheim.no"}
PHONE = {"phone": "22 33 44 55"}
ACCOUNT = {"bank_account": "8601 11 17947"}
PLACE = {"visiting_street": "Storgata 1", "visiting_postcode": "0155"}
NUMBER, OTHER_NUMBER = {"org_number": "212345679"}, {"org_number": "298765432"}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        # The same reg. no., whatever the names.
        (("Fjellheim Energi", NUMBER), ("Strandvik Rør", NUMBER)),
        (("Fjellheim Energi", NUMBER), ("X", {"org_number": "NO 212 345 679 MVA"})),
        (("Berg", {"country": "SE", "org_number": "556012-3456"}),
         ("Fjäll", {"country": "SE", "org_number": "SE556012345601"})),
        # The same name and nothing else, and where a company was founded anew.
        (("Fjellheim Energi", {}), ("Fjellheim Energi AS", {})),
        (("Fjellheim Energi", NUMBER), ("Fjellheim Energi AS", {})),
        (("Fjellheim Energi", NUMBER | POST), ("Fjellheim Energi AS", OTHER_NUMBER | POST)),
        (("Fjellheim Energi", NUMBER | PLACE), ("Fjellheim Energi AS", OTHER_NUMBER | PLACE)),
        (("Fjellheim Energi", {}), ("Fjellheim Energi", {"country": "SE"})),
        # A near name.
        (("Fjellheim Energi", {}), ("Fjelheim Energi", {})),
        (("Fjellheim Energi", PLACE), ("Fjelheim Energi", {"visiting_postcode": "9008"})),
        # Somewhat alike, and one thing that is their own.
        (("Fjellheim Energi", POST), ("Fjellheim", POST)),
        (("Fjellheim Energi", POST), ("Fjellheim Nord", {"invoice_email": "POST@Fjellheim.no"})),
        (("Fjellheim Energi", PHONE), ("Fjellheim Eiendom", {"phone": "+47 22334455"})),
        (("Fjellheim Energi", ACCOUNT), ("Fjellheim", {"bank_account": "NO93 8601 1117 947"})),
        (("Tromsø kommune", POST), ("Tromsø kommune – Bygg og eiendom", POST)),
        # Another name, and two things that are their own: it has been renamed.
        (("Fjellheim Energi", POST | PHONE), ("Aurora", POST | PHONE)),
        (("Fjellheim Energi", NUMBER | ACCOUNT | PHONE), ("Aurora", ACCOUNT | PHONE)),
    ],
)  # fmt: skip
def test_two_are_worth_a_look(one, other):
    first, second = known(one[0], **one[1]), known(other[0], **other[1])
    assert compare(first, second)
    assert compare(first, second) == compare(second, first)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("Fjellheim Energi", {}), ("Strandvik Rør", {})),
        (("Fjellheim Energi", POST), ("Strandvik Rør", POST)),
        (("Fjellheim Energi", PLACE), ("Strandvik Rør", PLACE)),
        (("Fjellheim Energi", PLACE), ("Fjellheim Eiendom", PLACE)),
        (("Ola Hansen", {"email": "ola@gmail.com"}), ("Ole Hanssen", {"email": "x@gmail.com"})),
        # Two companies by the register.
        (("Fjellheim Energi", NUMBER), ("Fjellheim Energi", OTHER_NUMBER)),
        (("Fjellheim Energi", NUMBER | POST), ("Fjellheim Holding", OTHER_NUMBER | POST)),
        (("Fjellheim Energi", NUMBER | POST | PHONE), ("Aurora", OTHER_NUMBER | POST | PHONE)),
        # A number of one country is another one elsewhere.
        (("Fjellheim", {"org_number": "212345679", "country": "DK"}), ("Aurora", NUMBER)),
        # Shops of a chain, with one address for invoices.
        (("Kiwi 501 Lade", POST | PHONE), ("Kiwi 502 Moss", POST | PHONE)),
        (("Bygg 1 AS", POST), ("Bygg 2 AS", POST)),
        # Nothing equals nothing.
        (("", {}), ("", {})),
        (("!", {"phone": "-"}), ("?", {"phone": "-"})),
        (("Fjellheim", {"phone": "00000000", "bank_account": "0000.00.00000"}),
         ("Aurora", {"phone": "00000000", "bank_account": "0000.00.00000"})),
        (("Fjellheim", {"postal_street": "Storgata 1"}),
         ("Aurora", {"postal_street": "Storgata 1"})),
    ],
)  # fmt: skip
def test_two_are_not_worth_a_look(one, other):
    first, second = known(one[0], **one[1]), known(other[0], **other[1])
    assert compare(first, second) is None
    assert compare(second, first) is None


@pytest.mark.parametrize(
    ("one", "other", "score", "reasons"),
    [
        (NUMBER, NUMBER, 100, [("org_number", 100), ("name", 93)]),
        ({}, {}, 70, [("name", 93)]),
        (POST, POST, 86, [("email", 100), ("name", 93)]),
        (POST, {"email": "anne@fjellheim.no"}, 75, [("name", 93), ("domain", 100)]),
        (POST | PHONE | PLACE, POST | PHONE | PLACE, 99,
         [("email", 100), ("phone", 100), ("name", 93), ("address", 100)]),
        (PLACE, {"postal_postcode": "0155"}, 74, [("name", 93), ("postcode", 100)]),
        (ACCOUNT, ACCOUNT, 88, [("bank", 100), ("name", 93)]),
    ],
)  # fmt: skip
def test_the_score_explains_itself(one, other, score, reasons):
    likeness = compare(known("Fjellheim Energi", **one), known("Fjellheim Enerig", **other))
    assert (likeness.score, list(likeness.reasons)) == (score, reasons)


def test_the_same_name_is_told_before_all_else():
    likeness = compare(known("Fjellheim", **POST, **PLACE), known("Fjellheim AS", **POST, **PLACE))
    assert likeness.reasons == (("name", 100), ("email", 100), ("address", 100))


def test_more_shared_is_more_likely():
    scores = [
        compare(known("Fjellheim Energi", **one), known("Fjelheim Energi", **one)).score
        for one in ({}, PLACE, PHONE, POST, ACCOUNT, POST | ACCOUNT)
    ]
    assert scores == sorted(set(scores))


@pytest.mark.parametrize(
    "number",
    ["22 33 44 55", "+47 22 33 44 55", "0047 22334455", "(+47) 22-33-44-55", "22.33.44.55"],
)
def test_all_ways_of_writing_a_phone_number_are_one(number):
    assert spelling.phone(number, "NO") == "+4722334455"


@pytest.mark.parametrize(
    ("number", "country"),
    [
        ("22 33 44 55", "NO"), ("+4799887766", "SE"), ("0047 99887766", "NO"), ("02800", "NO"),
        ("08-123 456 78", "SE"), ("+46 8 123 456 78", "NO"), ("815 00 000", "NO"),
        ("99887766", "DK"), ("0047 99887766", "DE"),
    ],
)  # fmt: skip
def test_the_quick_way_reads_phone_numbers_as_the_library_does(number, country):
    parsed = phonenumbers.parse(number, country)
    expected = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    assert spelling.phone(number, country) == expected


@pytest.mark.parametrize("number", ["", "-", "00 00 00 00", "none", "ring Ola"])
def test_what_is_no_phone_number_is_none(number):
    assert spelling.phone(number, "NO") == ""


@pytest.mark.parametrize(
    ("change", "same"),
    [
        ({}, True),
        ({"name": "fjellheim  energi"}, True),
        ({"name": "Fjellheim Energi AS"}, False),
        ({"phone": "22 33 44 56"}, False),
        ({"visiting_street": "Storgata 2"}, False),
        ({"country": "SE"}, False),
        ({"email": ""}, False),
    ],
)
def test_a_fingerprint_is_another_once_what_is_compared_changes(change, same):
    values = {"name": "Fjellheim Energi", **POST, **PHONE, **PLACE}
    assert (known(**values).fingerprint == known(**(values | change)).fingerprint) is same


def test_hostile_names_are_compared_too():
    names = [
        "' OR 1=1 --",
        "%s",
        "😀" * 200,
        "a " * 100,
        "ﬀ" * 200,
        "<script>",
        "Ⅻ",
        "a\u0301" * 99,
    ]
    for one in names:
        assert all(len(key) <= 300 for _kind, key in known(one).keys)
        for other in names:
            likeness = compare(known(one), known(other))
            assert likeness == compare(known(other), known(one))
            assert (likeness is not None) == (one == other and bool(known(one).name))
