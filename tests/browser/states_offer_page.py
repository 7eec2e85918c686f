"""States of sending offers, of the page on which customers answer, and of accepting; see `states`.

The offers are as they were sent: the tests of sending send them.
"""

import hashlib
from collections.abc import Callable
from datetime import date, timedelta

from django.utils import timezone
from playwright.sync_api import Page, expect

from moment.models import User
from moment.offers.models import AnswerLink, Offer, OfferLetter
from tests.factories import (
    ContactFactory,
    CustomerFactory,
    OfferFactory,
    OfferLineFactory,
    PersonFactory,
)

LONG = "Landskapsarkitekturprosjekteringsassistent"
LATER = date(2099, 12, 31)


def token(number: str) -> str:
    return f"token-of-{number}"


def fill(kari: User) -> None:
    """Make offers that are written, sent, answered, and at an address that holds no more."""
    customer = CustomerFactory(
        number="1290", name=f"Sameiet {LONG}", status="potential", relation="participant"
    )
    person = PersonFactory(name=f"Nina {LONG}", emails=[f"{'lang' * 12}@storgata.example"])
    contact = ContactFactory(customer=customer, person=person, title=LONG)
    known = {
        "customer": customer, "contact": contact, "responsible": kari, "discount": "12.5",
        "your_reference": "x" * 60, "introduction": f"Vi takker.\n\n{LONG}", "terms": "NS " * 80,
        "valid_until": LATER, "name": f"Rehabilitering av {LONG}",
    }  # fmt: skip
    for number, state in (
        ("7901", "draft"), ("7902", "sent"), ("7903", "accepted"), ("7904", "rejected"),
        ("7905", "replaced"),
    ):  # fmt: skip
        frozen = {
            "buyer_name": customer.name, "currency": "NOK", "vat_code": "3",
            "language": kari.language[:2] or "en", "sent_at": timezone.now(),
        }  # fmt: skip
        answered = {"answered_at": timezone.now(), "answered_name": LONG, "answer_reason": "x" * 90}
        offer = OfferFactory(
            number=number,
            state=state,
            **known,
            **({} if state == "draft" else frozen),
            **(answered if state in ("accepted", "rejected") else {}),
        )
        _add_lines(offer)
        if state != "draft":
            _add_letters(offer, contact)


def _add_lines(offer: Offer) -> None:
    for order, line in enumerate(
        [
            {"title": LONG, "text": f"Befaring\n{LONG}", "price": "12345678.90"},
            {"title": "Tegning", "kind": "hourly", "quantity": 160, "price": 1150, "discount": 10},
            {"title": LONG, "text": LONG, "price": "9999999.99", "optional": True},
            {"title": "Skanning", "price": 100, "quantity": 3, "unit": "dag", "optional": True},
        ]
    ):
        OfferLineFactory(offer=offer, order=order, **line)


def _add_letters(offer: Offer, contact: object) -> None:
    link = AnswerLink.objects.create(
        offer=offer,
        digest=hashlib.sha256(token(offer.number).encode()).hexdigest(),
        expires_on=LATER,
        opened_at=timezone.now(),
    )
    now, hour = timezone.now(), timedelta(hours=1)
    for n, became in enumerate(
        [{"sent_at": now}, {"failed_at": now, "error": f"550 {'x' * 90}"}, {"made_at": now - hour}]
    ):
        OfferLetter.objects.create(
            offer=offer, to=f"{'lang' * 12}{n}@storgata.example", link=link, contact=contact,
            message_id=f"<{offer.number}-{n}@moment.example>", **became,
        )  # fmt: skip


def _open(page: Page, number: str) -> None:
    page.goto(f"/offers/answer/{token(number)}/")


def offer_send(page: Page) -> None:
    page.goto("/offers/7901/send/")
    expect(page.locator("[name=contacts]:checked")).to_have_count(1)


def offer_send_errors(page: Page) -> None:
    page.goto("/offers/7902/")
    page.locator(".head [hx-get*='/send/']").click()
    page.locator("dialog[open] [name=others]").fill(f"{'lang' * 20}, x")
    page.locator("dialog[open] footer .btn--primary").click()
    expect(page.locator("dialog[open] [name=others][aria-invalid=true]")).to_be_visible()


def offer_revoke(page: Page) -> None:
    page.goto("/offers/7902/")
    page.locator("[hx-get*='/revoke/']").click()
    expect(page.locator("dialog[open] .btn--bad")).to_be_visible()


def offer_by_hand(page: Page) -> None:
    page.goto("/offers/7902/")
    page.locator("[hx-get$='/answer/']").click()
    expect(page.locator("dialog[open] [name=reason]")).to_be_hidden()  # nobody says why yes
    page.locator("dialog[open] .segments label").last.click()
    expect(page.locator("dialog[open] [name=reason]")).to_be_visible()


def offer_project(page: Page) -> None:
    page.goto("/offers/7903/")
    page.locator("[hx-get$='/project/']").click()
    expect(page.locator("dialog[open] [name=make_active]")).to_be_checked()


def answer_page(page: Page) -> None:
    _open(page, "7902")
    before = page.locator(".offer-totals__all").last.text_content() or ""
    page.locator("[name=chosen]").first.check()
    expect(page.locator(".offer-totals__all").last).not_to_have_text(before)
    page.locator(".offer-page__reject summary").click()
    expect(page.locator("#reject_reason")).to_be_visible()


def answer_page_errors(page: Page) -> None:
    _open(page, "7902")
    page.locator("[value=accept]").click()
    expect(page.locator("#accept_name[aria-invalid=true]")).to_be_visible()


def answer_page_accepted(page: Page) -> None:
    _open(page, "7903")
    expect(page.locator(".offer-page__state[data-state=accepted]")).to_be_visible()


def answer_page_rejected(page: Page) -> None:
    _open(page, "7904")
    expect(page.locator(".offer-page__state[data-state=rejected]")).to_be_visible()


def answer_page_gone(page: Page) -> None:
    _open(page, "7905")
    expect(page.locator(".offer-page .empty h1")).to_be_visible()


def answer_page_unknown(page: Page) -> None:
    _open(page, "nothing")
    expect(page.locator(".offer-page .empty h1")).to_be_visible()


ALL: list[Callable[[Page], None]] = [
    offer_send,
    offer_send_errors,
    offer_revoke,
    offer_by_hand,
    offer_project,
    answer_page,
    answer_page_errors,
    answer_page_accepted,
    answer_page_rejected,
    answer_page_gone,
    answer_page_unknown,
]
