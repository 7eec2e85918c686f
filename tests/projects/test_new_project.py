"""The new-project dialog: what it asks for, what it refuses, and what comes of it."""

from datetime import date
from decimal import Decimal

import pytest
from auditlog.models import LogEntry
from lxml import html

from customers import merging
from customers.models import Customer, NumberSeries
from moment.projects import creating
from moment.projects.models import PriceList, PriceModel, Project, ProjectTag
from tests.conftest import said, signed_in
from tests.factories import CustomerFactory, ProjectFactory, UserFactory

pytestmark = pytest.mark.django_db
NEW = "/projects/new/"
HTMX = {"HX-Request": "true"}


@pytest.fixture
def customer():
    return CustomerFactory(number="1043", name="Fjordkraft AS")


@pytest.fixture
def typed(customer):
    """What somebody posts who fills in the least."""
    return {
        "customer": "1043 Fjordkraft AS",
        "name": "Skolebygg",
        "number": "5000",
        "proposed": "5000",
        "state": "progress",
        "model-kind": "hourly",
        "model-rates_from": "customer",
    }


def errors(response) -> dict[str, str]:
    """Return what stands beside each field, by the field's name."""
    assert response.status_code == 422
    page = html.fromstring(response.content)
    return {
        field.get("data-field"): " ".join(
            " ".join(text.split())
            for text in field.xpath(".//ul[contains(@class, 'errorlist')]//text()")
            if text.strip()
        )
        for field in page.xpath("//*[@data-field]")
        if field.xpath(".//ul[contains(@class, 'errorlist')]")
    }


@pytest.mark.parametrize("verb", ["get", "post"])
def test_only_who_may_make_projects_gets_the_dialog(as_per, as_ola, verb):
    for client in (as_per, as_ola):
        assert getattr(client, verb)(f"{NEW}?customer=nobody").status_code == 403


def test_it_opens_as_page_and_as_fragment_with_the_next_number_and_oneself_as_leader(as_kari):
    page, fragment = as_kari.get(NEW), as_kari.get(NEW, headers=HTMX)
    assert b"<html" in page.content
    assert b"<html" not in fragment.content
    fields = html.fromstring(fragment.content)
    assert fields.xpath("//input[@name='number']/@value") == ["5000"]
    (leader,) = fields.xpath("//select[@name='leader']/option[@selected]")
    assert leader.text == "Kari Lunde"
    order = [field.get("data-field") for field in fields.xpath("//*[@data-field]")]
    assert order[:8] == [
        "customer", "name", "number", "leader", "state", "starts_on", "ends_on", "tags",
    ]  # fmt: skip


def test_saving_makes_the_project_with_all_that_belongs_to_it_and_leads_there(
    as_kari, kari, typed, customer
):
    tags = [ProjectTag.objects.create(name="Survey"), ProjectTag.objects.create(name="Small")]
    more = {
        "leader": kari.pk,
        "state": "planned",
        "tags": [tag.pk for tag in tags],
        "starts_on": "2026-12-01",
        "ends_on": "2027-06-30",
    }
    response = as_kari.post(NEW, typed | more)
    project = Project.objects.get()
    assert response["Location"] == "/projects/5000/"
    assert said(response) == "Project 5000 created."
    assert (project.name, project.customer, project.leader, project.state) == (
        "Skolebygg", customer, kari, "planned",
    )  # fmt: skip
    assert (project.starts_on, project.ends_on) == (date(2026, 12, 1), date(2027, 6, 30))
    assert set(project.tags.all()) == set(tags)
    model, activity = project.price_models.get(), project.activities.get()
    assert (model.kind, model.rates_from) == ("hourly", "customer")
    assert (activity.number, activity.title) == (1, "Project work")
    assert NumberSeries.objects.get(kind="project").next == 5001
    assert LogEntry.objects.get_for_object(project).filter(actor=kari).exists()


