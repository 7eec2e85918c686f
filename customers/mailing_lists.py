"""Mailing lists: whom they reach today. Nobody who has left, and nobody who was erased."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.http import QueryDict
from django.urls import reverse

from customers import counts, holding
from customers.contact_report import CURRENT, ContactReport
from customers.contact_rows import with_mail
from customers.models import Contact, MailingList
from customers.models.contact import ContactQuerySet
from moment.turns import in_turn

_NAMED = 10  # contacts without an address that are told by name
# What a list's page takes from its own address; the rest is the list's.
_PAGE = ("sort", "after", "before", "last", "row")


@dataclass
class Recipients:
    """The addresses of some contacts, each once whatever its case, and who has none."""

    addresses: list[str] = field(default_factory=list)
    without: list[dict[str, Any]] = field(default_factory=list)  # person and customer
    doubles: int = 0  # contacts whose address another one has brought already

    @property
    def without_more(self) -> int:
        """Return how many have none beside those whom the page names."""
        return max(len(self.without) - _NAMED, 0)


def recipients(contacts: Iterable[dict[str, Any]]) -> Recipients:
    """Return whom these contacts, as `named` gives them, can be written to at."""
    found, known = Recipients(), set()
    for contact in contacts:
        address = contact["mail"]
        if not address:
            found.without.append(contact)
        elif address.casefold() in known:
            found.doubles += 1
        else:
            known.add(address.casefold())
            found.addresses.append(address)
    return found


def named(contacts: QuerySet[Contact]) -> QuerySet:
    """Return the contacts by name, each with address, person and customer. One query."""
    ordered = with_mail(contacts).order_by("person__sort_name", "pk")
    return ordered.values("mail", "person_id", "person__name", "customer__name")


class ListedContacts(ContactReport):
    """Who is on a mailing list now: the list's filters asked anew.

    `page` has the sort and the place in the list. Where a filter of the list is gone, such as a tag
    that was deleted, the others would let through more than was meant: then nobody is on it.
    """

    def __init__(
        self, mailing_list: MailingList, page: QueryDict, user: AbstractBaseUser | AnonymousUser
    ) -> None:
        data = QueryDict(mailing_list.query, mutable=True)
        for name in _PAGE:
            data.pop(name, None)
            if name in page:
                data[name] = page.get(name, "")
        data["who"] = CURRENT
        self.list = mailing_list
        super().__init__(data, user)

    @property
    def is_broken(self) -> bool:
        return bool(self.filter.dropped)

    @cached_property
    def params(self) -> dict[str, Any]:
        return {"sort": self.sort} if self.sort != ContactReport.usual_sort else {}

    @cached_property
    def path(self) -> str:
        return reverse("customers:mailing_list", args=[self.list.pk])

    @property
    def report_url(self) -> str:
        """Return the address of the report with the list's filters."""
        path = reverse("customers:contact_report")
        return f"{path}?{self.query}" if self.query else path

    @cached_property
    def contacts(self) -> ContactQuerySet:
        return Contact.objects.none() if self.is_broken else self._of(CURRENT)

    @cached_property
    def reached(self) -> ContactQuerySet:
        """Those on the list who are not left out."""
        return self.contacts.filter(~Exists(self._left_out.filter(contact_id=OuterRef("pk"))))

    def _rows(self, found: QuerySet) -> list[dict[str, Any]]:
        """Return the cells, and whether each is left out. Three queries."""
        rows = super()._rows(found)
        out = self._left_out.filter(contact_id__in=[row["key"] for row in rows])
        keys = set(out.values_list("contact_id", flat=True))
        return [row | {"left_out": row["key"] in keys} for row in rows]

    @property
    def _left_out(self) -> QuerySet:
        return MailingList.left_out.through.objects.filter(mailinglist=self.list)

    @cached_property
    def counts(self) -> dict[str, int]:
        return {CURRENT: self.contacts.order_by()[: counts.LIMIT + 1].count()}

    @cached_property
    def left_out_count(self) -> int:
        """Return how many of those who fit the filters are left out."""
        return self.contacts.filter(
            Exists(self._left_out.filter(contact_id=OuterRef("pk")))
        ).count()


def save(mailing_list: MailingList) -> None:
    """Save a list, new or not.

    Raises IntegrityError when its name was taken, DoesNotExist when it was deleted meanwhile.
    """
    with in_turn(), transaction.atomic():
        if mailing_list.pk is not None:
            MailingList.objects.select_for_update().get(pk=mailing_list.pk)
        mailing_list.save()


def delete(mailing_list: MailingList) -> None:
    """Delete a list; one that is gone already stays so."""
    with in_turn(), transaction.atomic():
        MailingList.objects.filter(pk=mailing_list.pk).delete()


def leave_out(mailing_list: int, contact: Contact, *, leave: bool = True) -> None:
    """Leave a contact out of a list, or take it back; nothing where that is so already.

    Raises MailingList.DoesNotExist or Contact.DoesNotExist when it was deleted meanwhile, and
    MergedMeanwhile.
    """
    with in_turn(), transaction.atomic():
        # Who removes or erases a contact holds the customer first, and then the lists' rows.
        customer = holding.lock(contact.customer)
        contact = Contact.objects.get(pk=contact.pk, customer=customer)
        stored = MailingList.objects.select_for_update().get(pk=mailing_list)
        if leave:
            stored.left_out.add(contact)
        else:
            stored.left_out.remove(contact)
