"""The list of payments, one payment, reversing it, and matching what is open."""

import re
from datetime import timedelta
from io import BytesIO

import pytest
from django.utils import timezone
from openpyxl import load_workbook

from moment.ledger import paying
from moment.ledger.models import Invoice, Match, OcrFile, OcrPayment, Payment
from tests.conftest import said, signed_in
from tests.factories import CustomerFactory, UserFactory
from tests.ledger.making import invoice, payment
from tests.pages import fields_of

pytestmark = pytest.mark.django_db
URL, HTMX = "/invoices/payments/", {"HX-Request": "true"}
TODAY = timezone.localdate()


def texts(response) -> list[str]:
    """Return the texts of the payments that a page shows."""
    found = re.findall(r'<td class="text">([^<]*)', response.content.decode())
    return [text.strip() for text in found]


def tabs(response) -> dict[str, str]:
    found = re.findall(r'>([\w ]+)<span class="count">(\d+)</span>', response.content.decode())
    return dict(found)


@pytest.fixture
def fjell():
    return CustomerFactory(number="77", name="Fjell AS")


@pytest.fixture
def several(fjell, kari):
    one = invoice(fjell, "1000", issued_on=TODAY - timedelta(days=40))
    made = {"made_by": kari}
    days = [TODAY - timedelta(days=n) for n in (30, 20, 10, 5)]
    payment(fjell, "400", one, on=days[0], text="First Ærlig", kid="123456", **made)
    payment(fjell, "50", on=days[1], text="Second", **made)
    other = CustomerFactory(name="Havn AS")
    wrong = payment(other, "70", on=days[2], text="Third", currency="EUR", rate="11.5", **made)
    paying.reverse(wrong, by=kari, on=days[3], text="Fourth")
    file = OcrFile.objects.create(sha256="a", name="ocr.txt", transmission="1", read_by=kari)
    row = {"file": file, "account": "1", "paid_on": TODAY, "text": "Nobody's", "kid": "999"}
    OcrPayment.objects.create(amount=12, reference="r", payer="99990512341", **row)


def test_tabs_count_what_is_open_reversed_and_without_a_customer(as_kari, several):
    response = as_kari.get(URL)
    assert tabs(response) == {
        "All": "4",
        "Open": "1",
        "Reversed": "1",
        "OCR without a customer": "1",
    }
    assert texts(response) == ["Fourth", "Third", "Second", "First Ærlig"]
    assert texts(as_kari.get(f"{URL}?state=open")) == ["Second"]
    assert texts(as_kari.get(f"{URL}?state=reversed")) == ["Third"]
    unknown = as_kari.get(f"{URL}?state=unknown")
    assert texts(unknown) == ["Nobody&#x27;s"]
    assert "9999.05.12341" in unknown.content.decode()


def test_where_a_payment_comes_from_is_its_source_everywhere(as_kari, several):
    one = Payment.objects.get(text="Second")
    pages = [
        as_kari.get(url).content.decode()
        for url in (URL, f"{URL}{one.pk}/", "/customers/77/history/")
    ]
    assert [bool(re.search(r">\s*[Ss]ource\s*<", page)) for page in pages] == [True] * 3
    assert not [page for page in pages if re.search(r">\s*[Ww]ay\s*<", page)]


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("fjell", ["Second", "First Ærlig"]),
        ("77", ["Second", "First Ærlig"]),
        ("fjell first", ["First Ærlig"]),
        ("ærlig", ["First Ærlig"]),
        ("FIRST aerlig", ["First Ærlig"]),
        ("12345", ["First Ærlig"]),
        ("third", ["Third"]),
        ("zzz", []),
        ("%", []),
    ],
)
def test_search_finds_by_customer_kid_and_text(as_kari, several, question, found):
    assert texts(as_kari.get(URL, {"q": question})) == found


@pytest.mark.parametrize("text", ["TIL NordØst", "til nordost", "Nørd-øst"])
def test_letters_of_the_text_are_alike_as_in_every_other_search(as_kari, fjell, kari, text):
    payment(fjell, "1", text=text, made_by=kari)
    payment(fjell, "1", text="", made_by=kari)
    words = "nord øst" if "-" in text else "nordøst"
    for word in (words, words.upper(), words.replace("ø", "o")):
        assert texts(as_kari.get(URL, {"q": word})) == [text]


def test_the_period_narrows_and_nonsense_is_ignored(as_kari, several):
    days = {"since": f"{TODAY - timedelta(days=20)}", "until": f"{TODAY - timedelta(days=10)}"}
    assert texts(as_kari.get(URL, days)) == ["Third", "Second"]
    assert len(texts(as_kari.get(URL, {"since": "x", "until": "2026-02-31"}))) == 4
    assert len(texts(as_kari.get(f"{URL}?state=unknown&since={TODAY}"))) == 1