def test_htmx_is_sent_to_the_project_as_a_whole(as_kari, typed):
    assert as_kari.post(NEW, typed, headers=HTMX)["HX-Redirect"] == "/projects/5000/"


@pytest.mark.parametrize(
    ("posted", "stored"),
    [
        ({"model-kind": "none"}, {"kind": "none", "rates_from": ""}),
        ({"model-kind": "fixed"}, {"kind": "fixed", "rates_from": ""}),
        ({"model-rates_from": "role"}, {"kind": "hourly", "rates_from": "role"}),
        (
            {
                "model-kind": "subscription",
                "model-amount": "12 500,50",
                "model-interval": "3",
                "model-starts_on": "2026-12-01",
            },
            {
                "kind": "subscription",
                "amount": Decimal("12500.50"),
                "interval": 3,
                "starts_on": date(2026, 12, 1),
                "rates_from": "",
            },
        ),
    ],
)
def test_every_kind_of_price_model_can_be_the_first(as_kari, typed, posted, stored):
    assert as_kari.post(NEW, typed | posted).status_code == 302
    model = PriceModel.objects.get()
    assert {name: getattr(model, name) for name in stored} == stored


def test_rates_from_a_price_list_need_the_list(as_kari, typed):
    prices = PriceList.objects.create(name="Framework")
    from_list = typed | {"model-rates_from": "price_list"}
    assert errors(as_kari.post(NEW, from_list)) == {"price_list": "Choose a price list."}
    assert as_kari.post(NEW, from_list | {"model-price_list": prices.pk}).status_code == 302
    assert PriceModel.objects.get().price_list == prices


def test_a_price_list_in_another_currency_than_the_customers_is_refused(as_kari, typed, customer):
    Customer.objects.filter(pk=customer.pk).update(currency="EUR")
    krone, euro = (PriceList.objects.create(name=code, currency=code) for code in ("NOK", "EUR"))
    from_list = typed | {"model-rates_from": "price_list"}
    told = errors(as_kari.post(NEW, from_list | {"model-price_list": krone.pk}))
    assert told == {"price_list": "This price list is in NOK, and the project in EUR."}
    assert as_kari.post(NEW, from_list | {"model-price_list": euro.pk}).status_code == 302


def test_who_may_not_see_amounts_is_asked_for_none(typed):
    user = UserFactory(roles=["Administer projects"])
    client = signed_in(user)
    page = client.get(NEW).content
    assert b"model-amount" not in page
    assert b'value="subscription"' not in page
    subscription = {"model-kind": "subscription", "model-amount": "1", "model-interval": "1"}
    assert "kind" in errors(client.post(NEW, typed | subscription))
    assert client.post(NEW, typed).status_code == 302


@pytest.mark.parametrize(
    ("posted", "field", "words"),
    [
        ({"name": ""}, "name", "required"),
        ({"name": " \u0000\t"}, "name", "Null characters"),
        ({"name": "x" * 201}, "name", "200"),
        ({"customer": ""}, "customer", "required"),
        ({"customer": "Nobody AS"}, "customer", "There is no customer “Nobody AS”"),
        ({"number": "AB"}, "number", "at least one digit"),
        ({"number": "5'; --"}, "number", "digits"),
        ({"state": "gone"}, "state", "gone"),
        ({"leader": "999999"}, "leader", "valid choice"),
        ({"tags": "999999"}, "tags", "999999"),
        ({"starts_on": "0026-12-01"}, "starts_on", "Is the year right?"),
        ({"starts_on": "2026-13-01"}, "starts_on", "valid date"),
        ({"starts_on": "2027-01-02", "ends_on": "2027-01-01"}, "ends_on", "before the first"),
        ({"model-kind": "gift"}, "kind", "gift"),
        ({"model-rates_from": "thin air"}, "rates_from", "thin air"),
        ({"model-kind": "subscription", "model-interval": "1", "model-starts_on": "2026-12-01"},
         "amount", "required"),
        ({"model-kind": "subscription", "model-interval": "2", "model-amount": "5",
          "model-starts_on": "2026-12-01"}, "interval", "2"),
    ],
)  # fmt: skip
def test_what_is_wrong_stands_beside_its_field_and_nothing_is_saved(
    as_kari, typed, posted, field, words
):
    told = errors(as_kari.post(NEW, typed | posted))
    assert list(told) == [field]
    assert words in told[field]
    assert not Project.objects.exists()
    assert NumberSeries.objects.get(kind="project").next == 5000


