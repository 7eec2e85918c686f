"""What the base keeps about a person, to be handed over, and to be erased (GDPR, art. 15 and 17).

Free text that colleagues wrote is neither: nobody but a human can tell whom it is about. It is
looked for, and told. Apps above name what of theirs is about persons in `CUSTOMER_PRIVACY`.
"""

from collections.abc import Collection
from datetime import timedelta
from functools import cache
from typing import Any

from auditlog.context import disable_auditlog
from auditlog.models import LogEntry
from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from customers import contacts, traces
from customers.models import (
    Contact,
    Customer,
    InvoiceRecipient,
    MailingList,
    MergeChange,
    Person,
)
from moment.models import User
from moment.turns import in_turn

# Where the entry of an erasure lists what had to be kept.
KEPT = "kept"


class About:
    """What an app above keeps about persons. `posts` are the contacts that one is or was."""

    def export(self, posts: Collection[int], known: traces.Known) -> dict[str, Any]:
        """Return what is kept on the person, as plain values by what it is called."""
        return {}

    def erase(self, posts: Collection[int], known: traces.Known, mine: Collection[str]) -> None:
        """Erase it, in the transaction of the erasure. `mine`: addresses of nobody else."""


@cache
def _above() -> list[About]:
    return [import_string(path)() for path in settings.CUSTOMER_PRIVACY]


def export(person: Person) -> dict[str, Any]:
    """Return everything kept on the person, as plain values for a file."""
    known, ever = traces.known_of(person), traces.posts_ever(person)
    posts = person.contacts.select_related("customer").prefetch_related("tags").order_by("pk")
    return {
        "person": {
            "name": person.name,
            "phone": person.phone,
            "mobile": person.mobile,
            "created_at": person.created_at,
            "erased_at": person.erased_at,
        },
        "email_addresses": list(person.emails.values_list("address", flat=True)),
        "contact_of": [_post(post) for post in posts],
        "invoice_recipient": [
            {
                "customer": str(recipient.customer),
                "customer_number": recipient.customer.number,
                "address": recipient.email,
                "as": recipient.kind,
            }
            for recipient in _recipients(person, known).select_related("customer")
        ],
        "left_out_of_mailing_lists": list(
            MailingList.objects.filter(left_out__person=person)
            .distinct()
            .order_by("pk")
            .values_list("name", flat=True)
        ),
        **{name: value for one in _above() for name, value in one.export(ever, known).items()},
        "history": [
            {
                "at": entry.timestamp,
                "by": str(entry.actor) if entry.actor else None,
                "action": entry.get_action_display(),
                "about": str(entry.content_type),
                "changes": entry.changes or {},
            }
            for entry in traces.entries(person)
            .select_related("actor", "content_type")
            .order_by("timestamp", "pk")
        ],
        "free_text_that_may_be_about_the_person": {
            "explanation": _(
                "Places where the name, an address or a phone number stands in text that "
                "colleagues wrote. The texts are not part of this file: they can be about others "
                "too. Mentions in other words were not looked for."
            ),
            "places": [
                {"kind": str(found.kind), "count": found.count, "at": [p for p, _u in found.places]}
                for found in traces.mentions(traces.in_free_text(known))
            ],
        },
    }


def customers_of_recipients(person: Person, known: traces.Known) -> QuerySet[Customer]:
    """Return the customers whose invoices go to the person, as a contact or by a plain address."""
    rows = _recipients(person, known).order_by()
    return Customer.objects.filter(pk__in=rows.values("customer")).order_by("sort_name", "pk")


def erase(person: Person, by: User) -> None:
    """Erase what is kept on the person, everywhere but in free text, and tell that in the history.

    The row stays, without a name, so that what points to it holds; posts end. Raises
    Person.DoesNotExist when somebody has done it already.
    """
    known = traces.known_of(person)
    kept = traces.in_free_text(known)  # outside the transaction: it reads a lot
    with in_turn(), transaction.atomic():
        named = Customer.with_merged.filter(invoice_contact__person=person).values_list(
            "pk", flat=True
        )
        at = _recipients(person, known).values_list("customer_id", flat=True)
        held = contacts.hold(person.pk, {*named, *at})
        person = held.person
        # As an entry of the history may be found by what it says, all are found before any changes.
        history = list(traces.entries(person).values_list("pk", flat=True))
        posts = traces.posts_ever(person)
        known = traces.known_of(person)
        recipients = _recipients(person, known)
        mine = traces.ours(known.addresses, person)
        gone = {r.pk: r for r in recipients.filter(customer__in=held.customers)}
        with disable_auditlog():
            for recipient in gone.values():
                recipient.delete()
            for one in _above():
                one.erase(posts, known, mine)
            _clear(held)
        # What merging made of them; the rows say the same of nobody now, or are gone.
        MergeChange.objects.filter(model=Contact._meta.label_lower, key__in=posts).delete()
        LogEntry.objects.filter(pk__in=history).update(
            object_repr=person.name, changes={}, changes_text="", serialized_data=None
        )
        left = [pk for pk in kept.pop("recipients", []) if pk not in gone]
        LogEntry.objects.log_create(
            person,
            action=LogEntry.Action.UPDATE,
            changes={"erased_at": ["None", str(person.erased_at)]},
            additional_data={
                "concerns": sorted(held.customers),
                KEPT: kept | ({"recipients": left} if left else {}),
            },
            actor=by,
            actor_email=by.email,
        )


def kept_of(person: Person) -> list[traces.Mentions]:
    """Return where an erased person was named in free text when that was done."""
    entries = LogEntry.objects.get_for_object(person).order_by("-pk")
    for data in entries.values_list("additional_data", flat=True):
        if isinstance(data, dict) and KEPT in data:
            return traces.mentions(data[KEPT])
    return []


def _clear(held: contacts.Hold) -> None:
    """Empty the rows of a person that are locked, and what is made of them."""
    person, posts = held.person, list(held.person.contacts.all())
    yesterday = timezone.localdate() - timedelta(days=1)
    MailingList.left_out.through.objects.filter(contact__in=posts).delete()
    for post in posts:
        post.title = post.email = post.phone = ""
        post.employed_from = None
        post.employed_until = min(post.employed_until or yesterday, yesterday)
        post.save()
        post.tags.clear()
    keys = {post.pk for post in posts}
    for customer in held.customers.values():
        if customer.invoice_contact_id in keys:
            customer.invoice_contact = None
            customer.version += 1
            customer.save()
    person.emails.all().delete()
    person.name, person.phone, person.mobile = _("Erased person"), "", ""
    person.erased_at = timezone.now()
    person.version += 1
    person.save()
    contacts.finish(held.customers.values())


def _recipients(person: Person, known: traces.Known) -> QuerySet[InvoiceRecipient]:
    """Return the recipients of invoices that are the person, as a contact or a plain address."""
    plain = traces.recipients_at(traces.ours(known.addresses, person)).values("pk")
    return InvoiceRecipient.objects.filter(Q(contact__person=person) | Q(pk__in=plain))


def _post(post: Contact) -> dict[str, Any]:
    return {
        "customer": str(post.customer),
        "customer_number": post.customer.number,
        "title": post.title,
        "email": post.email,
        "phone": post.phone,
        "tags": [tag.name for tag in post.tags.all()],
        "employed_from": post.employed_from,
        "employed_until": post.employed_until,
        "created_at": post.created_at,
        "customer_contact_on_invoices": post.customer.invoice_contact_id == post.pk,
    }
