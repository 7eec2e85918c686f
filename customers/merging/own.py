"""The rules for what points to customers and contacts from this app, in the order of applying."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet, Value
from django.db.models.functions import Lower
from django.utils.translation import gettext as _
from django.utils.translation import ngettext_lazy

from customers.merging import log
from customers.merging.contacts import JoinedContacts
from customers.merging.rates import RatesWithoutOverlap
from customers.merging.relations import column_of, rules
from customers.merging.rules import OnceEach, Rule, Stays, Work
from customers.models import File, InvoiceRecipient, MergeMove, Note, OtherAddress

_CONTACTS = "customers.contact.customer"
_POINTING = "customers.invoicerecipient.contact"
_LONGEST_LABEL: int = OtherAddress._meta.get_field("label").max_length or 0


@dataclass(frozen=True)
class Files(Rule):
    """The same content under the same name is one file, unless one tells more than the other.

    With another note, or with older versions, it moves. Either's mark holds.
    """

    def stay(self, work: Work, column: Any, source: int, target: int) -> Collection[Any]:
        ours = File.objects.filter(customer=target)
        rows = File.objects.filter(customer=source, version=1)
        # Those that both have are few as a rule: asked for by name, they are not sought twice.
        same = list(rows.filter(content__in=ours.order_by().values("content")).order_by("pk"))
        contents = {one.content_id for one in same}
        mine = {_named(one): one for one in ours.filter(content__in=contents)}
        staying = []
        for theirs in same:
            like = mine.get(_named(theirs))
            if like and theirs.note in ("", like.note):
                mark = like.is_invoice_attachment or theirs.is_invoice_attachment
                log.change(work.merge, like, is_invoice_attachment=mark)
                staying.append(theirs.pk)
        return staying

    def like(self, stayed: Any, rows: QuerySet) -> Any:
        same = rows.filter(content=stayed.content_id)
        return next((one for one in same if _named(one) == _named(stayed)), None)


def _named(file: File) -> tuple[str, int]:
    return file.name.casefold(), file.content_id


@dataclass(frozen=True)
class Notes(Rule):
    """The same text by the same author is one note, pinned if either is."""

    def stay(self, work: Work, column: Any, source: int, target: int) -> Collection[Any]:
        ours = Note.objects.filter(customer=target).order_by("pk")
        same = Note.objects.filter(customer=source, text__in=ours.order_by().values("text"))
        theirs = list(same.order_by("pk"))
        mine = {
            (note.author_id, note.text): note
            for note in ours.filter(text__in={note.text for note in theirs})
        }
        staying = []
        for note in theirs:
            if like := mine.get((note.author_id, note.text)):
                log.change(work.merge, like, pinned=like.pinned or note.pinned)
                staying.append(note.pk)
        return staying

    def like(self, stayed: Any, rows: QuerySet) -> Any:
        return rows.filter(author=stayed.author_id, text=stayed.text).first()


@dataclass(frozen=True)
class Recipients(Rule):
    """Each contact and each address gets invoices once; who was in To stays there."""

    def stay(self, work: Work, column: Any, source: int, target: int) -> Collection[Any]:
        everybody = InvoiceRecipient.objects.annotate(lower=Lower("email")).order_by("pk")
        ours = everybody.filter(customer=target).order_by()
        persons = Q(contact__in=ours.exclude(contact=None).values("contact"))
        addresses = Q(lower__in=ours.exclude(email="").values("lower"))
        theirs = list(everybody.filter(persons | addresses, customer=source))
        also = Q(contact__in={one.contact_id for one in theirs} - {None})
        also |= Q(lower__in={one.lower for one in theirs} - {""})
        mine = {_who(one): one for one in ours.filter(also)}
        staying = []
        for one in theirs:
            like = mine[_who(one)]
            if one.kind == InvoiceRecipient.Kind.TO:
                log.change(work.merge, like, kind=one.kind)
            staying.append(one.pk)
        return staying

    def like(self, stayed: Any, rows: QuerySet) -> Any:
        same = rows.annotate(lower=Lower("email")).filter(lower=Lower(Value(stayed.email)))
        return same.filter(contact=stayed.contact_id).first()

    def stuck(self, column: Any, step: MergeMove) -> dict[Any, str]:
        """Return those whose like is there again, and contacts who stay with the kept one."""
        found = super().stuck(column, step)
        persons = InvoiceRecipient.objects.filter(customer=step.target).exclude(contact=None)
        named = dict(persons.order_by().values_list("pk", "contact"))
        if not named:
            return found
        steps = [*step.merge.moves.filter(relation__in=(_CONTACTS, _POINTING))]
        goes: set[int] = set()
        for one in steps:
            if (one.relation, one.source, one.target) == (_CONTACTS, step.source, step.target):
                staying = rules()[_CONTACTS].stuck(column_of(_CONTACTS), one)
                goes |= {*log.keys_of(one)} - {*staying}
        parted = {
            (key, one.target)
            for one in steps
            if one.relation == _POINTING
            for key in log.keys_of(one)
        }
        reason = _("It is a contact of the kept customer.")
        for pk in named.keys() & log.keys_of(step):
            if named[pk] not in goes and (pk, named[pk]) not in parted:
                found.setdefault(pk, reason)
        return found


def _who(recipient: Any) -> tuple[int | None, str]:
    # By the database's own lower case: that is what lets no two of them be.
    return recipient.contact_id, recipient.lower


@dataclass(frozen=True)
class Addresses(Rule):
    """The same address under the same label is one; another one gets the number in its label.

    One without a country is in the customer's own: it gets that where the kept one's is another.
    """

    def begin(self, work: Work, column: Any) -> None:
        for customer in (work.kept, *work.others):
            if customer.country != work.values["country"]:
                for address in customer.other_addresses.filter(country=""):
                    log.change(work.merge, address, country=customer.country)

    def stay(self, work: Work, column: Any, source: int, target: int) -> Collection[Any]:
        ours, theirs = _labels(target), _labels(source)
        same = ours.keys() & theirs
        if not same:
            return []
        number = next(other.number for other in work.others if other.pk == source)
        called = {labels[label] for labels in (ours, theirs) for label in same}
        found = OtherAddress.objects.filter(customer__in=(source, target), label__in=called)
        rows = {(one.customer_id, one.label.casefold()): one for one in found.order_by("-pk")}
        taken = {*ours, *theirs}
        staying = []
        for address in sorted((rows[source, label] for label in same), key=lambda one: one.pk):
            if rows[target, address.label.casefold()].value == address.value:
                staying.append(address.pk)
                continue
            label = free_label(address.label, number, taken)
            taken.add(label.casefold())
            log.change(work.merge, address, label=label)
        return staying

    def like(self, stayed: Any, rows: QuerySet) -> Any:
        label = stayed.label.casefold()
        return next((one for one in rows.all() if one.label.casefold() == label), None)

    def stuck(self, column: Any, step: MergeMove) -> dict[Any, str]:
        reason = _("There is another address with this label.")
        return dict.fromkeys(super().stuck(column, step), reason)


def _labels(customer: int) -> dict[str, str]:
    """Return a customer's labels by what is compared, here: SQLite folds only ASCII letters."""
    rows = OtherAddress.objects.filter(customer=customer).order_by("-pk")
    return {label.casefold(): label for label in rows.values_list("label", flat=True)}