def test_everything_typed_is_kept_when_something_is_wrong(as_kari, kari, typed):
    tag = ProjectTag.objects.create(name="Survey")
    data = typed | {
        "name": "",
        "number": "5678",
        "leader": "",
        "state": "paused",
        "tags": [tag.pk],
        "starts_on": "2026-12-01",
        "model-kind": "subscription",
        "model-amount": "12 500,5",
        "model-interval": "6",
        "model-rates_from": "role",
    }
    page = html.fromstring(as_kari.post(NEW, data).content)

    def value(name: str):
        return page.xpath(f"//input[@name='{name}' and not(@type='radio')]/@value")

    def chosen(name: str):
        return page.xpath(f"//select[@name='{name}']/option[@selected]/@value")

    assert value("customer") == ["1043 Fjordkraft AS"]
    assert (value("number"), value("proposed")) == (["5678"], ["5000"])
    assert value("starts_on") == ["2026-12-01"]
    assert value("model-amount") == ["12 500,5"]
    assert (chosen("state"), chosen("leader")) == (["paused"], [""])
    assert (chosen("model-interval"), chosen("model-rates_from")) == (["6"], ["role"])
    assert page.xpath("//input[@name='model-kind' and @checked]/@value") == ["subscription"]
    assert page.xpath("//input[@name='tags' and @checked]/@value") == [str(tag.pk)]


def test_an_empty_post_is_a_form_with_errors(as_kari):
    assert {"customer", "name"} <= errors(as_kari.post(NEW, {})).keys()


def test_a_number_of_ones_own_is_taken_and_the_series_goes_on(as_kari, typed):
    as_kari.post(NEW, typed | {"number": " p-77 "})
    assert Project.objects.get().number == "P-77"
    assert NumberSeries.objects.get(kind="project").next == 5000


def test_a_number_that_is_used_is_told_beside_it(as_kari, typed):
    ProjectFactory(number="4711", name="Older")
    told = errors(as_kari.post(NEW, typed | {"number": "4711"}))
    assert told == {"number": "Number 4711 is already used by Older."}


def test_who_gets_another_number_than_proposed_is_told(as_kari, typed):
    ProjectFactory(number="5000")
    response = as_kari.post(NEW, typed)
    assert response["Location"] == "/projects/5001/"
    assert said(response) == "Number 5000 was taken meanwhile. The project got number 5001."


def test_a_series_that_is_used_up_says_so_at_once_and_beside_the_number(as_kari, typed):
    NumberSeries.objects.filter(kind="project").update(next=10_000)
    assert "is used up" in as_kari.get(NEW).content.decode()
    told = errors(as_kari.post(NEW, typed | {"number": "", "proposed": ""}))
    assert "is used up" in told["number"]
    assert as_kari.post(NEW, typed | {"number": "P-1", "proposed": ""}).status_code == 302


def test_a_locked_series_takes_no_other_number(as_kari, typed):
    NumberSeries.objects.filter(kind="project").update(locked=True)
    assert b"disabled" in as_kari.get(NEW).content
    as_kari.post(NEW, typed | {"number": "P-1"})
    assert Project.objects.get().number == "5000"


def test_a_hidden_series_shows_no_number(as_kari, typed):
    NumberSeries.objects.filter(kind="project").update(hidden=True)
    page = html.fromstring(as_kari.get(NEW).content)
    assert page.xpath("//input[@name='number']/@type") == ["hidden"]
    assert as_kari.post(NEW, typed).status_code == 302


