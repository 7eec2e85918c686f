"""Whether a participant of the Peppol network can receive our invoices: EHF, as Norwegians say.

EHF Billing 3 is Peppol BIS Billing 3. The DNS names the participant's SMP (`registry.sml`), and
that one lists the kinds of documents it receives (`registry.smp`). There are three answers: yes, no
and unknown, which is never taken for a no.
"""

import logging
import re
import time
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.cache import cache
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from moment.turns import in_turn
from registry import org_number, sml, smp
from registry.models import NORWEGIAN_SCHEME, Reachability, ReachabilityChange
from registry.sml import ResolverDown, Unanswered

logger = logging.getLogger(__name__)

YES_FRESH_FOR = timedelta(days=1)
NO_FRESH_FOR = timedelta(hours=6)
CALL_LIMIT = 10.0  # seconds for one check, DNS and SMP together
PAUSE_AFTER_FAILURE = 30  # seconds in which a resolver that was down is left alone

_UBL = "busdox-docid-qns::urn:oasis:names:specification:ubl:schema:xsd:"
_BILLING = "##urn:cen.eu:en16931:2017#compliant#urn:fdc:peppol.eu:2017:poacc:billing:3.0::2.1"
# By equality alone: reminders, forward billing and PINT have "Invoice-2" in their names too.
INVOICE = f"{_UBL}Invoice-2::Invoice{_BILLING}"
CREDIT_NOTE = f"{_UBL}CreditNote-2::CreditNote{_BILLING}"

_DOWN_KEY = "peppol:down"


class InvalidParticipant(ValueError):
    """No participant of the network can have this identifier."""


@dataclass(frozen=True)
class Answer:
    """What the network says for certain."""

    invoice: bool
    credit_note: bool
    smp: str = ""  # the host that answered; none where the DNS alone did


def check(
    scheme: str, identifier: str, *, force: bool = False, limit: float = CALL_LIMIT
) -> Reachability:
    """Return whether a participant can receive invoices and credit notes, asking where needed.

    A fresh answer is not asked for again, unless `force`. An attempt that comes to nothing within
    `limit` seconds leaves the last certain answer and is told by `failed_at`; while the resolver is
    down nothing is asked or stored. Raises InvalidParticipant. Never within a transaction.
    """
    scheme, identifier = participant(scheme, identifier)
    kept = known(scheme, identifier)
    if not force:
        if kept and is_fresh(kept):
            return kept
        if resolver_is_down():
            return kept or Reachability(scheme=scheme, identifier=identifier)
    asked_at = timezone.now()
    try:
        answer = ask(scheme, identifier, limit)
    except Unanswered as error:
        logger.debug("Peppol %s:%s: %s", scheme, identifier, error)
        return _keep_failure(scheme, identifier, str(error), asked_at)
    return _keep(scheme, identifier, answer, asked_at)


def known(scheme: str, identifier: str) -> Reachability | None:
    """Return what is kept of a participant, however old. Raises InvalidParticipant."""
    scheme, identifier = participant(scheme, identifier)
    return Reachability.objects.filter(scheme=scheme, identifier=identifier).first()


def is_fresh(reachability: Reachability) -> bool:
    """Tell whether asking again would be too early: a day after a yes, six hours after a no."""
    if reachability.invoice is None or reachability.checked_at is None:
        return False
    fresh_for = YES_FRESH_FOR if reachability.invoice else NO_FRESH_FOR
    return reachability.checked_at > timezone.now() - fresh_for


def fresh(now: datetime) -> Q:
    """Return the same as a condition on rows."""
    return Q(invoice=True, checked_at__gt=now - YES_FRESH_FOR) | Q(
        invoice=False, checked_at__gt=now - NO_FRESH_FOR
    )


def participant(scheme: str, identifier: str) -> tuple[str, str]:
    """Return scheme and identifier as they are kept: the network knows no capitals.

    Norwegian numbers may be written with blanks. Raises InvalidParticipant.
    """
    scheme, identifier = scheme.strip(), identifier.strip().lower()
    if scheme == NORWEGIAN_SCHEME:
        identifier = org_number.compact(identifier)
        valid = org_number.is_valid(identifier)
    else:
        valid = bool(re.fullmatch(r"[!-~]{1,50}", identifier))
    if not valid or not re.fullmatch(r"[0-9]{4}", scheme):
        raise InvalidParticipant(f"{scheme}:{identifier}"[:100])
    return scheme, identifier


def resolver_is_down() -> bool:
    """Tell whether the resolver did not answer a moment ago, so that it is left alone."""
    return bool(cache.get(_DOWN_KEY))


def ask(scheme: str, identifier: str, limit: float = CALL_LIMIT) -> Answer:
    """Return what the network says now, within `limit` seconds; stores nothing.

    Raises Unanswered, which says why nobody could tell.
    """
    end = time.monotonic() + limit
    try:
        urls = sml.publishers(scheme, identifier, end)
    except ResolverDown as error:
        if not resolver_is_down():
            logger.warning("Peppol: %s", error)
        cache.set(_DOWN_KEY, True, PAUSE_AFTER_FAILURE)
        raise
    except Unanswered:
        cache.delete(_DOWN_KEY)
        raise
    cache.delete(_DOWN_KEY)
    if not urls:
        return Answer(invoice=False, credit_note=False)
    publisher = _first_allowed(urls)
    documents = smp.documents(publisher, scheme, identifier, end) or set()
    return Answer(INVOICE in documents, CREDIT_NOTE in documents, publisher.name)


def _first_allowed(urls: list[str]) -> smp.Publisher:
    for url in urls[:-1]:
        try:
            return smp.publisher(url)
        except Unanswered:
            continue
    return smp.publisher(urls[-1])


# Keeping it


def _keep(scheme: str, identifier: str, answer: Answer, asked_at: datetime) -> Reachability:
    """Store a certain answer, and the change where it differs from the one before."""
    with in_turn(), transaction.atomic(durable=True):
        kept = _locked(scheme, identifier)
        if kept.checked_at and kept.checked_at > asked_at:
            return kept  # somebody who asked later was quicker
        before = (kept.invoice, kept.credit_note)
        kept.invoice, kept.credit_note = answer.invoice, answer.credit_note
        kept.smp, kept.checked_at = answer.smp, asked_at
        kept.failed_at, kept.failure = None, ""
        kept.save()
        if before != (answer.invoice, answer.credit_note):
            ReachabilityChange.objects.create(
                reachability=kept,
                at=asked_at,
                invoice=answer.invoice,
                credit_note=answer.credit_note,
                smp=answer.smp,
            )
    return kept


def _keep_failure(scheme: str, identifier: str, why: str, asked_at: datetime) -> Reachability:
    """Note an attempt that came to nothing beside the last certain answer."""
    with in_turn(), transaction.atomic(durable=True):
        kept = _locked(scheme, identifier)
        if kept.checked_at is None or kept.checked_at <= asked_at:
            kept.failed_at, kept.failure = asked_at, why[:200]
            kept.save(update_fields=["failed_at", "failure"])
    return kept


def _locked(scheme: str, identifier: str) -> Reachability:
    """Return the participant's row, made where it is missing, locked until the transaction ends."""
    rows = Reachability.objects.select_for_update()
    return rows.get_or_create(scheme=scheme, identifier=identifier)[0]
