"""Sending statements of account by e-mail: written down first, then sent, one after another."""

import logging
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from customers import destination
from customers.destination import Mail
from customers.models import Customer
from moment import mail
from moment.ledger import statement
from moment.ledger.models import Statement
from moment.mail import Attachment, Personal
from moment.models import CompanySettings, User
from moment.turns import in_turn

logger = logging.getLogger(__name__)

MOST = 1000  # customers at a time
# Seconds of one request: somebody waits, and sees how far it is.
PATIENCE = 5.0
# So long a statement counts as the same one: later more may have been invoiced and paid.
_SAME_FOR = timedelta(hours=1)
# What is neither sent nor failed so long after it was begun was stopped on its way.
_ON_ITS_WAY = timedelta(minutes=5)
_LONGEST_ERROR = 1000
# What a statement that reached some, and another of the rest, have both.
_SAME = (
    *("customer", "batch", "at", "since", "message", "message_id"),
    *("made_at", "made_by", "begun_at"),
)


@dataclass(frozen=True)
class Plan:
    """To whom statements of customers go: those with an address, and those without.

    `had` are addresses of theirs that are left out, since they have got the same already.
    """

    reached: Sequence[tuple[Customer, Mail]]
    without: Sequence[Customer]
    had: Sequence[str] = ()


@dataclass(frozen=True)
class Progress:
    """How far the statements of a batch are. `unknown`: they were begun, and nobody knows more.

    One that did not reach all its addresses has failed.
    """

    total: int
    sent: int
    failed: int
    waiting: int
    unknown: int

    @property
    def done(self) -> int:
        return self.total - self.waiting


def plan(customers: Sequence[Customer], on: date, since: date | None = None) -> Plan:
    """Return to whom the statements of these customers go. At most four queries.

    Where one did not reach all that it was sent to, those that it did reach are left out.
    """
    found, had = destination.mailboxes_of(customers), _had(customers, on, since)
    reached, without, left_out = [], [], []
    for one in customers:
        mails = found[one.pk]
        if not mails.to:
            without.append(one)
            continue
        to, cc = (
            tuple(box for box in boxes if box.address not in had.get(one.pk, ()))
            for boxes in (mails.to, mails.cc)
        )
        if (to or cc) and (to, cc) != (mails.to, mails.cc):
            left_out += [box.address for box in (*mails.to, *mails.cc) if box not in (*to, *cc)]
            mails = replace(mails, to=to or cc, cc=cc if to else ())
        reached.append((one, mails))
    return Plan(reached, without, left_out)


def _had(
    customers: Sequence[Customer], on: date, since: date | None
) -> Mapping[int, Collection[str]]:
    """Return whom the same statement reached where it did not reach others. One query.

    By the customer's key; the last time that it was tried decides.
    """
    last: dict[int, dict[str, bool]] = defaultdict(dict)
    rows = Statement.objects.filter(customer__in=customers, at=on, since=since).order_by("pk")
    rows = rows.filter(made_at__gte=timezone.now() - _SAME_FOR)
    for row in rows.filter(Q(sent_at__isnull=False) | Q(failed_at__isnull=False)):
        for address in _listed(row):
            last[row.customer_id][address] = row.sent_at is not None
    return {
        key: [address for address, got in among.items() if got]
        for key, among in last.items()
        if not all(among.values())
    }


def new_batch() -> str:
    """Return what a form keeps, so that sending it twice sends nothing twice."""
    return uuid4().hex


def make(
    reached: Sequence[tuple[Customer, Mail]],
    on: date,
    *,
    by: User,
    batch: str,
    since: date | None = None,
    message: str = "",
) -> list[Statement]:
    """Write down statements that are to be sent; none where the batch was written down already."""
    with in_turn(), transaction.atomic():
        # Who presses twice waits here, and finds the first.
        User.objects.select_for_update().get(pk=by.pk)
        if Statement.objects.filter(batch=batch).exists():
            return []
        return Statement.objects.bulk_create(
            Statement(
                customer=customer,
                batch=batch,
                at=on,
                since=since,
                to=_addresses(found.to),
                copy_to=_addresses(found.cc),
                message=message.strip(),
                message_id=mail.new_message_id(),
                made_by=by,
            )
            for customer, found in reached
        )


def deliver(batch: str, *, patience: float = PATIENCE) -> None:
    """Send statements of a batch that wait, for so many seconds; of each write down what came.

    Waits for the mail server, so never inside a transaction. Two at once send none twice.
    """
    began, company = time.monotonic(), CompanySettings.current()
    waiting = Statement.objects.filter(batch=batch, begun_at=None).order_by("pk")
    for pk in list(waiting.values_list("pk", flat=True)):
        if time.monotonic() - began > patience:
            break
        with in_turn():
            # Whoever changes it sends it.
            mine = Statement.objects.filter(pk=pk, begun_at=None).update(begun_at=timezone.now())
        if mine:
            _deliver(Statement.objects.select_related("customer", "made_by").get(pk=pk), company)


