"""Where an invoice goes, rule by rule."""

from datetime import date
from types import SimpleNamespace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from customers.addresses import Which
from customers.destination import destination_of, destinations_of
from customers.invoicing import effective
from customers.models import Customer
from moment.invoice_settings.choices import Level
from moment.invoice_settings.declared import on
from moment.models import CompanySettings
from tests.factories import (
    ContactFactory,
    CustomerFactory,
    InvoiceRecipientFactory,
    PersonFactory,
    org_number,
)
from tests.reaching import kept

pytestmark = pytest.mark.django_db
NUMBER = org_number(7)
EHF = {"invoice_type": "ehf", "org_number": NUMBER, "order_reference": "PO-1"}
SWEDISH = {"country": "SE", "invoice_type": "ehf", "your_reference": "AB"}
POSTAL = {"postal_street": "Postboks 1", "postal_postcode": "9008", "postal_city": "Tromsø"}
MAIL = {"email": "post@fjell.example"}


@pytest.mark.parametrize(
    ("fields", "reach", "way", "receiver", "codes"),
    [
        # EHF, under the reg. no.
        (EHF, "yes", "ehf", f"0192:{NUMBER}", []),
        (EHF | {"order_reference": None}, "yes", "ehf", f"0192:{NUMBER}", ["no_reference"]),
        (EHF | {"order_reference": None, "your_reference": "Marit"}, "yes", "ehf", None, []),
        # Unknown is not no.
        (EHF, "never", "ehf", f"0192:{NUMBER}", ["not_known"]),
        (EHF, "failed", "ehf", f"0192:{NUMBER}", ["not_known"]),
        (EHF, "waiting", "ehf", f"0192:{NUMBER}", ["not_known"]),
        (EHF, "invoices only", "ehf", f"0192:{NUMBER}", ["no_credit_notes"]),
        # Not possible: e-mail where there is somebody, else a letter, else nothing.
        (EHF | MAIL | POSTAL, "no", "email", "post@fjell.example", ["unreachable"]),
        (EHF | POSTAL, "no", "letter", None, ["unreachable", "no_email"]),
        (EHF, "no", None, "", ["unreachable", "no_email", "no_address"]),
        (EHF | MAIL | {"org_number": ""}, "never", "email", None, ["no_org_number"]),
        (EHF | MAIL | {"org_number": "123456789"}, "never", "email", None, ["wrong_org_number"]),
        # Abroad, under the e-invoicing address; the reg. no. is nothing there.
        (
            SWEDISH | {"endpoint_scheme": "0007", "endpoint_id": "5562847731"},
            "never",
            "ehf",
            "0007:5562847731",
            ["not_known"],
        ),
        # From before it was known which schemes there are: there is none to be found by.
        (
            SWEDISH | MAIL | {"endpoint_scheme": "9999", "endpoint_id": "1"},
            "never",
            "email",
            None,
            ["no_endpoint"],
        ),
        (SWEDISH | MAIL, "never", "email", None, ["no_endpoint"]),
        (SWEDISH | MAIL | {"endpoint_scheme": "0007"}, "never", "email", None, ["no_endpoint"]),
        (SWEDISH | MAIL | {"endpoint_id": "5562847731"}, "never", "email", None, ["no_endpoint"]),
        (SWEDISH | MAIL | {"org_number": NUMBER}, "yes", "email", None, ["no_endpoint"]),
        # A Norwegian customer has no other e-invoicing address than its number.
        (
            EHF | MAIL | {"org_number": "", "endpoint_scheme": "0007", "endpoint_id": "1"},
            "never",
            "email",
            None,
            ["no_org_number"],
        ),
        # E-mail: no reference is needed, and no network.
        ({"invoice_type": "email", "org_number": NUMBER} | MAIL, "no", "email", None, []),
        (MAIL, "never", "email", "post@fjell.example", []),
        (MAIL | {"invoice_email": "f@fjell.example"}, "never", "email", "f@fjell.example", []),
        (
            MAIL | {"invoice_email": "f@fjell.example", "external_receiver": "scan@x.example"},
            "never",
            "email",
            "scan@x.example",
            [],
        ),
        (POSTAL, "never", "letter", "Postboks 1, 9008 Tromsø", ["no_email"]),
        ({}, "never", None, "", ["no_email", "no_address"]),
        # Letter, also where there is an e-mail address.
        (POSTAL | MAIL | {"invoice_type": "letter"}, "never", "letter", None, []),
        (MAIL | {"invoice_type": "letter"}, "never", None, "", ["no_address"]),
        # Blocked: not at all.
        (EHF | MAIL | POSTAL | {"status": "blocked"}, "yes", None, "", ["blocked"]),
        (EHF | {"status": "inactive"}, "yes", "ehf", None, []),
    ],
)
def test_an_invoice_goes_where_the_rules_say(fields, reach, way, receiver, codes):
    customer = CustomerFactory(**fields)
    if reach == "invoices only":
        kept(NUMBER, "yes", credit_note=False).save()
    elif reach != "never":
        kept(NUMBER, reach).save()
    destination = destination_of(customer)
    assert destination.way == way
    assert destination.codes == codes
    if receiver is not None:
        assert destination.receiver == receiver
    preferred = fields.get("invoice_type") or "email"
    assert destination.preferred == preferred
    says_instead = bool(destination.instead)
    assert says_instead == (way != preferred and "blocked" not in codes)
    assert destination.why


