"""The editor of an offer: lines, texts, what it comes to, and saving."""

from decimal import Decimal

import pytest

from moment.offers.models import Offer, OfferLine, OfferTag, TextTemplate
from tests.conftest import signed_in
from tests.factories import (
    ContactFactory,
    CustomerFactory,
    OfferFactory,
    OfferLineFactory,
    PersonFactory,
    ProjectRoleFactory,
    UserFactory,
)
from tests.offers.editor_pages import HTMX, errors_of, form_of, part_of, titles

pytestmark = pytest.mark.django_db
URL = "/offers/7012/"


@pytest.fixture
def offer():
    customer = CustomerFactory(number="1033", name="Sameiet Storgata 14", status="potential")
    offer = OfferFactory(number="7012", name="Rehabilitering", customer=customer)
    role = ProjectRoleFactory(name="Engineer")
    for order, fields in enumerate(
        [
            {"title": "Survey", "price": 45000},
            {"title": "Design", "kind": "hourly", "quantity": 160, "price": 1150, "role": role},
            {"title": "Scan", "price": 28000, "optional": True, "text": "The cellar\r\nalone"},
        ]
    ):
        OfferLineFactory(offer=offer, order=order, **fields)
    return offer


def test_saved_as_it_is_shown_nothing_changes(as_kari, offer):
    before = list(offer.lines.values())
    response = as_kari.post(URL, form_of(as_kari.get(URL)))
    assert (response.status_code, response["Location"]) == (302, URL)
    assert list(offer.lines.values()) == before
    offer.refresh_from_db()
    assert (offer.amount, offer.optional, offer.version) == (229000, 28000, 2)


def test_all_that_is_typed_is_saved(as_kari, offer):
    tag, eva = OfferTag.objects.create(name="Rehab"), UserFactory()
    contact = ContactFactory(customer=offer.customer, person=PersonFactory(name="Nina Dahl"))
    typed = {
        "name": "Ny  bru",
        "contact": contact.pk,
        "state": "ready",
        "issued_on": "2026-11-22",
        "valid_until": "2026-12-22",
        "your_reference": "Styrevedtak 14/26",
        "order_reference": "PO 1",
        "responsible": eva.pk,
        "tags": [tag.pk],
        "discount": "10 %",
        "vat_code": "33",
        "currency": "EUR",
        "language": "en",
        "introduction": "Hello\r\nthere",
        "terms": "<script>",
        "lines-1-quantity": "7,5",
        "lines-1-price": "1 000,50",
        "lines-1-discount": "50",
        "lines-1-unit": "hours",
        "lines-1-role": "",
        "lines-2-title": "  Big   scan ",
    }
    assert as_kari.post(URL, form_of(as_kari.get(URL)) | typed).status_code == 302
    offer.refresh_from_db()
    assert (offer.name, offer.contact, offer.state, offer.responsible) == (
        "Ny bru", contact, "ready", eva,
    )  # fmt: skip
    assert (offer.discount, offer.vat_code, offer.currency, offer.language) == (
        10, "33", "EUR", "en",
    )  # fmt: skip
    assert (str(offer.valid_until), offer.introduction) == ("2026-12-22", "Hello\r\nthere")
    assert list(offer.tags.all()) == [tag]
    line = offer.lines.get(order=1)
    assert (line.quantity, line.price, line.discount) == (
        Decimal("7.5"), Decimal("1000.50"), 50,
    )  # fmt: skip
    assert (line.unit, line.role) == ("", None)
    assert offer.lines.get(order=2).title == "Big scan"
    html = as_kari.get(URL).content.decode()
    assert "&lt;script&gt;" in html
    assert "<script>" not in html.split("<main", 1)[1].split("</main", 1)[0]


@pytest.mark.parametrize(
    ("button", "after"),
    [
        ("up-1", ["Design", "Survey", "Scan typed"]),
        ("down-0", ["Design", "Survey", "Scan typed"]),
        ("down-2", ["Survey", "Design", "Scan typed"]),
        ("up-0", ["Survey", "Design", "Scan typed"]),
        ("drop-1", ["Survey", "Scan typed"]),
        ("add-hourly", ["Survey", "Design", "Scan typed", ""]),
        ("add-fixed", ["Survey", "Design", "Scan typed", ""]),
        ("to-2-0", ["Scan typed", "Survey", "Design"]),
        ("to-0-2", ["Design", "Scan typed", "Survey"]),
        ("to-1-1", ["Survey", "Design", "Scan typed"]),
        ("to-0-3", ["Survey", "Design", "Scan typed"]),
        ("to-0", ["Survey", "Design", "Scan typed"]),
        ("up-1-0", ["Survey", "Design", "Scan typed"]),
        ("up-99", ["Survey", "Design", "Scan typed"]),
        ("drop-" + "9" * 30, ["Survey", "Design", "Scan typed"]),
        ("add-nonsense", ["Survey", "Design", "Scan typed"]),
        ("", ["Survey", "Design", "Scan typed"]),
    ],
)
def test_buttons_change_the_lines_and_save_nothing(as_kari, offer, button, after):
    typed = {"lines-2-title": "Scan typed", "lines-2-price": "not a number", "name": ""}
    data = form_of(as_kari.get(URL)) | typed | {"line": button}
    part = as_kari.post(URL, data, headers=HTMX)
    assert "<html" not in part.content.decode()
    assert titles(part_of(part)) == after
    page = as_kari.post(URL, data)
    assert page.status_code == 200
    fields = form_of(page)
    assert titles(fields) == after
    assert "not a number" in [values[0] for values in fields.values()]
    assert (fields["name"], errors_of(page)) == ([""], [])
    assert list(offer.lines.values_list("title", flat=True)) == ["Survey", "Design", "Scan"]


