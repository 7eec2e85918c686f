"""Letters: two parts, the reader's language, one clear error."""

import socket

import pytest
from django.core import mail as outbox

from moment import mail
from tests.standin.mail import part

TEMPLATES = {
    "hello_subject.txt": "{% autoescape off %}{% trans 'Customers' %}: {{ name }}\n"
    "{% endautoescape %}",
    "hello.txt": "{% autoescape off %}{% trans 'Active' %} {{ name }} {{ site }}/"
    "{% endautoescape %}",
    "hello.html": "<p>{% trans 'Active' %} {{ name }} <a href='{{ site }}/'>Moment</a></p>",
}


@pytest.fixture(autouse=True)
def templates(settings, tmp_path):
    for name, text in TEMPLATES.items():
        (tmp_path / name).write_text(text)
    settings.TEMPLATES = [settings.TEMPLATES[0] | {"DIRS": [tmp_path], "APP_DIRS": False}]
    settings.SITE_URL = "https://moment.example"


def test_a_letter_has_text_and_html(mail_server, settings):
    settings.DEFAULT_FROM_EMAIL = "Moment <post@moment.example>"
    mail.send("kari@moment.example", "hello", {"name": "Måke & Ærø AS"}, headers={"X-Kind": "a"})
    (letter,) = mail_server.letters
    assert letter["From"] == "Moment <post@moment.example>"
    assert letter["To"] == "kari@moment.example"
    assert letter["Subject"] == "Customers: Måke & Ærø AS"
    assert (letter["X-Kind"], letter["Auto-Submitted"]) == ("a", "auto-generated")
    assert letter.get_content_type() == "multipart/alternative"
    assert part(letter, "plain").strip() == "Active Måke & Ærø AS https://moment.example/"
    assert part(letter, "html").strip() == (
        "<p>Active Måke &amp; Ærø AS <a href='https://moment.example/'>Moment</a></p>"
    )


def test_a_letter_speaks_the_readers_language():
    mail.send("kari@moment.example", "hello", {"name": "Vik"}, language="nb")
    mail.send("per@moment.example", "hello", {"name": "Vik"})
    norwegian, english = outbox.outbox
    assert (norwegian.subject, norwegian.body[:7]) == ("Kunder: Vik", "Aktiv V")
    assert (english.subject, english.body[:8]) == ("Customers: Vik", "Active V")


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\x0b", "\x85", "\u2028"])
def test_a_name_adds_no_header(mail_server, end):
    mail.send("kari@moment.example", "hello", {"name": f"Vik{end}Bcc: ola@moment.example"})
    (letter,) = mail_server.letters
    assert letter["Subject"] == "Customers: Vik Bcc: ola@moment.example"
    assert letter["Bcc"] is None
    assert mail_server.to == ["kari@moment.example"]


@pytest.mark.parametrize(
    "address",
    ["", "kari", "kari@moment.example\nBcc: x@y.no", "a@moment.example, b@y.no", "æ@y.no"],
)
def test_what_is_no_address_is_said(mail_server, address):
    with pytest.raises(mail.NotSent, match="is not an e-mail address"):
        mail.send(address, "hello", {"name": "Vik"})
    assert mail_server.letters == []


@pytest.mark.parametrize("domain", ["\u200d.no", "ø" * 62 + ".no"], ids=["blank", "long"])
def test_an_address_that_passes_for_one_but_cannot_be_written_is_said(mail_server, domain):
    """One mistyped address must not keep the letters of others from going out."""
    with pytest.raises(mail.NotSent, match="idna"):
        mail.send(f"kari@{domain}", "hello", {"name": "Vik"})
    assert mail_server.letters == []


def test_a_server_that_refuses_is_quoted(mail_server):
    mail_server.refuses.add("kari@moment.example")
    with pytest.raises(mail.NotSent, match=r"kari@moment\.example: .*No such person here"):
        mail.send("kari@moment.example", "hello", {"name": "Vik"})


def test_a_server_that_is_down_is_said(mail_server):
    mail_server.go_down()
    with pytest.raises(mail.NotSent, match=r"kari@moment\.example: .*refused"):
        mail.send("kari@moment.example", "hello", {"name": "Vik"})


def test_a_server_that_says_nothing_is_given_up(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_TIMEOUT = 0.2
    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings.EMAIL_HOST, settings.EMAIL_PORT = silent.getsockname()
        with pytest.raises(mail.NotSent, match="timed out"):
            mail.send("kari@moment.example", "hello", {"name": "Vik"})


def test_nobody_waits_for_ever(settings):
    assert 0 < settings.EMAIL_TIMEOUT <= 30
