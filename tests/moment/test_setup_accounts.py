"""The company's bank accounts: numbers that add up, and how their KID is made."""

import pytest
from django.db import IntegrityError, transaction

from moment.models import BankAccount
from tests.conftest import signed_in
from tests.pages import fields_of
from tests.together import at_once

pytestmark = pytest.mark.django_db
NEW = "/setup/accounts/new/"
HTMX = {"HX-Request": "true"}
NUMBER, OTHER = "86011117947", "15034012341"
IBAN = "NO9386011117947"


def typed(**changes: str) -> dict[str, str]:
    return {
        "number": NUMBER, "name": "Drift", "bic": "", "currency": "", "order": "0",
        "kid_check": "none", "kid_customer_digits": "0", "kid_invoice_digits": "0", **changes,
    }  # fmt: skip


def account(**options) -> BankAccount:
    return BankAccount.objects.create(**{"number": NUMBER, "name": "Drift"} | options)


def url_of(account: BankAccount, more: str = "") -> str:
    return f"/setup/accounts/{account.pk}/{more}"


@pytest.mark.parametrize(
    ("number", "kept"),
    [
        ("8601 11 17947", NUMBER),
        ("8601.11.17947", NUMBER),
        ("no93 8601 1117 947", IBAN),
        ("DE89 3704 0044 0532 0130 00", "DE89370400440532013000"),
    ],
)
def test_an_account_is_added_however_its_number_is_written(as_anne, number, kept):
    response = as_anne.post(NEW, typed(number=number, bic="dnba nokk"))
    assert (response.status_code, response["Location"]) == (302, "/setup/")
    (found,) = BankAccount.objects.all()
    assert (found.number, found.bic, found.kid_check) == (kept, "DNBANOKK", "none")


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("number", "86011117948", "the last a check digit"),
        ("number", "1234", "eleven digits"),
        ("number", "NO9386011117948", "not a valid IBAN"),
        ("number", "", "required"),
        ("bic", "DNB", "A BIC has 8 or 11"),
        ("currency", "XXX", "valid choice"),
        ("order", "-1", "greater than or equal to 0"),
        ("kid_check", "mod97", "valid choice"),
        ("kid_customer_digits", "-1", "greater than or equal to 0"),
        ("kid_invoice_digits", "x", "whole number"),
    ],
)
def test_what_is_wrong_is_told_beside_the_field_and_kept(as_anne, field, value, says):
    response = as_anne.post(NEW, typed(**{field: value}), headers=HTMX)
    assert response.status_code == 422
    html = response.content.decode()
    assert says in html
    assert "Drift" in html
    assert not BankAccount.objects.exists()


@pytest.mark.parametrize(
    ("customer", "invoice", "says"),
    [
        ("6", "0", "A KID needs digits of the invoice"),
        ("0", "", "A KID needs digits of the invoice"),
        ("13", "12", "A KID has at most 25 digits, these give 26."),
        ("24", "1", "less than or equal to 23"),
    ],
)
def test_kid_rules_that_no_bank_takes_are_refused(as_anne, customer, invoice, says):
    rules = {"kid_customer_digits": customer, "kid_invoice_digits": invoice}
    response = as_anne.post(NEW, typed(kid_check="mod10", **rules))
    assert response.status_code == 422
    assert says in response.content.decode()


def test_the_database_holds_the_same_rules():
    for customer, invoice in ((6, 0), (13, 12)):
        with pytest.raises(IntegrityError), transaction.atomic():
            account(kid_check="mod10", kid_customer_digits=customer, kid_invoice_digits=invoice)
    account(kid_check="mod10", kid_customer_digits=12, kid_invoice_digits=12)


@pytest.mark.parametrize("check", ["mod10", "mod11"])
def test_the_example_follows_what_is_typed(as_anne, check):
    rules = f"?kid_check={check}&kid_customer_digits=6&kid_invoice_digits=6"
    html = as_anne.get(f"/setup/accounts/kid/{rules}").content.decode()
    assert "Customer 1040, invoice 10017:" in html
    assert {"mod10": "0010400100177", "mod11": "0010400100174"}[check] in html


@pytest.mark.parametrize(
    "rules",
    ["?kid_check=mod10", "?kid_check=mod10&kid_invoice_digits=x",
     "?kid_check=mod10&kid_invoice_digits=30", "?kid_check=x&kid_invoice_digits=6",
     "?kid_check=mod10&kid_invoice_digits=6&kid_customer_digits=-3"],
)  # fmt: skip
def test_rules_that_make_no_kid_say_what_one_needs(as_anne, rules):
    response = as_anne.get(f"/setup/accounts/kid/{rules}")
    assert response.status_code == 200
    assert "Not a KID yet" in response.content.decode()


