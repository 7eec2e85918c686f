"""Whether EHF arrives, in the dialog and on the profile, and asked when a customer is created."""

import re
import time
from datetime import timedelta

import pytest
from django.db import OperationalError
from django.urls import reverse
from django.utils import timezone

from customers.models import Customer
from customers.views import new
from registry import peppol
from registry.models import Reachability
from tests.benchmarks.engines import free_port
from tests.conftest import said
from tests.factories import CustomerFactory, EntityFactory
from tests.standin.peppol import CREDIT_NOTE, INVOICE

pytestmark = pytest.mark.django_db
NUMBER = "212345679"
HTMX = {"HX-Request": "true"}
NEW, CHOSEN, NEW_EHF = "/customers/new/", "/customers/new/chosen/", "/customers/new/ehf/"
PROFILE = "/customers/77/"
EHF = f"{PROFILE}ehf/"


@pytest.fixture
def customer():
    EntityFactory(org_number=NUMBER, name="FJELL AS")
    return CustomerFactory(number="77", name="Fjell AS", org_number=NUMBER)


def text(response) -> str:
    """Return what is read on a page, without its markup."""
    assert response.status_code == 200
    return " ".join(re.sub(r"<[^>]*>", " ", response.content.decode()).split())


def answer(response) -> str:
    """Return the answer alone: other words stand by for the time of asking."""
    html = response.content.decode()
    found = re.search(r'<span class="reach__answer">(.*?)</span>\s*</span>', html, re.DOTALL)
    return " ".join(re.sub(r"<[^>]*>", " ", found[1]).split())


def lazy(response, method: str = "get") -> bool:
    """Tell whether the page asks as it is shown."""
    html = response.content.decode()
    return bool(re.search(rf'hx-{method}="[^"]*/ehf/[^"]*"\s*hx-trigger="load"', html))


def keep(**fields) -> Reachability:
    return Reachability.objects.create(
        **{"scheme": "0192", "identifier": NUMBER, "checked_at": timezone.now(), **fields}
    )


YES = {"invoice": True, "credit_note": True, "smp": "smp.example.test"}
PART = {"invoice": True, "credit_note": False, "smp": "smp.example.test"}
NO = {"invoice": False, "credit_note": False}


# What the profile shows


@pytest.mark.parametrize(
    ("kept", "shown"),
    [
        (YES, "Can receive invoices and credit notes"),
        (PART, "Can receive invoices, but no credit notes"),
        (NO, "Cannot receive"),
    ],
)
def test_the_register_card_tells_the_answer_when_and_by_whom(as_per, customer, kept, shown):
    keep(**kept)
    response = as_per.get(PROFILE)
    assert answer(response) == shown
    assert f"0192:{NUMBER}" in text(response)
    assert ("smp.example.test" in text(response)) == bool(kept.get("smp"))
    assert re.search(rf"0192:{NUMBER}.{{0,25}} · checked today", text(response))
    assert not lazy(response)


def test_an_old_answer_is_shown_with_its_day(as_per, customer):
    keep(**YES, checked_at=timezone.now() - timedelta(days=1))
    assert "smp.example.test · checked yesterday" in text(as_per.get(PROFILE))


def test_a_later_attempt_that_failed_is_told_beside_the_answer(as_per, customer):
    day = timezone.now() - timedelta(days=3)
    keep(**YES, checked_at=day, failed_at=timezone.now(), failure="<b>the SMP</b>")
    response = as_per.get(PROFILE)
    assert answer(response) == "Can receive invoices and credit notes"
    assert "No answer when last asked: Today" in text(response)
    assert "the SMP" not in text(response)  # which is for administrators


def test_a_customer_never_checked_is_checked_while_the_page_is_shown(as_per, network, customer):
    response = as_per.get(PROFILE)
    assert answer(response) == "Not known"
    assert lazy(response)
    assert network.dns.asked == []  # the page itself waits for nobody
    network.register(NUMBER)
    fragment = as_per.get(EHF, headers=HTMX)
    assert answer(fragment) == "Can receive invoices and credit notes"
    assert b"<html" not in fragment.content
    assert not lazy(as_per.get(PROFILE))