@pytest.mark.parametrize("sort", ["day", "-day", "customer", "-customer", "amount", "-open"])
@pytest.mark.parametrize("tab", ["all", "unknown"])
def test_every_order_gives_every_row(as_kari, several, sort, tab):
    assert len(texts(as_kari.get(URL, {"sort": sort, "state": tab}))) == (4 if tab == "all" else 1)


def test_totals_are_by_currency(as_kari, several):
    html = as_kari.get(URL).content.decode()
    foot = re.sub(r"<[^>]+>|\s+", " ", html[html.index("<tfoot>") : html.index("</tfoot>")])
    assert " ".join(foot.split()) == (
        "In EUR, 2 payments 0.00 EUR 0.00 In NOK, 2 payments 450.00 NOK 50.00"
    )


def test_pages_follow_each_other(as_kari, fjell, kari, monkeypatch):
    monkeypatch.setattr("customers.listing.PAGE_SIZE", 2)
    for n in range(5):
        payment(fjell, "1", text=f"P{n}", made_by=kari)
    page, found = as_kari.get(URL), []
    while True:
        found += texts(page)
        following = re.search(r'href="([^"]+)" rel="next"', page.content.decode())
        if not following:
            break
        page = as_kari.get(following[1].replace("&amp;", "&"))
    assert found == ["P4", "P3", "P2", "P1", "P0"]


def test_the_spreadsheet_has_the_rows_of_the_page(as_kari, several):
    book = load_workbook(BytesIO(b"".join(as_kari.get(f"{URL}export/?q=fjell"))))
    rows = list(book.active.values)
    assert [row[4] for row in rows] == ["Text", "Second", "First Ærlig"]
    assert rows[2][1:4] == ("77", "Fjell AS", "123456")
    assert rows[2][7:10] == ("NOK", 400, 0)
    assert book.active["K2"].number_format == "General"  # a rate has more than two decimals
    unknown = load_workbook(BytesIO(b"".join(as_kari.get(f"{URL}export/?state=unknown"))))
    assert list(unknown.active.values)[1][3:5] == ("999", "Nobody's")


def test_per_sees_nothing_and_a_viewer_changes_nothing(as_per, several):
    paid = Payment.objects.first()
    match = Match.objects.first()
    pages = [URL, f"{URL}export/", f"{URL}{paid.pk}/", f"{URL}new/", "/invoices/ocr/"]
    assert {as_per.get(page).status_code for page in pages} == {403}
    viewer = signed_in(UserFactory(roles=["View customers", "View customer economy"]))
    html = viewer.get(f"{URL}{paid.pk}/").content.decode()
    assert "Reverse" not in html.replace("Reversed", "").replace("reversed", "")
    for page in [f"{URL}{paid.pk}/reverse/", f"/invoices/matches/{match.pk}/take-back/"]:
        assert viewer.post(page).status_code == 403
    assert viewer.get(f"{URL}new/").status_code == 403
    assert "New payment" not in viewer.get(URL).content.decode()


# One payment


def test_a_payment_tells_what_it_settles_and_what_is_open(as_kari, fjell, kari):
    one = invoice(fjell, "1000")
    paid = payment(fjell, "1200", one, text="Bankgiro", made_by=kari)
    html = as_kari.get(f"{URL}{paid.pk}/").content.decode()
    assert f'href="{one.get_absolute_url()}"' in html
    assert "1,000.00" in html
    assert "<strong>200.00 NOK</strong>" in html
    assert as_kari.get(f"{URL}999999/").status_code == 404


def test_money_that_went_back_is_said_without_a_sign(as_kari, fjell):
    back = payment(fjell, "-1200")
    assert "<h1>Paid back 1,200.00 NOK</h1>" in as_kari.get(f"{URL}{back.pk}/").content.decode()


def test_it_is_reversed_once(as_kari, fjell, kari):
    one = invoice(fjell, "1000")
    paid = payment(fjell, "1000", one, on=TODAY - timedelta(days=3), made_by=kari)
    page = f"{URL}{paid.pk}/reverse/"
    fields = fields_of(as_kari.get(page), "form.dialog")
    early = {"on": f"{TODAY - timedelta(days=4)}"}
    late = {"on": f"{TODAY + timedelta(days=1)}"}
    for wrong, words in [
        (early, "before it was paid"),
        (late, "dated after today"),
        ({"on": ""}, "required"),
    ]:
        response = as_kari.post(page, fields | {"text": "Kept"} | wrong)
        assert response.status_code == 422
        assert words in response.content.decode()
        assert 'value="Kept"' in response.content.decode()
    response = as_kari.post(page, fields | {"text": "Bounced"}, headers=HTMX)
    back = Payment.objects.get(reverses=paid)
    assert response["HX-Redirect"] == f"{URL}{back.pk}/"
    assert (back.amount, back.text, back.paid_on) == (-1000, "Bounced", TODAY)
    assert Invoice.objects.get().remaining == 1000
    again = as_kari.post(page, fields)
    assert again.status_code == 422
    assert "reversed already" in again.content.decode()
    assert "See the reversal" in as_kari.get(f"{URL}{paid.pk}/").content.decode()


