"""E-mail about new register alerts: who gets it, when, and what it says."""

import re
import threading
from datetime import UTC, date, datetime, timedelta
from io import StringIO

import pytest
import time_machine
from django.core import mail as outbox
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from customers import digests
from customers.models import AlertDigest
from moment import mail
from moment.turns import in_turn
from registry.models import Alert
from tests.conftest import ALL_ROLES
from tests.factories import CustomerFactory, UserFactory, org_number
from tests.standin.mail import part
from tests.together import at_once

pytestmark = pytest.mark.django_db
Kind, DAILY, WEEKLY = Alert.Kind, "daily", "weekly"
MORNING = datetime(2026, 11, 20, 5, 30, tzinfo=UTC)
ALERTS = "https://moment.example/customers/alerts/"


@pytest.fixture(autouse=True)
def site(settings):
    settings.SITE_URL = "https://moment.example"


def reader(name, frequency=DAILY, since=timedelta(days=7), **more):
    """Return someone who may look at customers and was last written to so long ago."""
    more = {"roles": ALL_ROLES, "email": f"{name}@moment.example"} | more
    user = UserFactory(username=name, **more)
    AlertDigest.objects.create(user=user, frequency=frequency, sent_until=timezone.now() - since)
    return user


def alert(number, kind=Kind.NAME, old="VIK AS", new="NY VIK AS", **more):
    more = {"changed_on": date(2026, 11, 19)} | more
    return Alert.objects.create(org_number=number, kind=kind, old=old, new=new, **more)


def customer_with(kind=Kind.NAME, *, number=None, **more):
    """Return a customer with an alert."""
    made = CustomerFactory(org_number=number or org_number(1), **more)
    alert(made.org_number, kind)
    return made


def send():
    """Run the command as cron does; return what it said."""
    said = StringIO()
    call_command("alert_digest", stdout=said, stderr=said)
    return said.getvalue()


def until(user):
    return AlertDigest.objects.get(user=user).sent_until


