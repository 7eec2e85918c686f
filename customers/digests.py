"""Letters about new register alerts, to colleagues who have asked for them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Case, IntegerField, Q, QuerySet, Value, When
from django.urls import reverse
from django.utils import timezone

from customers import alerting, register_facts
from customers.models import AlertDigest, Customer
from moment import mail
from moment.models import User
from moment.turns import in_turn
from registry.models import Alert

SHOWN = 100  # alerts in a letter; the rest is counted
# A letter may go out so much early: no morning is skipped because the last run was a bit late.
_EARLY = timedelta(hours=4)
_GRAVITY = Case(
    *(When(kind=kind, then=Value(place)) for kind, place in alerting.GRAVITY.items()),
    output_field=IntegerField(),
)


@dataclass
class Company:
    """A company with what has happened to it, and who it is among our customers."""

    customers: list[Customer]
    alerts: list[Alert] = field(default_factory=list)

    @property
    def name(self) -> str:
        return self.customers[0].name


@dataclass
class Run:
    """What became of the letters that were due. `failures` say whose did not go out, and why."""

    sent: int = 0
    empty: int = 0  # nothing new, so no letter
    failures: list[str] = field(default_factory=list)


def choice_of(user: User) -> str:
    """Return how often the user wants letters: an `AlertDigest.Frequency`, or empty for never."""
    chosen = AlertDigest.objects.filter(user=user).values_list("frequency", flat=True).first()
    return chosen or ""


def choose(user: User, frequency: str) -> None:
    """Write to the user this often from now on; empty for never.

    Somebody new gets the first letter at the next run, about the day or the week before.
    """
    if not frequency:
        AlertDigest.objects.filter(user=user).delete()
        return
    AlertDigest.objects.update_or_create(
        user=user,
        defaults={"frequency": frequency},
        create_defaults={
            "frequency": frequency,
            "sent_until": timezone.now() - AlertDigest.EVERY[AlertDigest.Frequency(frequency)],
        },
    )


def send_due() -> Run:
    """Write to everybody who is due. Safe when two runs meet: each letter goes out once.

    A letter is claimed before it is sent; one that fails is due again at the next run.
    """
    run = Run()
    until = _all_told_until()
    for digest in _due(until).select_related("user"):
        if not digest.user.has_perm("customers.view_customer"):
            continue
        try:
            with _claimed(digest, until) as mine:
                if not mine:
                    continue
                if _send(digest, until):
                    run.sent += 1
                else:
                    run.empty += 1
        except mail.NotSent as error:
            run.failures.append(str(error))
    return run


def _due(now: datetime) -> QuerySet[AlertDigest]:
    """Return the digests whose day has come, of colleagues who can be written to."""
    waited = Q()
    for frequency, period in AlertDigest.EVERY.items():
        waited |= Q(frequency=frequency, sent_until__lte=now - period + _EARLY)
    return (
        AlertDigest.objects.filter(waited, user__is_active=True)
        .exclude(user__email="")
        .order_by("user_id")
    )


def _all_told_until() -> datetime:
    """Return a moment that no alert will be raised before any more.

    An alert is dated before its transaction ends. Were one dated before a letter and seen after
    it, no letter would ever tell of it: so whoever is raising alerts now is waited for.
    """
    with in_turn(), transaction.atomic(durable=True):
        if connection.vendor == "postgresql":  # SQLite has one writer at a time, and this is it
            with connection.cursor() as cursor:
                cursor.execute(f"LOCK TABLE {Alert._meta.db_table} IN SHARE MODE")
        return timezone.now()


@contextmanager
def _claimed(digest: AlertDigest, until: datetime) -> Iterator[bool]:
    """Take this letter on, as the only one who does; give it back when it does not go out.

    Yields whether it is ours: another run, or the colleague, may have been here meanwhile.
    """
    row = AlertDigest.objects.filter(user=digest.user)
    unchanged = row.filter(frequency=digest.frequency, sent_until=digest.sent_until)
    with in_turn():
        mine = unchanged.update(sent_until=until) == 1
    try:
        yield mine
    except BaseException:
        with in_turn():
            row.filter(sent_until=until).update(sent_until=digest.sent_until)
        raise


def _send(digest: AlertDigest, until: datetime) -> bool:
    """Write about the alerts since the last letter; return whether there was anything to tell."""
    user = digest.user
    alerts = (
        alerting.visible_to(user)
        .open()
        .filter(raised_at__gt=digest.sent_until, raised_at__lte=until)
        .order_by(_GRAVITY, "-raised_at", "-pk")
    )
    shown = list(alerts[: SHOWN + 1])
    count = len(shown) if len(shown) <= SHOWN else alerts.count()
    shown = shown[:SHOWN]
    companies = _companies(shown, user)
    if not companies:
        return False
    mail.send(
        user.email,
        "customers/digest/letter",
        {
            "companies": companies,
            "names": register_facts.names_in(shown),
            "count": count,
            "others": count - 1,
            "more": max(0, count - SHOWN),
            "since": digest.sent_until,
            "frequency": digest.frequency,
        },
        language=user.language,
        headers={"List-Unsubscribe": f"<{mail.absolute(reverse('customers:alerts'))}>"},
    )
    return True


def _companies(alerts: list[Alert], user: User) -> list[Company]:
    """Return the companies in the order of their alerts."""
    customers = alerting.concerned(Customer.objects.visible_to(user), alerts)
    companies = {
        number: Company(sorted(customers[number], key=lambda customer: customer.sort_number))
        for number in dict.fromkeys(alert.org_number for alert in alerts)
        if customers[number]  # else changed a moment ago
    }
    for alert in alerts:
        if company := companies.get(alert.org_number):
            company.alerts.append(alert)
    return list(companies.values())
