"""Merging: what the kept customer has then, and what becomes of the others."""

import pytest

from customers import merging
from customers.merging.relations import rules
from customers.merging.rules import Rule
from customers.models import Customer, Note, UsedNumber
from moment.models import CompanySettings
from registry.models import Alert, Watch
from tests.customers.changes import titles, told
from tests.factories import (
    ContactFactory,
    CustomerFactory,
    InvoiceRecipientFactory,
    NoteFactory,
    OtherAddressFactory,
    TagFactory,
    org_number,
)

pytestmark = pytest.mark.django_db


def merged(kept, *others, by, **options):
    """Merge, and return the kept customer as it is then."""
    merging.merge(kept.pk, [other.pk for other in others], by=by, **options)
    return Customer.objects.get(pk=kept.pk)


def test_what_the_kept_one_has_no_value_of_is_filled_from_the_first_of_the_others_that_has(kari):
    kept = CustomerFactory(phone="22 22 22 22")
    others = [
        CustomerFactory(phone="33 33 33 33"),
        CustomerFactory(email="post@to.example"),
        CustomerFactory(email="post@tre.example"),
    ]
    customer = merged(kept, *others, by=kari)
    assert (customer.phone, customer.email) == ("22 22 22 22", "post@to.example")


def test_the_value_that_was_chosen_stays(kari):
    kept, other, third = (CustomerFactory(email=f"{n}@x.example") for n in "abc")
    assert merged(kept, other, third, by=kari, chosen={"email": third.pk}).email == "c@x.example"


@pytest.mark.parametrize(
    "chosen",
    [
        {"no_such_group": 1},
        {"email": 0},
        {"email": "abc"},
        {"email": None},
        {"email": [1]},
        {"email": {}},
    ],
)
def test_a_choice_that_makes_no_sense_counts_for_none(kari, chosen):
    kept, other = CustomerFactory(email="a@x.example"), CustomerFactory(email="b@x.example")
    assert merged(kept, other, by=kari, chosen=chosen).email == "a@x.example"


def test_a_choice_of_a_customer_that_is_not_among_them_counts_for_none(kari):
    kept, other, stranger = (CustomerFactory(email=f"{n}@x.example") for n in "abc")
    chosen = {"email": stranger.pk, "name": stranger.pk}
    assert merged(kept, other, by=kari, chosen=chosen).email == "a@x.example"


def test_a_choice_where_all_are_alike_changes_nothing(kari):
    kept, other = CustomerFactory(email="a@x.example"), CustomerFactory(email="a@x.example")
    merge = merging.merge(kept.pk, [other.pk], by=kari, chosen={"email": other.pk})
    assert not any("email" in change.values for change in merge.changes.all())


def test_country_and_reg_no_are_chosen_together(kari):
    kept = CustomerFactory(country="NO", org_number=org_number(1))
    other = CustomerFactory(country="SE", org_number="5566778899")
    customer = merged(kept, other, by=kari, chosen={"org_number": other.pk})
    assert (customer.country, customer.org_number) == ("SE", "5566778899")


def test_an_address_in_the_customers_own_country_stays_in_that_country(kari):
    kept = CustomerFactory(country="NO", postal_city="Oslo")
    other = CustomerFactory(country="SE", visiting_city="Malmö", postal_city="Lund")
    site = OtherAddressFactory(customer=other, country="")
    customer = merged(kept, other, by=kari)
    site.refresh_from_db()
    assert (customer.visiting_city, customer.visiting_country) == ("Malmö", "SE")
    assert (customer.postal_city, customer.postal_country) == ("Oslo", "")
    assert (site.customer, site.country) == (kept, "SE")


def test_the_kept_ones_addresses_stay_where_they_are_when_it_gets_another_country(kari):
    kept = CustomerFactory(country="NO", visiting_city="Oslo")
    other = CustomerFactory(country="SE")
    site = OtherAddressFactory(customer=kept, country="")
    customer = merged(kept, other, by=kari, chosen={"org_number": other.pk})
    site.refresh_from_db()
    assert (customer.country, customer.visiting_country, site.country) == ("SE", "NO", "NO")


def test_tags_are_united(kari):
    one, two, three = TagFactory(), TagFactory(), TagFactory()
    kept = CustomerFactory(tags=[one, two])
    others = [CustomerFactory(tags=[two]), CustomerFactory(tags=[two, three])]
    assert set(merged(kept, *others, by=kari).tags.all()) == {one, two, three}


def test_the_contact_that_invoices_name_comes_along(kari):
    kept, other = CustomerFactory(), CustomerFactory()
    contact = ContactFactory(customer=other)
    Customer.objects.filter(pk=other.pk).update(invoice_contact=contact)
    customer = merged(kept, other, by=kari)
    assert customer.invoice_contact.customer == kept


def test_the_contact_that_invoices_name_is_the_one_it_was_joined_with(kari):
    mine, theirs = ContactFactory(), ContactFactory()
    theirs.person = mine.person
    theirs.save()
    Customer.objects.filter(pk=theirs.customer_id).update(invoice_contact=theirs)
    assert merged(mine.customer, theirs.customer, by=kari).invoice_contact == mine


def test_the_number_of_any_can_be_chosen_and_every_number_leads_to_the_kept_one(kari):
    kept, other, third = CustomerFactory(), CustomerFactory(), CustomerFactory()
    numbers = {kept.number, other.number, third.number}
    customer = merged(kept, other, third, by=kari, chosen={"number": third.pk})
    assert customer.number == third.number
    leading = UsedNumber.objects.filter(customer=kept).values_list("number", flat=True)
    assert set(leading) == numbers
    assert len(set(Customer.with_merged.values_list("number", flat=True))) == 3