def test_one_whose_check_failed_is_checked_again_when_shown(as_per, network, customer):
    network.dns.faults[""] = "servfail"
    fragment = as_per.get(EHF, headers=HTMX)
    assert answer(fragment) == "Not known"
    assert "No answer when last asked: Today" in text(fragment)
    assert lazy(as_per.get(PROFILE))


@pytest.mark.parametrize(
    "changes", [{"org_number": ""}, {"country": "SE"}, {"org_number": "123456789"}]
)
def test_whom_nobody_can_ask_about_is_not_asked_about(as_per, network, customer, changes):
    Customer.objects.filter(pk=customer.pk).update(**changes)
    response = as_per.get(PROFILE)
    assert not lazy(response)
    assert "ehf-check" not in response.content.decode()
    assert as_per.post(EHF)["Location"] == PROFILE
    assert as_per.get(EHF, headers=HTMX)["HX-Redirect"] == PROFILE
    assert network.dns.asked == []


# Check again


def test_check_again_asks_even_what_is_fresh(as_per, network, customer):
    keep(**NO)
    network.register(NUMBER, [INVOICE])
    assert answer(as_per.get(EHF, headers=HTMX)) == "Cannot receive"
    fragment = as_per.post(EHF, headers=HTMX)
    assert answer(fragment) == "Can receive invoices, but no credit notes"
    assert f"smp.test:{network.smp.port} · checked today" in text(fragment)
    assert "ehf-check" in fragment.content.decode()


def test_without_javascript_check_again_comes_back_to_the_profile(as_per, network, customer):
    network.register(NUMBER)
    response = as_per.post(EHF)
    assert response["Location"] == PROFILE
    assert said(response) == "Can receive EHF"
    network.forget(NUMBER)
    assert said(as_per.post(EHF)).endswith("Cannot receive EHF")
    network.dns.faults[""] = "servfail"
    assert "does not answer" in said(as_per.post(EHF))
    assert answer(as_per.get(PROFILE)) == "Cannot receive"


def test_back_from_signing_in_there_is_the_profile_and_nobody_is_asked(as_per, network, customer):
    assert as_per.get(EHF)["Location"] == PROFILE
    assert network.dns.asked == []


def test_checking_the_register_again_checks_ehf_too(as_per, register, network):
    known = next(iter(register.entities.values()))["organisasjonsnummer"]
    CustomerFactory(number="78", org_number=known)
    Reachability.objects.create(scheme="0192", identifier=known, checked_at=timezone.now(), **NO)
    card = as_per.post("/customers/78/register/", headers=HTMX)
    assert lazy(card, "post")
    assert not lazy(card)


def test_an_unknown_customer_is_not_found(as_per, customer):
    assert as_per.post("/customers/78/ehf/").status_code == 404


def test_a_former_number_still_leads_to_the_customer(as_per, network, customer):
    Customer.objects.filter(pk=customer.pk).update(number="79")
    assert as_per.post(EHF)["Location"] == "/customers/79/"


# The dialog


def test_the_chosen_company_is_checked_while_it_is_shown(as_kari, network):
    EntityFactory(org_number=NUMBER)
    card = as_kari.get(CHOSEN, {"org_number": NUMBER}, headers=HTMX)
    assert lazy(card)
    assert f"{NEW_EHF}?org_number={NUMBER}" in card.content.decode()
    assert network.dns.asked == []
    network.register(NUMBER, [INVOICE, CREDIT_NOTE])
    fragment = as_kari.get(NEW_EHF, {"org_number": NUMBER}, headers=HTMX)
    assert answer(fragment) == "Can receive invoices and credit notes"
    assert "<form" not in fragment.content.decode()  # it stands inside one


