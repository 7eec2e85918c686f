"""Delivering invoices: by EHF, by e-mail or on paper, and what became of it.

Each time is written down first, then done, and what came of it is written down last.
"""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.template.defaultfilters import filesizeformat
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from customers.destination import mailboxes_of
from moment import mail
from moment.content import Refused, open_content
from moment.invoice_settings.choices import InvoiceType
from moment.ledger import documents, holding, parties
from moment.ledger.ehf import keeping, outbox, people
from moment.ledger.ehf.keeping import BreaksRules
from moment.ledger.models import Delivery, Invoice, InvoiceFile
from moment.mail import Attachment, Personal
from moment.models import CompanySettings, User
from moment.turns import in_turn

logger = logging.getLogger(__name__)

EHF, EMAIL, LETTER = InvoiceType.EHF, InvoiceType.EMAIL, InvoiceType.LETTER
MOST = 20  # addresses at a time
# What mail servers and access points take, in bytes, all files together.
LARGEST = {EMAIL: 20 * 2**20, EHF: 50 * 2**20}
# What is neither done nor failed after so long was stopped on its way.
ON_ITS_WAY = timedelta(minutes=5)
_LONGEST_ERROR = 1000


class CannotDeliver(Exception):
    """It is not delivered, and nothing is written down; `texts` say why, in words for anybody."""

    def __init__(self, texts: Sequence[str]) -> None:
        super().__init__(" ".join(texts))
        self.texts = texts


class DeliveredMeanwhile(Exception):
    """Somebody has delivered it since it was shown."""


@dataclass(frozen=True)
class Plan:
    """How an invoice would be delivered, and what is to be known about that."""

    invoice: Invoice
    way: InvoiceType
    preferred: InvoiceType
    problems: Sequence[str]
    # What happens instead of what is preferred; empty where that is possible.
    instead: str
    endpoint: str
    to: Sequence[str]
    copy_to: Sequence[str]
    address: str

    @property
    def receiver(self) -> str:
        """Return in one line to whom or where it goes."""
        return {EHF: self.endpoint, EMAIL: ", ".join(self.to), LETTER: self.address}[self.way]

    @property
    def by_itself(self) -> bool:
        """Whether nobody needs to do anything for it to arrive, such as to print it."""
        if self.way == EHF:
            return outbox.is_there()
        return self.way == EMAIL and bool(self.to)

    @property
    def takes_hands(self) -> str:
        """Return in words what somebody has to do for it to arrive; empty where nothing."""
        if self.by_itself:
            return ""
        if self.way == EHF:
            return _("Download it, and give it to your access point.")
        return _("Print it, and send it by post.")


def plan(invoice: Invoice) -> Plan:
    return plans([invoice])[0]


def plans(invoices: Sequence[Invoice]) -> list[Plan]:
    """Return how invoices would be delivered, final or not. At most eight queries.

    Customers and projects come with them.
    """
    company = CompanySettings.current()
    found = parties.destinations_of(invoices, company)
    mails = mailboxes_of(list({one.customer_id: one.customer for one in invoices}.values()))
    made = []
    for invoice, there in zip(invoices, found, strict=True):
        post = mails[invoice.customer_id]
        address = ", ".join(invoice.buyer_address) if invoice.is_final else str(there.address)
        endpoint = people.endpoint_of(invoice) if invoice.is_final else there.endpoint
        # A customer who is blocked by now still gets what was invoiced.
        way = there.way or (EMAIL if post.to else LETTER)
        if way == EHF and not endpoint:
            way = EMAIL if post.to else LETTER
        made.append(
            Plan(
                invoice,
                way,
                there.preferred,
                [problem.text for problem in there.problems],
                parties.instead(way) if way != there.preferred else "",
                endpoint,
                [one.address for one in (there.to or post.to)],
                [one.address for one in (there.cc or post.cc)],
                address,
            )
        )
    return made


