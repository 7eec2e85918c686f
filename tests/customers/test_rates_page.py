"""The page of hourly rates: what it shows, to whom, and its answers to wrong input."""

import re
from datetime import date

import pytest
from django.utils import timezone, translation

from customers.models import HourlyRate
from moment.models import CompanySettings
from moment.money import amount, read_amount
from tests.conftest import signed_in
from tests.factories import (
    CustomerFactory,
    HourlyRateFactory,
    ProjectRoleFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
URL = "/customers/77/invoicing/rates/"
NEW = f"{URL}new/"


@pytest.fixture
def customer():
    return CustomerFactory(number="77", name="Fjell AS")


@pytest.fixture
def role():
    return ProjectRoleFactory(name="Measurer")


def filled_in(role, **fields) -> dict:
    return {
        "whose": f"role-{role.pk}",
        "rate": "1250",
        "valid_from": "",
        "valid_until": "",
    } | fields


def text_of(response) -> str:
    text = re.sub(r"<[^>]+>", " ", response.content.decode())
    return " ".join(text.replace("\xa0", " ").replace("&#x27;", "'").split())


def test_rates_show_with_the_currency_in_force_and_what_holds_today(as_kari, customer, role):
    CompanySettings.objects.create(pk=1, currency="EUR")
    today = timezone.localdate()
    HourlyRateFactory(customer=customer, role=role, rate=1204500, valid_from=today)
    html = as_kari.get(URL).content.decode()
    assert "1,204,500.00" in html
    assert "EUR" in html
    assert html.count("In force") == 1
    assert "Measurer" in html


def test_a_customer_without_rates_is_told_what_belongs_here(as_kari, customer):
    assert "No hourly rates of its own" in as_kari.get(URL).content.decode()


def test_rates_are_for_those_who_may_see_the_economy(customer, role):
    rate = HourlyRateFactory(customer=customer, role=role)
    writer = signed_in(UserFactory(roles=["View customers", "Administer customer details"]))
    reader = signed_in(UserFactory(roles=["View customers", "View customer economy"]))
    for path in (URL, NEW, f"{URL}{rate.pk}/", f"{URL}{rate.pk}/delete/"):
        assert writer.get(path).status_code == 403
        assert writer.post(path, filled_in(role)).status_code == 403
    html = reader.get(URL).content.decode()
    assert "1,250.00" in html
    assert "New rate" not in html
    assert f"{rate.pk}/delete/" not in html
    assert reader.post(f"{URL}{rate.pk}/delete/").status_code == 403
    assert HourlyRate.objects.exists()


def test_the_tab_leads_there_only_for_those_who_may(as_per, as_kari, customer):
    recipients = "/customers/77/invoicing/recipients/"
    assert URL not in as_per.get(recipients).content.decode()
    assert URL in as_kari.get(recipients).content.decode()


def test_another_customers_rate_is_not_found(as_kari, customer, role):
    other = HourlyRateFactory(role=role)
    for path in (f"{URL}{other.pk}/", f"{URL}{other.pk}/delete/"):
        assert as_kari.get(path).status_code == 404
        assert as_kari.post(path, filled_in(role)).status_code == 404
    assert HourlyRate.objects.count() == 1


def test_a_rate_is_made_for_a_colleague_and_for_a_role(as_kari, customer, role, kari):
    data = filled_in(role, valid_from="2026-01-01", rate="1 250,50")
    assert as_kari.post(NEW, data).status_code == 302
    data |= {"whose": f"user-{kari.pk}", "valid_until": "2026-12-31"}
    assert as_kari.post(NEW, data).status_code == 302
    of_kari, of_role = HourlyRate.objects.order_by("role_id").filter(user=kari), role
    assert of_kari.get().valid_until == date(2026, 12, 31)
    assert str(HourlyRate.objects.get(role=of_role).rate) == "1250.50"


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("rate", "", "required"),
        ("rate", "-1", "0 or more"),
        ("rate", "−1", "0 or more"),
        ("rate", "12345678901", "At most 99,999,999.99"),
        ("rate", "9" * 5000, "At most 99,999,999.99"),
        ("rate", "much", "Write an amount with digits, such as 1,250.50."),
        ("rate", "1e3", "Write an amount"),
        ("rate", "NaN", "Write an amount"),
        ("rate", "1.5.5", "Write an amount"),
        ("rate", "12,505.505", "two decimals"),
        ("whose", "", "required"),
        ("whose", "user-0", "valid choice"),
        ("whose", "nobody", "valid choice"),
        ("valid_from", "soon", "valid date"),
        ("valid_from", "0026-01-01", "Is the year right? It is 26."),
        ("valid_until", "2025-12-31", "The last day is before the first."),
    ],
)
def test_what_is_wrong_stands_beside_the_field_and_what_was_typed_stays(
    as_kari, customer, role, field, value, told
):
    data = filled_in(role, valid_from="2026-01-01") | {field: value}
    response = as_kari.post(NEW, data)
    assert response.status_code == 422
    assert told in str(response.context["form"].errors[field])
    kept = "2026-01-01" if field != "valid_from" else 'value="1250"'
    assert kept in response.content.decode()
    assert not HourlyRate.objects.exists()


