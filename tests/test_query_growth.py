"""A page asks the database the same number of questions for 3 rows as for 30."""

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from customers import counts, merging
from customers.models import DuplicatePair, File, MailingList
from moment.models import BankAccount, User
from moment.projects.models import (
    PlanItem,
    PriceList,
    PriceModelShare,
    Project,
    ProjectMember,
    ProjectTag,
)
from registry.models import Alert
from tests.customers.kept_files import kept as kept_file
from tests.customers.kept_files import pdf, replaced
from tests.factories import (
    ActivityFactory,
    ContactFactory,
    ContactTagFactory,
    CustomerFactory,
    EmployeeFactory,
    EntityFactory,
    ExpenseFactory,
    HourlyRateFactory,
    InvoiceRecipientFactory,
    NoteFactory,
    OtherAddressFactory,
    PersonFactory,
    PriceModelFactory,
    ProjectFactory,
    TagFactory,
    TimeEntryFactory,
    UserFactory,
)
from tests.reaching import kept

HTMX = {"HX-Request": "true"}


def add(count: int, customer=None) -> None:
    looker = User.objects.get(username="kari") if customer else None
    for _ in range(count):
        entity = EntityFactory(name="FJELL OG VIDDE AS", bankrupt=True)
        kept(entity.org_number, "yes").save()
        CustomerFactory(
            name="Fjell og Vidde AS",
            org_number=entity.org_number,
            responsible=UserFactory(),
            tags=TagFactory.create_batch(2),
        )
        told = {"org_number": entity.org_number, "changed_on": "2026-11-20"}
        Alert.objects.create(kind="owner", old=entity.org_number, **told)
        Alert.objects.create(kind="name", new="VIDDE AS", **told)
        handled = {"handled_at": timezone.now(), "handled_by": UserFactory(), "answer": "noted"}
        Alert.objects.create(kind="industry", new="71.121", **told, **handled)
        if customer:
            other = CustomerFactory(org_number=customer.org_number)
            third = CustomerFactory(name="Fjell og Vidde AS", responsible=looker)
            evidence = {"score": 90, "evidence": [["name", 94]]}
            DuplicatePair.objects.create(first=customer, second=other, **evidence)
            DuplicatePair.objects.create(first=other, second=third, **evidence)
            told = {"dismissed_by": UserFactory(), "dismissed_at": timezone.now()}
            DuplicatePair.objects.create(first=customer, second=third, **evidence, **told)
            person = PersonFactory(
                name="Fjell Vidde", emails=["a@vidde.example", "b@vidde.example"]
            )
            ContactFactory(customer=other, person=person)
            ContactFactory(customer=customer, person=person, tags=[ContactTagFactory()])
            contact = ContactFactory(
                customer=customer, person=PersonFactory(emails=["x@x.example"])
            )
            InvoiceRecipientFactory(customer=customer, email="", contact=contact)
            InvoiceRecipientFactory(customer=customer)
            HourlyRateFactory(customer=customer)
            HourlyRateFactory(customer=customer, role=None, user=UserFactory())
            OtherAddressFactory(customer=customer)
            NoteFactory(customer=customer)
            customer.tags.add(TagFactory())
            customer.phone += "1"
            customer.save()


@pytest.fixture(autouse=True)
def _kept_for_long(monkeypatch):
    """Nothing that is kept for seconds runs out while a busy machine takes its time."""
    monkeypatch.setattr(counts, "_KEPT_FOR", 3600)


def queries(client, path: str, headers: dict | None = None) -> int:
    """Return how many queries a page takes when what is kept for a while was just filled."""
    cache.clear()  # else some of it could run out between the two
    client.get(path, headers=headers)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(path, headers=headers).status_code == 200
    return len(captured)


