"""Addresses: which one invoices go to, those with a label, and the places of postcodes."""

import pytest

from customers.addresses import LabelTaken, Which, invoice_address_of, save
from customers.models import Customer, OtherAddress
from registry.models import Postcode
from tests.customers.test_editing import form_of
from tests.factories import CustomerFactory, OtherAddressFactory
from tests.together import at_once

pytestmark = pytest.mark.django_db
NEW = "/customers/77/addresses/new/"
SITE = {"label": "Site", "street": "Kaigata 1", "postcode": "9008", "city": "Tromsø", "country": ""}


@pytest.fixture(autouse=True)
def places(db):
    Postcode.objects.create(code="9008", place="Tromsø")
    Postcode.objects.create(code="0150", place="Oslo")


@pytest.fixture
def customer(db):
    return CustomerFactory(number="77", name="Fjell AS")


def errors(response):
    assert response.status_code == 422
    return response.context["form"].errors


# The invoice address


@pytest.mark.parametrize(
    ("filled", "which", "told"),
    [
        (["visiting", "postal", "invoice"], Which.INVOICE, "invoice gate 1"),
        (["visiting", "postal"], Which.POSTAL, "As the postal address"),
        (["visiting"], Which.VISITING, "As the visiting address"),
        ([], Which.NONE, "Invoice address"),
    ],
)
def test_the_invoice_address_falls_back_and_the_page_says_to_which(as_per, filled, which, told):
    streets = {f"{kind}_street": f"{kind} gate 1" for kind in filled}
    customer = CustomerFactory(number="77", **streets)
    address, found = invoice_address_of(customer)
    assert found == which
    assert address.street == (f"{which} gate 1" if filled else "")
    assert told in as_per.get("/customers/77/").content.decode()


# Addresses with a label


def test_an_address_is_added_changed_and_removed(as_kari, customer):
    assert as_kari.post(NEW, SITE).status_code == 302
    address = OtherAddress.objects.get()
    assert address.customer == customer
    assert address.value.lines == ["Kaigata 1", "9008 Tromsø"]
    assert "Kaigata 1, 9008 Tromsø" in as_kari.get("/customers/77/").content.decode()

    url = f"/customers/77/addresses/{address.pk}/"
    seen = as_kari.get(url).context["form"]["seen"].value()
    assert as_kari.post(url, SITE | {"label": "Yard", "seen": seen}).status_code == 302
    assert OtherAddress.objects.get().label == "Yard"
    again = as_kari.post(url, SITE | {"label": "Quay", "seen": seen})
    assert "Changed meanwhile to “Yard: Kaigata 1, 9008 Tromsø”" in str(errors(again)["__all__"])
    assert 'value="Quay"' in again.content.decode()

    assert "Yard" in as_kari.get(f"{url}delete/").content.decode()
    assert as_kari.post(f"{url}delete/").status_code == 302
    assert not OtherAddress.objects.exists()
    assert customer.changes.count() == 3


@pytest.mark.parametrize("label", ["Ørland", "ØRLAND", "  ørland "])
def test_a_label_stands_once_whatever_its_case(as_kari, customer, label):
    OtherAddressFactory(customer=customer, label="Ørland")
    OtherAddressFactory(label="Site")  # another customer's
    assert "already" in str(errors(as_kari.post(NEW, SITE | {"label": label}))["label"])
    assert as_kari.post(NEW, SITE).status_code == 302


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("label", "  ", "required"),
        ("label", "x" * 61, "at most 60"),
        ("postcode", "90", "four digits"),
        ("postcode", "٩٠٠٨", "four digits"),
        ("country", "XX", "valid choice"),
    ],
)
def test_what_is_wrong_stands_beside_the_field(as_kari, customer, field, value, told):
    response = as_kari.post(NEW, SITE | {field: value})
    assert told in str(errors(response)[field])
    assert "Kaigata 1" in response.content.decode()


def test_an_address_with_nothing_in_it_is_no_address(as_kari, customer):
    empty = SITE | {"street": "", "postcode": "", "city": ""}
    assert "Write an address." in str(errors(as_kari.post(NEW, empty))["street"])


def test_rows_of_other_customers_are_not_found(as_kari, customer):
    other = OtherAddressFactory()
    for path in (f"/customers/77/addresses/{other.pk}/{end}" for end in ("", "delete/")):
        assert as_kari.get(path).status_code == 404
        assert as_kari.post(path, SITE).status_code == 404
    assert OtherAddress.objects.count() == 1


def test_who_may_look_sees_addresses_without_buttons(as_per, customer):
    address = OtherAddressFactory(customer=customer, label="<b>Site</b>")
    html = as_per.get("/customers/77/").content.decode()
    assert "&lt;b&gt;Site" in html
    assert "Add address" not in html
    assert f"addresses/{address.pk}" not in html


