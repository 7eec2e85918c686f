"""The rules for what points to customers and contacts from this app, in the order of applying."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import F
from django.utils.translation import ngettext_lazy

from customers.merging import log
from customers.merging.contacts import JoinedContacts
from customers.merging.rates import RatesWithoutOverlap
from customers.merging.rules import OnceEach, Rule, Stays, Work
from customers.models import File, InvoiceRecipient, Note, OtherAddress

_LONGEST_LABEL: int = OtherAddress._meta.get_field("label").max_length or 0


@dataclass(frozen=True)
class Files(Rule):
    """The same content under the same name is one file; either's mark and note hold."""

    def stay(self, work: Work, column: Any, source: int, target: int) -> Collection[Any]:
        mine = {}
        for file in File.objects.filter(customer=target).order_by("-pk"):
            mine[file.name.casefold(), file.content_id] = file
        staying = []
        for theirs in File.objects.filter(customer=source).order_by("pk"):
            if like := mine.get((theirs.name.casefold(), theirs.content_id)):
                log.change(
                    work.merge,
                    like,
                    note=like.note or theirs.note,
                    is_invoice_attachment=like.is_invoice_attachment
                    or theirs.is_invoice_attachment,
                )
                staying.append(theirs.pk)
        return staying


@dataclass(frozen=True)
class Notes(Rule):
    """The same text by the same author is one note, pinned if either is."""

    def stay(self, work: Work, column: Any, source: int, target: int) -> Collection[Any]:
        theirs = Note.objects.filter(customer=source).order_by("pk")
        same = theirs.filter(
            text__in=Note.objects.filter(customer=target, author=F("author")).values("text")
        )
        mine = {}
        for note in Note.objects.filter(customer=target, text__in=same.values("text")):
            mine[note.author_id, note.text] = note
        staying = []
        for note in same:
            if like := mine.get((note.author_id, note.text)):
                log.change(work.merge, like, pinned=like.pinned or note.pinned)
                staying.append(note.pk)
        return staying


@dataclass(frozen=True)
class Recipients(Rule):
    """Each contact and each address gets invoices once; who was in To stays there."""

    def stay(self, work: Work, column: Any, source: int, target: int) -> Collection[Any]:
        mine = {_who(one): one for one in InvoiceRecipient.objects.filter(customer=target)}
        staying = []
        for theirs in InvoiceRecipient.objects.filter(customer=source).order_by("pk"):
            if like := mine.get(_who(theirs)):
                if theirs.kind == InvoiceRecipient.Kind.TO:
                    log.change(work.merge, like, kind=theirs.kind)
                staying.append(theirs.pk)
        return staying


def _who(recipient: InvoiceRecipient) -> tuple[int | None, str]:
    return recipient.contact_id, recipient.email.casefold()


@dataclass(frozen=True)
class Addresses(Rule):
    """The same address under the same label is one; another one gets the number in its label."""

    def stay(self, work: Work, column: Any, source: int, target: int) -> Collection[Any]:
        mine = {one.label.lower(): one for one in OtherAddress.objects.filter(customer=target)}
        staying = []
        for theirs in OtherAddress.objects.filter(customer=source).order_by("pk"):
            like = mine.get(theirs.label.lower())
            if like is None:
                continue
            if like.value == theirs.value:
                staying.append(theirs.pk)
                continue
            number = next(other.number for other in work.others if other.pk == source)
            label = free_label(theirs.label, number, mine)
            log.change(work.merge, theirs, label=label)
            mine[label.lower()] = theirs
        return staying


def free_label(label: str, number: str, taken: Iterable[str]) -> str:
    """Return the label with the customer's number, and a count where that is taken too."""
    for count in range(1, 1000):
        end = f" ({number})" if count == 1 else f" ({number}, {count})"
        if (new := label[: _LONGEST_LABEL - len(end)] + end).lower() not in taken:
            return new
    raise ValueError(label)


RULES: Mapping[str, Rule] = {
    "customers.contact.customer": JoinedContacts(
        words=ngettext_lazy("%(count)s contact", "%(count)s contacts", "count"),
        page="customers:contacts",
    ),
    "customers.invoicerecipient.customer": Recipients(
        words=ngettext_lazy("%(count)s invoice recipient", "%(count)s invoice recipients", "count"),
        page="customers:recipients",
    ),
    "customers.hourlyrate.customer": RatesWithoutOverlap(
        words=ngettext_lazy("%(count)s hourly rate", "%(count)s hourly rates", "count"),
        page="customers:rates",
    ),
    "customers.otheraddress.customer": Addresses(
        words=ngettext_lazy("%(count)s further address", "%(count)s further addresses", "count"),
        page="customers:profile",
    ),
    "customers.file.customer": Files(
        words=ngettext_lazy("%(count)s file", "%(count)s files", "count"), page="customers:files"
    ),
    "customers.note.customer": Notes(
        words=ngettext_lazy("%(count)s note", "%(count)s notes", "count"), page="customers:profile"
    ),
    "customers.changeof.customer": OnceEach(
        words=ngettext_lazy(
            "%(count)s entry of the history", "%(count)s entries of the history", "count"
        ),
        page="customers:history",
        by="entry_id",
    ),
    # Old numbers, also those that came with earlier merges, go on as links.
    "customers.usednumber.customer": Rule(),
    "customers.customer.merged_into": Rule(),
    # United by `making`, as they are part of the customer's own data.
    "customers.customer_tags.customer": Stays(),
    "customers.merge.kept": Stays(),
    "customers.mergedcustomer.customer": Stays(),
    # Made again.
    "customers.matchkey.customer": Stays(),
    "customers.duplicatepair.first": Stays(),
    "customers.duplicatepair.second": Stays(),
    # What points to a contact that is joined with another one.
    "customers.invoicerecipient.contact": Rule(),
    "customers.mailinglist_left_out.contact": OnceEach(by="mailinglist_id"),
    "customers.contact_tags.contact": Stays(),
    "customers.customer.invoice_contact": Stays(),
}
