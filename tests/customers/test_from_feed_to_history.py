"""From the register's change feed, by way of the alerts page, to the customer's history."""

import pytest

from customers import alerting, history
from customers.models import Customer
from registry import alerts
from registry.models import Alert, Entity
from registry.names import display_name
from tests.customers.alert_pages import answer, page
from tests.factories import CustomerFactory
from tests.registry import following
from tests.standin.register import adresse, enhet

Kind = Alert.Kind


@pytest.fixture
def customers(register, db) -> dict[str, Customer]:
    """Four companies of the mirror that are our customers, by what is about to happen to them."""
    made = {}
    for fate in ("renamed", "moved", "bankrupt", "deleted"):
        number = register.add(enhet(f"VARDEVIK {fate.upper()} AS"))
        name = display_name(f"VARDEVIK {fate.upper()} AS")
        made[fate] = CustomerFactory(name=name, org_number=number)
        alerts.watch(number)
    following.load(register)
    return made


def happen(register, customers) -> None:
    """Let the register change each of them, and tell of it in its feed, twice of one."""
    numbers = {fate: customer.org_number for fate, customer in customers.items()}
    register.change(numbers["renamed"], "Endring", navn="VARDEVIK NYTT NAVN AS")
    register.tell(numbers["renamed"], "Endring")
    register.change(numbers["moved"], "Endring", postadresse=adresse("Postboks 17", "9251"))
    register.change(numbers["bankrupt"], "Endring", konkurs=True, konkursdato="2026-11-19")
    register.delete(numbers["deleted"])


def open_alert(customer: Customer) -> Alert:
    return Alert.objects.open().get(org_number=customer.org_number)


def act(client, customer: Customer, what: alerting.Act) -> None:
    assert answer(client, what.value, open_alert(customer)).status_code == 302
    customer.refresh_from_db()


def told(customer: Customer) -> list[str]:
    """Return the newest entry of the history as one list of texts."""
    entry = history.of(customer).entries[0]
    changes = [text for change in entry.changes for text in (change.label, change.old, change.new)]
    return [entry.actor, entry.title, *changes]


def test_what_the_feed_tells_is_answered_once_and_remembered(as_kari, register, customers):
    happen(register, customers)
    following.run()
    following.run()
    kinds = {fate: open_alert(customer).kind for fate, customer in customers.items()}
    assert kinds == {
        "renamed": Kind.NAME,
        "moved": Kind.POSTAL,
        "bankrupt": Kind.BANKRUPT,
        "deleted": Kind.DELETED,
    }
    listed = page(as_kari)
    assert all(customer.name in listed for customer in customers.values())

    act(as_kari, customers["renamed"], alerting.Act.TAKE)
    assert customers["renamed"].name == "Vardevik Nytt Navn AS"
    act(as_kari, customers["moved"], alerting.Act.KEEP)
    assert customers["moved"].postal_street == ""
    act(as_kari, customers["bankrupt"], alerting.Act.BLOCK)
    assert customers["bankrupt"].status == Customer.Status.BLOCKED
    act(as_kari, customers["deleted"], alerting.Act.INACTIVATE)
    assert customers["deleted"].status == Customer.Status.INACTIVE

    following.run()
    assert not Alert.objects.open().exists()
    assert {"Kari Lunde", "Vardevik Renamed AS", "Vardevik Nytt Navn AS"} <= {
        *told(customers["renamed"])
    }
    kept = " ".join(told(customers["moved"]))
    assert "Kari Lunde" in kept
    assert "Kept ours" in kept
    assert "Postboks 17" in kept
    assert "Blocked" in told(customers["bankrupt"])
    assert "Inactive" in told(customers["deleted"])
    assert Entity.objects.get(pk=customers["deleted"].org_number).business_city
