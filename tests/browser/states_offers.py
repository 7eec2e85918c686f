"""States of the pages with offers; see `states`."""

from collections.abc import Callable
from datetime import date, timedelta

from django.utils import timezone
from playwright.sync_api import Page, expect

from customers.models import Customer, ProjectRole
from moment.models import User
from moment.offers import editing
from moment.offers.models import AnswerLink, Offer, OfferLetter, OfferTag, TextTemplate
from tests.factories import OfferFactory, OfferLineFactory, ProjectFactory

LONG = "Landskapsarkitekturprosjekteringsassistanse"
_OPEN, _REJECTED, _RENEWED = "/offers/8001/", "/offers/8003/", "/offers/8004/"


def fill(customer: Customer, kari: User) -> None:
    """Give a customer offers in every state, with long names, tags, options and a trail."""
    tags = [OfferTag.objects.create(name=f"{LONG} {n}", color="teal") for n in range(2)]
    for kind in TextTemplate.Kind.values:
        TextTemplate.objects.create(kind=kind, name=f"{LONG} {kind}", text="Vi takker.")
    role = ProjectRole.objects.first() or ProjectRole.objects.create(name=LONG)
    now, late = timezone.now(), date(2026, 1, 31)
    answered = {"answered_at": now, "answered_name": LONG, "answer_reason": LONG * 3}
    states = [
        ("8001", "draft", {}), ("8002", "sent", {}), ("8003", "rejected", answered),
        ("8004", "rejected", answered), ("8005", "accepted", answered),
        ("8006", "sent", {"issued_on": late, "valid_until": late + timedelta(days=1)}),
    ]  # fmt: skip
    for number, state, fields in states:
        buyer = "" if state == "draft" else customer.name
        offer = OfferFactory(
            number=number, name=f"{LONG} {number}", customer=customer, responsible=kari,
            state=state, buyer_name=buyer, introduction=LONG * 4, terms="30 dager.",
            your_reference=LONG * 2, amount=123456789, discount=5, **fields,
        )  # fmt: skip
        offer.tags.add(*tags)
        hourly = {"kind": "hourly", "role": role, "quantity": "160.5", "price": "12345678.90"}
        OfferLineFactory(offer=offer, order=0, title=LONG * 2, text=LONG * 3, **hourly)
        OfferLineFactory(offer=offer, order=1, title="Befaring", price=28000, discount=10)
        OfferLineFactory(
            offer=offer, order=2, title="Skanning", optional=True, chosen=state == "accepted"
        )
    _add_letters(Offer.objects.get(number="8004"))
    editing.new_version(Offer.objects.get(number="8004"), kari)
    project = ProjectFactory(customer=customer, model__kind="offer")
    project.price_models.get().plan.create(text=LONG, amount=28000)
    Offer.objects.filter(number="8005").update(project=project)


def _add_letters(offer: Offer) -> None:
    now = timezone.now()
    link = AnswerLink.objects.create(
        offer=offer, digest="8004", expires_on=offer.valid_until, opened_at=now
    )
    made = {"offer": offer, "to": f"{'lang' * 15}@vardefjord.example", "made_at": now}
    OfferLetter.objects.create(**made, message_id="sent", sent_at=now, link=link)
    failed = {"failed_at": now, "error": "550 5.1.1 " + "x" * 90}
    OfferLetter.objects.create(**made, message_id="failed", **failed)
    OfferLetter.objects.create(**made, message_id="waiting")


def offers(page: Page) -> None:
    page.goto("/offers/")
    expect(page.locator(".offers tfoot").first).to_be_visible()


def offers_filtered(page: Page) -> None:
    page.goto("/offers/?mine=1&q=land&tags=999999&state=sent")
    expect(page.locator(".chip").first).to_be_visible()


def offers_nowhere(page: Page) -> None:
    page.goto("/offers/?q=zzzz")
    expect(page.locator("#results .empty")).to_be_visible()


def offer_new(page: Page) -> None:
    page.goto("/offers/")
    page.locator(".head__actions .btn--primary").click()
    expect(page.locator("dialog[open] [name=customer]")).to_be_visible()


def offer_new_errors(page: Page) -> None:
    page.goto("/offers/new/?customer=1103")
    page.locator("form.dialog footer .btn--primary").click()
    expect(page.locator("[name=name][aria-invalid=true]")).to_be_visible()


def offer_editor(page: Page) -> None:
    page.goto(_OPEN)
    expect(page.locator(".offer-line")).to_have_count(3)


def offer_editor_line_added(page: Page) -> None:
    offer_editor(page)
    page.locator("#add-hourly").click()
    expect(page.locator("#line-3-title")).to_be_focused()


def offer_editor_texts(page: Page) -> None:
    offer_editor(page)
    page.locator("#text-terms summary").click()
    expect(page.locator("#text-terms .menu__item").first).to_be_visible()


def offer_editor_errors(page: Page) -> None:
    offer_editor(page)
    page.locator("#line-0-price").fill("x")
    page.locator("#line-1-title").fill("")
    page.locator(".actions .btn--primary").click()
    expect(page.locator("#line-0-price[aria-invalid=true]")).to_be_visible()


def offer_editor_changed_meanwhile(page: Page) -> None:
    offer_editor(page)
    stored = Offer.objects.get(number="8001")
    lines = list(stored.lines.all())
    stored.name, lines[0].price = f"{LONG} hers", 7
    editing.save(stored, lines, version=stored.version, tags=None)
    page.locator("#line-0-price").fill("8")
    page.locator("#offer_name").fill("Mine")
    page.locator(".actions .btn--primary").click()
    expect(page.locator("main .banner")).to_be_visible()


def offer_discard(page: Page) -> None:
    offer_editor(page)
    page.locator(".actions [hx-get$='/discard/']").click()
    expect(page.locator("dialog[open] .btn--bad")).to_be_visible()


def offer_second_version(page: Page) -> None:
    page.goto(_RENEWED)
    expect(page.locator(".offer-trail [data-state=failed]")).to_be_visible()


def offer_older_version(page: Page) -> None:
    page.goto(f"{_RENEWED}versions/1/")
    expect(page.locator(".offer-read")).to_be_visible()


def offer_rejected(page: Page) -> None:
    page.goto(_REJECTED)
    expect(page.locator(".offer-answer")).to_be_visible()


def offer_new_version(page: Page) -> None:
    offer_rejected(page)
    page.locator(".head__actions [hx-get$='/new-version/']").click()
    expect(page.locator("dialog[open] footer .btn--primary")).to_be_visible()


def offers_of_customer(page: Page) -> None:
    page.goto("/customers/1200/offers/")
    expect(page.locator(".offers--of-customer")).to_be_visible()


def offers_of_customer_none(page: Page) -> None:
    page.goto("/customers/1103/offers/")
    expect(page.locator(".empty")).to_be_visible()


ALL: list[Callable[[Page], None]] = [
    offers, offers_filtered, offers_nowhere, offer_new, offer_new_errors, offer_editor,
    offer_editor_line_added, offer_editor_texts, offer_editor_errors,
    offer_editor_changed_meanwhile, offer_discard, offer_second_version, offer_older_version,
    offer_rejected, offer_new_version, offers_of_customer, offers_of_customer_none,
]  # fmt: skip
