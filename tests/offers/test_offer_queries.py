"""Pages with offers ask the database the same number of questions however many there are."""

import pytest
from django.utils import timezone

from customers import counts
from moment.offers.models import AnswerLink, OfferLetter, OfferTag, TextTemplate
from tests.factories import (
    ContactFactory,
    CustomerFactory,
    OfferFactory,
    OfferLineFactory,
    ProjectFactory,
    ProjectRoleFactory,
    TimeEntryFactory,
    UserFactory,
)
from tests.test_query_growth import HTMX, queries

pytestmark = pytest.mark.django_db
LIMITS = {
    "/offers/": 27,
    "/offers/?q=fjell&mine=1&state=accepted&sort=customer": 27,
    "/offers/9012/": 18,
    "/offers/9013/": 13,
    "/offers/9013/versions/1/": 13,
    "/customers/77/offers/": 12,
}


@pytest.fixture(autouse=True)
def _kept_for_long(monkeypatch):
    """Nothing that is kept for seconds runs out while a busy machine takes its time."""
    monkeypatch.setattr(counts, "_KEPT_FOR", 3600)


@pytest.fixture
def more(kari):
    customer = CustomerFactory(number="77", name="Fjell AS")
    sent = {"state": "sent", "buyer_name": "Fjell AS"}
    shown = [
        OfferFactory(number="9012", customer=customer, responsible=kari),
        OfferFactory(number="9013", customer=customer, responsible=kari, **sent),
    ]

    def more(count: int) -> None:
        for n in range(count):
            ContactFactory(customer=customer)
            role = ProjectRoleFactory()
            tag = OfferTag.objects.create(name=f"{role}")
            TextTemplate.objects.create(kind="terms", name=f"{role}", text="x")
            project = ProjectFactory(customer=customer)
            TimeEntryFactory(activity=project.activities.get())
            done = {"buyer_name": "Fjell AS", "answered_at": timezone.now(), "project": project}
            accepted = OfferFactory(
                customer=customer, responsible=kari, state="accepted", name="Fjell", **done
            )
            accepted.tags.add(tag)
            OfferFactory(responsible=UserFactory())
            for offer in shown:
                OfferLineFactory(offer=offer, kind="hourly", role=role)
                link = AnswerLink.objects.create(
                    offer=offer, digest=f"{offer.pk} {role}", expires_on=offer.valid_until
                )
                OfferLetter.objects.create(
                    offer=offer, to="a@a.example", message_id=f"{offer.pk} {role}", link=link
                )
            OfferFactory(number="9013", revision=100 + role.pk + n, state="replaced")

    return more


def test_queries_do_not_grow_with_offers_lines_and_letters(as_kari, more):
    more(3)
    few = {path: max(queries(as_kari, path) for _ in range(2)) for path in LIMITS}
    assert {path: n for path, n in few.items() if n > LIMITS[path]} == {}
    new = queries(as_kari, "/offers/new/", HTMX)
    more(20)
    grown = {path: queries(as_kari, path) for path in LIMITS}
    assert {path: n for path, n in grown.items() if n > few[path]} == {}
    assert queries(as_kari, "/offers/new/", HTMX) <= new <= 9
