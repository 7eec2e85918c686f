"""What nobody means well: it is refused in words, and never ends in an error of ours."""

import json
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from moment import mail
from moment.models import CompanySettings
from moment.offers import editing, sending, totals
from moment.offers.models import Offer, OfferLine
from moment.offers.sending import Recipient
from tests.factories import CustomerFactory, OfferFactory, OfferLineFactory
from tests.offers.editor_pages import form_of
from tests.offers.sending import NINA, address_in, ready, sent
from tests.standin.mail import part

pytestmark = pytest.mark.django_db
URL = "/offers/7012/"
HOSTILE = ["\x00", "9" * 5000, "NaN", "-1e400", "٣", "x" * 20_000, "{{ 7*7 }}<script>[]"]
# What can be anything; the others are a choice, a day or a number.
FREE = ["name", "your_reference", "introduction", "lines-0-title", "lines-0-text", "lines-1-unit"]


@pytest.fixture
def offer(kari):
    offer = OfferFactory(number="7012", responsible=kari, customer=CustomerFactory())
    for order in range(2):
        OfferLineFactory(offer=offer, order=order, kind="hourly", price=100)
    return offer


@pytest.mark.parametrize("text", HOSTILE)
def test_any_text_in_any_field_is_taken_or_refused(as_kari, offer, text):
    shown = form_of(as_kari.get(URL))
    typed = shown | {"lines-1-kind": "fixed"} | dict.fromkeys(FREE, text)
    assert as_kari.post(URL, typed).status_code in (302, 422)
    others = [name for name in shown if name not in (*FREE, "lines")]
    more = ["tags", "contact", "lines-0-optional", "lines-0-role"]
    assert as_kari.post(URL, shown | dict.fromkeys(others + more, text)).status_code == 422
    for name in ("lines-0-role", "lines-0-id", "lines-0-discount", "seen", "tags", "then"):
        assert as_kari.post(URL, shown | {name: text}).status_code in (302, 422), name


@pytest.mark.parametrize("text", HOSTILE)
def test_any_text_on_a_button_does_nothing(as_kari, offer, text):
    shown = form_of(as_kari.get(URL))
    for name in ("line", "insert", "customer_changed"):
        assert as_kari.post(URL, shown | {name: text}).status_code == 200
    assert as_kari.post(URL, shown | {"line": f"drop-{text}"}).status_code == 200
    everything = dict.fromkeys(shown, text) | {"seen": json.dumps({"values": text, "lines": [1]})}
    assert as_kari.post(f"{URL}totals/", everything).status_code == 200
    assert as_kari.post(URL, everything).status_code == 422
    assert offer.lines.count() == 2
    assert Offer.objects.get().version == 1


def test_lines_of_another_offer_are_left_alone(as_kari, offer, kari):
    other = OfferLineFactory(offer=ready(kari, number="8001"), title="Theirs")
    own, last = offer.lines.all()
    shown = form_of(as_kari.get(URL))
    twice = {"lines": "3", "lines-1-id": f"0{own.pk}", "lines-2-title": "Taken"}
    theirs = {"lines-2-id": str(other.pk), "lines-2-kind": "fixed"}
    number = {"lines-2-quantity": "1", "lines-2-price": "1", "lines-1-title": "Doubled"}
    assert as_kari.post(URL, shown | twice | theirs | number).status_code == 302
    other.refresh_from_db()
    assert (other.title, other.offer.number) == ("Theirs", "8001")
    assert [line.title for line in offer.lines.all()] == [own.title, "Doubled", "Taken"]
    assert not OfferLine.objects.filter(pk=last.pk).exists()


@pytest.mark.parametrize("count", ["9" * 5000, "-3", "501"])
def test_a_number_of_lines_that_is_a_lie_stores_no_more_than_there_are(as_kari, offer, count):
    shown = form_of(as_kari.get(URL)) | {"lines": count}
    assert as_kari.post(URL, shown).status_code in (302, 422)
    assert offer.lines.count() <= 2


def test_no_line_is_larger_than_what_a_project_can_hold(as_kari, offer):
    shown = form_of(as_kari.get(URL))
    rate = as_kari.post(URL, shown | {"lines-0-price": "100000000"})
    assert "At most 99,999,999.99" in rate.content.decode()
    quantity = as_kari.post(URL, shown | {"lines-0-quantity": "1000000"})
    assert "At most 999,999.99" in quantity.content.decode()
    fixed = {"lines-0-kind": "fixed", "lines-0-price": "9999999000", "lines-0-quantity": "1"}
    assert as_kari.post(URL, shown | fixed | {"lines-1-quantity": "1"}).status_code == 302


def test_the_options_count_in_what_an_offer_can_come_to(kari):
    lines = [OfferLine(title="x", price=Decimal("9999999999.99"), optional=o) for o in (0, 1)]
    offer = OfferFactory(responsible=kari)
    with pytest.raises(ValidationError, match="more than Moment can write"):
        editing.save(offer, lines, version=1, tags=None)
    editing.save(offer, lines[:1], version=1, tags=None)
    assert Offer.objects.get().amount == Decimal("9999999999.99")


