"""What the pages with money are measured over: ten invoices for each customer, made in one go."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection, models
from django.utils import timezone

from customers.models import Customer
from moment.ledger.models import Invoice, Match, Payment
from moment.models import User

EACH = 10  # invoices of a customer
OPEN = 20  # one in so many is open
OF_ONE = 5000  # open items of the one customer that is looked at
# Of those, one in so many was open at the date that is asked for and is settled now.
SETTLED = 5


def make(user: User) -> tuple[Customer, date]:
    """Return the customer with many open items, and a date at which they all were open."""
    today = timezone.localdate()
    _invoices_of_all(user, today)
    customer = Customer.objects.filter(status="active").order_by("pk")[200]
    at = _open_items(customer, user, today)
    with connection.cursor() as cursor:
        for table in ("ledger_invoice", "ledger_payment", "ledger_match"):
            sqlite = connection.vendor == "sqlite"
            cursor.execute(f"ANALYZE {table}" if sqlite else f"VACUUM ANALYZE {table}")
    return customer, at


def _invoices_of_all(user: User, today: date) -> None:
    """Insert the invoices of all customers as the database itself makes them."""
    amount, is_open = "(1000 + (c.id %% 900) * 10 + n.k)", f"((c.id * 7 + n.k) %% {OPEN} = 0)"
    day = _minus(today, "(n.k * 25 + c.id %% 24)")
    due = _minus(today, "(n.k * 25 + c.id %% 24 - 30)")
    number = "'B' || c.id || '-' || n.k"
    given = {
        "number": number, "sort_number": number, "customer_id": "c.id",
        "issued_on": day, "due_on": due, "net": amount, "gross": amount,
        "remaining": f"CASE WHEN {is_open} THEN {amount} ELSE 0 END", "is_open": is_open,
        "settled_on": f"CASE WHEN {is_open} THEN NULL ELSE {due} END",
        "currency": "CASE WHEN n.k = 9 THEN 'EUR' ELSE 'NOK' END",
        "rate": "CASE WHEN n.k = 9 THEN 11.5 ELSE 1 END",
    }  # fmt: skip
    names, shown, params = _columns(_invoice(user, today), given)
    counted = " UNION ALL ".join(f"SELECT {n} AS k" for n in range(EACH))
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO ledger_invoice ({names}) SELECT {shown} "
            f"FROM customers_customer c CROSS JOIN ({counted}) n",
            params,
        )


def _invoice(user: User, today: date, **columns: Any) -> Invoice:
    """Return what all these invoices have in common; not saved."""
    values = {
        "finalised_at": timezone.now(), "finalised_by": user, "buyer_name": "Kunde",
        "currency": "NOK", "rate": 1, "issued_on": today, "due_on": today, "is_open": True,
        "kind": Invoice.Kind.INVOICE.value,
    }  # fmt: skip
    return Invoice(**values | columns)


def _columns(row: models.Model, given: dict[str, str]) -> tuple[str, str, list[Any]]:
    """Return the names of a row's columns and what each gets: what is given, or a value."""
    names, shown, params = [], [], []
    for field in row._meta.concrete_fields:
        if field.primary_key:
            continue
        names.append(f'"{field.column}"')
        shown.append(given.get(field.column, "%s"))
        if field.column not in given:
            value = field.pre_save(row, add=True)
            params.append(field.get_db_prep_save(value, connection))
    return ", ".join(names), ", ".join(shown), params


def _minus(day: date, days: str) -> str:
    if connection.vendor == "sqlite":
        return f"date('{day}', (-{days}) || ' days')"
    return f"(DATE '{day}' - CAST({days} AS integer))"


def _open_items(customer: Customer, user: User, today: date) -> date:
    at = today - timedelta(days=20)
    made = [
        _invoice(
            user, today, customer=customer, number=f"BO{n}", net=100 + n, gross=100 + n,
            remaining=100 + n if n % SETTLED else 0, is_open=bool(n % SETTLED),
            issued_on=at - timedelta(days=n % 150), due_on=at - timedelta(days=n % 150 - 30),
            settled_on=None if n % SETTLED else today,
        )
        for n in range(OF_ONE)
    ]  # fmt: skip
    invoices = Invoice.objects.bulk_create(made, batch_size=500)
    settled = invoices[::SETTLED]
    of = {"customer": customer, "currency": "NOK", "made_by": user, "paid_on": today}
    payments = Payment.objects.bulk_create(
        (Payment(amount=one.gross, remaining=Decimal(0), is_open=False, **of) for one in settled),
        batch_size=500,
    )
    Match.objects.bulk_create(
        (
            Match(invoice=one, payment=paid, amount=one.gross, matched_on=today, made_by=user)
            for one, paid in zip(settled, payments, strict=True)
        ),
        batch_size=500,
    )
    return at
