"""What follows when an offer is accepted: the customer becomes active, and a project is made."""

from django.db import transaction
from django.utils.translation import gettext as _

from customers import holding
from customers.models import Contact, Customer
from moment.models import User
from moment.offers import conditions, totals
from moment.offers.answering import CannotAnswer
from moment.offers.models import Offer, OfferLine
from moment.projects import creating
from moment.projects.models import Activity, PlanItem, PriceModel, Project
from moment.turns import in_turn


def carry_out(
    offer: Offer,
    *,
    leader: User | None,
    make_active: bool = True,
    make_customer: bool = True,
    wanted: str = "",
) -> Project:
    """Make the project of an accepted offer and return it, with an activity for each line.

    `make_active`: the customer becomes active if it is potential; `make_customer`: a project
    participant becomes a customer too. Raises CannotAnswer where the offer is not accepted or has
    its project, and what `creating.create` raises.
    """
    with in_turn(), transaction.atomic():
        with holding.held(offer.customer) as customer:
            _welcome(customer, make_active=make_active, make_customer=make_customer)
        stored = Offer.objects.select_for_update(of=("self",)).get(pk=offer.pk)
        if stored.state != Offer.State.ACCEPTED or stored.project_id:
            raise CannotAnswer(_("This offer has its project already, or is not accepted."))
        holds = conditions.of(stored)
        lines = [line for line in stored.lines.all() if line.chosen or not line.optional]
        project = creating.create(
            Project(
                name=stored.name,
                customer=customer,
                leader=leader,
                state=Project.State.PLANNED,
                currency=holds.currency,
                your_reference=stored.your_reference or None,
                order_reference=stored.order_reference or None,
                invoice_contact=_still_there(stored.contact),
            ),
            PriceModel(kind=PriceModel.Kind.OFFER),
            activities=[_activity(line, stored, holds.currency) for line in lines],
            wanted=wanted,
        )
        _plan(project.price_models.get(), lines, stored, holds.currency)
        stored.project = project
        stored.version += 1
        stored.save()
    return project


def _still_there(contact: Contact | None) -> Contact | None:
    """Return whom the offer was to, unless they have left since."""
    return Contact.objects.current().filter(pk=contact.pk).first() if contact else None


def _welcome(customer: Customer, *, make_active: bool, make_customer: bool) -> None:
    """Let a project be made for the customer, as far as it was wanted."""
    changed = False
    if make_active and customer.status == Customer.Status.POTENTIAL:
        customer.status, changed = Customer.Status.ACTIVE, True
    if make_customer and customer.relation == Customer.Relation.PARTICIPANT:
        customer.relation, changed = Customer.Relation.BOTH, True
    if changed:
        customer.version += 1
        customer.save()


def _activity(line: OfferLine, offer: Offer, currency: str) -> Activity:
    if line.kind == OfferLine.Kind.FIXED:
        return Activity(title=line.title)
    rate = totals.hourly_rate(line, offer.discount, currency)
    return Activity(title=line.title, estimated_hours=line.quantity, hourly_rate=rate)


def _plan(model: PriceModel, lines: list[OfferLine], offer: Offer, currency: str) -> None:
    """Have the fixed prices fall due when somebody says so; discounts are taken off."""
    fixed = [line for line in lines if line.kind == OfferLine.Kind.FIXED]
    amounts = totals.discounted(fixed, offer.discount, currency)
    for place, (line, amount) in enumerate(zip(fixed, amounts, strict=True)):
        PlanItem.objects.create(price_model=model, order=place, text=line.title, amount=amount)
