"""KID: digits, check digit, and what a mistyped one is told by."""

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from moment import kid
from moment.models import BankAccount

digits = st.text("0123456789", min_size=1, max_size=24)
checks = st.sampled_from(["mod10", "mod11"])


def account(check="mod10", customer=6, invoice=6) -> BankAccount:
    return BankAccount(kid_check=check, kid_customer_digits=customer, kid_invoice_digits=invoice)


def kid_of(body: str, check: str) -> str:
    """Return the KID with these digits before the check digit."""
    return kid.kid(account(check, 0, len(body)), "", body)


# Values worked out by hand: weights 2 1 2 1 and 2 to 7 from the right.
@pytest.mark.parametrize(
    ("check", "body", "expected"),
    [
        ("mod10", "1234", "12344"),
        ("mod10", "0", "00"),
        ("mod10", "7992739871", "79927398713"),
        ("mod11", "1234", "12343"),
        ("mod11", "0", "00"),
        ("mod11", "6", "6-"),  # 6 × 2 = 12, the check digit would be 10
        ("mod11", "1000000", "10000009"),  # the seventh digit from the right has weight 2 again
    ],
)
def test_the_check_digit_is_the_banks(check, body, expected):
    assert kid_of(body, check) == expected


def test_both_numbers_are_filled_up_with_zeros():
    assert kid.kid(account(), "1040", "10017")[:-1] == "001040010017"


def test_letters_of_a_number_do_not_count():
    assert kid.kid(account(), "K-1040", "F10017") == kid.kid(account(), "1040", "10017")


def test_a_kid_of_the_invoice_alone_has_nothing_of_the_customer():
    assert kid.kid(account(customer=0), "K", "17")[:-1] == "000017"


def test_an_account_without_kid_makes_none():
    assert kid.kid(account("none", 0, 0), "1040", "1") == ""


def test_a_number_that_does_not_fit_is_named():
    with pytest.raises(kid.TooLong, match="1234567 has more than the 6 digits"):
        kid.kid(account(), "1234567", "1")


@pytest.mark.parametrize(
    ("rules", "customer", "invoice"),
    [
        (("mod10", 0, 0), "1", "1"),  # nothing but a check digit
        (("mod10", 13, 12), "1", "1"),  # 26 digits
        (("mod10", 6, 6), "ABC", "1"),
        (("mod97", 6, 6), "1", "1"),
    ],
)
def test_rules_that_make_no_kid_are_refused(rules, customer, invoice):
    with pytest.raises(ValueError, match=r"."):
        kid.kid(account(*rules), customer, invoice)


def test_the_longest_kid_has_25_digits():
    made = kid.kid(account("mod11", 12, 12), "1040", "10017")
    assert len(made) == 25
    assert kid.is_valid(made, "mod11")


@given(digits, checks)
def test_what_is_made_is_valid(body, check):
    made = kid_of(body, check)
    assert made.startswith(body)
    assert len(made) == len(body) + 1
    assert kid.is_valid(made, check)


@given(digits, checks, st.data())
def test_one_changed_digit_is_noticed(body, check, data):
    made = kid_of(body, check)
    place = data.draw(st.integers(0, len(made) - 1))
    other = data.draw(st.sampled_from("0123456789"))
    assume(made[place] != other)
    assert not kid.is_valid(made[:place] + other + made[place + 1 :], check)


@given(digits, checks, st.data())
@example("09", "mod10", None)
@example("1000000", "mod11", None)
def test_two_swapped_neighbours_are_noticed(body, check, data):
    made = kid_of(body, check)
    place = data.draw(st.integers(0, len(made) - 2)) if data else 0
    left, right = made[place], made[place + 1]
    assume(left != right)
    swapped = made[:place] + right + left + made[place + 2 :]
    # Luhn's one blind spot.
    blind = check == "mod10" and {left, right} == {"0", "9"}
    assert kid.is_valid(swapped, check) == blind


@given(st.text(max_size=30), checks)
@example("", "mod10")
@example("1", "mod10")
@example("-", "mod11")
@example("٣٣", "mod10")
@example("1" * 26, "mod10")
def test_no_text_upsets_the_check(text, check):
    if kid.is_valid(text, check):
        assert text[:-1].isascii()
        assert text[:-1].isdigit()
        assert 2 <= len(text) <= 25


@given(st.integers(0, 12), st.integers(1, 12), checks)
def test_the_example_fits_every_rule(customer, invoice, check):
    rules = account(check, customer, invoice)
    shown_customer, shown_invoice, made = kid.example(rules)
    assert made == kid.kid(rules, shown_customer, shown_invoice)
    assert kid.is_valid(made, check)
