"""Makes the demo's offers, in every state, with their documents, letters and answers.

Nothing is sent: the letters are written down as they would have been.
"""

import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from random import Random

from django.utils import timezone

from customers.models import Contact, Customer, HourlyRate, ProjectRole
from moment.content.keeping import keep
from moment.demo import entities, jobs, named, names, places
from moment.demo.proposals import (
    CALL_OFF,
    FIXED_TERMS,
    FOR_OWNERS,
    INTRODUCTIONS,
    NAMED,
    OTHERS,
    REASONS,
    SETS,
    TAGS,
    TERMS,
    TEXTS,
    Kind,
    Line,
    Proposal,
    State,
    Wish,
)
from moment.models import User
from moment.offers import accepting, answering, document, editing, letters, links, sending
from moment.offers.models import AnswerLink, Offer, OfferLetter, OfferLine, OfferTag, TextTemplate
from moment.projects.models import RolePrice

SEED = 7_000_911
_RESPONSIBLE = ("kari", "kari", "admin", "marte")
_BOUNCED = "550 5.1.1 The email account that you tried to reach does not exist."
# Who looks after bills is not who asks for offers.
_ACCOUNTS = "Regnskapsansvarlig"


@dataclass(frozen=True)
class _Plan:
    customer: Customer
    name: str
    proposal: Proposal
    wish: Wish
    rng: Random


def load(now: datetime, colleagues: Mapping[str, User]) -> list[Offer]:
    """Make the offers, oldest first, and return them. Outside any transaction: bytes are kept."""
    for kind, name, language, text in TEXTS:
        TextTemplate.objects.get_or_create(
            kind=kind, name=name, language=language, defaults={"text": text}
        )
    for order, (name, color) in enumerate(TAGS.items(), start=1):
        OfferTag.objects.get_or_create(name=name, defaults={"color": color, "order": order})
    roles = list(ProjectRole.objects.order_by("order", "name"))
    tags = list(OfferTag.objects.order_by("order"))
    made = []
    for place, plan in enumerate(sorted(_plans(), key=lambda plan: -plan.wish.ago)):
        by = colleagues[_RESPONSIBLE[place % len(_RESPONSIBLE)]]
        offer = _make(plan, by, roles, tags, now)
        made.append(_become(offer, plan, plan.wish.state, by, now))
        if plan.wish.then:
            new = editing.new_version(made[-1], by)
            _date(new, plan.wish.ago - 8, plan.wish.valid, now)
            made.append(_become(new, plan, plan.wish.then, by, now))
    return made


def _plans() -> Iterator[_Plan]:
    """Yield which customers get which offers."""
    customers = Customer.objects.for_new_offer()
    by_name = {one.name: one for one in customers.filter(name__in=[name for name, *_ in NAMED])}
    for name, title, proposal, wish in NAMED:
        if name in by_name:
            yield _Plan(by_name[name], title, proposal, wish, Random(f"{SEED} {title}"))
    # Prices are in our currency, and texts in our language.
    others = customers.filter(country="NO", currency="", language="").exclude(
        name__in=[*by_name, named.COMPANIES[-1].name]
    )
    others = others.exclude(name__endswith="konkursbo")
    potential = list(others.filter(status=Customer.Status.POTENTIAL).order_by("-sort_number")[:5])
    active = list(others.for_new_project().order_by("-sort_number")[: len(OTHERS)])
    for place, wish in enumerate(OTHERS if active else []):
        # What was accepted became a project, so those were active.
        some = potential if potential and place % 3 == 0 and not wish.project else active
        rng = Random(f"{SEED} {place}")
        customer = some[place % len(some)]
        kinds = FOR_OWNERS if jobs.owns_houses(customer) else SETS
        proposal = kinds[place * 4 % len(kinds)]
        words = {"root": names.root(rng), "street": places.street(rng).splitlines()[-1]}
        name = proposal.name.format(**words)
        yield _Plan(customer, name, proposal, wish, rng)


def _make(
    plan: _Plan, by: User, roles: Sequence[ProjectRole], tags: Sequence[OfferTag], now: datetime
) -> Offer:
    contact = _asking(plan.customer)
    issued_on = timezone.localdate(now) - timedelta(days=plan.wish.ago)
    size = Decimal(plan.rng.randrange(65, 150)) / 100
    lines = [_line(line, plan, roles, size, issued_on) for line in plan.proposal.lines]
    usual = TERMS if any(line.kind == Kind.HOURLY for line in lines) else FIXED_TERMS
    has_agreement = plan.customer.tags.filter(name="Framework agreement").exists()
    introduction = CALL_OFF if has_agreement else plan.rng.choice(INTRODUCTIONS)
    offer = Offer(
        customer=plan.customer,
        contact=contact,
        name=plan.name,
        responsible=by,
        valid_until=timezone.localdate(now) + timedelta(days=plan.wish.valid),
        introduction=plan.proposal.introduction or introduction,
        terms=plan.proposal.terms or usual,
        your_reference=str(contact or ""),
        discount=plan.wish.discount,
    )
    chosen = [tags[plan.rng.randrange(len(tags))]] if plan.rng.random() < 0.4 else []
    editing.create(offer, lines, tags=chosen)
    _date(offer, plan.wish.ago, plan.wish.valid, now)
    return offer


def _asking(customer: Customer) -> Contact | None:
    """Return who of a customer asks for offers, reached there rather than elsewhere."""
    domain = entities.domain(customer.name)
    return min(
        customer.contacts.current().select_related("person").order_by("pk"),
        key=lambda one: (one.title == _ACCOUNTS, not one.address.endswith(domain)),
        default=None,
    )