def test_a_chosen_company_with_a_fresh_answer_shows_it_at_once(as_kari, network):
    EntityFactory(org_number=NUMBER)
    keep(**YES)
    card = as_kari.get(CHOSEN, {"org_number": NUMBER}, headers=HTMX)
    assert answer(card) == "Can receive invoices and credit notes"
    assert not lazy(card)


def test_a_stale_answer_is_shown_and_asked_about(as_kari, network):
    EntityFactory(org_number=NUMBER)
    keep(**NO, checked_at=timezone.now() - timedelta(hours=7))
    card = as_kari.get(CHOSEN, {"org_number": NUMBER}, headers=HTMX)
    assert answer(card) == "Cannot receive"
    assert lazy(card)


def test_without_javascript_the_known_answer_is_shown(as_kari, network):
    EntityFactory(org_number=NUMBER)
    keep(**NO)
    page = as_kari.post(NEW, {"country": "NO", "choose": NUMBER})
    assert answer(page) == "Cannot receive"
    assert network.dns.asked == []


@pytest.mark.parametrize("number", ["", "123456789", "abc", "0192:212345679", "\x00", "٢١٢٣٤٥٦٧٩"])
def test_what_is_no_reg_no_is_not_found(as_kari, network, number):
    assert as_kari.get(NEW_EHF, {"org_number": number}).status_code == 404
    assert network.dns.asked == []


# Creating


@pytest.fixture
def posted(filled_in):
    EntityFactory(org_number=NUMBER, name="FJELL AS")
    return filled_in | {"country": "NO", "name": "Fjell AS", "org_number": NUMBER}


def test_creating_a_customer_checks_too(as_kari, network, posted):
    network.register(NUMBER)
    assert as_kari.post(NEW, posted)["Location"] == "/customers/1000/"
    assert peppol.known("0192", NUMBER).answer == "yes"


def test_creating_asks_nobody_when_the_dialog_has_asked(as_kari, network, posted):
    keep(**NO)
    assert as_kari.post(NEW, posted).status_code == 302
    assert network.dns.asked == []


def test_creating_a_foreign_customer_asks_nobody(as_kari, network, filled_in):
    assert as_kari.post(NEW, filled_in).status_code == 302
    assert network.dns.asked == []


def test_creating_does_not_wait_long_for_the_network(as_kari, network, posted, monkeypatch):
    monkeypatch.setattr(new, "REACH_LIMIT", 0.5)
    network.register(NUMBER)
    network.smp.mode = "drip"
    began = time.monotonic()
    assert as_kari.post(NEW, posted).status_code == 302
    assert time.monotonic() - began < 3
    assert peppol.known("0192", NUMBER).answer == "unknown"
    assert new.REACH_LIMIT <= 3


def test_creating_succeeds_while_the_resolver_is_down(as_kari, network, posted, settings):
    settings.PEPPOL_DNS = f"127.0.0.1:{free_port()}"
    assert as_kari.post(NEW, posted)["Location"] == "/customers/1000/"
    assert Customer.objects.get().org_number == NUMBER


def test_creating_succeeds_when_the_answer_cannot_be_kept(
    as_kari, network, posted, monkeypatch, caplog
):
    def locked(*_args):
        raise OperationalError("database is locked")

    monkeypatch.setattr(peppol, "_keep", locked)
    assert as_kari.post(NEW, posted)["Location"] == "/customers/1000/"
    assert Customer.objects.get().org_number == NUMBER
    assert "was not kept" in caplog.text


# Who may


def test_who_has_no_role_may_not_ask(as_ola, network, customer):
    assert as_ola.get(NEW_EHF, {"org_number": NUMBER}).status_code == 403
    assert as_ola.get(EHF, headers=HTMX).status_code == 403
    assert as_ola.post(EHF).status_code == 403
    assert network.dns.asked == []


def test_who_may_look_may_ask_about_customers_but_not_in_the_dialog(as_per, network, customer):
    assert as_per.get(NEW_EHF, {"org_number": NUMBER}).status_code == 403
    assert as_per.post(reverse("customers:ehf", args=["77"]), headers=HTMX).status_code == 200