def test_lines_moved_and_removed_are_saved_with_their_keys(as_kari, offer):
    first, _second, third = offer.lines.all()
    data = form_of(as_kari.post(URL, form_of(as_kari.get(URL)) | {"line": "drop-1"}))
    data = form_of(as_kari.post(URL, data | {"line": "up-1"}))
    assert as_kari.post(URL, data).status_code == 302
    assert [line.pk for line in offer.lines.all()] == [third.pk, first.pk]


def test_the_moved_line_keeps_the_focus(as_kari, offer):
    data = form_of(as_kari.get(URL)) | {"line": "up-2"}
    html = as_kari.post(URL, data, headers=HTMX).content.decode()
    assert 'id="line-1-up" class="btn btn--quiet btn--icon"  autofocus' in html
    assert html.count("autofocus") == 1


def test_totals_follow_what_is_typed_and_nothing_is_saved(as_kari, offer):
    typed = {"lines-0-price": "50 000", "lines-1-quantity": "x", "discount": "10"}
    data = form_of(as_kari.get(URL)) | typed
    html = as_kari.post(f"{URL}totals/", data, headers=HTMX).content.decode()
    for words in ("50,000.00", "−5,000.00", "45,000.00", "25,200.00", "11,250.00", "56,250.00"):
        assert words in html
    assert 'id="line-1-amount" hx-swap-oob="innerHTML">–<' in html
    assert offer.lines.get(order=0).price == 45000
    assert as_kari.get(f"{URL}totals/").status_code == 405


def test_currency_and_vat_typed_are_those_of_the_totals(as_kari, offer):
    data = form_of(as_kari.get(URL)) | {"currency": "SEK", "vat_code": "31", "discount": "1000"}
    html = as_kari.post(f"{URL}totals/", data, headers=HTMX).content.decode()
    assert "Total SEK" in html
    assert "VAT 15 %" in html
    html = as_kari.post(f"{URL}totals/", data | {"currency": "<b>"}, headers=HTMX).content.decode()
    assert "Total NOK" in html


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("lines-0-title", " ", "Activity: This field is required."),
        ("lines-0-quantity", "", "Quantity: This field is required."),
        ("lines-0-quantity", "-1", "Quantity: An amount is 0 or more."),
        (
            "lines-0-quantity",
            "1.123,5x",
            "Quantity: Write an amount with digits, such as 1,250.50.",
        ),
        ("lines-0-price", "99999999999999", "Rate: At most 9,999,999,999.99."),
        ("lines-0-discount", "101", "Discount: A discount is between 0 and 100 per cent."),
        ("lines-0-unit", "x" * 21, "Unit: Ensure this value has at most 20 characters"),
        ("lines-1-role", "999999", "Project role: Select a valid choice."),
        ("lines-0-kind", "free", "Select a valid choice."),
        ("name", " ", "This field is required."),
        ("valid_until", "2020-01-01", "The last day is before the first."),
        ("discount", "100.01", "A discount is between 0 and 100 per cent."),
        ("state", "sent", "Select a valid choice."),
        ("currency", "XXY", "Select a valid choice."),
        ("contact", "999999", "Select a valid choice."),
        ("customer", "Nobody AS", "There is no customer “Nobody AS”."),
    ],
)
def test_wrong_input_is_told_and_all_typed_stays(as_kari, offer, name, value, words):
    data = form_of(as_kari.get(URL)) | {"lines-2-title": "Scan typed"} | {name: value}
    response = as_kari.post(URL, data)
    assert response.status_code == 422
    assert any(words in error for error in errors_of(response)), errors_of(response)
    after = form_of(response)
    assert after["lines-2-title"] == ["Scan typed"]
    if name not in ("state", "currency", "contact", "lines-1-role"):
        assert after[name] == [value]
    assert Offer.objects.get().version == 1