@pytest.mark.django_db(transaction=True)
def test_of_eight_who_take_a_label_at_once_one_gets_it():
    customer = CustomerFactory()

    def take(person: int) -> bool:
        label = "site" if person % 2 else "SITE"
        try:
            save(OtherAddress(customer=customer, label=label, city=str(person)))
        except LabelTaken:
            return False
        return True

    assert sum(at_once(8, take)) == 1


# Places of postcodes


def told(client, url: str, data: dict) -> str:
    response = client.post(url, data, follow=True)
    assert response.status_code == 200, response.context["form"].errors
    return response.content.decode()


def test_a_place_left_empty_is_filled_in(as_kari, customer):
    as_kari.post(NEW, SITE | {"city": ""})
    assert OtherAddress.objects.get().city == "Tromsø"
    as_kari.post("/customers/77/edit/", form_of(as_kari) | {"postal_postcode": "0150"})
    assert Customer.objects.get().postal_city == "Oslo"


def test_a_place_that_contradicts_the_postcode_is_told_and_saved_as_written(as_kari, customer):
    html = told(as_kari, NEW, SITE | {"city": "Oslo"})
    assert "Postcode 9008 is Tromsø, not Oslo. It was saved as written." in html
    assert OtherAddress.objects.get().city == "Oslo"
    data = form_of(as_kari) | {"visiting_postcode": "0150", "visiting_city": "Moss"}
    assert "Postcode 0150 is Oslo, not Moss." in told(as_kari, "/customers/77/edit/", data)


@pytest.mark.parametrize(
    ("postcode", "city"), [("9008", "TROMSØ"), ("9008", "tromsø"), ("1234", "Ingensteds")]
)
def test_what_does_not_contradict_is_not_told(as_kari, customer, postcode, city):
    html = told(as_kari, NEW, SITE | {"postcode": postcode, "city": city})
    assert "saved as written" not in html
    assert OtherAddress.objects.get().city == city


def test_abroad_everything_stays_as_written(as_kari, customer):
    abroad = SITE | {"country": "SE", "postcode": "9008", "city": ""}
    as_kari.post(NEW, abroad)
    assert OtherAddress.objects.get().city == ""
    as_kari.post(NEW, abroad | {"label": "Two", "postcode": "SE-411 01", "city": "Göteborg"})
    assert OtherAddress.objects.get(label="Two").value.lines[1:] == ["SE-411 01 Göteborg", "Sweden"]


def test_an_address_of_a_foreign_customer_is_foreign_unless_it_says_otherwise(as_kari):
    CustomerFactory(number="77", country="SE")
    as_kari.post(NEW, SITE | {"postcode": "41101", "city": "Göteborg"})
    as_kari.post(NEW, SITE | {"label": "Two", "country": "NO", "city": ""})
    cities = OtherAddress.objects.order_by("pk").values_list("city", flat=True)
    assert list(cities) == ["Göteborg", "Tromsø"]


@pytest.mark.parametrize(
    ("query", "place"),
    [
        ("code=9008", "Tromsø"),
        ("code=%209008%20", "Tromsø"),
        ("code=900", ""),
        ("code=90080", ""),
        ("code=1234", ""),
        ("code=%D9%A9%D9%A0%D9%A0%D9%A8", ""),
        ("code=%00", ""),
        ("", ""),
        ("prefix=visiting_&visiting_postcode=0150&country=NO", "Oslo"),
        ("prefix=visiting_&visiting_postcode=0150&visiting_country=SE&country=NO", ""),
        ("prefix=visiting_&visiting_postcode=0150&visiting_country=NO&country=SE", "Oslo"),
        ("prefix=&postcode=0150&country=&home=SE", ""),
        ("prefix=&postcode=0150&country=&home=NO", "Oslo"),
    ],
)
def test_the_place_of_a_postcode_is_answered_while_it_is_typed(as_per, query, place):
    html = as_per.get(f"/customers/postcode/?{query}").content.decode()
    assert (f'data-place="{place}"' in html) == bool(place)
    assert bool(html.strip()) == bool(place)


def test_a_city_is_marked_as_filled_in_only_where_it_goes_with_its_postcode(as_kari):
    CustomerFactory(
        number="77", visiting_postcode="9008", visiting_city="Tromsø",
        postal_postcode="9008", postal_city="Oslo",
    )  # fmt: skip
    form = as_kari.get("/customers/77/edit/").context["form"]
    marks = [
        form.fields[f"{kind}_city"].widget.attrs["data-filled"]
        for kind in ("visiting", "postal", "invoice")
    ]
    assert marks == ["Tromsø", "", ""]
