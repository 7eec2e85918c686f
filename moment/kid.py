"""KID: the number by which a payment tells whose it is and for which invoice.

By the banks' rules for OCR giro and AvtaleGiro: 2 to 25 digits of which the last is a check digit,
by modulus 10 (Luhn) or modulus 11. What the others mean is agreed with the bank for each account.
"""

from typing import Protocol

from stdnum import luhn

LONGEST = 25  # digits, with the check digit
_WEIGHTS = (2, 3, 4, 5, 6, 7)
_EXAMPLE = ("1040", "10017")


class Rules(Protocol):
    """How an account's KID is made; see `moment.models.BankAccount`."""

    kid_check: str
    kid_customer_digits: int
    kid_invoice_digits: int


class TooLong(ValueError):
    """A number has more digits than the account's KID has room for."""

    def __init__(self, number: str, digits: int) -> None:
        super().__init__(f"{number} has more than the {digits} digits that the KID has for it")
        self.number, self.digits = number, digits


def kid(account: Rules, customer_number: str, invoice_number: str) -> str:
    """Return the KID of an invoice, empty where the account has none.

    Of each number the digits alone count, filled up with zeros. Raises TooLong where one does not
    fit, and ValueError where the rules or a number make no KID.
    """
    if account.kid_check == "none":
        return ""
    digits = _part(customer_number, account.kid_customer_digits)
    digits += _part(invoice_number, account.kid_invoice_digits)
    if not 1 <= len(digits) < LONGEST:
        raise ValueError(f"a KID has 2 to {LONGEST} digits, these rules give {len(digits) + 1}")
    return digits + _check_digit(digits, account.kid_check)


def is_valid(text: str, check: str) -> bool:
    """Tell whether this can be a KID with a check digit by `mod10` or `mod11`."""
    digits = text[:-1]
    if not (1 <= len(digits) < LONGEST and digits.isascii() and digits.isdigit()):
        return False
    return text[-1] == _check_digit(digits, check)


def example(account: Rules) -> tuple[str, str, str]:
    """Return a customer's number and an invoice's that fit the rules, and the KID they make."""
    customer = _EXAMPLE[0][: account.kid_customer_digits]
    invoice = example_invoice(account)
    return customer, invoice, kid(account, customer, invoice)


def example_invoice(account: Rules | None) -> str:
    """Return an invoice number that fits the account's KID."""
    number = _EXAMPLE[1]
    return number if account is None else number[: account.kid_invoice_digits] or number


def _part(number: str, digits: int) -> str:
    """Return the digits of a number in this many places, nothing for none."""
    if not digits:
        return ""
    bare = "".join(c for c in number if c.isascii() and c.isdigit())
    if not bare:
        raise ValueError(f"{number!r} has no digits")
    if len(bare) > digits:
        raise TooLong(number, digits)
    return bare.zfill(digits)


def _check_digit(digits: str, check: str) -> str:
    match check:
        case "mod10":
            return luhn.calc_check_digit(digits)
        case "mod11":
            return _mod11(digits)
    raise ValueError(f"{check!r} is no check digit of a KID")


def _mod11(digits: str) -> str:
    """Return the check digit by weights 2 to 7 from the right, again and again.

    Where it would be 10 it is a hyphen, which banks take as the last character of a KID.
    """
    total = sum(
        int(digit) * _WEIGHTS[place % len(_WEIGHTS)] for place, digit in enumerate(reversed(digits))
    )
    found = -total % 11
    return "-" if found == 10 else str(found)
