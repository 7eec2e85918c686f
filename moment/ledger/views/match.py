"""Matching what a customer owes with what it has to its credit."""

from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from customers.models import Customer
from customers.views.loading import moved, visible_customer
from moment import money
from moment.access import SignedInRequest, needs
from moment.htmx import INVALID, redirect_to
from moment.keyset import is_key
from moment.ledger import open_items, paying
from moment.ledger.forms.parts import Parts, typed_in
from moment.ledger.matching import Item


@needs(
    "customers.view_customer", "ledger.view_invoice", "ledger.view_payment", "ledger.add_payment"
)
def match(request: SignedInRequest, number: str) -> HttpResponse:
    customer = visible_customer(request.user, number)
    if redirect := moved(request, customer, number):
        return redirect
    sides = Sides(customer, request.GET, request.POST if request.method == "POST" else None)
    problem = ""
    if request.method == "POST" and request.POST.get("do") == "propose":
        sides.propose()
    elif request.method == "POST":
        problem = sides.problem
        if not problem:
            problem = _matched(request, customer, sides)
        if not problem:
            messages.success(request, _("It is matched."))
            return redirect_to(request, _back(customer))
    context = {"customer": customer, "sides": sides, "problem": problem, "back": _back(customer)}
    context |= {"tags": customer.tags.all(), "seen": open_items.seen(customer)}
    return render(request, "ledger/match.html", context, status=INVALID if problem else 200)


class Sides:
    """What is open on both sides in one currency, each with a field."""

    def __init__(self, customer: Customer, asked: QueryDict, data: QueryDict | None) -> None:
        self.customer, self.data = customer, data
        self.currencies = open_items.currencies(customer)
        self.first = _asked_for(customer, asked)
        wanted = self.first.currency if self.first else asked.get("currency", "")
        self.currency = wanted if wanted in money.codes() else (self.currencies or [""])[0]
        self.debits = open_items.debits(customer, self.currency)
        self.credits = open_items.credits(customer, self.currency)
        if data is None:
            self.propose()
        else:
            typed = typed_in(data)
            credit = {open_items.key_of(item) for item in self.credits}
            self.owed = self._parts(
                self.debits, {key: text for key, text in typed.items() if key not in credit}
            )
            self.credit = self._parts(
                self.credits, {key: text for key, text in typed.items() if key in credit}
            )

    def propose(self) -> None:
        """Propose to match the oldest first, or what was asked for with the oldest."""
        debits, credits = self.debits, self.credits
        if self.first in debits:
            debits = [self.first]
        elif self.first in credits:
            credits = [self.first]
        both = min(_sum(debits), _sum(credits))
        owed, credit = (open_items.by_oldest(some, both) for some in (debits, credits))
        self.owed = Parts(self.customer, self.currency, self.debits, proposed=owed)
        self.credit = Parts(self.customer, self.currency, self.credits, proposed=credit)

    @property
    def can_be_matched(self) -> bool:
        return bool(self.debits and self.credits)

    @property
    def problem(self) -> str:
        """Why what is typed cannot be matched, empty where it can as far as is known."""
        if not (self.owed.is_valid and self.credit.is_valid):
            return _("Not saved yet: something below needs another look.")
        owed, credit = self.owed.total, self.credit.total
        if owed != credit:
            words = _("Both sides must come to the same: %(owed)s is not %(credit)s.")
            return words % {"owed": money.amount(owed), "credit": money.amount(credit)}
        return "" if owed else _("Write how much is matched.")

    def _parts(self, items: list[Item], typed: dict[str, str]) -> Parts:
        return Parts(self.customer, self.currency, items, typed=typed)


def _matched(request: SignedInRequest, customer: Customer, sides: Sides) -> str:
    """Match, or return why not."""
    parts = sides.owed.amounts | sides.credit.amounts
    shown = request.POST.get("seen", "")
    try:
        paying.settle_open(customer, parts, by=request.user, shown=shown)
    except paying.CannotMatch as error:
        return str(error)
    except paying.ChangedMeanwhile:
        return _("Something was entered or matched meanwhile. Look once more.")
    return ""


def _asked_for(customer: Customer, asked: QueryDict) -> Item | None:
    """Return the open payment or invoice that the link names."""
    key, number = asked.get("payment", ""), asked.get("invoice", "")
    if is_key(key):
        return customer.payments.still_open().filter(pk=key).first()
    return customer.invoices.still_open().numbered(number).first()


def _sum(items: list[Any]) -> Decimal:
    return sum((open_items.open_of(item) for item in items), Decimal(0))


def _back(customer: Customer) -> str:
    """Return the address of the customer's ledger."""
    return reverse("ledger:ledger", args=[customer.number])
