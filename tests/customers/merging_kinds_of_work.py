"""What is done and offered for customers, as kinds that are merged; and all kinds together."""

from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone

from customers.models import (
    Contact,
    Customer,
    File,
    HourlyRate,
    InvoiceRecipient,
    MailingList,
    Note,
    OtherAddress,
)
from moment.offers import accepting, answering, editing, letters, links, sending
from moment.offers.models import Offer, OfferLetter, OfferLine
from moment.projects import creating, sharing
from moment.projects.models import PriceModel, PriceModelShare, Project
from tests.customers import merging_kinds
from tests.customers.merging_book import (
    CONTACT,
    CUSTOMER,
    RATE,
    RECIPIENT,
    Book,
    Row,
)
from tests.customers.merging_book_of_work import LETTER, OFFER, PROJECT, SHARE
from tests.customers.merging_kinds import ADDRESS, FILE, LEFT_OUT, NOTE, Kind, World, one_of


def _contact(customer: Customer, x: int) -> Any:
    there = customer.contacts.filter(person__erased_at=None).order_by("pk")
    return one_of([None, *there], x)


# Projects, and who pays a part


def _make_project(world: World, customer: Customer, x: int, y: int) -> None:
    project = Project(
        name=world.fresh("Bru"),
        customer=customer,
        currency=one_of([None, "NOK", "EUR"], x),
        invoice_contact=_contact(customer, y),
    )
    try:
        creating.create(project, PriceModel(kind=PriceModel.Kind.NONE))
    except ValidationError:
        world.book.note()
        return
    world.book.note(made={PROJECT: 1})


def _edit_project(world: World, project: Project, x: int, y: int) -> None:
    if x % 3 == 0:
        project.name = world.fresh("Veg")
    elif x % 3 == 1:
        project.currency = one_of([None, "NOK", "EUR"], y)
    else:
        project.invoice_contact = _contact(project.customer, y)
    project.save()
    world.book.note([(PROJECT, project.pk)])


def _make_share(world: World, customer: Customer, x: int, y: int) -> None:
    models = list(PriceModel.objects.order_by("pk"))
    if models:
        PriceModelShare.objects.create(
            price_model=one_of(models, x), customer=customer, percent=Decimal(1 + y)
        )
        world.book.note(made={SHARE: 1})


def _edit_share(world: World, share: PriceModelShare, x: int, y: int) -> None:
    if y == 0:
        _save_shares_as_they_are(world, share.price_model)
        return
    share.percent = Decimal(x + y + 1)
    share.save()
    world.book.note([(SHARE, share.pk)])


def _save_shares_as_they_are(world: World, model: PriceModel) -> None:
    """Save them once more as the dialog shows them: each customer once, and the own one's rest."""
    parts = sharing.parts(model.project.customer, model.shares.select_related("customer"))
    if (
        all(part.percent >= 0 for part in parts)
        and sum(model.shares.values_list("percent", flat=True)) <= sharing.WHOLE
    ):
        sharing.store(model, {p.customer.pk: p.percent for p in parts if not p.is_own})
    world.book.note()


def _remove_share(world: World, share: PriceModelShare) -> None:
    pk = share.pk
    share.delete()
    world.book.note(gone=[(SHARE, pk)])


# Offers, and the letters about them


def _make_offer(world: World, customer: Customer, x: int, y: int) -> None:
    offer = Offer(
        name=world.fresh("Forprosjekt"),
        customer=customer,
        contact=_contact(customer, y),
        currency=one_of(["", "NOK", "EUR"], x),
        responsible=world.people[0],
        valid_until=timezone.localdate(),
    )
    try:
        editing.create(offer, [OfferLine(title="Skisse", price=Decimal(900))])
    except ValidationError:
        world.book.note()
        return
    world.book.note(made={OFFER: 1})


def _edit_offer(world: World, offer: Offer, x: int, y: int) -> None:
    if offer.is_open:
        _edit_open(offer, x, y)
        world.book.note([(OFFER, offer.pk)])
    elif offer.state == Offer.State.SENT and x % 2:
        answering.accept_by_hand(offer, by=world.people[0], name="Eva Moen", chosen=[])
        world.book.note([(OFFER, offer.pk)])
    elif offer.state == Offer.State.ACCEPTED and not offer.project_id:
        _carry_out(world, offer)
    elif offer.state == Offer.State.SENT:
        try:
            editing.new_version(offer, world.people[0])
        except ValidationError:
            world.book.note()
            return
        world.book.note([(OFFER, offer.pk)], made={OFFER: 1})


def _edit_open(offer: Offer, x: int, y: int) -> None:
    if x % 2:
        sending.write_down(offer, None)
    elif y % 2:
        offer.contact = _contact(offer.customer, x)
    else:
        offer.currency = one_of(["", "NOK", "EUR"], x)
    offer.save()


def _carry_out(world: World, offer: Offer) -> None:
    try:
        accepting.carry_out(offer, leader=world.people[0])
    except ValidationError:
        world.book.note()
        return
    world.book.note([(OFFER, offer.pk), (CUSTOMER, offer.customer_id)], made={PROJECT: 1})


def _remove_offer(world: World, offer: Offer) -> None:
    if not offer.is_open:
        return
    pk = offer.pk
    before = [(OFFER, offer.replaces_id)] if offer.replaces_id else []
    editing.discard(offer, version=offer.version)
    world.book.note(before, gone=[(OFFER, pk)])


def _make_letter(world: World, customer: Customer, x: int, y: int) -> None:
    sent = list(customer.offers.exclude(buyer_name="").order_by("pk"))
    if sent:
        offer, contact = one_of(sent, x), _contact(customer, y)
        to = f"post{y}@kunde.example"
        letters.with_link(offer, to, contact, links.make(offer), world.people[0])
        world.book.note(made={LETTER: 1})


def _itself(book: Book, row: Row) -> Any:
    return row


def _as_it_is(world: World, row: Any, *_numbers: int) -> None:
    """Nobody changes or removes it."""


KINDS = [
    *merging_kinds.KINDS,
    Kind(PROJECT, _make_project, _edit_project, _as_it_is, _itself),
    Kind(SHARE, _make_share, _edit_share, _remove_share, _itself),
    Kind(OFFER, _make_offer, _edit_offer, _remove_offer, _itself),
    Kind(LETTER, _make_letter, _as_it_is, _as_it_is, _itself),
]
BY_LABEL = {kind.label: kind for kind in KINDS}
MODELS: dict[str, Any] = {
    CONTACT: Contact,
    RECIPIENT: InvoiceRecipient,
    RATE: HourlyRate,
    ADDRESS: OtherAddress,
    FILE: File,
    NOTE: Note,
    LEFT_OUT: MailingList.left_out.through,
    PROJECT: Project,
    SHARE: PriceModelShare,
    OFFER: Offer,
    LETTER: OfferLetter,
}


def place_of(book: Book, row: Row) -> int:
    """Return the key of the customer that has a row, by way of what it hangs on if need be."""
    values = book.now[row]
    if "customer" in values:
        return values["customer"]
    if row[0] == LETTER:
        return book.now[OFFER, values["offer"]]["customer"]
    return book.now[CONTACT, values["contact"]]["customer"]