@pytest.mark.parametrize(
    ("path", "headers", "limit"),
    [
        ("/customers/?status=all", None, 14),
        ("/customers/?status=all&q=fjell&country=NO", HTMX, 16),
        ("/customers/?ehf=yes&invoice_type=email&alert=1&country=NO", None, 17),
        ("/customers/?status=all&all=1", None, 14),
        ("/customers/export/?status=all&format=csv", None, 14),
        ("/customers/change/?what=status&to=inactive&of=status%3Dall%26all%3D1", HTMX, 14),
        ("/customers/change/?what=responsible&of=status%3Dall%26all%3D1", None, 14),
        ("/customers/einvoicing/", None, 12),
        ("/customers/einvoicing/switch/?all=1", HTMX, 12),
        ("/registry/search/?q=fjell", HTMX, 12),
        ("/customers/new/", HTMX, 9),
        ("/customers/alerts/", None, 14),
        ("/customers/alerts/?state=handled&kind=industry", None, 13),
        ("/customers/77/", None, 23),
        ("/customers/77/edit/", None, 14),
        ("/customers/77/edit/alike/?name=fjell+og+vidde&org_number=1", HTMX, 9),
        ("/customers/duplicates/", None, 14),
        ("/customers/duplicates/?q=vidde&evidence=name&responsible=mine&status=active", HTMX, 14),
        ("/customers/duplicates/?state=dismissed", None, 14),
        ("/customers/contacts/?status=all&q=vidde&email=yes&who=all", None, 20),
        ("/customers/contacts/?sort=title", HTMX, 20),
        ("/customers/contacts/?who=none", None, 20),
        ("/customers/contacts/addresses/", HTMX, 20),
        ("/customers/77/contacts/", None, 13),
        ("/customers/77/contacts/new/", HTMX, 9),
        ("/customers/77/contacts/find/?name=fjell+vidde", HTMX, 10),
        ("/customers/77/invoicing/", None, 12),
        ("/customers/77/invoicing/preview/", None, 13),
        ("/customers/77/invoicing/rates/", None, 10),
        ("/customers/77/invoicing/rates/new/", HTMX, 9),
        ("/customers/77/invoicing/recipients/", None, 14),
        ("/customers/77/invoicing/recipients/new/", HTMX, 7),
        ("/customers/77/addresses/new/", HTMX, 5),
        ("/customers/postcode/?code=9008", HTMX, 5),
        ("/customers/77/history/", None, 21),
        ("/customers/77/history/?kind=contacts&person=moment", None, 18),
        ("/customers/77/notes/", None, 10),
    ],
)
def test_queries_do_not_grow_with_rows(as_kari, path, headers, limit):
    entity = EntityFactory()
    customer = CustomerFactory(number="77", org_number=entity.org_number)
    Alert.objects.create(
        org_number=entity.org_number, kind="name", new="VIDDE AS", changed_on="2026-11-20"
    )
    add(3, customer)
    few = queries(as_kari, path, headers)
    add(27, customer)
    # Fewer is fine: a full first step spares the lookup its next.
    assert queries(as_kari, path, headers) <= few
    assert few <= limit


def test_queries_of_merging_do_not_grow_with_rows(as_kari):
    """Nor do they with customers: two take as many as ten."""
    CustomerFactory(number="77", name="Fjell og Vidde AS")
    others = [CustomerFactory(number=f"{n}") for n in range(78, 87)]
    add(2, others[0])
    paths = ["/customers/77/merge/?choose=1&q=fjell&with=78"]
    paths += [f"/customers/77/merge/?with=78&with=79{more}" for more in ("", "&ask=1")]
    few = {path: queries(as_kari, path) for path in paths}
    for other in others:
        add(3, other)
    grown = {path: queries(as_kari, path) for path in paths}
    assert {path: n for path, n in grown.items() if n > few[path]} == {}
    all_of_them = "".join(f"&with={other.number}" for other in others)
    assert queries(as_kari, f"/customers/77/merge/?{all_of_them}") <= few[paths[1]] <= 40


def test_queries_of_the_setup_do_not_grow_with_rows(as_anne):
    def more(count: int) -> None:
        for _ in range(count):
            number = 1_000_000 + BankAccount.objects.count()
            account = BankAccount.objects.create(number=f"DE{number}", kid_check="none")
            account.name = "Drift"
            account.save()

    more(1)
    as_anne.get("/setup/")
    few = queries(as_anne, "/setup/")
    more(30)
    assert queries(as_anne, "/setup/") <= few <= 11


def test_queries_of_lists_and_persons_do_not_grow_with_rows(as_anne, anne):
    customer = CustomerFactory()
    person = PersonFactory(name="Zvonimir Kvass")
    tag = ContactTagFactory()
    shown = MailingList.objects.create(name="Jul", query=f"tags={tag.pk}", created_by=anne)

    def more(count: int) -> None:
        for _ in range(count):
            contact = ContactFactory(customer=customer, tags=[tag])
            ContactFactory(person=person, tags=[tag, ContactTagFactory()])
            InvoiceRecipientFactory(contact=person.contacts.last(), email="")
            NoteFactory(customer=customer, text=person.name)
            shown.left_out.add(contact)
            name = f"{person.name} {contact.pk}"
            MailingList.objects.create(name=name, created_by=UserFactory())

    lists, persons = "/customers/contacts/lists/", f"/customers/contacts/{person.pk}/"
    one = f"{lists}{shown.pk}/"
    limits = {
        lists: 10, one: 20, f"{one}addresses/": 20,
        persons: 14, f"{persons}erase/": 40, f"{persons}export/": 51,
    }  # fmt: skip
    more(2)
    few = {path: max(queries(as_anne, path) for _ in range(2)) for path in limits}
    more(12)
    assert {path: n for path, n in few.items() if n > limits[path]} == {}
    grown = {path: queries(as_anne, path) for path in limits}
    assert {path: n for path, n in grown.items() if n > few[path]} == {}


def test_queries_of_files_do_not_grow_with_rows(as_kari):
    customer = CustomerFactory(number="77")
    file = kept_file(customer, "Plan.pdf")
    url = "/customers/77/files/"
    limits = {
        url: 11,
        f"{url}?sort=name&q=plan": 11,
        f"{url}{file.pk}/": 7,
        f"{url}{file.pk}/versions/": 7,
    }

    def more(count: int) -> None:
        for n in range(count):
            kept_file(customer, "Plan.pdf", data=pdf(f"{n}"))
            replaced(file, pdf(f"version {file.pk} {File.objects.count()}"))

    more(3)
    few = {path: max(queries(as_kari, path) for _ in range(2)) for path in limits}
    more(20)
    assert {path: n for path, n in few.items() if n > limits[path]} == {}
    grown = {path: queries(as_kari, path) for path in limits}
    assert {path: n for path, n in grown.items() if n > few[path]} == {}


