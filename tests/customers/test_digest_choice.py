"""Choosing how often to be written to about register alerts."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.core import mail as outbox
from django.core.management import call_command

from customers import digests
from customers.models import AlertDigest
from registry.models import Alert
from tests.factories import CustomerFactory, org_number

pytestmark = pytest.mark.django_db
URL = "/customers/alerts/digest/"
DAILY, WEEKLY = "daily", "weekly"
AFTERNOON = datetime(2026, 11, 20, 14, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def addresses(kari, per):
    for user in (kari, per):
        user.email = f"{user.username}@moment.example"
        user.save()


def until(user):
    return AlertDigest.objects.get(user=user).sent_until


@pytest.mark.parametrize(
    ("frequency", "said"),
    [
        (DAILY, "New alerts will be sent to per@moment.example every day."),
        (WEEKLY, "New alerts will be sent to per@moment.example every week."),
        ("never", "No more e-mails about alerts."),
    ],
)
def test_one_chooses_and_is_told(as_per, per, frequency, said):
    response = as_per.post(URL, {"frequency": frequency}, follow=True)
    assert response.redirect_chain == [("/customers/alerts/", 302)]
    assert said in response.content.decode()
    assert digests.choice_of(per) == frequency.replace("never", "")
    assert frequency in re.findall(r'<option value="(\w+)" selected', response.content.decode())


def test_the_choice_is_ones_own(as_per, kari):
    digests.choose(kari, WEEKLY)
    as_per.post(URL, {"frequency": "never"})
    assert digests.choice_of(kari) == WEEKLY


@pytest.mark.parametrize("frequency", [DAILY, WEEKLY])
def test_the_first_letter_comes_the_next_morning(as_per, frequency):
    with time_machine.travel(AFTERNOON) as clock:
        number = CustomerFactory(org_number=org_number(1)).org_number
        Alert.objects.create(org_number=number, kind="vat", new="1", changed_on=date(2026, 11, 19))
        as_per.post(URL, {"frequency": frequency})
        clock.move_to(AFTERNOON + timedelta(hours=15))
        call_command("alert_digest")
    assert len(outbox.outbox) == 1


def test_another_choice_repeats_and_leaves_out_nothing(as_per, per):
    digests.choose(per, DAILY)
    before = until(per)
    as_per.post(URL, {"frequency": WEEKLY})
    assert (digests.choice_of(per), until(per)) == (WEEKLY, before)


@pytest.mark.parametrize("data", [{}, {"frequency": ""}, {"frequency": "hourly"}])
def test_what_makes_no_sense_is_said_and_changes_nothing(as_per, per, data):
    digests.choose(per, DAILY)
    response = as_per.post(URL, data)
    assert response.status_code == 422
    assert 'class="errorlist"' in response.content.decode()
    assert digests.choice_of(per) == DAILY


def test_without_an_address_one_is_told_and_may_only_stop(as_per, per):
    per.email = ""
    per.save()
    response = as_per.post(URL, {"frequency": DAILY})
    assert response.status_code == 422
    assert "There is no e-mail address on your account." in response.content.decode()
    assert digests.choice_of(per) == ""
    digests.choose(per, DAILY)
    assert "no e-mail can reach you" in as_per.get("/customers/alerts/").content.decode()
    assert as_per.post(URL, {"frequency": "never"}).status_code == 302
    assert digests.choice_of(per) == ""


def test_back_from_signing_in_one_sees_the_alerts(as_per):
    response = as_per.get(URL)
    assert (response.status_code, response["Location"]) == (302, "/customers/alerts/")