@pytest.mark.parametrize(
    ("filled", "which"),
    [
        (("visiting", "postal", "invoice"), Which.INVOICE),
        (("visiting", "postal"), Which.POSTAL),
        (("visiting",), Which.VISITING),
        (("visiting", "invoice"), Which.INVOICE),
    ],
)
def test_a_letter_goes_to_the_invoice_address_in_force(filled, which):
    streets = {f"{kind}_street": f"{kind} 1" for kind in filled}
    destination = destination_of(CustomerFactory(invoice_type="letter", **streets))
    assert destination.which == which
    assert destination.receiver == f"{which} 1"


# To whom an e-mail goes


@pytest.fixture
def customer():
    return CustomerFactory(email="post@fjell.example", invoice_email="f@fjell.example", **POSTAL)


def contact(customer: Customer, name: str, address: str, **fields):
    person = PersonFactory(name=name, emails=[address] if address else [])
    return ContactFactory(customer=customer, person=person, **fields)


def listed(customer: Customer, *people, **fields) -> None:
    for one in people:
        given = {"email": one} if isinstance(one, str) else {"email": "", "contact": one}
        InvoiceRecipientFactory(customer=customer, **given, **fields)


def written_to(customer: Customer) -> tuple[list[str], list[str]]:
    destination = destination_of(customer)
    return [str(one) for one in destination.to], [str(one) for one in destination.cc]


def test_the_recipients_go_before_every_other_address(customer):
    customer.external_receiver = "scan@x.example"
    customer.save()
    listed(customer, contact(customer, "Kari Vik", "kari@vik.example"), "a@x.example")
    listed(customer, "cc@x.example", kind="cc")
    assert written_to(customer) == (
        ["Kari Vik <kari@vik.example>", "a@x.example"],
        ["cc@x.example"],
    )


def test_who_only_gets_a_copy_gets_it_beside_the_next_address_there_is(customer):
    listed(customer, "cc@x.example", kind="cc")
    assert written_to(customer) == (["f@fjell.example"], ["cc@x.example"])


def test_where_there_is_nobody_else_the_copy_is_the_letter(customer):
    Customer.objects.update(email="", invoice_email="")
    customer.refresh_from_db()
    listed(customer, "cc@x.example", kind="cc")
    assert written_to(customer) == (["cc@x.example"], [])


def test_nobody_gets_two(customer):
    listed(customer, contact(customer, "Kari Vik", "kari@vik.example"), "KARI@vik.example")
    listed(customer, contact(customer, "Kari Vik 2", "Kari@vik.example"), kind="cc")
    assert written_to(customer) == (["Kari Vik <kari@vik.example>"], [])


def test_the_first_of_two_keeps_its_place(customer):
    for address in ("a@vik.example", "b@vik.example", "A@vik.example"):
        listed(customer, contact(customer, address.partition("@")[0], address))
    assert written_to(customer) == (["a <a@vik.example>", "b <b@vik.example>"], [])


def test_who_has_left_gets_nothing_and_that_is_told(customer):
    gone = contact(customer, "Kari Vik", "kari@vik.example", employed_until=date(2020, 1, 1))
    listed(customer, gone)
    destination = destination_of(customer)
    assert [str(one) for one in destination.to] == ["f@fjell.example"]
    assert destination.codes == ["left"]
    assert "Kari Vik" in destination.problems[0].text


def test_a_contact_without_an_address_gets_nothing_and_that_is_told(customer):
    listed(customer, contact(customer, "Kari Vik", ""), "a@x.example")
    destination = destination_of(customer)
    assert [str(one) for one in destination.to] == ["a@x.example"]
    assert destination.codes == ["no_recipient_email"]


def test_ehf_tells_nothing_of_recipients_that_it_does_not_use(customer):
    kept(NUMBER, "yes").save()
    Customer.objects.update(**EHF)
    customer.refresh_from_db()
    listed(customer, contact(customer, "Kari Vik", ""))
    assert destination_of(customer).codes == []


# Who has chosen the way


def test_the_way_of_the_company_holds_until_the_customer_has_its_own():
    CompanySettings.objects.create(pk=1, invoice_type="letter", external_receiver="s@x.example")
    customer = CustomerFactory(**POSTAL)
    destination = destination_of(customer)
    assert (destination.way, destination.preferred) == ("letter", "letter")
    assert "company's standard" in destination.why
    customer.invoice_type = "email"
    destination = destination_of(customer)
    assert destination.receiver == "s@x.example"
    assert "this customer's own choice" in destination.why


def test_the_settings_of_a_project_decide_where_they_are_given():
    kept(NUMBER, "yes").save()
    customer = CustomerFactory(**EHF | {"order_reference": None} | MAIL)
    project = SimpleNamespace(**{setting.name: None for setting in on(Level.PROJECT)})
    project.invoice_contact_id = None
    project.order_reference = "PO-7"
    assert destination_of(customer, effective(customer, project)).codes == []
    project.invoice_type = "email"
    destination = destination_of(customer, effective(customer, project))
    assert destination.way == "email"
    assert "The project asks for e-mail." in destination.why


# Many


def test_many_take_no_more_queries_than_one():
    def make(count: int) -> list[Customer]:
        customers = []
        for n in range(count):
            number = org_number(100 + Customer.objects.count())
            kept(number, "yes" if n % 2 else "no").save()
            one = CustomerFactory(**EHF | MAIL | {"org_number": number})
            listed(one, contact(one, "Kari Vik", "kari@vik.example"), "a@x.example")
            customers.append(one)
        return customers

    one, thirty = make(1), make(30)
    with CaptureQueriesContext(connection) as few:
        single = destination_of(one[0])
    with CaptureQueriesContext(connection) as many:
        found = destinations_of(thirty)
    assert len(few) == len(many) == 4
    assert single.way == "email"
    assert [found[customer.pk].way for customer in thirty] == ["email", "ehf"] * 15


def test_no_customers_take_no_trouble():
    assert destinations_of([]) == {}