def test_two_can_exchange_numbers_while_two_others_do(kari):
    customers = [CustomerFactory() for _ in range(4)]
    merged(customers[0], customers[1], by=kari, chosen={"number": customers[1].pk})
    merged(customers[2], customers[3], by=kari, chosen={"number": customers[3].pk})
    numbers = Customer.objects.order_by("pk").values_list("number", flat=True)
    assert list(numbers) == [customers[1].number, customers[3].number]


def test_the_search_finds_the_kept_one_by_all_that_any_was_called(kari):
    kept = CustomerFactory(name="Gammel Fjord AS", org_number=org_number(1))
    other = CustomerFactory(name="Nye Fjell AS", org_number=org_number(2))
    customer = merged(
        kept, other, by=kari, chosen={"name": other.pk, "number": other.pk, "org_number": other.pk}
    )
    for text in ("gammel", "fjell", kept.number, other.number, org_number(1), org_number(2)):
        assert text in customer.search_text


def test_nobody_else_gets_the_number_of_one_that_was_merged(kari, as_kari):
    kept, other = CustomerFactory(), CustomerFactory()
    merged(kept, other, by=kari)
    page = as_kari.get(f"/customers/{kept.number}/edit/")
    form = page.context["form"]
    shown = {name: form[name].value() for name in form.fields}
    data = {name: value for name, value in shown.items() if value} | {"number": other.number}
    answer = as_kari.post(f"/customers/{kept.number}/edit/", data)
    assert answer.status_code == 422
    assert "number" in answer.context["form"].errors


def test_the_reg_no_that_the_kept_one_takes_over_is_watched_and_the_one_it_gives_up_stays_so(kari):
    kept = CustomerFactory(org_number=org_number(1))
    other = CustomerFactory(org_number=org_number(2))
    Watch.objects.create(org_number=org_number(1))
    Alert.objects.create(
        org_number=org_number(1), kind=Alert.Kind.VAT, new="1", changed_on="2030-01-01"
    )
    merged(kept, other, by=kari, chosen={"org_number": other.pk})
    watched = set(Watch.objects.values_list("pk", flat=True))
    assert watched == {org_number(1), org_number(2)}
    assert Alert.objects.count() == 1


def test_nobody_gets_a_letter(kari, mailoutbox):
    kept, other = CustomerFactory(), CustomerFactory()
    NoteFactory(customer=other, text="@kari: look at this.")
    merge = merging.merge(kept.pk, [other.pk], by=kari)
    merging.undo(merge.pk, by=kari)
    assert (len(mailoutbox), Alert.objects.count()) == (0, 0)


def test_the_history_says_who_merged_and_what_became_another(kari):
    kept, other = CustomerFactory(email=""), CustomerFactory(email="b@x.example")
    NoteFactory(customer=other)
    customer = merged(kept, other, by=kari)
    (merge_told, _none, _words), (title, _subject, changes), *_older = told(customer)
    assert merge_told.startswith("Merged")
    assert title == "Customer changed"
    assert ("E-mail", "", "b@x.example") in changes
    assert titles(customer).count("Note written") == 1


def test_a_merge_that_changes_no_value_tells_of_no_change(kari):
    kept = CustomerFactory()
    other = CustomerFactory()
    customer = merged(kept, other, by=kari)
    assert "Customer changed" not in titles(customer)


def test_five_become_one_with_all_that_hangs_on_them(kari):
    kept, *others = [CustomerFactory() for _ in range(5)]
    for other in others:
        ContactFactory(customer=other)
        InvoiceRecipientFactory(customer=other)
        NoteFactory(customer=other, author=kari, text=other.name)
        OtherAddressFactory(customer=other, label="Lager", street=other.name)
    customer = merged(kept, *others, by=kari)
    assert customer.contacts.count() == customer.invoice_recipients.count() == 4
    assert Note.objects.filter(customer=kept).count() == 4
    labels = customer.other_addresses.values_list("label", flat=True)
    assert set(labels) == {"Lager", *(f"Lager ({other.number})" for other in others[1:])}


def test_no_customer_is_merged_that_is_merged_already_or_with_itself(kari):
    kept, other, third = CustomerFactory(), CustomerFactory(), CustomerFactory()
    merged(kept, other, by=kari)
    for keys in (
        [third.pk, other.pk],
        [other.pk, third.pk],
        [kept.pk, other.pk],
        [kept.pk, kept.pk],
    ):
        with pytest.raises(merging.CannotMerge):
            merging.merge(keys[0], keys[1:], by=kari)


def test_merging_and_undoing_is_refused_without_the_right_that_the_rows_take(kari, monkeypatch):
    named = {**rules()}
    named["customers.note.customer"] = Rule(words="%(count)s notes", right="no.such_right")
    kept, other = CustomerFactory(), CustomerFactory()
    NoteFactory(customer=other)
    merge = merging.merge(kept.pk, [other.pk], by=kari)
    for module in ("making", "since", "undoing"):
        monkeypatch.setattr(f"customers.merging.{module}.rules", lambda: named)
    with pytest.raises(merging.CannotUndo, match="1 notes"):
        merging.undo(merge.pk, by=kari)
    with pytest.raises(merging.CannotMerge, match="1 notes"):
        merging.merge(CustomerFactory().pk, [kept.pk], by=kari)


def test_the_companys_currency_is_nobodys_own(kari):
    CompanySettings.objects.update(currency="SEK")
    kept, other = CustomerFactory(), CustomerFactory()
    assert merged(kept, other, by=kari).currency == ""