def deliver(
    invoice: Invoice,
    way: InvoiceType,
    *,
    by: User,
    seen: int | None = None,
    to: Sequence[str] = (),
    copy_to: Sequence[str] = (),
    message: str = "",
) -> Delivery:
    """Deliver a final invoice, and return what is written down of it: done, or failed and why.

    `seen` is the key of the last delivery that was shown, 0 for none. By EHF it goes to the
    outbox; without one, and on paper, it is written down that somebody has handed it over. Waits
    for the mail server, so never inside a transaction. Raises CannotDeliver and DeliveredMeanwhile.
    """
    try:
        if way == EHF:
            file = keeping.file_of(invoice)
            _check_size([file], way)
            row = Delivery(to=people.endpoint_of(invoice))
        elif way == EMAIL:
            files = documents.files(invoice)
            _check_addresses(to, copy_to)
            _check_size(files, way)
            row = Delivery(to=", ".join(to), copy_to=", ".join(copy_to), message=message.strip())
            row.message_id = mail.new_message_id()
        else:
            documents.ready(invoice)
            row = Delivery(to=", ".join(invoice.buyer_address))
    except BreaksRules as error:
        raise CannotDeliver(error.texts) from error
    except Refused as error:
        raise CannotDeliver([str(error)]) from error
    row.invoice, row.way, row.made_by = invoice, way, by
    _write_down(row, seen)
    try:
        if way == EHF and outbox.is_there():
            outbox.put(file, f"{invoice.number}-{row.pk}.xml")
        elif way == EMAIL:
            _send(row, files)
    except (mail.NotSent, OSError) as error:
        logger.warning("Delivery %s of invoice %s: %s", row.pk, invoice.number, error)
        _note(row, failed_at=timezone.now(), error=str(error)[:_LONGEST_ERROR])
    else:
        _note(row, done_at=timezone.now())
    return row


def refuse(plan: Plan, error: CannotDeliver, by: User) -> Delivery:
    """Write down that an invoice could not be delivered among others, and why."""
    row = Delivery(invoice=plan.invoice, way=plan.way, to=plan.receiver[:2000], made_by=by)
    row.failed_at, row.error = timezone.now(), str(error)[:_LONGEST_ERROR]
    _write_down(row, None)
    return row


def _write_down(row: Delivery, seen: int | None) -> None:
    """Save a delivery unless there is one that was not seen: two who press at once send it once."""
    with in_turn(), transaction.atomic():
        holding.lock(row.invoice)
        last = row.invoice.deliveries.order_by("-pk").values_list("pk", flat=True).first()
        if seen is not None and (last or 0) != seen:
            raise DeliveredMeanwhile
        row.save()


def _send(row: Delivery, files: Iterable[InvoiceFile]) -> None:
    invoice = row.invoice
    attached = []
    for file in files:
        with open_content(file.content) as opened:
            attached.append(Attachment(file.name, opened.read(), file.content.kind))
    personal = Personal(
        sender=invoice.seller["name"],
        reply_to=invoice.seller["email"],
        message_id=row.message_id,
        copy_to=row.copy_to.split(", ") if row.copy_to else (),
        attachments=attached,
    )
    context = {
        "invoice": invoice,
        "amount": invoice.sign * invoice.gross,
        "message": row.message,
        "seller": invoice.seller,
    }
    template = "ledger/letters/invoice"
    mail.send(row.to.split(", "), template, context, language=invoice.language, personal=personal)


def _note(row: Delivery, **values: Any) -> None:
    for name, value in values.items():
        setattr(row, name, value)
    with in_turn():
        Delivery.objects.filter(pk=row.pk).update(**values)


# What is shown


@dataclass(frozen=True)
class Entry:
    """A time that an invoice was delivered: `done`, `failed`, `waiting` or `stopped`."""

    delivery: Delivery
    state: str


def log(invoice: Invoice) -> list[Entry]:
    """Return the deliveries of an invoice, the last first. One query."""
    rows = invoice.deliveries.select_related("made_by").order_by("-pk")
    return [Entry(row, state_of(row)) for row in rows]


def state_of(row: Delivery) -> str:
    if row.done_at:
        return "done"
    if row.failed_at:
        return "failed"
    return "stopped" if timezone.now() - row.made_at > ON_ITS_WAY else "waiting"


def greeting(invoice: Invoice) -> str:
    """Return what the e-mail can begin with, in the language of the invoice."""
    with translation.override(invoice.language):
        if invoice.is_credit_note:
            return _("Hello,\n\nHere is a credit note from us.")
        return _("Hello,\n\nHere is our invoice.")


def left_out(invoice: Invoice) -> list[str]:
    """Return the names of files that cannot go with an EHF, of kinds that it does not know."""
    return [file.name for file in keeping.enclosures(invoice)[1]]


def _check_addresses(to: Sequence[str], copy_to: Sequence[str]) -> None:
    if not to:
        raise CannotDeliver([_("Choose at least one recipient.")])
    if len(to) + len(copy_to) > MOST:
        raise CannotDeliver([_("At most %(most)s recipients at a time.") % {"most": MOST}])


def _check_size(files: Iterable[InvoiceFile], way: InvoiceType) -> None:
    size = sum(file.content.size for file in files)
    if size > LARGEST[way]:
        told = {"size": filesizeformat(size), "most": filesizeformat(LARGEST[way])}
        text = _("With its attachments it has %(size)s; %(most)s is what receivers take this way.")
        raise CannotDeliver([text % told])
