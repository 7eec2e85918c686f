"""OCR giro files: what is read of them, and what is refused in which line."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from moment import kid
from moment.ledger import ocr, reading
from moment.ledger.ocr import NotOcr, parse
from moment.models import BankAccount
from tests.ledger.ocr_files import ACCOUNT, Paid, content, lines, text_of

TODAY = timezone.localdate()
MIXED = [
    Paid("1020.00", "0000531"),
    Paid("0.01", "12345678901234567890123-", kind="15"),
    Paid("-250.50", "9912-", kind="18"),
    Paid("99", kind="21", text="Takk for hjelpen, æøå", payer="00000000000"),
]


def changed(line: int, first: int, text: str, *paid: Paid, **options) -> bytes:
    """Return a file in which something else stands in a line, from a column on; both from 1."""
    found = lines(*(paid or MIXED), **options)
    old = found[line - 1]
    found[line - 1] = old[: first - 1] + text + old[first - 1 + len(text) :]
    return text_of(found)


def why(data: bytes) -> str:
    with pytest.raises(NotOcr) as refused:
        parse(data)
    return str(refused.value)


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("tail", ["", "\r\n \r\n", "\x1a"])
def test_what_the_bank_tells(newline, tail):
    found = parse(content(*MIXED, newline=newline) + tail.encode())
    assert (found.number, found.settled_on) == ("1000081", TODAY)
    assert [one.amount for one in found.transactions] == [
        Decimal("1020.00"), Decimal("0.01"), Decimal("-250.50"), Decimal("99.00"),
    ]  # fmt: skip
    assert [one.kid for one in found.transactions] == [one.kid for one in MIXED]
    assert [one.text for one in found.transactions] == ["", "", "", "Takk for hjelpen, æøå"]
    assert [one.payer for one in found.transactions][-2:] == ["99990512341", ""]
    assert [one.line for one in found.transactions] == [3, 5, 7, 9]
    assert {one.account for one in found.transactions} == {ACCOUNT}
    assert {one.paid_on for one in found.transactions} == {TODAY}
    assert len({one.reference for one in found.transactions}) == 4


def test_several_accounts_and_days_stand_in_one_file():
    yesterday = TODAY - timedelta(days=1)
    some = [Paid(1, on=yesterday), Paid(2)]
    found = parse(content(*some, more=(("11112222333", [Paid(3)]), ("44445555666", []))))
    assert [(one.account, one.paid_on, one.amount) for one in found.transactions] == [
        (ACCOUNT, yesterday, 1),
        (ACCOUNT, TODAY, 2),
        ("11112222333", TODAY, 3),
    ]


def test_a_file_that_the_format_s_book_shows_is_read():
    """Two transactions of an example that went from the bank to a customer in 1992."""
    example = """\
