"""Which of the demo's customers can receive EHF, and how they get their invoices."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from random import Random
from typing import NamedTuple

from customers.models import Customer
from moment.demo import named
from moment.demo.entities import FIRMS, PUBLIC
from moment.models import InvoiceType
from registry.models import NORWEGIAN_SCHEME, Entity, Reachability, ReachabilityChange

SEED = 1_922_026
_SMPS = ("smp.example", "smp.faktura.example", "smp.handel.example")
_NO_CREDIT_NOTES = 0.04  # of those that take invoices


class _Habits(NamedTuple):
    """Shares of those of one sort: their answers, the rest was never asked; and what they get."""

    yes: float
    no: float
    failed: float
    ehf: float  # of those who can receive it


_COMPANIES = _Habits(yes=0.82, no=0.11, failed=0.02, ehf=0.42)
_PUBLIC_BODIES = _Habits(yes=0.82, no=0.12, failed=0.02, ehf=0.85)
_SMALL = _Habits(yes=0.3, no=0.56, failed=0.02, ehf=0.25)
_GONE = _Habits(yes=0.08, no=0.84, failed=0.0, ehf=0.5)

# invoice, credit note, how they get invoices; None where nobody has asked
_NAMED = {
    "Fjordkraft Teknikk AS": (True, True, InvoiceType.EHF),
    "Nordlys Arkitekter AS": (True, True, ""),
    "Brekke & Sønner Bygg AS": (False, False, InvoiceType.LETTER),
    "Storfjell kommune": (True, True, InvoiceType.EHF),
    "Skagerrak Geomatikk AS": (True, False, InvoiceType.EHF),
    "Hallingvik Energiverk SA": (True, True, ""),
    "Studio Måke ENK": None,
    "Midtland fylkeskommune": (True, True, InvoiceType.EHF),
    "Østvang Prosjektledelse AS": (False, False, ""),
}


def load(
    slots: Mapping[str, int],
    ours: Mapping[str, list[Customer]],
    copies: Mapping[str, Entity],
    now: datetime,
) -> int:
    """Store the answers about these customers that are missing; return how many those are.

    All by reg. no. Within the caller's transaction.
    """
    known = set(
        Reachability.objects.norwegian()
        .filter(identifier__in=list(ours))
        .values_list("identifier", flat=True)
    )
    answers: list[Reachability] = []
    changes: list[ReachabilityChange] = []
    wanted: dict[str, list[int]] = {}
    for number, customers in ours.items():
        rng = Random(SEED + slots[number])
        answer, invoice_type = _draw(rng, slots[number], number, copies.get(number), now)
        if answer and number not in known:
            answers.append(answer)
            changes += _history(rng, answer, now)
        if invoice_type:
            wanted.setdefault(invoice_type, []).extend(customer.pk for customer in customers)
    Reachability.objects.bulk_create(answers)
    ReachabilityChange.objects.bulk_create(changes)
    for invoice_type, keys in wanted.items():
        Customer.objects.filter(pk__in=keys, invoice_type="").update(invoice_type=invoice_type)
    return len(answers)


def _draw(
    rng: Random, slot: int, number: str, entity: Entity | None, now: datetime
) -> tuple[Reachability | None, str]:
    """Return what the network answered, None where nobody asked, and how the invoices go out."""
    answer = Reachability(scheme=NORWEGIAN_SCHEME, identifier=number)
    checked_at = now - timedelta(minutes=rng.randrange(10, 20 * 60))
    smp = rng.choices(_SMPS, (86, 9, 5))[0]
    if slot < len(named.CUSTOMERS) and (name := named.CUSTOMERS[slot].name) in _NAMED:
        if (told := _NAMED[name]) is None:
            return None, ""
        answer.invoice, answer.credit_note, invoice_type = told
    else:
        habits = _habits(entity)
        draw = rng.random()
        invoice_type = _invoice_type(rng, habits, reachable=draw < habits.yes)
        if draw < habits.yes:
            answer.invoice, answer.credit_note = True, rng.random() >= _NO_CREDIT_NOTES
        elif draw < habits.yes + habits.no:
            answer.invoice = answer.credit_note = False
        elif draw < habits.yes + habits.no + habits.failed:
            answer.failed_at, answer.failure = checked_at, f"{smp} did not answer in time"
            return answer, invoice_type
        else:
            return None, invoice_type
    answer.checked_at = checked_at
    answer.smp = smp if answer.invoice else ""
    return answer, invoice_type


def _habits(entity: Entity | None) -> _Habits:
    if entity is None:
        return _SMALL
    if entity.deleted_on or entity.bankrupt:
        return _GONE
    if entity.form_code in PUBLIC:
        return _PUBLIC_BODIES
    # Sole traders and the like seldom do.
    return _COMPANIES if entity.form_code in FIRMS - {"ENK", "NUF", "DA", "ANS"} else _SMALL


def _invoice_type(rng: Random, habits: _Habits, *, reachable: bool) -> str:
    """Return how these invoices go out; mostly in the company's standard way."""
    # A few are meant to get EHF though they cannot: somebody has to look into that.
    ehf = habits.ehf if reachable else 0.02
    rest = 1 - ehf
    return rng.choices(
        (InvoiceType.EHF, InvoiceType.LETTER, InvoiceType.EMAIL, ""),
        (ehf, rest * 0.05, rest * 0.08, rest * 0.87),
    )[0]


def _history(rng: Random, answer: Reachability, now: datetime) -> list[ReachabilityChange]:
    """Return the answers that differed from the one before: the first, and for some another."""
    if answer.invoice is None or answer.credit_note is None:
        return []
    days = rng.randrange(3, 300)
    latest = ReachabilityChange(
        reachability=answer,
        at=now - timedelta(days=days),
        invoice=answer.invoice,
        credit_note=answer.credit_note,
        smp=answer.smp,
    )
    if not answer.invoice or rng.random() > 0.1:
        return [latest]
    earlier = now - timedelta(days=days + rng.randrange(20, 200))
    return [
        ReachabilityChange(reachability=answer, at=earlier, invoice=False, credit_note=False),
        latest,
    ]