@pytest.mark.parametrize("rules", ["", "?kid_check=none"])
def test_an_account_without_kid_says_what_stands_there_instead(as_anne, rules):
    assert "No KID" in as_anne.get(f"/setup/accounts/kid/{rules}").content.decode()


def test_wrong_kid_rules_are_told_beside_their_field_also_when_more_is_wrong(as_anne):
    wrong = typed(number="1", kid_check="mod10", kid_customer_digits="0", kid_invoice_digits="0")
    response = as_anne.post(NEW, wrong, headers=HTMX)
    assert {"number", "kid_invoice_digits"} == set(response.context["form"].errors)


def test_the_page_lists_accounts_in_order_with_an_example(as_anne):
    account(number=OTHER, name="Euro", currency="EUR", order=2)
    account(kid_check="mod10", kid_customer_digits=4, kid_invoice_digits=5, order=1)
    html = as_anne.get("/setup/").content.decode()
    assert html.index("8601.11.17947") < html.index("1503.40.12341")
    assert "such as 1040100172" in html


def test_an_account_is_changed_in_a_dialog(as_anne):
    kept = account()
    fragment = as_anne.get(url_of(kept), headers=HTMX)
    assert b"<html" not in fragment.content
    data = fields_of(fragment, "form.dialog") | {"name": "Skatt"}
    response = as_anne.post(url_of(kept), data, headers=HTMX)
    assert response["HX-Redirect"] == "/setup/"
    kept.refresh_from_db()
    assert kept.name == "Skatt"


def test_the_same_account_twice_is_told(as_anne):
    account()
    response = as_anne.post(NEW, typed(number="8601 11 17947"))
    assert response.status_code == 422
    assert "The company has this account already." in response.content.decode()


def test_what_another_changed_meanwhile_is_shown_and_nothing_is_lost(as_anne):
    kept = account()
    seen = fields_of(as_anne.get(url_of(kept)), "form.dialog")
    as_anne.post(url_of(kept), seen | {"name": "Først", "bic": "DNBANOKK"})
    response = as_anne.post(url_of(kept), seen | {"name": "Sist"})
    assert response.status_code == 422
    assert "Changed meanwhile to “Først”" in response.content.decode()
    shown = fields_of(response, "form.dialog")
    assert (shown["name"], shown["bic"]) == ("Sist", "DNBANOKK")
    assert as_anne.post(url_of(kept), shown).status_code == 302
    kept.refresh_from_db()
    assert (kept.name, kept.bic) == ("Sist", "DNBANOKK")


def test_an_account_removed_meanwhile_is_offered_as_a_new_one(as_anne):
    kept = account()
    seen = fields_of(as_anne.get(url_of(kept)), "form.dialog")
    as_anne.post(url_of(kept, "remove/"))
    response = as_anne.post(url_of(kept), seen | {"name": "Sist"})
    assert response.status_code == 422
    html = response.content.decode()
    assert "Somebody has removed this account meanwhile." in html
    assert f'action="{NEW}"' in html
    as_anne.post(NEW, fields_of(response, "form.dialog"))
    assert BankAccount.objects.get().name == "Sist"


def test_removing_asks_first(as_anne):
    kept = account()
    asked = as_anne.get(url_of(kept, "remove/"))
    assert "New invoices no longer name account 8601.11.17947." in asked.content.decode()
    assert BankAccount.objects.exists()
    assert as_anne.post(url_of(kept, "remove/")).status_code == 302
    assert not BankAccount.objects.exists()
    assert as_anne.post(url_of(kept, "remove/")).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_one_account_that_many_add_at_once_is_added_once(anne):
    def add(person: int) -> int:
        return signed_in(anne).post(NEW, typed(name=f"Nr. {person}")).status_code

    assert sorted(at_once(6, add)) == [302] + [422] * 5
    assert BankAccount.objects.count() == 1


def test_the_last_changes_name_the_account(as_anne):
    as_anne.post(NEW, typed())
    kept = BankAccount.objects.get()
    seen = fields_of(as_anne.get(url_of(kept)), "form.dialog")
    as_anne.post(url_of(kept), seen | {"kid_check": "mod11", "kid_invoice_digits": "5"})
    as_anne.post(url_of(kept, "remove/"))
    html = as_anne.get("/setup/").content.decode()
    changes = html[html.index('id="changes-title"') :]
    for text in (f"{NUMBER} added", f"{NUMBER} removed", "No KID", "Modulus 11", "Anne Dahl"):
        assert text in changes
