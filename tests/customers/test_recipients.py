"""Who gets invoices by e-mail: chosen, written, changed, removed, and shown."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from customers import contacts, privacy, recipients
from customers.models import InvoiceRecipient
from tests.factories import (
    ContactFactory,
    CustomerFactory,
    InvoiceRecipientFactory,
    PersonFactory,
)
from tests.together import at_once

pytestmark = pytest.mark.django_db
URL = "/customers/77/invoicing/recipients/"
NEW = f"{URL}new/"


@pytest.fixture
def customer():
    return CustomerFactory(number="77", name="Fjell AS")


def contact(customer, name="Kari Vik", emails=("kari@vik.example",), **fields):
    return ContactFactory(
        customer=customer, person=PersonFactory(name=name, emails=list(emails)), **fields
    )


def addresses() -> list[str]:
    return [recipient.email for recipient in InvoiceRecipient.objects.order_by("pk")]


@pytest.mark.parametrize(
    "text",
    [
        "a@x.example, b@x.example",
        "a@x.example;b@x.example;",
        "a@x.example\r\nb@x.example\r\n",
        "a@x.example b@x.example",
        "Anne Vik <a@x.example>; Berg, Bo <b@x.example>",
        '"Vik, Anne" <a@x.example>, b@x.example, A@X.example',
    ],
)
def test_several_addresses_are_added_at_once(as_kari, customer, text):
    assert as_kari.post(NEW, {"addresses": text, "kind": "cc"}).status_code == 302
    assert addresses() == ["a@x.example", "b@x.example"]
    assert set(InvoiceRecipient.objects.values_list("kind", flat=True)) == {"cc"}


def test_wrong_addresses_are_named_and_nothing_typed_is_lost(as_kari, customer):
    chosen = contact(customer)
    text = "a@x.example, nobody@, Bo <b@x.example>; @x.example"
    data = {"contacts": [chosen.pk], "addresses": text, "kind": "cc"}
    response = as_kari.post(NEW, data)
    assert response.status_code == 422
    html = response.content.decode()
    errors = response.context["form"].errors["addresses"]
    assert [wrong in str(errors) for wrong in ("nobody@", "@x.example")] == [True, True]
    assert "a@x.example, nobody@, Bo &lt;b@x.example&gt;; @x.example" in html
    assert f'value="{chosen.pk}" checked' in html
    assert 'value="cc" checked' in html
    assert not InvoiceRecipient.objects.exists()


@pytest.mark.parametrize("text", ["", " ,;\n", "<>"])
def test_nobody_chosen_is_told(as_kari, customer, text):
    response = as_kari.post(NEW, {"addresses": text, "kind": "to"})
    assert response.status_code == 422
    assert response.context["form"].errors["addresses"]


@pytest.mark.parametrize("kind", ["", "bcc"])
def test_a_kind_that_makes_no_sense_is_refused(as_kari, customer, kind):
    response = as_kari.post(NEW, {"addresses": "a@x.example", "kind": kind})
    assert response.status_code == 422
    assert "kind" in response.context["form"].errors


def test_only_present_contacts_with_an_address_can_be_chosen(as_kari, customer):
    here = contact(customer, "Anne Vik")
    silent = contact(customer, "Bo Berg", emails=[])
    former = contact(customer, "Carl Dal", employed_until=date(2020, 1, 1))
    stranger = contact(CustomerFactory(), "Dina Eng")
    html = as_kari.get(NEW).content.decode()
    assert "Anne Vik" in html
    assert "No e-mail address: add one under Contacts first." in html
    assert "Carl Dal" not in html
    assert "Dina Eng" not in html
    for wrong in (silent, former, stranger):
        response = as_kari.post(NEW, {"contacts": [wrong.pk], "kind": "to"})
        assert response.status_code == 422
        assert "contacts" in response.context["form"].errors
    assert as_kari.post(NEW, {"contacts": [here.pk], "kind": "to"}).status_code == 302
    assert InvoiceRecipient.objects.get().contact == here
    assert f'name="contacts" value="{here.pk}"' not in as_kari.get(NEW).content.decode()


@pytest.mark.parametrize("gone", ["removed", "erased"])
def test_who_goes_while_the_form_is_sent_gets_no_invoices(
    as_kari, anne, customer, monkeypatch, gone
):
    chosen, held = contact(customer), recipients.held

    def just_before(customer):
        if gone == "removed":
            contacts.remove(chosen)
        else:
            privacy.erase(chosen.person, anne)
        return held(customer)

    monkeypatch.setattr(recipients, "held", just_before)
    data = {"contacts": [chosen.pk], "addresses": "a@x.example", "kind": "to"}
    response = as_kari.post(NEW, data)
    assert response.status_code == 422
    assert "any more" in str(response.context["form"].errors["contacts"])
    assert "a@x.example" in response.content.decode()
    assert not InvoiceRecipient.objects.exists()


def test_who_is_there_already_is_not_added_twice(as_kari, customer):
    InvoiceRecipientFactory(customer=customer, email="A@x.example")
    response = as_kari.post(NEW, {"addresses": "a@x.example", "kind": "cc"}, follow=True)
    assert "They were recipients already." in response.content.decode()
    assert InvoiceRecipient.objects.count() == 1


def test_the_address_at_this_customer_goes_before_the_persons_own(as_kari, customer):
    InvoiceRecipientFactory(
        customer=customer, email="", contact=contact(customer, email="kari@fjell.example")
    )
    html = as_kari.get(URL).content.decode()
    assert "kari@fjell.example" in html
    assert "kari@vik.example" not in html


def test_who_has_left_is_struck_through_and_gets_nothing(as_kari, customer):
    yesterday = timezone.localdate() - timedelta(days=1)
    gone = contact(customer, employed_until=yesterday)
    InvoiceRecipientFactory(customer=customer, email="", contact=gone)
    html = as_kari.get(URL).content.decode()
    assert "<s>Kari Vik</s>" in html
    assert "gets no invoices" in html
    assert "kari@vik.example" not in html


def test_on_the_last_day_invoices_still_arrive(customer):
    last = contact(customer, employed_until=timezone.localdate())
    InvoiceRecipientFactory(customer=customer, email="", contact=last)
    assert [row.state for row in recipients.rows_of(customer)] == ["ok"]


def test_a_contact_who_lost_the_address_is_told(as_kari, customer):
    silent = contact(customer, emails=[])
    InvoiceRecipientFactory(customer=customer, email="", contact=silent)
    assert "has no e-mail address any more" in as_kari.get(URL).content.decode()


def test_a_recipient_is_changed(as_kari, customer):
    plain = InvoiceRecipientFactory(customer=customer, email="a@x.example")
    InvoiceRecipientFactory(customer=customer, email="b@x.example")
    url = f"{URL}{plain.pk}/"
    seen = as_kari.get(url).context["form"]["seen"].value()
    data = {"email": "c@x.example", "kind": "cc", "seen": seen}
    taken = as_kari.post(url, data | {"email": "B@x.example"})
    assert "already" in str(taken.context["form"].errors["email"])
    assert "valid" in str(as_kari.post(url, data | {"email": "c"}).context["form"].errors["email"])
    assert as_kari.post(url, data).status_code == 302
    plain.refresh_from_db()
    assert (plain.email, plain.kind) == ("c@x.example", "cc")
    meanwhile = as_kari.post(url, data | {"email": "d@x.example"})
    assert meanwhile.status_code == 422
    assert "Changed meanwhile to “c@x.example, Copy”" in meanwhile.content.decode()


def test_of_a_contact_only_the_kind_is_changed(as_kari, customer):
    kept = InvoiceRecipientFactory(customer=customer, email="", contact=contact(customer))
    url = f"{URL}{kept.pk}/"
    seen = as_kari.get(url).context["form"]["seen"].value()
    data = {"email": "x@x.example", "kind": "cc", "seen": seen}
    assert as_kari.post(url, data).status_code == 302
    kept.refresh_from_db()
    assert (kept.email, kept.kind) == ("", "cc")


def test_removing_asks_first_and_keeps_the_contact(as_kari, customer):
    whose = contact(customer)
    kept = InvoiceRecipientFactory(customer=customer, email="", contact=whose)
    url = f"{URL}{kept.pk}/delete/"
    assert "The contact stays." in as_kari.get(url).content.decode()
    assert InvoiceRecipient.objects.exists()
    assert as_kari.post(url).status_code == 302
    assert not InvoiceRecipient.objects.exists()
    whose.refresh_from_db()


def test_rows_of_other_customers_are_not_found(as_kari, customer):
    other = InvoiceRecipientFactory()
    for path in (f"{URL}{other.pk}/", f"{URL}{other.pk}/delete/"):
        assert as_kari.get(path).status_code == 404
        assert as_kari.post(path, {"email": "x@x.example", "kind": "to"}).status_code == 404
    assert InvoiceRecipient.objects.count() == 1


def test_who_may_look_sees_the_page_without_buttons(as_per, customer):
    kept = InvoiceRecipientFactory(customer=customer, email="a@x.example")
    html = as_per.get(URL).content.decode()
    assert "a@x.example" in html
    assert "Add recipients" not in html
    assert f"{kept.pk}/delete/" not in html


def test_names_are_escaped_and_the_page_says_where_an_invoice_goes(as_kari, customer):
    InvoiceRecipientFactory(customer=customer, email="", contact=contact(customer, "<b>Kari</b>"))
    html = as_kari.get(URL).content.decode()
    assert "<b>Kari" not in html
    assert "An invoice today goes by <strong>e-mail</strong>" in html


def test_adding_stands_in_the_history(as_kari, customer):
    as_kari.post(NEW, {"addresses": "a@x.example", "kind": "to"})
    assert customer.changes.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_eight_who_add_the_same_at_once_each_is_served_and_it_stands_once():
    customer = CustomerFactory()
    chosen = contact(customer)

    def add(person: int) -> int:
        given = ["a@x.example", f"{person}@x.example"]
        return len(recipients.add(customer, contacts=[chosen], addresses=given, kind="to"))

    assert sum(at_once(8, add)) == 8 + 2
    assert InvoiceRecipient.objects.filter(contact=chosen).count() == 1
