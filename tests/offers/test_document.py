"""An offer on paper: what stands on it, over many pages, with texts that mean harm."""

import io
from datetime import date
from decimal import Decimal

import pytest
from django.utils import translation
from pypdf import PdfReader

from moment import letterhead
from moment.content import receive
from moment.models import CompanySettings, Content
from moment.offers import document
from tests.factories import (
    ContactFactory,
    CustomerFactory,
    OfferFactory,
    OfferLineFactory,
    PersonFactory,
    ProjectRoleFactory,
    UserFactory,
)
from tests.moment.samples import picture, upload

pytestmark = pytest.mark.django_db
DAYS = {"issued_on": date(2026, 11, 22), "valid_until": date(2026, 12, 22)}


def offer_with(lines=(), **fields):
    offer = OfferFactory(**{"name": "Rehabilitering", "language": "en", **DAYS, **fields})
    for order, line in enumerate(lines):
        OfferLineFactory(offer=offer, order=order, **line)
    return offer


def pages(offer) -> list[str]:
    content = document.pdf_of(offer)
    return [page.extract_text() for page in PdfReader(io.BytesIO(content)).pages]


def text_of(offer) -> str:
    return " ".join(" ".join(pages(offer)).replace("\u200b", "").split())


def test_an_offer_says_who_what_and_for_how_much():
    CompanySettings(pk=1, name="Fjordvik AS", org_number="918212444", street="Storgata 1").save()
    customer = CustomerFactory(
        number="1033", name="Sameiet Storgata 14", visiting_street="Storgata 14",
        visiting_postcode="9008", visiting_city="Tromsø",
    )  # fmt: skip
    contact = ContactFactory(customer=customer, person=PersonFactory(name="Nina Dahl"))
    offer = offer_with(
        [
            {"title": "Forprosjekt", "price": 45000, "text": "Befaring og rapport"},
            {
                "title": "Prosjektering", "kind": "hourly", "quantity": 160, "price": 1150,
                "role": ProjectRoleFactory(name="Engineer"),
            },
            {"title": "3D-skanning", "price": 28000, "optional": True},
        ],
        number="7012", customer=customer, contact=contact, introduction="Vi takker.",
        terms="NS 8401 holds.", your_reference="Vedtak 14/26", order_reference="B-7",
        responsible=UserFactory(first_name="Kari", last_name="Lunde"), state="ready",
    )  # fmt: skip
    text = text_of(offer)
    for part in (
        "Fjordvik AS", "918 212 444", "Sameiet Storgata 14", "Nina Dahl", "9008 Tromsø", "1033",
        "Offer 7012", "22 Nov 2026", "22 Dec 2026", "Vedtak 14/26", "B-7", "Kari Lunde",
        "Vi takker.", "NS 8401 holds.", "Befaring og rapport", "Engineer",
        "Prosjektering Engineer 160 h 1,150.00 184,000.00", "Sum excluding VAT 229,000.00",
        "VAT 25 % of 229,000.00 57,250.00", "Total, NOK 286,250.00", "Page 1 of",
    ):  # fmt: skip
        assert part in text.replace("\xa0", " "), part


def test_optional_lines_stand_apart_and_in_no_sum():
    offer = offer_with(
        [{"title": "Sure", "price": 100}, {"title": "Maybe", "price": 900, "optional": True}]
    )
    text = text_of(offer)
    assert text.index("Sure") < text.index("Total, NOK 125.00") < text.index("Options")
    assert text.index("Options") < text.index("Maybe")


def test_what_the_customer_chose_changes_nothing_on_it():
    offer = offer_with([{"price": 100}, {"price": 900, "optional": True}])
    before = document.ready(offer)
    offer.lines.filter(optional=True).update(chosen=True)
    assert document.ready(offer) == before


def test_only_options_make_an_offer_too():
    assert "Total, NOK 0.00" in text_of(offer_with([{"optional": True, "price": 5}]))


def test_discounts_are_shown_where_there_are_any():
    offer = offer_with([{"price": 1000, "discount": 10}, {"price": 100}], discount=Decimal("5.5"))
    text = text_of(offer).replace("\xa0", " ")
    assert "10 % 900.00" in text
    assert "Sum 1,000.00 Discount 5.5 % −55.00 Sum excluding VAT 945.00" in text
    assert "Discount" not in text_of(offer_with([{}]))


def test_without_vat_it_says_why():
    CompanySettings(pk=1, name="Fjordvik AS", vat_registered=False).save()
    text = text_of(offer_with([{"price": 100}]))
    assert "No VAT: the seller is not in the VAT register" in text
    assert "Total, NOK 100.00" in text