def test_five_hundred_and_one_lines_are_refused_in_words(as_kari, offer):
    data = form_of(as_kari.get(URL))
    for n in range(3, 501):
        data |= {f"lines-{n}-{name}": data[f"lines-0-{name}"] for name in ("kind", "price")}
        data |= {f"lines-{n}-title": f"Line {n}", f"lines-{n}-quantity": "1"}
        data |= {f"lines-{n}-{name}": "" for name in ("id", "text", "role", "unit", "discount")}
    response = as_kari.post(URL, data | {"lines": "501"})
    assert response.status_code == 422
    assert "An offer has at most 500 lines" in response.content.decode()
    assert "Line 500" in response.content.decode()
    assert as_kari.post(URL, data | {"lines": "500"}).status_code == 302
    assert offer.lines.count() == 500
    data = form_of(as_kari.get(URL)) | {"line": "add-fixed"}
    part = as_kari.post(URL, data, headers=HTMX)
    assert "at most 500 lines" in part.content.decode()
    assert len(titles(part_of(part))) == 500


def test_a_text_template_is_put_behind_what_is_typed(as_kari, offer):
    text = TextTemplate.objects.create(kind="terms", name="Usual", text="30 days <net>")
    data = form_of(as_kari.get(URL)) | {"terms": "First.\r\n", "insert": str(text.pk)}
    assert form_of(as_kari.post(URL, data))["terms"] == ["First.\r\n\r\n30 days <net>"]
    part = as_kari.post(URL, data, headers=HTMX).content.decode()
    assert 'id="text-terms"' in part
    assert "30 days &lt;net&gt;" in part
    assert 'id="lines"' not in part
    for nonsense in ("0", "x", "9" * 18):
        response = as_kari.post(URL, data | {"insert": nonsense})
        assert form_of(response)["terms"][0].strip() == "First."


def test_another_customer_brings_its_contacts(as_kari, offer):
    other = CustomerFactory(number="77", name="Fjell AS")
    ContactFactory(customer=other, person=PersonFactory(name="Per Fjell"), title="Boss")
    assert b"Can be made active" in as_kari.get(URL).content
    data = form_of(as_kari.get(URL)) | {"customer": "77 Fjell AS"}
    part = as_kari.post(URL, data | {"customer_changed": "1"}, headers=HTMX).content.decode()
    assert "Per Fjell, Boss" in part
    assert "Can be made active" not in part
    assert as_kari.post(URL, data).status_code == 302
    assert Offer.objects.get().customer == other


def test_a_customer_that_may_be_given_none_is_refused_and_the_chosen_one_stays(as_kari, offer):
    CustomerFactory(number="78", name="Stengt AS", status="blocked")
    response = as_kari.post(URL, form_of(as_kari.get(URL)) | {"customer": "78"})
    assert "Stengt AS is blocked, so it can be given no new offer." in errors_of(response)
    offer.customer.status = "blocked"
    offer.customer.save()
    assert as_kari.post(URL, form_of(as_kari.get(URL))).status_code == 302


def test_a_former_contact_is_offered_only_where_it_is_chosen(as_kari, offer):
    gone = {"customer": offer.customer, "employed_until": "2020-01-01"}
    chosen = ContactFactory(person=PersonFactory(name="Eva Valgt"), **gone)
    ContactFactory(person=PersonFactory(name="Per Borte"), **gone)
    Offer.objects.update(contact=chosen)
    html = as_kari.get(URL).content.decode()
    assert "Eva Valgt" in html
    assert "Per Borte" not in html


def test_saved_buttons_lead_on(as_kari, offer):
    data = form_of(as_kari.get(URL)) | {"name": "Typed"}
    response = as_kari.post(URL, data | {"then": "preview"})
    assert response["Location"] == f"{URL}?preview=1#preview"
    assert b'<iframe src="/offers/7012/pdf/#' in as_kari.get(f"{URL}?preview=1").content
    data = form_of(as_kari.get(URL))
    assert as_kari.post(URL, data | {"then": "send"})["Location"] == f"{URL}send/"
    assert Offer.objects.get().name == "Typed"


def test_who_may_only_look_reads_and_changes_nothing(as_kari, offer):
    looker = signed_in(UserFactory(roles=["View customers", "View customer economy"]))
    html = looker.get(URL).content.decode()
    assert "Survey" in html
    assert 'name="lines-0-title"' not in html
    assert "Send" not in html
    data = form_of(as_kari.get(URL))
    for url in (URL, f"{URL}totals/", f"{URL}discard/", f"{URL}new-version/"):
        assert looker.post(url, data).status_code == 403
    assert OfferLine.objects.count() == 3