class TestLetter:
    @pytest.fixture(autouse=True)
    def morning(self):
        with time_machine.travel(MORNING):
            yield

    def test_it_arrives_with_text_and_html_the_gravest_first(self, mail_server):
        reader("kari", language="en-gb")
        vik = CustomerFactory(number="1040", name="Vik Bygg AS", org_number=org_number(1))
        CustomerFactory(number="1041", name="Åsen & Sønner AS", org_number=org_number(2))
        CustomerFactory(number="987", name="Åsen og Sønner", org_number=org_number(2))
        alert(vik.org_number, Kind.NAME, "VIK BOLIG AS", "VIK BYGG AS")
        alert(vik.org_number, Kind.VAT, "1", "")
        alert(org_number(2), Kind.POSTAL, "", "Postboks 12, 0106 OSLO")
        alert(org_number(2), Kind.BANKRUPT, "", "1", changed_on=date(2025, 12, 31))
        assert send() == "Letters sent: 1. Nothing new: 0.\n"

        (letter,) = mail_server.letters
        assert letter["To"] == "kari@moment.example"
        assert letter["Subject"].strip() == (
            "Åsen og Sønner: Bankrupt since 31 Dec 2025, and 3 more changes"
        )
        assert letter["List-Unsubscribe"] == f"<{ALERTS}>"
        text = part(letter, "plain")
        assert text.splitlines() == [
            "The register has changed 4 things about your customers since 13 Nov.",
            "",
            "Åsen og Sønner (987)",
            "https://moment.example/customers/987/",
            "Åsen & Sønner AS (1041)",
            "https://moment.example/customers/1041/",
            "- Bankrupt since 31 Dec 2025",
            "- Postal address: none → Postboks 12, 0106 Oslo (19 Nov)",
            "",
            "Vik Bygg AS (1040)",
            "https://moment.example/customers/1040/",
            "- Name: Vik Bolig AS → Vik Bygg AS (19 Nov)",
            "- No longer registered for VAT (19 Nov)",
            "",
            "All alerts:",
            ALERTS,
            "",
            "You get this e-mail every day with something new, because you chose so on that page. "
            "There you can also stop it.",
        ]
        html = part(letter, "html")
        assert '<html lang="en-gb">' in html
        assert set(re.findall(r'href="([^"]*)"', html)) == set(re.findall(r"https://\S+", text))
        assert html.index("Bankrupt since") < html.index("Vik Bolig AS → Vik Bygg AS")

    def test_it_speaks_norwegian_to_those_who_do(self, mail_server):
        reader("kari", WEEKLY, language="nb")
        customer_with(Kind.BANKRUPT, name="Åsen og Sønner")
        send()
        (letter,) = mail_server.letters
        assert letter["Subject"] == "Åsen og Sønner: Konkurs siden 19. nov"
        assert "- Konkurs siden 19. nov" in part(letter, "plain")
        html = part(letter, "html")
        assert '<html lang="nb">' in html
        assert "<li>Konkurs siden 19. nov</li>" in html

    def test_names_and_values_are_text_and_add_no_header(self, mail_server):
        reader("kari")
        name = "<img src=x onerror=alert(1)>\r\nBcc: ola@moment.example"
        customer = CustomerFactory(name=name, org_number=org_number(1))
        alert(customer.org_number, Kind.NAME, "<script>a</script>", "B & <b>C</b>\nD")
        send()
        (letter,) = mail_server.letters
        assert mail_server.to == ["kari@moment.example"]
        assert letter["Bcc"] is None
        assert "<b>C</b> D" in part(letter, "plain")
        html = part(letter, "html")
        assert "&lt;script&gt;a&lt;/script&gt; → B &amp; &lt;b&gt;C&lt;/b&gt; D" in html
        assert "&lt;img src=x onerror=alert(1)&gt;" in html
        assert not re.search(r"<(img|script|b)\b", html)

    @pytest.mark.parametrize(
        ("kind", "old", "new", "line"),
        [
            (Kind.BANKRUPT, "1", "", "No longer bankrupt (19 Nov)"),
            (Kind.DELETED, "", "2026-11-18", "Deleted from the register 19 Nov"),
            (Kind.MERGER, "", "Fusjon med 912", "Merger: Fusjon med 912 (19 Nov)"),
            (Kind.VAT, "", "1", "Registered for VAT (19 Nov)"),
            (Kind.FORM, "ENK", "AS", "Form of organisation: ENK → AS (19 Nov)"),
            (Kind.INDUSTRY, "41.000", "", "Industry: 41.000 → none (19 Nov)"),
            (
                Kind.OWNER,
                "",
                "312345678",
                "Owner of the place of business: none → 312\u00a0345\u00a0678 (19 Nov)",
            ),
        ],
    )
    def test_every_change_has_its_words(self, kind, old, new, line):
        reader("kari", language="en-gb")
        customer = CustomerFactory(org_number=org_number(1))
        alert(customer.org_number, kind, old, new)
        send()
        assert f"\n- {line}\n" in outbox.outbox[0].body

    def test_a_hundred_are_told_and_the_rest_is_counted(self):
        reader("kari", language="en-gb")
        customers = [CustomerFactory(org_number=org_number(n)) for n in range(1, 53)]
        for customer in customers:
            alert(customer.org_number, Kind.VAT, "", "1")
            alert(customer.org_number, Kind.NAME)
        alert(org_number(1), Kind.BANKRUPT, "", "1")
        send()
        (letter,) = outbox.outbox
        assert letter.subject == (
            f"{customers[0].name}: Bankrupt since 19 Nov, and 104 more changes"
        )
        assert letter.body.count("\n- ") == 100
        assert letter.body.count("- Name") == 52
        assert "… and 5 more.\n" in letter.body
        assert "… and 5 more." in letter.alternatives[0].content

    def test_it_asks_the_database_as_often_for_many_alerts_as_for_few(self):
        kari = reader("kari")

        def queries(count):
            Alert.objects.all().delete()
            for n in range(1, count + 1):
                customer_with(Kind.VAT, number=org_number(n))
            AlertDigest.objects.filter(user=kari).update(sent_until=MORNING - timedelta(days=2))
            with CaptureQueriesContext(connection) as captured:
                send()
            assert len(outbox.outbox.pop().alternatives) == 1
            return len(captured)

        few = queries(2)
        assert queries(60) == few
        assert few <= 10


class TestWhatIsTold:
    def test_only_what_is_new_and_waits_for_an_answer(self, kari):
        reader("per", since=timedelta(days=1), language="en-gb")
        now = timezone.now()
        new, old, answered, foreign = (
            CustomerFactory(org_number=org_number(n)) for n in range(1, 5)
        )
        foreign.country = "SE"
        foreign.save()
        alert(new.org_number)
        alert(old.org_number, raised_at=now - timedelta(days=1, seconds=1))
        alert(answered.org_number, handled_at=now, handled_by=kari, answer="kept")
        alert(foreign.org_number)
        alert(org_number(9))  # no customer's
        send()
        (letter,) = outbox.outbox
        assert "changed 1 thing " in letter.body
        assert new.name in letter.body

    def test_an_alert_is_told_once_unless_it_is_renewed(self):
        reader("kari")
        customer_with()
        with time_machine.travel(timezone.now()) as clock:
            send()
            clock.shift(timedelta(days=1))
            assert send() == "Letters sent: 0. Nothing new: 1.\n"
            Alert.objects.update(new="NYERE VIK AS", raised_at=timezone.now())
            clock.shift(timedelta(days=1))
            send()
        first, second = outbox.outbox
        assert "NYERE" not in first.body.upper()
        assert "NYERE" in second.body.upper()

    def test_nothing_new_is_no_letter_and_the_day_counts(self):
        kari = reader("kari")
        assert send() == "Letters sent: 0. Nothing new: 1.\n"
        assert outbox.outbox == []
        assert until(kari) > timezone.now() - timedelta(minutes=1)

    def test_nobody_asked_is_no_error(self):
        customer_with()
        assert send() == "Letters sent: 0. Nothing new: 0.\n"


