"""Entering a payment: whose it is, what it settles, and what is refused beside which field."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone
from lxml import html as reading

from customers import merging
from moment import kid
from moment.ledger import crediting, finalising
from moment.ledger.models import Invoice, Match, Payment
from moment.models import BankAccount
from tests.conftest import said
from tests.factories import CustomerFactory
from tests.ledger.making import draft, invoice, payment
from tests.pages import fields_of

pytestmark = pytest.mark.django_db
NEW, HTMX = "/invoices/payments/new/", {"HX-Request": "true"}
TODAY = timezone.localdate()


@pytest.fixture
def fjell():
    return CustomerFactory(number="77", name="Fjell AS")


@pytest.fixture
def two(fjell):
    """The older one is due first."""
    return [invoice(fjell, "100", issued_on=TODAY - timedelta(days=n)) for n in (60, 50)]


def shown(response) -> dict:
    return fields_of(response, "form.payment-new")


def part(one) -> str:
    return f"part-{'payment' if isinstance(one, Payment) else 'invoice'}-{one.pk}"


def errors(response) -> dict[str, str]:
    """Return what stands beside each field."""
    assert response.status_code == 422
    tree = reading.fromstring(response.content.decode())
    found = {}
    for field in tree.xpath("//*[@aria-invalid='true']"):
        (box,) = field.xpath("ancestor::*[self::td or contains(@class, 'field')][1]")
        found[field.get("name")] = " ".join(
            box.xpath(".//ul[contains(@class,'errorlist')]//text()")
        )
    return {name: " ".join(text.split()) for name, text in found.items()}


def enter(client, fields, *, url=f"{NEW}?customer=77", **changes):
    return client.post(url, fields | {"do": "enter"} | changes)


def proposed(client, amount, url=f"{NEW}?customer=77", **changes) -> dict:
    """Return the fields after the amount is typed, and shown what it settles."""
    fields = shown(client.get(url)) | {"amount": amount} | changes
    return shown(client.post(url, fields | {"do": "show"}))


# Whose it is


def test_it_asks_whose_it_is_first(as_kari, two):
    page = as_kari.get(NEW)
    assert set(fields_of_get(page)) == {"customer", "kid"}
    assert "77 Fjell AS" in as_kari.get("/customers/choose/?place=payment&q=fje").content.decode()
    for asked in ["77", "77 Fjell AS", "fjell as"]:
        assert part(two[0]) in shown(as_kari.get(NEW, {"customer": asked}))
    for asked, words in [
        ({"customer": "Nobody AS"}, "There is no customer"),
        ({"customer": "", "kid": ""}, None),
        ({"kid": "12"}, "its check digit is wrong"),
        ({"kid": "18"}, "No invoice has this KID"),
        ({"invoice": "99999"}, "There is no invoice 99999."),
    ]:
        response = as_kari.get(NEW, asked)
        assert response.status_code == (422 if words else 200)
        assert (words or "Or the KID") in response.content.decode()


def fields_of_get(response) -> list[str]:
    tree = reading.fromstring(response.content.decode())
    return tree.xpath("//form[contains(@class,'dialog')]//input/@name")


def test_a_kid_finds_its_invoice_and_each_digit_changed_is_met(as_kari, fjell):
    account = BankAccount.objects.create(
        number="15033942187", kid_check="mod10", kid_customer_digits=4, kid_invoice_digits=6
    )
    one = invoice(fjell, "100")
    assert one.kid == kid.kid(account, "77", one.number)
    spaced = " ".join([one.kid[:4], one.kid[4:]])
    fields = shown(as_kari.get(NEW, {"kid": spaced}))
    assert (fields[part(one)], fields["amount"], fields["kid"]) == ("100.00", "100.00", one.kid)
    for place, there in enumerate(one.kid):
        wrong = one.kid[:place] + str((int(there) + 1) % 10) + one.kid[place + 1 :]
        response = as_kari.get(NEW, {"kid": wrong})
        assert "its check digit is wrong" in response.content.decode()
    response = enter(as_kari, fields, kid="1234567890")
    assert "check digit is wrong" in errors(response)["kid"]


def test_who_came_from_an_invoice_has_it_filled_in(as_kari, two):
    url = f"{NEW}?invoice={two[1].number}"
    fields = shown(as_kari.get(url, headers=HTMX))
    assert (fields["amount"], fields["currency"], fields["paid_on"]) == (
        "100.00",
        "NOK",
        str(TODAY),
    )
    assert (fields[part(two[0])], fields[part(two[1])]) == ("", "100.00")
    response = as_kari.post(url, fields | {"do": "enter"}, headers=HTMX)
    made = Payment.objects.get()
    assert response["HX-Redirect"] == f"/invoices/payments/{made.pk}/"
    assert [one.remaining for one in Invoice.objects.order_by("pk")] == [100, 0]
    assert (made.amount, made.made_by.username, made.is_open) == (100, "kari", False)
    assert said(response) == "The payment is entered."


def test_the_number_of_a_merged_customer_tells_which_one_was_kept(as_kari, kari, fjell, two):
    gone = CustomerFactory(number="78", name="Vidde AS")
    theirs = invoice(gone, "30")
    merging.merge(fjell.pk, [gone.pk], by=kari)
    response = as_kari.get(NEW, {"customer": "78"})
    assert response.status_code == 422
    assert "that number means 77 Fjell AS" in response.content.decode()
    # Its invoices are entered on the other.
    fields = shown(as_kari.get(NEW, {"invoice": theirs.number}))
    assert {part(one) for one in (*two, theirs)} <= fields.keys()
    assert enter(as_kari, fields, url=f"{NEW}?invoice={theirs.number}").status_code == 302
    assert Payment.objects.get().customer == fjell
    assert Invoice.objects.get(pk=theirs.pk).remaining == 0


def test_an_invoice_of_another_customer_is_refused(as_kari, two):
    other = CustomerFactory(number="78")
    response = as_kari.get(NEW, {"customer": other.number, "invoice": two[0].number})
    assert response.status_code == 422
    assert "is another customer" in response.content.decode()


# What it settles


def test_the_oldest_are_proposed_as_far_as_it_goes(as_kari, two):
    fields = proposed(as_kari, "130")
    assert (fields[part(two[0])], fields[part(two[1])]) == ("100.00", "30.00")
    # It follows the amount, as long as nobody has written anything else.
    fields = shown(as_kari.post(f"{NEW}?customer=77", fields | {"amount": "70", "do": "show"}))
    assert (fields[part(two[0])], fields[part(two[1])]) == ("70.00", "")
    typed = fields | {part(two[1]): "20", "amount": "90", "do": "show"}
    fields = shown(as_kari.post(f"{NEW}?customer=77", typed))
    assert (fields[part(two[0])], fields[part(two[1])]) == ("70.00", "20")
    # Pressed for, it takes the place of what was written.
    fields = shown(as_kari.post(f"{NEW}?customer=77", fields | {"do": "propose"}))
    assert (fields[part(two[0])], fields[part(two[1])]) == ("90.00", "")
    assert not Payment.objects.exists()


def test_several_and_a_part_are_settled_at_once(as_kari, two):
    response = enter(as_kari, proposed(as_kari, "130,00", text=" Bank \n giro "))
    assert response.status_code == 302
    assert [one.remaining for one in Invoice.objects.order_by("pk")] == [0, 70]
    assert Payment.objects.get().text == "Bank giro"


def test_what_is_over_is_said_before_it_is_entered(as_kari, two):
    url = f"{NEW}?customer=77"
    fields = shown(as_kari.get(url)) | {"amount": "250", part(two[0]): "100", part(two[1]): "100"}
    response = enter(as_kari, fields)
    assert response.status_code == 422
    assert "50.00 NOK stays open to the customer's credit." in response.content.decode()
    assert not Payment.objects.exists()
    assert enter(as_kari, shown(response)).status_code == 302
    assert Payment.objects.get().remaining == 50
    # While typing it is said at once.
    part_of = as_kari.post(url, fields | {"do": "sum"}, headers=HTMX).content.decode()
    assert "50.00 NOK stays open" in part_of
    assert "<form" not in part_of


def test_another_rest_than_was_said_is_said_once_more(as_kari, two):
    fields = proposed(as_kari, "250")
    assert fields["rest"] == "50.00"
    response = enter(as_kari, fields, amount="260")
    assert response.status_code == 422
    assert "60.00 NOK stays open" in response.content.decode()


def test_money_back_settles_credit_notes_and_what_is_open(as_kari, kari, fjell):
    one = invoice(fjell, "100")
    payment(fjell, "100", one)
    note = crediting.draft_credit(one, parts=None, release=False, by=kari)
    note = finalising.finalise(note, version=note.version, by=kari)
    over = payment(fjell, "30")
    fields = proposed(as_kari, "-130")
    assert {fields[part(note)], fields[part(over)]} == {"100.00", "30.00"}
    assert enter(as_kari, fields).status_code == 302
    assert not Invoice.objects.still_open().exists()
    assert not Payment.objects.still_open().exists()


def test_money_back_for_nothing_is_owed_and_a_payment_settles_it(as_kari, fjell):
    fields = proposed(as_kari, "-40")
    assert (
        "owes it from then on"
        in as_kari.post(f"{NEW}?customer=77", fields | {"do": "show"}).content.decode()
    )
    assert enter(as_kari, fields).status_code == 302
    back = Payment.objects.get()
    fields = proposed(as_kari, "40")
    assert fields[part(back)] == "40.00"
    assert enter(as_kari, fields).status_code == 302
    assert not Payment.objects.still_open().exists()
    assert Match.objects.get().repayment == back


def test_another_currency_takes_its_rate(as_kari, fjell):
    euro = invoice(fjell, "100", currency="EUR", rate=Decimal("11.5"))
    invoice(fjell, "70")
    fields = proposed(as_kari, "100", currency="EUR")
    assert (fields[part(euro)], fields["rate"]) == ("100.00", "11.5")
    for wrong in ("", "0", "-1", "x"):
        assert "rate" in errors(enter(as_kari, fields, rate=wrong))
    assert enter(as_kari, fields, rate="11,845").status_code == 302
    made = Payment.objects.get()
    assert (made.currency, made.rate) == ("EUR", Decimal("11.845"))


# What is refused


@pytest.mark.parametrize(
    ("changes", "name", "words"),
    [
        ({"paid_on": str(TODAY + timedelta(days=1))}, "paid_on", "cannot be dated after today"),
        ({"paid_on": "1999-12-31"}, "paid_on", "Is the year right?"),
        ({"paid_on": "2026-02-30"}, "paid_on", "valid date"),
        ({"paid_on": ""}, "paid_on", "required"),
        ({"amount": ""}, "amount", "required"),
        ({"amount": "0"}, "amount", "other than 0"),
        ({"amount": "0,001"}, "amount", "At most two decimals"),
        ({"amount": "--5"}, "amount", "Write an amount"),
        ({"amount": "1e3"}, "amount", "Write an amount"),
        ({"amount": "9999999999999"}, "amount", "At most"),
        ({"amount": "99"}, "amount", "1.00 too much. Correct it below, or press Settle the oldest"),
        ({"currency": "XXX"}, "currency", "Select a valid choice"),
        ({"currency": "JPY", "rate": "1", "amount": "1.50"}, "amount", "no such small coins"),
        ({"text": "x" * 201}, "text", "at most 200"),
        ({"kid": "12"}, "kid", "check digit is wrong"),
    ],
)
def test_bad_input_stands_beside_its_field_and_nothing_is_lost(as_kari, two, changes, name, words):
    fields = proposed(as_kari, "100", text="Typed") | {"rest": "0.00"} | changes
    response = enter(as_kari, fields)
    assert words in errors(response)[name]
    after = shown(response)
    kept = {key: fields[key] for key in ("amount", "paid_on", "text", "kid", part(two[0]))}
    assert {key: after[key] for key in kept} == kept
    assert not Payment.objects.exists()


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("100.01", "Only 100.00 NOK is open."),
        ("x", "Write an amount with digits"),
        ("-1", "0 or more"),
        ("1.005", None),  # a thousand and five, by how it is written
    ],
)
def test_a_wrong_part_stands_beside_its_invoice(as_kari, two, typed, words):
    fields = proposed(as_kari, "100") | {part(two[0]): typed}
    told = errors(enter(as_kari, fields))[part(two[0])]
    assert (words or "Only 100.00 NOK is open.") in told


def test_what_cannot_be_settled_says_why(as_kari, kari, fjell):
    settled, credited = invoice(fjell, "100"), invoice(fjell, "100")
    payment(fjell, "100", settled)
    note = crediting.draft_credit(credited, parts=None, release=False, by=kari)
    finalising.finalise(note, version=note.version, by=kari)
    euro, unsent = invoice(fjell, "10", currency="EUR", rate=11), draft(fjell, "10")
    fields = proposed(as_kari, "50", currency="NOK")
    fields |= {part(one): "5" for one in (settled, credited, euro, unsent)}
    told = errors(enter(as_kari, fields))
    assert "settled meanwhile" in told[part(settled)]
    assert "credited" in told[part(credited)]
    assert told[part(euro)] == "It is in EUR."
    assert told[part(unsent)] == "It is a draft."


def test_an_invoice_of_somebody_else_is_left_alone(as_kari, fjell):
    theirs = invoice(CustomerFactory(), "100")
    fields = proposed(as_kari, "50") | {part(theirs): "50"}
    enter(as_kari, fields)
    theirs.refresh_from_db()
    assert theirs.remaining == 100


# Twice, and meanwhile


def test_a_double_click_enters_it_once(as_kari, two):
    fields = proposed(as_kari, "100")
    first, second = enter(as_kari, fields), enter(as_kari, fields)
    assert first["Location"] == second["Location"]
    assert Payment.objects.count() == 1
    assert "entered already" in said(second)
    # From a form that was opened anew it is another payment.
    assert enter(as_kari, proposed(as_kari, "100")).status_code == 302
    assert Payment.objects.count() == 2


def test_a_double_click_of_one_that_settles_nothing_enters_it_once(as_kari, fjell):
    fields = proposed(as_kari, "100")
    assert enter(as_kari, fields)["Location"] == enter(as_kari, fields)["Location"]
    assert Payment.objects.count() == 1


def test_who_sees_old_figures_is_told_and_loses_nothing(as_kari, two, fjell):
    fields = proposed(as_kari, "100", text="Mine")
    payment(fjell, "30", two[0])
    response = enter(as_kari, fields)
    assert "Only 70.00 NOK is open." in errors(response)[part(two[0])]
    assert "meanwhile" in response.content.decode()
    after = shown(response)
    assert (after["text"], after[part(two[0])]) == ("Mine", "100.00")
    changed = after | {part(two[0]): "70", part(two[1]): "30"}
    assert enter(as_kari, changed).status_code == 302
    assert [one.remaining for one in Invoice.objects.order_by("pk")] == [0, 70]


def test_what_fits_still_is_looked_at_once_more(as_kari, two, fjell):
    fields = proposed(as_kari, "50")
    payment(fjell, "30", two[0])
    response = enter(as_kari, fields)
    assert response.status_code == 422
    assert "Somebody has entered or matched something" in response.content.decode()
    assert Payment.objects.count() == 1
    assert enter(as_kari, shown(response)).status_code == 302


@pytest.mark.parametrize("seen", ["", "x", "1.2", "1.x.y", "." * 999])
def test_who_hides_what_was_shown_is_told_as_if_it_were_old(as_kari, two, seen):
    response = enter(as_kari, proposed(as_kari, "100"), seen=seen)
    assert response.status_code == 422
    assert enter(as_kari, shown(response)).status_code == 302