def progress(batch: str) -> Progress | None:
    """Return how far a batch is; None where there is none. One query."""
    rows = Statement.objects.filter(batch=batch).order_by("pk")
    found = rows.values_list("message_id", "begun_at", "sent_at", "failed_at")
    # One that reached some of its addresses has two rows, with one identity: see `_note_some`.
    states: dict[str, str] = {}
    for message, begun, sent, failed in found:
        state = "sent" if sent else "failed" if failed else "unknown" if begun else "waiting"
        if state != "sent" or message not in states:
            states[message] = state
    if not states:
        return None
    count = Counter(states.values())
    kinds = ("sent", "failed", "waiting", "unknown")
    return Progress(len(states), **{kind: count[kind] for kind in kinds})


def stopped(one: Statement) -> bool:
    """Tell whether the program ended while it was on its way: nobody knows how far it got."""
    unknown = one.begun_at and one.sent_at is None and one.failed_at is None
    return bool(unknown) and timezone.now() - one.begun_at > _ON_ITS_WAY  # type: ignore[operator]


def told(made: Sequence[Statement]) -> tuple[str, str]:
    """Return in words to whom statements went, and to whom not; empty for none."""
    sent = ", ".join(one.to for one in made if one.sent_at)
    failed = ", ".join(one.to for one in made if not one.sent_at)
    return (
        _("Sent to %(names)s.") % {"names": sent} if sent else "",
        _("The e-mail to %(names)s did not go out. It can be sent again.") % {"names": failed}
        if failed
        else "",
    )


def _addresses(mailboxes: Sequence[destination.Mailbox]) -> str:
    return ", ".join(mailbox.address for mailbox in mailboxes)


def _listed(one: Statement, *names: str) -> list[str]:
    """Return the addresses that a statement is for, those that get a copy last."""
    found = (getattr(one, name).split(", ") for name in names or ("to", "copy_to"))
    return [address for addresses in found for address in addresses if address]


def _deliver(one: Statement, company: CompanySettings) -> None:
    try:
        shown = statement.of(one.customer, one.at, one.since)
        _send(one, shown, statement.pdf_of([shown]), company)
    except (mail.NotSent, OSError) as error:
        logger.warning("Statement %s of customer %s: %s", one.pk, one.customer.number, error)
        failed = {"failed_at": timezone.now(), "error": str(error)[:_LONGEST_ERROR]}
        _note_some(one, getattr(error, "reached", ()), failed)
    else:
        _note(one, sent_at=timezone.now())


def _note_some(one: Statement, reached: Collection[str], failed: Mapping[str, Any]) -> None:
    """Write down that a statement failed, and in a row of their own whom it did reach."""
    with in_turn(), transaction.atomic():
        if reached:
            same: dict[str, Any] = {name: getattr(one, name) for name in _SAME}
            same |= _only(one, lambda address: address in reached)
            Statement.objects.create(**same, sent_at=timezone.now())
            failed = {**failed, **_only(one, lambda address: address not in reached)}
        _note(one, **failed)


def _only(one: Statement, is_meant: Callable[[str], bool]) -> dict[str, str]:
    """Return some of the addresses that a statement is for, as columns."""
    to, cc = (list(filter(is_meant, _listed(one, name))) for name in ("to", "copy_to"))
    return {"to": ", ".join(to or cc), "copy_to": ", ".join(cc if to else ())}


def _send(one: Statement, shown: statement.Statement, pdf: bytes, company: CompanySettings) -> None:
    context: Mapping[str, Any] = {
        "statement": shown,
        "customer": one.customer,
        "company": company,
        "message": one.message,
        "balances": [(c, shown.ageing(c)) for c in shown.currencies],
        "person": one.made_by,
    }
    personal = Personal(
        sender=company.name,
        reply_to=one.made_by.email or company.email,
        message_id=one.message_id,
        copy_to=_listed(one, "copy_to"),
        attachments=[Attachment(statement.file_name(shown), pdf, "application/pdf")],
    )
    to, template = _listed(one, "to"), "ledger/letters/statement"
    mail.send(to, template, context, language=shown.language, personal=personal)


def _note(one: Statement, **values: Any) -> None:
    for name, value in values.items():
        setattr(one, name, value)
    with in_turn():
        Statement.objects.filter(pk=one.pk).update(**values)
