import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from registry.org_number import compact, formatted, is_valid, with_check_digit

first_eight = st.builds(
    lambda first, rest: f"{first}{rest:07}", st.sampled_from("2389"), st.integers(0, 9_999_999)
)


@given(first_eight)
def test_a_number_with_its_check_digit_is_valid(digits):
    number = with_check_digit(digits)
    assume(number and len(set(number)) > 1)
    assert is_valid(number)


@given(first_eight, st.integers(0, 8), st.integers(1, 9))
def test_changing_any_single_digit_makes_a_number_invalid(digits, place, difference):
    number = with_check_digit(digits)
    assume(number)
    digit = (int(number[place]) + difference) % 10
    assert not is_valid(f"{number[:place]}{digit}{number[place + 1 :]}")


@given(first_eight, st.integers(0, 9))
def test_there_is_never_more_than_one_right_check_digit(digits, check):
    number = f"{digits}{check}"
    assume(len(set(number)) > 1)
    assert is_valid(number) == (number == with_check_digit(digits))


def test_remainder_ten_gives_no_number():
    # 3·3 + 1·2 + 6·2 = 23, one more than 2·11: the check digit would have to be 10.
    without = [f"3100000{n}" for n in range(10) if with_check_digit(f"3100000{n}") is None]
    assert without == ["31000006"]
    assert not any(is_valid(f"31000006{check}") for check in range(10))


@pytest.mark.parametrize("digit", "0123456789")
def test_nine_equal_digits_are_nobodys_number(digit):
    assert not is_valid(digit * 9)


@pytest.mark.parametrize("first", "014567")
def test_numbers_that_are_never_issued_are_invalid(first):
    numbers = filter(None, (with_check_digit(f"{first}000000{n}") for n in range(10)))
    assert [number for number in numbers if is_valid(number)] == []


@pytest.mark.parametrize(
    "text", ["", "31000000", "3100000000", "31000000x", "３１０００００００", "\0"]
)
def test_what_is_not_nine_plain_digits_is_invalid(text):
    assert not is_valid(text)


@pytest.mark.parametrize(
    "text",
    [
        "310000000",
        "310 000 000",
        "310.000.000",
        "310\u00a0000\u202f000",
        " NO 310 000 000 MVA ",
        "no310000000mva",
        "310-000-000",
    ],
)
def test_a_number_is_understood_however_it_is_written(text):
    assert compact(text) == "310000000"


def test_a_number_is_shown_in_groups_that_stay_on_one_line():
    assert formatted("310000000") == "310\u00a0000\u00a0000"


@pytest.mark.parametrize("text", ["", "31000000", "SE556000-0000"])
def test_what_is_no_norwegian_number_is_shown_as_it_is(text):
    assert formatted(text) == text


@given(first_eight)
def test_reading_back_what_is_shown_gives_the_number(digits):
    number = with_check_digit(digits)
    assume(number)
    assert compact(formatted(number)) == number
