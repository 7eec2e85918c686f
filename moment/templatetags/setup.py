"""Tags of the company's setup."""

from django import template
from stdnum import iban
from stdnum.no import kontonr

from moment import kid
from moment.models import BankAccount

register = template.Library()


@register.filter
def account_number(number: str) -> str:
    """Return an account number in groups, as people read it: `1503.40.12345` or an IBAN."""
    return kontonr.format(number) if number.isdigit() else iban.format(number)


@register.filter
def kid_example(account: BankAccount) -> dict[str, str]:
    """Return a customer's number, an invoice's, and the KID that the account makes of them."""
    try:
        customer, invoice, made = kid.example(account)
    except ValueError:
        return {}
    return {"customer": customer, "invoice": invoice, "kid": made}