NY000010000080800170031000102000000000000000000000000000000000000000000000000000
NY090020001008566000000299991042764000000000000000000000000000000000000000000000
NY09213000000012001921320101464000000000000102000                  0000531000000
NY092131000000196368271940990385620000000160192999905123410000000000000000000000
NY0921320000001Foo bar baz                             0000000000000000000000000
NY09103000000022001921320101464000000000000102000                  0036633000000
NY091031000000297975960160975960161883206160192999910055240000000000000000000000
NY090088000000020000000700000000000204000200192200192200192000000000000000000000
NY000089000000020000000900000000000204000200192000000000000000000000000000000000
"""
    first, second = parse(example.encode()).transactions
    assert (first.amount, first.kid, first.text) == (1020, "0000531", "Foo bar baz")
    assert (second.payer, second.paid_on) == ("99991005524", date(1992, 1, 20))


def test_cut_after_any_line_it_is_refused():
    whole = lines(*MIXED, more=(("11112222333", [Paid(3)]),))
    for count in range(len(whole)):
        words = why(text_of(whole[:count]))
        assert words == "The file is empty." if not count else f"after line {count}." in words


def test_cut_inside_any_line_it_is_refused():
    data = content(*MIXED, newline="\n")
    for size in range(1, len(data) - 1):
        *whole, last = data[:size].split(b"\n")
        if len(last) in (0, 80):
            assert f"after line {len(whole) + len(last) // 80}." in why(data[:size])
        else:
            assert why(data[:size]).startswith(f"Line {len(whole) + 1}: it has ")


def test_without_or_with_twice_any_line_it_is_refused():
    whole = lines(*MIXED)
    for place in range(len(whole)):
        why(text_of(whole[:place] + whole[place + 1 :]))
        why(text_of(whole[: place + 1] + whole[place:]))


def test_two_neighbouring_lines_that_change_places_are_refused():
    whole = lines(*MIXED)
    for place in range(len(whole) - 1):
        swapped = whole.copy()
        swapped[place], swapped[place + 1] = whole[place + 1], whole[place]
        why(text_of(swapped))


@pytest.mark.parametrize(
    ("line", "column", "text", "told"),
    [
        (1, 1, "XX", "Line 1: it does not begin with NY"),
        (1, 3, "x", "Line 1: it does not begin as"),
        (1, 7, "20", "Line 1: expected the start record of a transmission"),
        (1, 17, "a", "Line 1: only digits belong in columns 17 to 23."),
        (2, 3, "21", "Line 2: it is of another service (AvtaleGiro)."),
        (2, 3, "77", "Line 2: it is of another service (77)."),
        (2, 25, " ", "Line 2: only digits belong in columns 25 to 35."),
        (3, 5, "22", "Line 3: 22 is no type of transaction"),
        (3, 5, "09", "Line 3: 09 is no type of transaction"),
        (3, 16, "310226", "Line 3: 310226 is no date."),
        (3, 32, "-", "Line 3: only reversals"),
        (3, 32, "+", "Line 3: “+” is no sign"),
        (3, 33, "0" * 17, "Line 3: the amount is 0."),
        (3, 33, "9" * 17, "Line 3: the amount is too large."),
        (3, 33, "x", "Line 3: only digits belong in columns 33 to 49."),
        (3, 50, "1", "Line 3: “1"),
        (3, 74, " ", "Line 3: “0000"),
        (3, 72, "-", "Line 3: “0000"),
        (4, 9, "0000009", "Line 4: it belongs to another transaction"),
        (4, 5, "11", "Line 4: it belongs to another transaction"),
        (7, 32, "0", "Line 7: a reversal takes something off"),
        (9, 9, "0000009", "Line 10: it belongs to another transaction"),
        (12, 9, "00000003", "Line 12: it says 3 transactions, but there are 4."),
        (12, 17, "00000012", "Line 12: it says 12 records, but there are 11."),
        (12, 25, "00000000000086852", "Line 12: it says 86852 øre, but there are 86851."),
        (12, 48, "010101", "Line 12: the dates are from"),
        (13, 9, "00000005", "Line 13: it says 5 transactions, but there are 4."),
        (13, 17, "00000014", "Line 13: it says 14 records, but there are 13."),
        (13, 25, "00000000000000000", "Line 13: it says 0 øre, but there are 86851."),
        (13, 7, "88", "Line 13: expected the end record of the transmission"),
    ],
)
def test_what_is_not_as_the_bank_writes_it_is_refused(line, column, text, told):
    assert why(changed(line, column, text)).startswith(told)


def test_other_files_are_refused():
    assert why(b"") == why(b" \r\n\r\n") == "The file is empty."
    assert why(b"\x89PNG\r\n\x1a\n" + bytes(80)).startswith("Line 1: this is no text.")
    assert why(b"date;amount\n1;2\n").startswith("Line 1: it has 11 characters instead of 80.")
    assert why(b"x" * (ocr.MOST_BYTES + 1)).startswith("The file is too large")
    assert why("\ufeff".encode() + content(*MIXED)).startswith("Line 1: it has 83")
    assert why(content(*MIXED) + b"x").startswith("Line 14: it has 1 ")
    assert why(content(*MIXED) * 2) == "Line 14: something follows after the end record."


def test_each_digit_of_a_kid_changed_is_met():
    account = BankAccount(kid_check="mod10", kid_customer_digits=4, kid_invoice_digits=5)
    for check in ("mod10", "mod11"):
        account.kid_check = check
        right = kid.kid(account, "1040", "20017")
        assert reading.kid_is_right(right, [account])
        for place, there in enumerate(right):
            for other in {*"0123456789", "-"} - {there}:
                wrong = right[:place] + other + right[place + 1 :]
                assert not reading.kid_is_right(wrong, [account]), wrong


def test_days_that_make_no_sense_are_refused():
    for day in (TODAY + timedelta(days=1), date(1999, 12, 31)):
        with pytest.raises(NotOcr, match=r"^Line 5: "):
            reading.parse(content(Paid(1), Paid(2, on=day)))
    reading.parse(content(Paid(1, on=date(2000, 1, 1))))


@pytest.mark.parametrize("count", [1, 3])
def test_the_same_amount_twice_with_one_number_of_the_bank_s_is_two(count):
    some = [Paid(5, archive="000000001") for _ in range(count)]
    found = lines(*some)
    # The bank's serial numbers are alike too.
    found = [line[:26] + "00000" + line[31:] if line[6:8] == "30" else line for line in found]
    assert len({one.reference for one in parse(text_of(found)).transactions}) == count


def test_where_the_bank_gives_no_number_the_kid_tells_payments_apart():
    """Files of one day, whose numbers begin anew, must not hide each other's payments."""
    one, other = (
        parse(content(Paid(5, kid, archive="000000000"))).transactions[0].reference
        for kid in ("0000531", "9912-")
    )
    again = parse(content(Paid(5, "0000531", archive="000000000"), transmission="1000083"))
    assert one != other
    assert again.transactions[0].reference == one