def test_overlap_names_the_other_rate_and_offers_to_end_it(as_kari, customer, kari):
    earlier = HourlyRateFactory(
        customer=customer, role=None, user=kari, rate=1250, valid_from=date(2026, 1, 1)
    )
    data = {"whose": f"user-{kari.pk}", "rate": "1300", "valid_from": "2027-01-01"}
    response = as_kari.post(NEW, data)
    assert response.status_code == 422
    told = text_of(response)
    assert "Kari Lunde has 1,250.00 from 1 Jan 2026 with no end." in told
    assert "End it on 31 Dec 2026." in told
    token = re.search(r'name="ending" value="([^"]+)"', response.content.decode())[1]

    assert as_kari.post(NEW, data | {"ending": token}).status_code == 302
    earlier.refresh_from_db()
    assert earlier.valid_until == date(2026, 12, 31)
    assert HourlyRate.objects.get(valid_from=date(2027, 1, 1)).rate == 1300


def test_a_rate_that_would_reach_into_a_later_one_is_told_beside_its_end(as_kari, customer, role):
    HourlyRateFactory(customer=customer, role=role, valid_from=date(2027, 1, 1))
    response = as_kari.post(NEW, filled_in(role, valid_from="2026-01-01"))
    assert "Measurer has 1,250.00" in str(response.context["form"].errors["valid_until"])
    assert 'name="ending"' not in response.content.decode()


@pytest.mark.parametrize("ending", ["x", "1", "-", "9" * 400, "1-2026-12-31"])
def test_an_agreement_to_something_else_ends_nothing(as_kari, customer, role, ending):
    kept = HourlyRateFactory(customer=customer, role=role)
    data = filled_in(role, valid_from="2026-06-01", ending=ending)
    assert as_kari.post(NEW, data).status_code == 422
    kept.refresh_from_db()
    assert kept.valid_until is None


def test_a_rate_is_changed_and_two_at_once_are_told(as_kari, customer, role):
    rate = HourlyRateFactory(customer=customer, role=role)
    url = f"{URL}{rate.pk}/"
    opened = as_kari.get(url)
    assert 'value="1,250.00"' in opened.content.decode()
    data = filled_in(role, rate="1300", seen=opened.context["form"]["seen"].value())
    HourlyRate.objects.update(rate=1400)
    response = as_kari.post(url, data)
    assert response.status_code == 422
    assert "Changed meanwhile to “Measurer has 1,400.00" in text_of(response)
    assert HourlyRate.objects.get().rate == 1400
    again = data | {"seen": response.context["form"]["seen"].value()}
    assert as_kari.post(url, again).status_code == 302
    assert HourlyRate.objects.get().rate == 1300


def test_a_colleague_who_has_left_keeps_the_rate_but_is_not_offered_anew(as_kari, customer, kari):
    gone = UserFactory(first_name="Gone", is_active=False)
    rate = HourlyRateFactory(customer=customer, user=gone, role=None)
    assert "Gone" not in as_kari.get(NEW).content.decode()
    assert f'value="user-{gone.pk}" selected' in as_kari.get(f"{URL}{rate.pk}/").content.decode()


def test_the_next_rate_begins_with_the_month(as_kari, customer, role):
    HourlyRateFactory(customer=customer, role=role)
    html = as_kari.get(f"{NEW}?whose=role-{role.pk}").content.decode()
    assert f'value="role-{role.pk}" selected' in html
    assert re.search(r'name="valid_from" value="\d{4}-\d\d-01"', html)


def test_removing_asks_first(as_kari, customer, role):
    rate = HourlyRateFactory(customer=customer, role=role)
    url = f"{URL}{rate.pk}/delete/"
    assert "Measurer has 1,250.00" in text_of(as_kari.get(url))
    assert HourlyRate.objects.exists()
    assert as_kari.post(url).status_code == 302
    assert not HourlyRate.objects.exists()
    assert as_kari.get(url).status_code == 404


def test_names_are_escaped(as_kari, customer):
    role = ProjectRoleFactory(name="<script>alert(1)</script>")
    HourlyRateFactory(customer=customer, role=role)
    for path in (URL, NEW, f"{URL}{HourlyRate.objects.get().pk}/delete/"):
        assert "<script>alert" not in as_kari.get(path).content.decode()


def test_an_old_number_leads_to_the_present_one(as_kari, customer):
    customer.used_numbers.create(number="76")
    assert as_kari.get("/customers/76/invoicing/rates/")["Location"] == URL


# Amounts


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("1250", "1250"),
        ("1 250,50", "1250.50"),
        ("1250.50", "1250.50"),
        ("1.250,50", "1250.50"),
        ("1,250.50", "1250.50"),
        ("1 250", "1250"),
        ("1’250,5", "1250.5"),
        ("1.204.500,00", "1204500.00"),
        ("1,250", "1250"),
        ("1.250", "1250"),
        ("0,5", "0.5"),
        ("-12,5", "-12.5"),
    ],
)
def test_amounts_are_read_as_people_write_them(typed, meant):
    assert str(read_amount(typed)) == meant


@pytest.mark.parametrize("typed", ["", "x", "1,2,3", "1.2.3,4", "12.50,5", "1,250,50", "½", "٣"])
def test_what_is_no_amount_is_refused(typed):
    with pytest.raises(ValueError, match="not an amount"):
        read_amount(typed)


def test_amounts_show_as_each_language_writes_them():
    with translation.override("nb"):
        assert amount(1204500) == "1\xa0204\xa0500,00"
    with translation.override("en-gb"):
        assert amount(1204500) == "1,204,500.00"
        assert amount(read_amount("0,005")) == "0.01"
    assert amount(None) == ""
