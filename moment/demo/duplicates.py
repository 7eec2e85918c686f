"""Duplicates among the demo's customers: some to be found, one merged, one merged and undone."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from auditlog.context import set_actor
from auditlog.models import LogEntry
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.utils import timezone

from customers import contacts, files, merging
from customers.duplicates import finding
from customers.models import Contact, Customer, Merge, Note, NumberSeries
from moment import content
from moment.demo import loading, marks, named, papers
from moment.demo.twins import HALLINGVIK, OESTVANG, STORFJELL, TWINS
from moment.models import User

_MARK = "demo duplicates"
_NOTES = {
    STORFJELL: "Bygg- og eiendomsavdelingen bestiller selv. Faktura skal til bygg.faktura.",
    HALLINGVIK: "Ringte om måleravlesning på Gol. De ser frem til befaringen i januar.",
}


def load(now: datetime, colleagues: dict[str, User]) -> bool:
    """Let the customers typed in twice have something, and merge two; return whether it did.

    Once, when they are all there. Outside any transaction, as all that keeps bytes.
    """
    if not _begin():
        return False
    by = colleagues["kari"]
    with set_actor(by):
        for slot in (STORFJELL, HALLINGVIK):
            _fill(slot, by, now - timedelta(days=25))
        _merge(HALLINGVIK, by, now - timedelta(days=6, hours=3))
        if merge := _merge(OESTVANG, by, now - timedelta(days=20, hours=5)):
            _undo(merge, by, now - timedelta(days=20, hours=4))
    return True


def find() -> None:
    """Compare all customers, unless somebody is at it."""
    try:
        finding.scan()
    except finding.AlreadyScanning:
        return


@transaction.atomic
def _begin() -> bool:
    series = NumberSeries.objects.select_for_update().get(kind=NumberSeries.Kind.CUSTOMER)
    if marks.reached(_MARK) or loading.loaded() <= max(TWINS):
        return False
    marks.reach(_MARK, loading.loaded(), series, {})
    return True


def _pair(slot: int) -> tuple[Customer, Customer] | None:
    """Return a customer and the one typed in later; None where people changed either's name."""
    found = [
        Customer.objects.filter(name=name).order_by("pk").first()
        for name in (named.CUSTOMERS[TWINS[slot].of].name, TWINS[slot].name)
    ]
    first, second = found
    return (first, second) if first and second else None


def _fill(slot: int, by: User, at: datetime) -> None:
    """Give the second of a pair a contact whom the first has too, a note and a file."""
    pair = _pair(slot)
    if pair is None:
        return
    first, second = pair
    started = timezone.now()
    shared = Contact.objects.current().filter(customer=first).order_by("pk").first()
    if shared and not second.contacts.filter(person=shared.person).exists():
        post = contacts.Post(title="Prosjektleder bygg", phone="900 41 208")
        contacts.add_existing(second, shared.person, post)
    Note.objects.create(customer=second, author=by, text=_NOTES[slot], created_at=at)
    page = papers.page("Befaringsrapport", (f"Oppdragsgiver: {second.name}", "Ingen avvik."))
    kept = content.receive(SimpleUploadedFile("Befaringsrapport.pdf", page))
    files.add(second, kept, "Befaringsrapport.pdf", by)
    _date_back(pair, by, started, at)


def _merge(slot: int, by: User, at: datetime) -> Merge | None:
    pair = _pair(slot)
    if pair is None:
        return None
    kept, other = pair
    started = timezone.now()
    merge = merging.merge(kept.pk, [other.pk], by=by)
    Merge.objects.filter(pk=merge.pk).update(made_at=at)
    _date_back(pair, by, started, at)
    return merge


def _undo(merge: Merge, by: User, at: datetime) -> None:
    started = timezone.now()
    merging.undo(merge.pk, by=by)
    Merge.objects.filter(pk=merge.pk).update(undone_at=at)
    concerned = [merge.kept, *(one.customer for one in merge.merged.all())]
    _date_back(concerned, by, started, at)


def _date_back(customers: Sequence[Customer], by: User, started: datetime, at: datetime) -> None:
    """Let what was just done have been done then."""
    LogEntry.objects.filter(actor=by, timestamp__gte=started).update(timestamp=at)
    for customer in customers:
        Customer.with_merged.filter(pk=customer.pk, last_activity_at__gte=started).update(
            last_activity_at=max(customer.last_activity_at, at)
        )
