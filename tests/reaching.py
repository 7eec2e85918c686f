"""Customers whom EHF reaches, or does not."""

from typing import Any

from django.utils import timezone

from customers.models import Customer
from registry.models import Reachability
from tests.factories import CustomerFactory, org_number

SMP = "smp.vardefjord.example"


def kept(number: str, reach: str, **fields: Any) -> Reachability:
    """Make what is kept of a reg. no.: `yes`, `no`, `failed` (asked in vain) or `waiting`."""
    known, now = reach in ("yes", "no"), timezone.now()
    return Reachability(
        **{
            "scheme": "0192",
            "identifier": number,
            "invoice": reach == "yes" if known else None,
            "credit_note": reach == "yes" if known else None,
            "smp": SMP if reach == "yes" else "",
            "checked_at": now if known else None,
            "failed_at": now if reach == "failed" else None,
            **fields,
        }
    )


def customer(reach: str = "yes", n: int = 0, **fields: Any) -> Customer:
    """Return a new Norwegian customer with the n-th fictional reg. no. and this reach.

    Beside those of `kept`: `never` was never asked for, and `none` has no reg. no. at all.
    """
    number = "" if reach == "none" else org_number(n or 1000 + Customer.objects.count())
    if reach not in ("none", "never"):
        kept(number, reach).save()
    return CustomerFactory(org_number=number, **fields)
