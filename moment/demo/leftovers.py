"""What is left to do in the demo: drafts, prices that are missing, payments that fit nothing."""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal

from customers.models import Customer, ProjectRole
from moment.demo import invoices
from moment.demo.invoices import Desk
from moment.demo.payments import Due, Payers
from moment.ledger import paying, to_invoice, unbilled
from moment.ledger.models import Match, Payment
from moment.models import User
from moment.projects import creating, hours
from moment.projects.hours import Hours
from moment.projects.models import Activity, PriceList, PriceListRate, PriceModel, Project

_AT_NIGHT = "Nattarbeid ved kai"
_NIGHTS = (("kari", "3"), ("marte", "2.5"), ("jonas", "2"))


def load(desk: Desk, payers: Payers, colleagues: Mapping[str, User], today: date) -> None:
    """Leave the loose ends of an ordinary month."""
    _drafts(desk, today)
    _without_prices(desk, colleagues, today)
    _reversed(desk, payers, today)
    _paid_back(desk, today)
    _unmatched(desk, today)


def _drafts(desk: Desk, today: date) -> None:
    """Leave drafts: one that several customers share, one like most, and one that lacks a rate."""
    until = to_invoice.last_month(today)
    rows = Project.objects.filter(unbilled.with_some(until)).select_related("customer")
    rows = rows.filter(customer__status=Customer.Status.ACTIVE, activities__entries__isnull=False)
    alone = rows.filter(price_models__shares=None).exclude(customer__name__in=invoices.NAMED)
    for some in (rows.exclude(price_models__shares=None), alone):
        for project in some.distinct().order_by("pk")[:1]:
            to_invoice.make([project], until, by=desk.by, together=False)
    if customer := invoices.abroad():
        desk.in_euro(customer, None, len(invoices.FOR_EURO))


def _without_prices(desk: Desk, colleagues: Mapping[str, User], today: date) -> None:
    """Make a project at which some worked in roles that its price list knows nothing of."""
    customer = Customer.objects.for_new_project().filter(name="Skagerrak Geomatikk AS").first()
    role = ProjectRole.objects.order_by("order", "name").first()
    if customer is None or role is None:
        return
    listed = PriceList.objects.create(name=_AT_NIGHT, currency="NOK")
    PriceListRate.objects.create(price_list=listed, role=role, rate=Decimal(2150))
    day = invoices.workday(to_invoice.last_month(today).replace(day=1))
    project = Project(
        name=_AT_NIGHT, customer=customer, leader=desk.by, starts_on=day, currency="NOK"
    )
    model = PriceModel(
        kind=PriceModel.Kind.HOURLY, rates_from=PriceModel.Rates.PRICE_LIST, price_list=listed
    )
    creating.create(project, model, activities=[Activity(title="Feltarbeid")], tags=[])
    activity = project.activities.get()
    worked = [
        Hours(colleagues[name].pk, activity.pk, day, Decimal(number), comment="", billable=True)
        for name, number in _NIGHTS
    ]
    hours.approve([entry.pk for entry in hours.register(worked)], desk.by)


def _reversed(desk: Desk, payers: Payers, today: date) -> None:
    """Have a payment been entered for the wrong customer, taken back, and paid once more."""
    by_hand = Payment.objects.filter(way=Payment.Way.MANUAL, currency="NOK", amount__gt=0)
    match = Match.objects.filter(payment__in=by_hand.filter(is_open=False)).order_by("-matched_on")
    first = match.select_related("payment__customer", "invoice").first()
    if first is None or first.payment is None or first.invoice is None:
        return
    day = max(first.payment.paid_on, today - timedelta(days=1))
    paying.reverse(first.payment, by=desk.by, on=day, text="Ført på feil faktura")
    payers.by_hand(Due(first.invoice, today, first.amount), text="Ført på nytt")


def _paid_back(desk: Desk, today: date) -> None:
    """Pay back to a customer what it had paid too much."""
    rows = Payment.objects.still_open().filter(remaining__gt=0, currency="NOK")
    over = rows.select_related("customer").order_by("paid_on", "pk").first()
    if over is None:
        return
    back = _payment(desk, over.customer, -over.remaining, today, "Tilbakebetalt")
    paying.pay(back, {}, others={over.pk: over.remaining})


def _unmatched(desk: Desk, today: date) -> None:
    """Have a customer have paid without saying for what."""
    customer = Customer.objects.filter(name="Midtland fylkeskommune").first()
    if customer is not None:
        day = invoices.workday(today - timedelta(days=12))
        paying.pay(_payment(desk, customer, Decimal(18_750), day, "Uten referanse"), {})


def _payment(desk: Desk, customer: Customer, amount: Decimal, day: date, text: str) -> Payment:
    return Payment(
        customer=customer,
        amount=amount,
        currency="NOK",
        paid_on=day,
        text=text,
        made_at=desk.at(day),
        made_by=desk.by,
    )