# The customer


def test_opened_from_a_customer_it_is_filled_in(as_kari, customer):
    page = html.fromstring(as_kari.get(f"{NEW}?customer=1043").content)
    assert page.xpath("//input[@name='customer']/@value") == ["1043 Fjordkraft AS"]
    assert page.xpath("//a[@data-close]/@href") == ["/customers/1043/projects/"]
    (form,) = page.xpath("//form[contains(@class, 'dialog')]")
    assert form.get("action") == f"{NEW}?customer=1043"


@pytest.mark.parametrize("number", ["999", "%00", "x" * 300, "../..", ""])
def test_a_customer_that_there_is_not_leaves_the_field_empty(as_kari, number):
    page = html.fromstring(as_kari.get(f"{NEW}?customer={number}").content)
    assert not page.xpath("//input[@name='customer']/@value")


@pytest.mark.parametrize(
    ("of", "why"),
    [
        ({"status": "blocked"}, "is blocked, so no new project can be for it"),
        ({"status": "potential"}, "is potential, so no new project can be for it"),
        ({"relation": "participant"}, "is a project participant only"),
    ],
)
def test_a_customer_that_cannot_be_chosen_is_told_before_anything_is_typed(as_kari, of, why):
    CustomerFactory(number="1050", name="Storgata", **of)
    assert why in as_kari.get(f"{NEW}?customer=1050").content.decode()


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"status": "blocked"}, "Fjordkraft AS is blocked, so no new project can be for it."),
        ({"status": "inactive"}, "Fjordkraft AS is inactive, so no new project can be for it."),
        ({"relation": "participant"}, "Fjordkraft AS is a project participant only."),
    ],
)
def test_a_customer_that_changed_between_opening_and_saving_is_told_beside_it(
    as_kari, typed, customer, change, why
):
    as_kari.get(f"{NEW}?customer=1043")
    Customer.objects.filter(pk=customer.pk).update(**change)
    assert errors(as_kari.post(NEW, typed)) == {"customer": why}


def test_a_customer_merged_between_opening_and_saving_is_told_with_whose_number_it_is_now(
    as_kari, kari, typed, customer
):
    kept = CustomerFactory(number="1001", name="Fjordkraft Konsern AS")
    merging.merge(kept.pk, [customer.pk], by=kari)
    response = as_kari.post(NEW, typed)
    assert errors(response)["customer"] == (
        "There is no customer “1043 Fjordkraft AS”: that number means 1001 Fjordkraft Konsern AS. "
        "Choose that one, or another from the list."
    )
    assert "Skolebygg" in response.content.decode()
    opened = as_kari.get(f"{NEW}?customer=1043").content.decode()
    assert "1001 Fjordkraft Konsern AS" in opened


@pytest.mark.parametrize("what", ["blocked", "merged"])
def test_what_happens_to_the_customer_while_it_is_being_saved_is_told_too(
    as_kari, kari, typed, customer, monkeypatch, what
):
    """Between the form's look at the customer and the lock."""
    create = creating.create

    def at_the_last_moment(*given, **options):
        if what == "blocked":
            Customer.objects.filter(pk=customer.pk).update(status="blocked")
        else:
            merging.merge(CustomerFactory(number="1001", name="Konsern").pk, [customer.pk], by=kari)
        return create(*given, **options)

    monkeypatch.setattr(creating, "create", at_the_last_moment)
    told = errors(as_kari.post(NEW, typed))
    assert list(told) == ["customer"]
    assert ("is blocked" if what == "blocked" else "merged into 1001 Konsern") in told["customer"]
    assert not Project.objects.exists()


def test_what_people_typed_is_text_in_the_dialog(as_kari, typed):
    response = as_kari.post(NEW, typed | {"customer": "<script>x</script>", "name": '"><b>'})
    assert b"<script>x" not in response.content
    assert b"<b>" not in response.content