def test_what_is_hourly_is_counted_in_hours(as_kari, offer):
    shown = form_of(as_kari.get(URL))
    assert "lines-0-unit" not in shown
    assert as_kari.post(URL, shown | {"lines-0-unit": "days"}).status_code == 302
    assert set(offer.lines.values_list("unit", flat=True)) == {""}


@pytest.mark.parametrize("currency", ["KWD", "NOK", "JPY"])
def test_amounts_are_as_they_are_kept_and_shown(currency):
    lines = [OfferLine(quantity=Decimal("1.55"), price=Decimal("1.01")) for _ in range(9)]
    found = totals.of(lines, Decimal("3.33"), Decimal(25), currency)
    for value in (found.lines, found.discount, found.net, found.vat, found.gross):
        assert value == value.quantize(Decimal("0.01"))


# Letters


@pytest.mark.parametrize("extra", [190, 300])
def test_an_address_that_fits_into_no_envelope_is_none(as_kari, kari, extra, mail_server):
    offer = ready(kari)
    address = f"{'n' * extra}@{'storgata' * 7}.example"
    assert not mail.is_address(address)
    response = as_kari.post(
        f"/offers/{offer.number}/send/", {"version": 1, "others": address, "message": "x"}
    )
    assert response.status_code == 422
    assert mail.is_address(f"{'n' * 60}@storgata.example")
    assert Offer.objects.get().state == "draft"


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.django_db(transaction=True)
def test_any_words_to_the_customer_arrive_as_text(as_kari, kari, mail_server, text):
    form = {"version": 1, "others": NINA, "message": text}
    sent = as_kari.post(f"/offers/{ready(kari).number}/send/", form)
    assert sent.status_code in (302, 422)
    assert len(mail_server.letters) == (sent.status_code == 302)
    for letter in mail_server.letters:
        html = part(letter, "html")
        assert not [tag for tag in ("<script", "<img src=x", "49") if tag in html]
        assert (letter["To"], letter["Bcc"]) == (NINA, None)


@pytest.mark.parametrize("text", HOSTILE)
def test_any_text_where_it_is_sent_is_taken_or_refused(as_kari, kari, text):
    page = f"/offers/{ready(kari).number}/send/"
    for field in ("version", "contacts", "others"):
        form = {"version": 1, "others": "nina", "message": text} | {field: text}
        assert as_kari.post(page, form).status_code == 422
    assert as_kari.get(page, {"letter": text}).status_code == 200


@pytest.mark.parametrize(
    "name",
    [
        "Fjordvik\r\nBcc: evil@evil.example",
        "Blåbær & Ål AS",
        'A "B" <c@d.example>, x@y.example',
        "",
    ],
)
@pytest.mark.django_db(transaction=True)
def test_no_name_becomes_a_header(kari, mail_server, settings, name):
    settings.DEFAULT_FROM_EMAIL = "Moment <post@moment.example>"
    CompanySettings(pk=1, name=name, email="x@y.example\nBcc: evil@evil.example").save()
    offer = ready(kari, name="Offer\r\nBcc: evil@evil.example")
    sending.send(offer, [Recipient(NINA)], by=kari, version=1)
    (letter,) = mail_server.letters
    assert letter["Bcc"] is None
    assert letter["Reply-To"] is None
    assert letter["From"].addresses[0].addr_spec == "post@moment.example"
    assert letter["From"].addresses[0].display_name == (" ".join(name.split()) or "Moment")
    assert letter["Subject"].endswith("Offer Bcc: evil@evil.example")


# The public page


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.django_db(transaction=True)
def test_any_text_from_outside_is_taken_or_refused(client, kari, mail_server, text):
    sent(kari)
    path = address_in(mail_server.letters[0])
    for form in ({"chosen": text}, {"act": text, "chosen": [text, "1"]}):
        assert client.post(path, form).status_code == 200
    # Django takes no name of a field that is endless.
    assert client.post(path, {text: text}).status_code in (200, 400)
    assert Offer.objects.get().state == "sent"
    response = client.post(path, {"act": "accept", "name": text, "chosen": text})
    assert response.status_code in (302, 422)
    assert client.get(path, {"act": text}).status_code == 200


# The list


@pytest.mark.parametrize("text", HOSTILE)
def test_any_question_to_the_list_is_answered(as_kari, offer, text):
    names = ["q", "tags", "customer_tags", "responsible", "mine", "match", "state", "sort"]
    names += ["after", "before", "page", "customer"]
    assert as_kari.get("/offers/", dict.fromkeys(names, text)).status_code == 200
    assert as_kari.get("/offers/export/", dict.fromkeys(names, text)).status_code == 200
    assert as_kari.get("/offers/new/", dict.fromkeys(names, text)).status_code == 200
