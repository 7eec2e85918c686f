"""Answering alerts from the page: one, several, again, and with a question before blocking."""

import re
from datetime import date

import pytest

from customers import alerting
from customers.models import Customer
from registry.models import Alert
from tests.customers.alert_pages import ANSWER, BLOCK, URL, answer, page, text, toasts
from tests.customers.telling import customer_of, named, tell
from tests.factories import CustomerFactory

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


def test_one_alert_is_answered_from_its_row_and_one_comes_back_to_the_same_view(as_kari):
    customer = customer_of(name="Fjell AS")
    (alert,) = tell(customer, name="VIDDE AS")
    response = answer(as_kari, "take", alert, "kind=name&older=5&next=//evil.example")
    assert response["Location"] == f"{URL}?kind=name&older=5"
    assert toasts(as_kari, response) == ["Vidde AS, name: new value taken."]
    assert Customer.objects.get().name == "Vidde AS"


def test_the_ticked_ones_are_answered_together(as_kari):
    alerts = tell(customer_of(name="Fjell AS"), name="VIDDE AS", bankrupt=True)
    alerts += tell(customer_of(name="Dal AS"), name="LI AS")
    response = as_kari.post(ANSWER, {"do": "take", "alert": named(alerts)})
    assert toasts(as_kari, response) == ["2 new values taken, 1 alert noted."]
    assert not Alert.objects.open().exists()


def test_all_of_the_page_can_be_ticked_without_a_script(as_kari):
    tell(customer_of(), name="VIDDE AS", vat_registered=True)
    html = page(as_kari)
    assert not re.search(r'name="alert"[^>]* checked', html)
    assert "?select=all" in html
    assert len(re.findall(r'name="alert"[^>]* checked', page(as_kari, f"{URL}?select=all"))) == 2


@pytest.mark.parametrize(
    "data", [{"do": "take"}, {"do": "sell 1-1"}, {"do": ""}, {"do": "sell", "alert": "1-1"}]
)
def test_what_makes_no_sense_is_told_and_does_nothing(as_kari, data):
    tell(customer_of(), name="VIDDE AS")
    response = as_kari.post(ANSWER, data)
    assert toasts(as_kari, response) == ["Tick the alerts first that this is to be done with."]
    assert Alert.objects.open().count() == 1


def test_without_a_button_nothing_happens_and_the_ticks_stay(as_kari):
    alerts = tell(customer_of(), name="VIDDE AS")
    assert as_kari.post(ANSWER, {"alert": named(alerts)}).status_code == 204
    assert Alert.objects.open().count() == 1


def test_who_comes_second_is_told_who_was_first(as_kari, client, per):
    per.is_superuser = True
    per.save()
    client.force_login(per)
    (alert,) = tell(customer_of(name="Fjell AS"), name="VIDDE AS")
    answer(client, "keep", alert)
    response = answer(as_kari, "take", alert)
    assert toasts(as_kari, response) == [
        "Per Haugen handled this already: Fjell AS, name (ours kept)."
    ]


def test_what_changed_once_more_since_it_was_shown_is_told(as_kari):
    customer = customer_of(name="Fjell AS")
    (seen,) = tell(customer, name="VIDDE AS")
    tell(customer, name="HEIM AS")
    response = answer(as_kari, "take", seen)
    assert toasts(as_kari, response)[0].startswith("The register has changed once more")
    assert Customer.objects.get().name == "Fjell AS"


def test_what_is_gone_or_does_not_suit_is_told(as_kari):
    customer = customer_of(name="Fjell AS")
    (alert,) = tell(customer, name="VIDDE AS")
    response = answer(as_kari, "block", alert)
    assert toasts(as_kari, response) == ["This cannot be done about Fjell AS, name."]
    Alert.objects.all().delete()
    assert toasts(as_kari, answer(as_kari, "take", alert))[0].startswith("1 alert is gone")


def test_htmx_follows_to_the_same_page_with_what_it_picks(as_kari):
    (alert,) = tell(customer_of(name="Fjell AS"), vat_registered=True)
    data = {"do": f"note {alerting.name_of(alert)}"}
    response = as_kari.post(f"{ANSWER}?kind=vat", data, headers=HTMX, follow=True)
    html = response.content.decode()
    assert response.redirect_chain == [(f"{URL}?kind=vat", 302)]
    for piece in ("alerts", "rail-alerts", "toasts"):
        assert html.count(f'id="{piece}"') == 1


# Blocking asks first


def test_blocking_asks_in_a_dialog_and_names_whom(as_kari):
    customer = customer_of(number="77", name="Fjell AS")
    CustomerFactory(number="78", name="Fjell AS avd. Nord", org_number=customer.org_number)
    (alert,) = tell(customer, bankrupt=True)
    link = re.search(r'href="(/customers/alerts/block/[^"]+)"', page(as_kari))[1]
    link = link.replace("&amp;", "&")
    assert Customer.objects.filter(status="blocked").count() == 0
    dialog = as_kari.get(link, headers=HTMX).content.decode()
    assert 'id="dialog-title"' in dialog
    assert "<html" not in dialog
    assert "77 Fjell AS" in text(dialog)
    assert "78 Fjell AS avd. Nord" in text(dialog)
    assert "<html" in page(as_kari, link)
    response = answer(as_kari, "block", alert)
    assert toasts(as_kari, response) == ["Fjell AS: blocked, Fjell AS avd. Nord: blocked."]
    assert set(Customer.objects.values_list("status", flat=True)) == {"blocked"}


def test_the_dialog_tells_when_somebody_was_first(as_kari):
    (alert,) = tell(customer_of(), bankrupt=True)
    url = f"{BLOCK}?alert={alerting.name_of(alert)}"
    assert 'value="block ' in page(as_kari, url)
    answer(as_kari, "note", alert)
    assert "Kari Lunde handled this already (noted)." in page(as_kari, url)
    for wrong in ("", "x", "0-1", f"{alert.pk}-1"):
        assert 'value="block ' not in page(as_kari, f"{BLOCK}?alert={wrong}")


def test_deletion_offers_inactive_at_once_and_blocking(as_kari):
    customer = customer_of(name="Fjell AS")
    (alert,) = tell(customer, deleted_on=date(2026, 11, 18))
    html = page(as_kari)
    assert f'value="inactivate {alerting.name_of(alert)}"' in html
    assert BLOCK in html
    assert toasts(as_kari, answer(as_kari, "inactivate", alert)) == ["Fjell AS: inactive."]
