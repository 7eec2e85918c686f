"""How customers get their invoices, whether EHF would arrive, and switching them to it.

EHF reaches a Norwegian customer under its reg. no.; what the Peppol network says of the number is
kept by `registry`, which knows nothing of customers.
"""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from auditlog.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, TextChoices, Value
from django.db.models.functions import StrIndex
from django.db.models.lookups import GreaterThan
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from customers import counts
from customers.models import Customer
from customers.models.customer import CustomerQuerySet
from moment.models import CompanySettings, InvoiceType, User
from moment.turns import in_turn
from registry.models import Reachability

# Few enough for any engine's limit on what one statement may carry.
_BATCH = 500


class Reach(TextChoices):
    """Whether a customer can receive EHF."""

    YES = "yes", _("Can receive EHF")
    NO = "no", _("Cannot receive EHF")
    UNKNOWN = "unknown", _("Not known")
    NO_NUMBER = "none", _("No reg. no.")


class Standing(TextChoices):
    """How far a Norwegian customer is from getting its invoices as EHF. Each has one."""

    GETS_EHF = "gets", _("Get EHF today")
    SWITCHABLE = "switchable", _("Could be switched now")
    UNREACHABLE = "unreachable", _("Cannot receive EHF")
    UNKNOWN = "unknown", _("Not known yet")
    NO_NUMBER = "no_number", _("No reg. no.")


NOT_EHF = [kind.value for kind in InvoiceType if kind != InvoiceType.EHF]
_INVOICE = {Reach.YES: True, Reach.NO: False}
_STANDING = {
    Reach.NO: Standing.UNREACHABLE,
    Reach.UNKNOWN: Standing.UNKNOWN,
    Reach.NO_NUMBER: Standing.NO_NUMBER,
}


def reach_is(values: Iterable[str], *, walking: bool = False) -> Q:
    """Return the condition that a Norwegian customer's reach is one of these `Reach` values.

    Walking, it is said so that no planner takes it to the index of countries, but tests row by row
    in the order of the page: where many fit, the first fifty are soon met.
    """
    asked = {Reach(value) for value in values}
    answers = [_INVOICE[reach] for reach in _INVOICE if reach in asked]
    others = [_INVOICE[reach] for reach in _INVOICE if reach not in asked]
    kept = Reachability.objects.norwegian().filter(identifier=OuterRef("org_number"))
    # One subquery at most: two with OR between them are more than an engine can join.
    condition = ~Q(org_number="")
    if Reach.UNKNOWN in asked:
        condition &= Q(~Exists(kept.filter(invoice__in=others)))
    else:
        condition &= Q(Exists(kept.filter(invoice__in=answers)))
    if Reach.NO_NUMBER in asked:
        alone = asked == {Reach.NO_NUMBER}
        condition = Q(org_number="") if alone else condition | Q(org_number="")
    at_home = Q(GreaterThan(StrIndex("country", Value("NO")), 0)) if walking else Q(country="NO")
    return at_home & condition


def invoice_type_is(values: Iterable[str]) -> Q:
    """Return the condition that a customer's invoices go out in one of these ways.

    Customers without a choice of their own follow the company's. One query.
    """
    values = set(values)
    if CompanySettings.current().invoice_type in values:
        values.add("")
    return Q(invoice_type__in=values)


def switchable() -> Q:
    """Return the condition that a customer can receive EHF and gets something else. One query."""
    return reach_is([Reach.YES]) & invoice_type_is(NOT_EHF)


def reachability_of(org_numbers: Iterable[str]) -> dict[str, Reachability]:
    """Return what is kept about these Norwegian reg. nos., in one query."""
    numbers = {number for number in org_numbers if number}
    found = Reachability.objects.norwegian().filter(identifier__in=numbers)
    return {reachability.identifier: reachability for reachability in found}


def reach_of(org_number: str, reachability: Reachability | None) -> Reach:
    """Return the reach of a Norwegian customer by what is kept about its reg. no."""
    if not org_number:
        return Reach.NO_NUMBER
    return Reach(reachability.answer) if reachability else Reach.UNKNOWN


def standing_of(reach: str, invoice_type: str) -> Standing:
    """Return where a Norwegian customer stands; the invoice type is the one in force."""
    if reach == Reach.YES:
        return Standing.GETS_EHF if invoice_type == InvoiceType.EHF else Standing.SWITCHABLE
    return _STANDING[Reach(reach)]


# Switching


@dataclass(frozen=True)
class Switched:
    """How many were switched, and of the others how many stand where.

    None: they are not among the Norwegian customers any more.
    """

    count: int
    left: Counter[Standing | None]


def switch_to_ehf(customers: CustomerQuerySet, by: User) -> int:
    """Have those of these customers that can be switched get EHF; return how many those were.

    Who can be switched is decided here and now, whatever was shown before. History tells of each;
    an edit form that is open meanwhile meets "changed meanwhile".
    """
    with in_turn(), transaction.atomic():
        return len(_switch(customers, by))


def switch_chosen(pks: Collection[int], customers: CustomerQuerySet, by: User) -> Switched:
    """Do the same with the chosen ones of these customers, and tell what became of each."""
    with in_turn(), transaction.atomic():
        switched = _switch(customers.filter(pk__in=pks), by)
        others = set(pks) - set(switched)
        return Switched(len(switched), _standings(customers.filter(pk__in=others), len(others)))


def _switch(customers: CustomerQuerySet, by: User) -> list[int]:
    """Switch and return the keys, in the order in which the rows are locked."""
    # The conditions stand on the locked rows themselves, so that a row which somebody else has
    # just switched is tested anew and left out.
    found = list(
        customers.filter(switchable())
        .order_by("pk")
        .select_for_update()
        .values_list("pk", "name", "invoice_type")
    )
    about, now = ContentType.objects.get_for_model(Customer), timezone.now()
    for start in range(0, len(found), _BATCH):
        batch = found[start : start + _BATCH]
        Customer.objects.filter(pk__in=[pk for pk, _name, _type in batch]).update(
            invoice_type=InvoiceType.EHF, version=F("version") + 1
        )
        LogEntry.objects.bulk_create(
            LogEntry(
                content_type=about,
                object_pk=str(pk),
                object_id=pk,
                object_repr=name,
                action=LogEntry.Action.UPDATE,
                changes={"invoice_type": [before, InvoiceType.EHF.value]},
                actor=by,
                actor_email=by.email,
                timestamp=now,
            )
            for pk, name, before in batch
        )
    transaction.on_commit(counts.forget)
    return [pk for pk, _name, _type in found]


def _standings(customers: CustomerQuerySet, asked: int) -> Counter[Standing | None]:
    standard = CompanySettings.current().invoice_type
    rows = customers.filter(country="NO").order_by().values_list("org_number", "invoice_type")
    known = reachability_of(number for number, _type in rows)
    left: Counter[Standing | None] = Counter(
        standing_of(reach_of(number, known.get(number)), own or standard) for number, own in rows
    )
    if asked > left.total():
        left[None] = asked - left.total()
    return left