def _line(
    line: Line, plan: _Plan, roles: Sequence[ProjectRole], size: Decimal, day: date
) -> OfferLine:
    """Return a line of an offer of this size, with the price of that day."""
    role = roles[line.role] if line.role is not None and line.role < len(roles) else None
    quantity, price = Decimal(line.quantity), Decimal(line.price)
    if line.kind == Kind.HOURLY:
        quantity = max(Decimal(4), (quantity * size / 4).quantize(Decimal(1)) * 4)
        price = _rate(plan.customer, role, day)
    elif line.quantity == 1:
        price = (price * size / 500).quantize(Decimal(1)) * 500
    else:
        quantity = max(Decimal(2), (quantity * size).quantize(Decimal(1)))
    return OfferLine(
        kind=line.kind,
        title=line.title,
        text=line.text,
        role=role,
        quantity=quantity,
        unit="stk" if line.kind == Kind.FIXED and quantity > 1 else "",
        price=price,
        optional=line.optional,
    )


def _rate(customer: Customer, role: ProjectRole | None, day: date) -> Decimal:
    """Return what an hour of a role costs a customer: by its own rates, else as for all."""
    own = HourlyRate.objects.filter(customer=customer, role=role).exclude(role=None)
    for rate in own.exclude(valid_from__gt=day).exclude(valid_until__lt=day):
        return rate.rate
    price = RolePrice.objects.filter(role=role, valid_from__lte=day).order_by("-valid_from").first()
    return price.price if price else Decimal(1400)


def _date(offer: Offer, ago: int, valid: int, now: datetime) -> None:
    """Let an offer have been made so many days ago."""
    offer.issued_on = timezone.localdate(now) - timedelta(days=ago)
    offer.valid_until = offer.issued_on + timedelta(days=valid)
    offer.created_at = _at(offer.issued_on, 8, now)
    offer.save()


def _become(offer: Offer, plan: _Plan, state: Offer.State, by: User, now: datetime) -> Offer:
    """Bring an offer into a state, as far as it was sent with its document and letters."""
    if state == State.READY:
        offer.state = State.READY
        offer.version += 1
        offer.save()
    if state in Offer.OPEN:
        return offer
    sent_at = _at(offer.issued_on, plan.rng.randrange(9, 16), now, plan.rng.randrange(60))
    link = _send(offer, plan, by, sent_at)
    if state in (State.ACCEPTED, State.REJECTED):
        # In the days after, at another time of the day, but not after the last one.
        days = timedelta(days=plan.rng.randrange(2, 13), minutes=plan.rng.randrange(-90, 240))
        _answer(offer, plan, state, by, link, min(now, sent_at + days))
        offer.refresh_from_db()
    if state == State.ACCEPTED and plan.wish.project:
        accepting.carry_out(offer, leader=by)
        offer.refresh_from_db()
    return offer


def _send(offer: Offer, plan: _Plan, by: User, at: datetime) -> AnswerLink:
    content = keep(io.BytesIO(document.ready(offer).pdf()), "application/pdf")
    sending.write_down(offer, content)
    offer.sent_at = at
    offer.version += 1
    offer.save()
    to = offer.contact.address if offer.contact else ""
    to = to or offer.customer.email or f"post@{entities.domain(offer.customer.name)}"
    letter = letters.with_link(offer, to, offer.contact, links.make(offer), by).letter
    letter.made_at = letter.sent_at = at
    if plan.wish.bounced:
        letter.failed_at, letter.error = at + timedelta(minutes=2), _BOUNCED
    letter.save()
    assert letter.link
    letter.link.created_at = at
    opened_at = min(timezone.now(), at + timedelta(minutes=plan.rng.randrange(6, 2000)))
    letter.link.opened_at = None if letter.failed_at else opened_at
    letter.link.save()
    return letter.link


def _answer(
    offer: Offer, plan: _Plan, state: Offer.State, by: User, link: AnswerLink, at: datetime
) -> None:
    """Have the customer answer on the public page, now and then to a colleague."""
    name = str(offer.contact or names.person(plan.rng))
    options = list(offer.lines.filter(optional=True).values_list("pk", flat=True))
    chosen = [pk for pk in options if plan.rng.random() < 0.5]
    reason = plan.rng.choice(REASONS)
    by_hand = plan.rng.random() < 0.25
    offers, addresses = Offer.objects.filter(pk=offer.pk), AnswerLink.objects.filter(pk=link.pk)
    today = timezone.localdate()
    # It was answered in time, whatever day it is now.
    offers.update(valid_until=max(today, offer.valid_until))
    addresses.update(expires_on=max(today, offer.valid_until))
    link.refresh_from_db()
    if by_hand:
        if state == State.ACCEPTED:
            answering.accept_by_hand(offer, by=by, name=name, chosen=chosen)
        else:
            answering.reject_by_hand(offer, by=by, name=name, reason=reason)
    elif state == State.ACCEPTED:
        answering.accept(link, name=name, chosen=chosen)
    else:
        answering.reject(link, name=name, reason=reason)
    offers.update(answered_at=at, valid_until=offer.valid_until)
    addresses.update(expires_on=offer.valid_until)
    if not by_hand:
        receipt = letters.about_answer(offer, link.letters.get().to, OfferLetter.Kind.RECEIPT, "nb")
        receipt.letter.made_at = receipt.letter.sent_at = at + timedelta(seconds=4)
        receipt.letter.save()


def _at(day: date, hour: int, now: datetime, minute: int = 25) -> datetime:
    return min(now, datetime.combine(day, time(hour, minute), timezone.get_current_timezone()))
