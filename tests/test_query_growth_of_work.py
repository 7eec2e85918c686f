"""Pages of projects, hours and offers: a fixed number of queries, however many rows there are."""

from datetime import date, timedelta
from importlib import import_module

import pytest
from django.urls import resolve
from django.utils import timezone

from customers.models import Customer
from moment.offers import editing, links, sending
from moment.offers.models import Offer, OfferLetter, OfferTag, TextTemplate
from moment.projects import hours, sharing
from moment.projects.models import (
    PlanItem,
    PriceList,
    PriceModelShare,
    Project,
    ProjectMember,
    ProjectTag,
    RolePrice,
)
from tests.customers.kept_files import kept as kept_file
from tests.factories import (
    ActivityFactory,
    ContactFactory,
    CustomerFactory,
    EmployeeFactory,
    ExpenseFactory,
    HourlyRateFactory,
    InvoiceRecipientFactory,
    OfferFactory,
    OfferLineFactory,
    PersonFactory,
    PriceModelFactory,
    ProjectFactory,
    ProjectRoleFactory,
    TagFactory,
    TimeEntryFactory,
)
from tests.test_query_growth import HTMX, queries

pytestmark = pytest.mark.django_db
LISTED = {"kind": "hourly", "rates_from": "price_list"}
# What a project can have been agreed to cost, each of its own.
KINDS = [
    {"kind": "hourly", "rates_from": "customer"},
    {"kind": "hourly", "rates_from": "role"},
    LISTED,
    {"kind": "fixed"},
    {"kind": "offer"},
    {"kind": "subscription", "amount": 10, "interval": 1, "starts_on": date(2026, 1, 1)},
    {"kind": "none"},
]


def no_growth(client, more, limits, headers=None):
    """Look that each page takes at most so many queries, and no more with many rows than few."""
    more(2)
    few = {page: max(queries(client, page, headers) for _ in range(2)) for page in limits}
    assert {page: n for page, n in few.items() if n > limits[page]} == {}
    more(12)
    grown = {page: queries(client, page, headers) for page in limits}
    assert {page: n for page, n in grown.items() if n > few[page]} == {}


def not_among(app: str, pages) -> set[str]:
    """Return the names of an app's addresses of which no page is among these."""
    looked_at = {resolve(page.partition("?")[0]).url_name for page in pages}
    return {one.name for one in import_module(f"{app}.urls").urlpatterns} - looked_at


@pytest.fixture
def customer():
    return CustomerFactory(number="77")


def test_pages_of_projects(as_kari, kari, customer):
    today = timezone.localdate()
    EmployeeFactory(user=kari)
    project = ProjectFactory(number="P-1", customer=customer)
    activity, first = project.activities.get(), project.price_models.get()
    entry = TimeEntryFactory(activity=activity, user=kari, day=today)
    receipt = {"receipt": kept_file().content, "receipt_name": "Agreement.pdf"}
    expense = ExpenseFactory(project=project, user=kari, **receipt)
    member = ProjectMember.objects.create(project=project, user=kari)
    url = "/projects/P-1"
    one_activity, one_model = f"{url}/activities/{activity.pk}", f"{url}/price-models/{first.pk}"
    one_expense, one_entry = f"{url}/expenses/{expense.pk}", f"{url}/hours/{entry.pk}"
    one_member = f"{url}/people/{member.pk}"

    def more(count):
        for _ in range(count):
            user, role = EmployeeFactory().user, ProjectRoleFactory()
            RolePrice.objects.create(role=role, valid_from=date(2020, 1, 1), price=1000)
            prices = PriceList.objects.create(name=f"{role}")
            HourlyRateFactory(customer=customer, role=role)
            ProjectMember.objects.create(project=project, user=user, role=role)
            for kind in KINDS:
                own = {"price_list": prices} if kind is LISTED else {}
                model = PriceModelFactory(project=project, **kind, **own)
                sharing.store(model, {CustomerFactory().pk: 10})
                one = ActivityFactory(project=project, price_model=model)
                for who in (user, kari):
                    TimeEntryFactory(activity=one, user=who, day=today, hours="0.1")
                    done = TimeEntryFactory(activity=one, user=who, hours="0.1", billable=False)
                hours.approve([done.pk], kari)
            PlanItem.objects.create(price_model=first, text="Start", amount=100, due_on=today)
            ExpenseFactory(project=project, user=user, **receipt)
            ExpenseFactory(project=project, billable=False)
            ContactFactory(customer=customer)
            InvoiceRecipientFactory(customer=customer)
            project.tags.add(ProjectTag.objects.create(name=f"T{role}"))
            ProjectFactory(customer=CustomerFactory(tags=[TagFactory()]), leader=user)

    limits = {
        "/projects/": 25,
        "/projects/?state=all&mine=1&q=project&sort=-last_day": 25,
        "/projects/new/?customer=77": 12,
        "/projects/export/?state=all": 23,
        f"{url}/": 35,
        f"{url}/edit/": 10,
        f"{url}/activities/new/": 9,
        f"{one_activity}/edit/": 10,
        f"{one_activity}/delete/": 8,
        f"{url}/people/new/": 8,
        f"{one_member}/edit/": 8,
        f"{one_member}/delete/": 8,
        f"{url}/invoicing/": 11,
        f"{url}/price-models/new/": 8,
        f"{one_model}/edit/": 11,
        f"{one_model}/default/": 8,
        f"{one_model}/remove/": 12,
        f"{url}/expenses/": 14,
        f"{url}/expenses/new/": 9,
        f"{one_expense}/edit/": 10,
        f"{one_expense}/delete/": 8,
        f"{one_expense}/receipt/": 7,
        f"{one_expense}/receipt/download/": 7,
        f"{one_expense}/receipt/preview/": 7,
        f"{url}/hours/": 23,
        f"{url}/hours/?approved=no&billable=yes&colleague={kari.pk}": 21,
        f"{url}/hours/week/": 14,
        f"{url}/hours/export/": 18,
        f"{url}/hours/approve/": 12,
        f"{url}/hours/take-back/": 12,
        f"{url}/hours/new/": 11,
        f"{one_entry}/edit/": 10,
        f"{one_entry}/delete/": 8,
        "/projects/hours/": 9,
        "/projects/hours/import/": 5,
        "/projects/hours/activities/?q=act": 6,
    }
    only_posted = {"state", "activity_state"}
    assert not_among("moment.projects", limits) == only_posted | {"of_customer"}
    no_growth(as_kari, more, limits)