class TestWhoAndWhen:
    @pytest.mark.parametrize(
        ("frequency", "waited", "due"),
        [
            (DAILY, timedelta(hours=19, minutes=59), False),
            (DAILY, timedelta(hours=20), True),
            (DAILY, timedelta(hours=24), True),
            (WEEKLY, timedelta(days=6, hours=19), False),
            (WEEKLY, timedelta(days=6, hours=20), True),
            (WEEKLY, timedelta(days=30), True),
        ],
    )
    def test_a_letter_is_due_a_little_before_its_time(self, frequency, waited, due):
        customer_with()
        with time_machine.travel(timezone.now() + timedelta(days=60), tick=False):
            kari = reader("kari", frequency, waited)
            before = until(kari)
            Alert.objects.update(raised_at=timezone.now())
            send()
            assert len(outbox.outbox) == due
            assert until(kari) == (timezone.now() if due else before)

    def test_cron_that_runs_late_and_early_skips_no_morning(self):
        customer_with()
        letters = []
        with time_machine.travel(MORNING) as clock:
            reader("kari", since=timedelta(days=1))
            reader("per", WEEKLY, since=timedelta(days=7))
            for day in range(15):
                minutes = (0, 25, 3, 40, 1)[day % 5]
                clock.move_to(MORNING + timedelta(days=day, minutes=minutes))
                Alert.objects.update(raised_at=timezone.now() - timedelta(minutes=1))
                send()
                letters.append(sorted(letter.to[0][:3] for letter in outbox.outbox))
                outbox.outbox.clear()
        assert letters == [["kar", "per"] if day % 7 == 0 else ["kar"] for day in range(15)]

    @pytest.mark.parametrize(
        "changes", [{"is_active": False}, {"roles": []}, {"email": ""}], ids=lambda c: next(iter(c))
    )
    def test_who_may_not_know_or_cannot_be_reached_gets_none(self, changes):
        ola = reader("ola", **changes)
        before = until(ola)
        customer_with()
        assert send() == "Letters sent: 0. Nothing new: 0.\n"
        assert outbox.outbox == []
        assert until(ola) == before

    def test_who_stops_them_while_letters_go_out_gets_none(self, monkeypatch):
        reader("kari")
        per = reader("per")
        customer_with()
        to = []

        def sending(address, *rest, **more):
            to.append(address)
            digests.choose(per, "")

        monkeypatch.setattr(mail, "send", sending)
        send()
        assert to == ["kari@moment.example"]


class TestFailure:
    def test_who_is_refused_gets_the_letter_next_time_and_the_others_now(self, mail_server):
        kari, per, ida = reader("kari"), reader("per"), reader("ida")
        customer_with()
        before = until(per)
        mail_server.refuses.add("per@moment.example")
        said = StringIO()
        with pytest.raises(CommandError, match="Letters not sent: 1") as stopped:
            call_command("alert_digest", stdout=said, stderr=said)
        assert stopped.value.returncode == 1
        assert "Letters sent: 2. Nothing new: 0.\nNot sent: per@moment.example" in said.getvalue()
        assert mail_server.to == ["ida@moment.example", "kari@moment.example"]
        assert until(per) == before
        assert until(kari) == until(ida) > before

        mail_server.refuses.clear()
        mail_server.letters.clear()
        send()
        assert mail_server.to == ["per@moment.example"]

    def test_a_server_that_is_down_loses_nothing(self, mail_server):
        kari = reader("kari")
        customer_with()
        before = until(kari)
        mail_server.go_down()
        with pytest.raises(CommandError, match="Letters not sent: 1"):
            send()
        assert until(kari) == before

    def test_a_run_that_is_stopped_while_sending_loses_nothing(self, monkeypatch):
        kari = reader("kari")
        customer_with()
        before = until(kari)

        def stopped(*_letter, **_more):
            raise KeyboardInterrupt

        monkeypatch.setattr(mail, "send", stopped)
        with pytest.raises(KeyboardInterrupt):
            send()
        assert until(kari) == before


@pytest.mark.django_db(transaction=True)
class TestTogether:
    def test_runs_that_meet_send_each_letter_once(self, mail_server):
        for n in range(6):
            reader(f"user{n}x", frequency=(DAILY, WEEKLY)[n % 2])
        customer_with()
        at_once(4, lambda _: send())
        assert mail_server.to == [f"user{n}x@moment.example" for n in range(6)]

    def test_no_transaction_is_open_while_a_letter_goes_out(self, monkeypatch):
        reader("kari")
        customer_with()
        inside = []
        monkeypatch.setattr(
            mail, "send", lambda *_, **__: inside.append(connection.in_atomic_block)
        )
        send()
        assert inside == [False]

    def test_an_alert_that_is_being_raised_meanwhile_is_waited_for(self):
        reader("kari")
        customer = CustomerFactory(org_number=org_number(1))
        raised = threading.Event()

        def act(person):
            if person == 0:
                with in_turn(), transaction.atomic():
                    alert(customer.org_number)
                    raised.set()
                    # Long enough for the letter to be written without it, were it not waited for.
                    threading.Event().wait(0.5)
                return ""
            raised.wait(timeout=30)
            return send()

        assert at_once(2, act)[1] == "Letters sent: 1. Nothing new: 0.\n"