def free_label(label: str, number: str, taken: Iterable[str]) -> str:
    """Return the label with the customer's number, and a count where that is taken too."""
    for count in range(1, 1000):
        end = f" ({number})" if count == 1 else f" ({number}, {count})"
        new = label[: _LONGEST_LABEL - len(end)] + end
        if new.casefold() not in taken:
            return new
    raise ValueError(label)


RULES: Mapping[str, Rule] = {
    _CONTACTS: JoinedContacts(
        words=ngettext_lazy("%(count)s contact", "%(count)s contacts", "count"),
        page="customers:contacts",
    ),
    "customers.invoicerecipient.customer": Recipients(
        words=ngettext_lazy("%(count)s invoice recipient", "%(count)s invoice recipients", "count"),
        page="customers:invoicing_recipients",
    ),
    "customers.hourlyrate.customer": RatesWithoutOverlap(
        words=ngettext_lazy("%(count)s hourly rate", "%(count)s hourly rates", "count"),
        page="customers:invoicing_rates",
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
    _POINTING: Rule(),
    "customers.mailinglist_left_out.contact": OnceEach(by="mailinglist_id"),
    "customers.contact_tags.contact": Stays(),
    "customers.customer.invoice_contact": Stays(),
}

# Comes after all others, apps above included: what their rules change is history too.
HISTORY: Mapping[str, Rule] = {
    "customers.changeof.customer": OnceEach(
        words=ngettext_lazy("%(count)s history entry", "%(count)s history entries", "count"),
        page="customers:history",
        by="entry_id",
    ),
}