def test_pages_of_a_customer_with_projects_and_offers(as_kari, kari, customer):
    def more(count):
        for _ in range(count):
            project = ProjectFactory(customer=customer)
            TimeEntryFactory(activity=project.activities.get(), user=kari)
            TimeEntryFactory(activity=project.activities.get(), day=timezone.localdate())
            ExpenseFactory(project=project)
            paid = ProjectFactory().price_models.get()
            PriceModelShare.objects.create(price_model=paid, customer=customer, percent=20)
            OfferLineFactory(offer=OfferFactory(customer=customer))
            done = {"state": "accepted", "answered_at": timezone.now(), "buyer_name": "Fjell"}
            OfferFactory(customer=customer, project=project, **done)
            ProjectFactory(customer=CustomerFactory())

    no_growth(
        as_kari,
        more,
        {
            "/customers/77/": 32,
            "/customers/77/projects/": 25,
            "/customers/77/projects/?state=all": 25,
            "/customers/77/offers/": 12,
            "/customers/77/history/": 20,
            "/customers/?status=all&columns=in_progress&columns=not_invoiced": 24,
        },
    )
    assert Customer.objects.count() > 20


def test_pages_of_offers(as_kari, kari, customer, mail_server):
    tag = OfferTag.objects.create(name="Anbud")
    contact = ContactFactory(customer=customer, person=PersonFactory(emails=["eva@moen.example"]))
    draft = OfferFactory(number="7001", customer=customer, contact=contact, responsible=kari)
    OfferLineFactory(offer=draft)
    sent = OfferFactory(number="7002", customer=customer, contact=contact, responsible=kari)
    document = kept_file().content
    sending.write_down(sent, document)
    sent.save()
    token = links.make(sent).token
    accepted = OfferFactory(number="7003", customer=customer, responsible=kari)
    sending.write_down(accepted, document)
    accepted.state, accepted.answered_at = Offer.State.ACCEPTED, timezone.now()
    accepted.save()

    def more(count):
        for n in range(count):
            for offer in (draft, sent, accepted):
                OfferLineFactory(offer=offer, role=ProjectRoleFactory(), optional=True)
            place = Offer.objects.count()
            one = OfferFactory(customer=CustomerFactory(), number=f"X{place}")
            one.tags.add(tag)
            done = {"state": "accepted", "answered_at": timezone.now(), "buyer_name": "Fjell"}
            became = ProjectFactory()
            TimeEntryFactory(activity=became.activities.get(), user=kari)
            OfferFactory(responsible=kari, project=became, **done).tags.add(tag)
            draft.tags.add(OfferTag.objects.create(name=f"T{place}"))
            links.make(sent)
            OfferLetter.objects.create(
                offer=sent, to=f"{place}@a.example", contact=contact, message_id=f"<{place}>"
            )
            person = PersonFactory(emails=[f"{place}@b.example"])
            ContactFactory(customer=customer, person=person)
            TextTemplate.objects.create(kind="terms", name=f"Vilkår {place} {n}", text="…")

    limits = {
        "/offers/": 25,
        f"/offers/?state=all&q=offer&tags={tag.pk}": 25,
        "/offers/?state=accepted&mine=1&sort=amount": 25,
        "/offers/export/": 23,
        "/offers/new/?customer=77": 10,
        "/offers/7001/": 18,
        "/offers/7001/discard/": 6,
        "/offers/7001/send/": 12,
        "/offers/7001/pdf/": 9,
        "/offers/7002/": 12,
        "/offers/7002/send/": 11,
        "/offers/7002/links/revoke/": 7,
        "/offers/7002/answer/": 7,
        "/offers/7002/new-version/": 6,
        "/offers/7002/versions/1/": 12,
        "/offers/7003/": 12,
        "/offers/7003/project/": 10,
        f"/offers/answer/{token}/": 7,
        f"/offers/answer/{token}/pdf/": 8,
    }
    assert not_among("moment.offers", limits) == {"totals", "of_customer", "again"}
    no_growth(as_kari, more, limits, HTMX)


def test_an_offer_of_many_versions(as_kari, kari, customer):
    def more(count):
        for _ in range(count):
            newest = Offer.objects.numbered("7001").get()
            sending.write_down(newest, None)
            newest.save()
            editing.new_version(newest, kari)

    OfferLineFactory(offer=OfferFactory(number="7001", customer=customer, responsible=kari))
    no_growth(as_kari, more, {"/offers/7001/": 18, "/offers/7001/versions/1/": 12})


def test_week_after_week(as_kari, kari):
    EmployeeFactory(user=kari)
    monday = timezone.localdate() - timedelta(days=timezone.localdate().weekday())

    def more(count):
        for _ in range(count):
            activity = ProjectFactory().activities.get()
            for day in (monday, monday - timedelta(days=7)):
                TimeEntryFactory(activity=activity, user=kari, day=day, hours="0.25")

    no_growth(as_kari, more, {"/projects/hours/": 9, f"/projects/hours/?week={monday}": 9})
    assert Project.objects.exists()