def test_a_match_is_taken_back_once(as_kari, fjell, kari):
    one = invoice(fjell, "1000")
    paid = payment(fjell, "1000", one, made_by=kari)
    page = f"/invoices/matches/{paid.matches.get().pk}/take-back/"
    assert "1,000.00 is open again" in as_kari.get(page).content.decode()
    response = as_kari.post(page)
    assert (response.status_code, response["Location"]) == (302, f"{URL}{paid.pk}/")
    assert Payment.objects.get().remaining == Invoice.objects.get().remaining == 1000
    again = as_kari.post(page)
    assert again.status_code == 422
    assert "taken back already" in again.content.decode()
    assert "taken back from" in as_kari.get(f"{URL}{paid.pk}/").content.decode()
    assert as_kari.get("/invoices/matches/999999/take-back/").status_code == 404


# Matching


MATCH = "/customers/77/ledger/match/"


def test_the_oldest_are_proposed_and_matched(as_kari, fjell, kari):
    ones = [invoice(fjell, "100", issued_on=TODAY - timedelta(days=n)) for n in (50, 60)]
    paid = payment(fjell, "150", made_by=kari)
    fields = fields_of(as_kari.get(MATCH), "form.stack")
    assert fields[f"part-invoice-{ones[1].pk}"] == "100.00"
    assert fields[f"part-invoice-{ones[0].pk}"] == "50.00"
    assert fields[f"part-payment-{paid.pk}"] == "150.00"
    response = as_kari.post(MATCH, fields | {"do": "match"})
    assert response.status_code == 302
    assert said(response) == "It is matched."
    assert [one.remaining for one in Invoice.objects.order_by("pk")] == [50, 0]
    assert "There is nothing to match" in as_kari.get(MATCH).content.decode()


def test_what_was_asked_for_is_proposed_alone(as_kari, fjell, kari):
    old = invoice(fjell, "100", issued_on=TODAY - timedelta(days=60))
    new = invoice(fjell, "100")
    first, second = (payment(fjell, "30", made_by=kari) for _ in range(2))
    fields = fields_of(as_kari.get(f"{MATCH}?payment={second.pk}"), "form.stack")
    assert fields[f"part-payment-{first.pk}"] == ""
    assert fields[f"part-invoice-{old.pk}"] == "30.00"
    fields = fields_of(as_kari.get(f"{MATCH}?invoice={new.number}"), "form.stack")
    assert fields[f"part-invoice-{old.pk}"] == ""
    assert fields[f"part-invoice-{new.pk}"] == "60.00"


def test_wrong_input_stands_beside_its_field_and_nothing_is_lost(as_kari, fjell, kari):
    one, paid = invoice(fjell, "100"), payment(fjell, "150", made_by=kari)
    fields = fields_of(as_kari.get(MATCH), "form.stack") | {"do": "match"}
    of, by = f"part-invoice-{one.pk}", f"part-payment-{paid.pk}"
    for wrong, words in [
        ({of: "101"}, "Only 100.00 NOK is open."),
        ({of: "x"}, "Write an amount with digits"),
        ({of: "-5"}, "An amount is 0 or more."),
        ({of: "5"}, "Both sides must come to the same: 5.00 is not 100.00."),
        ({of: "", by: ""}, "Write how much is matched."),
    ]:
        response = as_kari.post(MATCH, fields | wrong)
        assert response.status_code == 422
        assert words in response.content.decode()
        shown = fields_of(response, "form.stack")
        assert {name: shown[name] for name in wrong} == wrong
    assert not Match.objects.exists()


def test_who_matches_what_somebody_else_has_just_settled_is_told(as_kari, fjell, kari):
    one, paid = invoice(fjell, "100"), payment(fjell, "100", made_by=kari)
    fields = fields_of(as_kari.get(MATCH), "form.stack") | {"do": "match"}
    payment(fjell, "60", one, made_by=kari)
    response = as_kari.post(MATCH, fields)
    assert response.status_code == 422
    assert "Only 40.00 NOK is open." in response.content.decode()
    both = {f"part-invoice-{one.pk}": "40", f"part-payment-{paid.pk}": "40"}
    response = as_kari.post(MATCH, fields | both)
    assert response.status_code == 422
    assert "meanwhile" in response.content.decode()
    fresh = fields_of(response, "form.stack")
    assert as_kari.post(MATCH, fresh | {"do": "match"}).status_code == 302
    assert not Invoice.objects.still_open().exists()


def test_each_currency_is_matched_by_itself(as_kari, fjell, kari):
    invoice(fjell, "100")
    payment(fjell, "100", made_by=kari)
    payment(fjell, "9", currency="EUR", rate=11, made_by=kari)
    assert 'href="?currency=EUR"' in as_kari.get(MATCH).content.decode()
    assert "There is nothing to match" in as_kari.get(f"{MATCH}?currency=EUR").content.decode()
