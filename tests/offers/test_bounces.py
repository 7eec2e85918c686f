"""Letters that come back: what mail servers report marks the letter they are about."""

import io
import sys

import pytest
from django.core.management import CommandError, call_command

from moment.offers import bouncing, trail
from moment.offers.models import OfferLetter
from tests.factories import OfferFactory

pytestmark = pytest.mark.django_db

REPORT = """\
From: MAILER-DAEMON@mail.example (Mail Delivery System)
To: post@moment.example
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="B0"
{headers}
--B0
Content-Type: text/plain; charset=us-ascii

I'm sorry to have to inform you that your message could not be delivered.

--B0
Content-Type: message/delivery-status

Reporting-MTA: dns; mail.example
Arrival-Date: Mon, 23 Nov 2026 10:00:00 +0100

Final-Recipient: rfc822; nina@storgata.example
Action: {action}
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 <nina@storgata.example>: No such
    user here
{original}
--B0--
"""
WHOLE = """
--B0
Content-Type: message/rfc822

Message-ID: {id}
From: Moment <post@moment.example>
Subject: Offer 7012

Here is our offer.
"""
HEADERS = WHOLE.replace("message/rfc822", "text/rfc822-headers").replace("Here is our offer.", "")


@pytest.fixture
def letter():
    return OfferLetter.objects.create(
        offer=OfferFactory(state="sent", buyer_name="A"),
        to="nina@storgata.example",
        message_id="<0123456789abcdef@moment.example>",
        sent_at="2026-11-23T09:00:00Z",
    )


def report(letter, original=WHOLE, action="failed", headers="") -> bytes:
    original = original.format(id=letter.message_id)
    return REPORT.format(original=original, action=action, headers=headers).encode()


@pytest.mark.parametrize("original", [WHOLE, HEADERS], ids=["whole", "headers"])
@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_a_report_marks_the_letter_it_is_about(letter, original, end):
    assert bouncing.read(report(letter, original).replace(b"\n", end)) == [letter]
    letter.refresh_from_db()
    assert letter.failed_at
    assert letter.error == "5.1.1 550 5.1.1 <nina@storgata.example>: No such user here"
    (event,) = trail.of(letter.offer)
    assert (event.state, event.again) == ("failed", letter)
    assert "came back" in event.words
    assert "No such user here" in event.detail


def test_a_report_without_the_original_says_what_it_answers(letter):
    headers = f"In-Reply-To: {letter.message_id}\n"
    assert bouncing.read(report(letter, "", headers=headers)) == [letter]


@pytest.mark.parametrize("action", ["delayed", "delivered", "relayed", "expanded", ""])
def test_what_did_not_fail_marks_nothing(letter, action):
    assert bouncing.read(report(letter, action=action)) == []
    letter.refresh_from_db()
    assert letter.failed_at is None


def test_the_first_report_holds(letter):
    bouncing.read(report(letter))
    first = OfferLetter.objects.values().get()
    assert bouncing.read(report(letter).replace(b"No such", b"Other")) == []
    assert OfferLetter.objects.values().get() == first


def test_a_letter_of_somebody_else_marks_nothing(letter):
    other = report(letter).replace(b"0123456789abcdef", b"f" * 16)
    assert bouncing.read(other) == []
    letter.refresh_from_db()
    assert letter.failed_at is None


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"\x00\xff\xfe" * 100,
        b"Subject: Out of office\n\nBack on Monday. <0123456789abcdef@moment.example>",
        b"Content-Type: multipart/report; boundary=B\n\n--B\n",
        b"Content-Type: multipart/report\n\nno parts",
        b"Content-Type: multipart/report; boundary=B\n\n--B\n"
        b"Content-Type: message/delivery-status\n\nAction: failed\n--B--",
        b"Content-Type: multipart/report; boundary=B\n\n" + b"--B\n" * 2000,
    ],
)
def test_nonsense_marks_nothing(letter, text):
    assert bouncing.read(text) == []
    letter.refresh_from_db()
    assert letter.failed_at is None


def test_hostile_words_of_a_server_are_kept_as_one_line_of_text(letter):
    evil = report(letter).replace(b"No such", b"\x00\x1b[31m<script>\xff\xe6" + b"x" * 5000)
    assert bouncing.read(evil) == [letter]
    letter.refresh_from_db()
    assert len(letter.error) <= 1000
    assert "\x00" not in letter.error
    assert "\n" not in letter.error


def test_the_command_reads_files(letter, tmp_path, capsys):
    (tmp_path / "1").write_bytes(report(letter))
    (tmp_path / "2").write_bytes(b"Subject: Hello\n\nHello")
    call_command("offer_bounces", tmp_path / "1", tmp_path / "2")
    assert "Messages read: 2. Letters that came back: 1." in capsys.readouterr().out


def test_the_command_reads_what_is_piped_to_it(letter, monkeypatch, capsys):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(report(letter))))
    call_command("offer_bounces")
    assert f"Offer {letter.offer.number}: nina@storgata.example" in capsys.readouterr().out


def test_a_file_that_is_not_there_is_said(tmp_path):
    with pytest.raises(CommandError, match="nothing"):
        call_command("offer_bounces", tmp_path / "nothing")