def test_queries_of_a_merge_do_not_grow_with_rows(as_kari, kari):
    def merged(count: int) -> dict[str, int]:
        """Return how many queries the pages of a merge with so many rows of each kind take."""
        kept, other = CustomerFactory(), CustomerFactory(email="a@a.example", responsible=kari)
        for n in range(count):
            person, address = PersonFactory(), {"label": f"Lager {n}", "street": f"Gata {n}"}
            for title, customer in (("", kept), ("Leder", other)):
                contact = ContactFactory(customer=customer, person=person, title=title)
                address["street"] += title
                OtherAddressFactory(customer=customer, **address)
                kept_file(customer, f"Plan {n}.pdf")
                kept_file(customer, f"{title}{n}.pdf")
                HourlyRateFactory(customer=customer)
            InvoiceRecipientFactory(customer=other, contact=contact, email="")
            NoteFactory.create_batch(2, customer=other)
        merge = merging.merge(kept.pk, [other.pk], by=kari)
        for note in kept.notes.all()[:count]:
            note.text += "!"
            note.save()
        kept.files.first().delete()
        InvoiceRecipientFactory.create_batch(count, customer=kept)
        kept.refresh_from_db()
        kept.email, kept.phone = "b@b.example", "77 00 00 01"
        kept.save()
        url = merge.get_absolute_url()
        history = f"/customers/{kept.number}/history/"
        pages = {"log": (url, None), "undo": (f"{url}undo/", HTMX), "history": (history, None)}
        return {name: queries(as_kari, *page) for name, page in pages.items()}

    limits = {"log": 29, "undo": 52, "history": 25}
    merged(2)  # what is read once and kept
    few = merged(2)
    assert {name: count for name, count in few.items() if count > limits[name]} == {}
    grown = merged(20)
    assert {name: count for name, count in grown.items() if count > few[name]} == {}


def test_queries_of_price_models_and_their_project_do_not_grow_with_rows(as_kari):
    project = ProjectFactory(number="5001")
    model = project.price_models.get()
    dialog = f"/projects/5001/price-models/{model.pk}/"
    limits = {
        "/projects/5001/invoicing/": 14,
        "/projects/5001/price-models/new/": 8,
        f"{dialog}edit/": 11,
        f"{dialog}remove/": 12,
    }

    def more(count: int) -> None:
        for _ in range(count):
            other = PriceModelFactory(project=project, kind="fixed")
            ActivityFactory(project=project, price_model=other)
            for one in (model, other):
                PriceModelShare.objects.create(
                    price_model=one, customer=CustomerFactory(), percent=1
                )
                PlanItem.objects.create(price_model=one, text="Start", amount=100)
            ContactFactory(customer=project.customer)
            InvoiceRecipientFactory(customer=project.customer)

    more(2)
    few = {page: queries(as_kari, page, HTMX) for page in limits}
    more(12)
    assert {page: n for page, n in few.items() if n > limits[page]} == {}
    grown = {page: queries(as_kari, page, HTMX) for page in limits}
    assert {page: n for page, n in grown.items() if n > few[page]} == {}


def test_queries_of_the_list_of_projects_do_not_grow_with_rows(as_kari, as_per, kari):
    tag, customer = ProjectTag.objects.create(name="Survey"), CustomerFactory(number="77")
    filters = f"tags={tag.pk}&mine=1&customer=77&q=fjell"
    limits = {
        "/projects/": 26,
        f"/projects/?state=all&{filters}&sort=-last_day&after=X1": 27,
        "/projects/export/?state=all": 24,
        "/projects/new/?customer=77": 12,
    }

    def more(count: int) -> None:
        for _ in range(count):
            project = ProjectFactory(
                name="Fjell", customer=customer, leader=kari, number=f"X{Project.objects.count()}"
            )
            project.tags.add(tag, ProjectTag.objects.create(name=project.number))
            ProjectFactory(leader=UserFactory(), customer=CustomerFactory(tags=[TagFactory()]))
            employee = EmployeeFactory()
            ProjectMember.objects.create(project=project, user=employee.user)
            for user in (employee.user, kari):
                TimeEntryFactory(activity=project.activities.get(), user=user)
            ExpenseFactory(project=project, user=kari)
            PriceList.objects.create(name=project.number)

    more(2)
    few = {page: queries(as_kari, page, HTMX) for page in limits}
    without_amounts = queries(as_per, "/projects/")
    more(20)
    assert {path: n for path, n in few.items() if n > limits[path]} == {}
    grown = {page: queries(as_kari, page, HTMX) for page in limits}
    assert {path: n for path, n in grown.items() if n > few[path]} == {}
    assert queries(as_per, "/projects/") <= without_amounts <= 14