@pytest.mark.parametrize("code", ["6", "7"])
def test_an_offer_outside_the_vat_act_says_so(code):
    text = text_of(offer_with([{"price": 100}], vat_code=code))
    assert "No VAT: outside the VAT Act" in text
    assert "Total, NOK 100.00" in text


@pytest.mark.parametrize(
    ("language", "says"),
    [("nb", "1\xa0000,00"), ("en", "1,000.00")],
)
def test_it_speaks_the_customers_language_whoever_looks(language, says):
    offer = offer_with([{"price": 1000}], language=language)
    for reader in ("nb", "en-gb"):
        with translation.override(reader):
            content = document.pdf_of(offer)
        assert says in PdfReader(io.BytesIO(content)).pages[0].extract_text()


@pytest.mark.parametrize("state", ["draft", "ready"])
def test_what_was_not_sent_is_marked_on_every_page(state):
    found = pages(offer_with([{}] * 60, state=state))
    assert len(found) > 1
    assert all("DRAFT" in page for page in found)


def test_what_is_sent_is_not_marked():
    offer = offer_with([{}], state="sent", buyer_name="A")
    assert "DRAFT" not in text_of(offer)


@pytest.mark.parametrize("count", [100, 500])
def test_many_lines_go_over_pages_with_their_headings(count):
    offer = offer_with([{"title": f"Part no. {n}.", "price": n} for n in range(count)])
    found = pages(offer)
    assert len(found) > count / 50
    text = " ".join(found)
    assert all(text.count(f"Part no. {n}.") == 1 for n in range(count))
    for number, page in enumerate(found, start=1):
        assert f"Page {number} of {len(found)}" in page
        assert ("Quantity" in page) == ("Part no." in page)


def test_it_is_for_the_archive():
    content = document.pdf_of(offer_with([{"text": "Under the line"}]))
    metadata = PdfReader(io.BytesIO(content)).xmp_metadata
    assert metadata is not None
    assert "<pdfaid:part>2</pdfaid:part>" in metadata.stream.get_data().decode()


HOSTILE = [
    "#panic[x] *bold* _it_ $x^2$ @ref <label> `raw` // comment",
    '#image("/etc/passwd") #read("/etc/passwd")',
    '"; ] } { [ \\ \\u{41} = - + /',
    "<b>Vik</b> & &amp; ${x} %(rate)s {page} {{ x }}",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_markup_is_plain_text_wherever_it_stands(text):
    customer = CustomerFactory(name=text, visiting_street=text, visiting_city="Tromsø")
    contact = ContactFactory(customer=customer, person=PersonFactory(name=text))
    offer = offer_with(
        [{"title": text, "text": text, "unit": "#x[", "optional": o} for o in (False, True)],
        name=text, customer=customer, contact=contact, introduction=text, terms=text,
        your_reference=text, order_reference=text, state="sent", buyer_name=text,
    )  # fmt: skip
    found = "".join(pages(offer)).replace("\u200b", "").replace("\n", "").replace(" ", "")
    assert found.count(text.replace(" ", "")) >= 11


@pytest.mark.parametrize("text", ["x" * 200, "\x00\x07\ud800", "שלום 漢字 😀", "a\r\nb\x85c"])
def test_any_text_can_be_printed(text):
    offer = offer_with([{}])
    offer.name = offer.introduction = offer.terms = text
    assert document.pdf_of(offer).startswith(b"%PDF")


@pytest.mark.django_db(transaction=True)
def test_the_company_logo_stands_on_it():
    offer = offer_with([{}])
    company = CompanySettings.current()
    company.name, company.logo = "Fjordvik AS", receive(upload("logo.png", picture("PNG")))
    company.save()
    assert PdfReader(io.BytesIO(document.pdf_of(offer))).pages[0].images


def test_a_logo_that_cannot_be_printed_gives_way_to_the_name(monkeypatch):
    monkeypatch.setattr(letterhead, "_bytes", lambda content: b"no picture")
    odd = Content.objects.create(sha256="1" * 64, size=1, kind="image/png", path="00/00/odd")
    company = CompanySettings.current()
    company.name, company.logo = "Fjordvik AS", odd
    company.save()
    assert "Fjordvik AS" in text_of(offer_with([{}]))


def test_a_logo_that_is_lost_gives_way_to_the_name():
    lost = Content.objects.create(sha256="0" * 64, size=1, kind="image/png", path="00/00/lost")
    CompanySettings(pk=1, name="Fjordvik AS", logo=lost).save()
    assert "Fjordvik AS" in text_of(offer_with([{}]))


def test_its_file_has_its_number_and_version():
    offer = OfferFactory(number="7012")
    assert document.file_name(offer) == "Offer 7012.pdf"
    offer.revision = 2
    with translation.override("nb"):
        assert document.file_name(offer).endswith(" 7012-2.pdf")
