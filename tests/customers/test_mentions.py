"""Colleagues named in notes with `@` are told by e-mail, once."""

import pytest
from django.utils.html import escape

from customers import mentions, notes
from customers.models import Mention, Note
from customers.templatetags.notes import with_mentions
from tests.conftest import signed_in
from tests.factories import CustomerFactory, NoteFactory, UserFactory
from tests.standin.mail import part
from tests.together import at_once

pytestmark = pytest.mark.django_db
URL = "/customers/77/"
HTMX = {"HX-Request": "true"}
ROLES = ["View customers"]


@pytest.fixture
def customer(db):
    return CustomerFactory(number="77", name="Fjell & Vidde AS")


@pytest.fixture
def ida(db):
    return UserFactory(
        username="ida.berg", first_name="Ida", last_name="Berg <b>", email="ida@moment.example",
        language="nb", roles=ROLES,
    )  # fmt: skip


@pytest.fixture
def jonas(db):
    return UserFactory(
        username="jonas", first_name="Jonas", last_name="Moe", email="jonas@moment.example",
        roles=ROLES,
    )  # fmt: skip


def written(customer, author, text):
    note = notes.add(customer, text=text, author=author)
    return note, mentions.in_words(mentions.tell(note))


# Who is meant


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("@ida.berg ser på dette", ["ida.berg"]),
        ("Spør @ida.berg.", ["ida.berg"]),
        ("Spør @jonas, @ida.berg og @jonas!", ["jonas", "ida.berg"]),
        ("(@jonas)", ["jonas"]),
        ("@JONAS", ["jonas"]),
        ("Skriv til post@jonas.example", []),
        ("post@jonas", []),
        ("@jonasen", []),
        ("@ jonas", []),
        ("@@jonas", []),
        ("3 stk @100", []),
        ("", []),
    ],
)
def test_a_user_name_after_an_at_sign_that_begins_a_word_is_a_mention(ida, jonas, text, named):
    assert [user.username for user in mentions.find(text)] == named


def test_only_colleagues_who_may_see_customers_are_found(ida, jonas, ola, anne):
    ida.is_active = False
    ida.save()
    found = mentions.find("@ida.berg @jonas @ola @anne")
    assert [user.username for user in found] == ["jonas", "anne"]


def test_names_that_differ_only_in_case_are_two_people(db):
    small = UserFactory(username="kim", roles=ROLES)
    large = UserFactory(username="Kim", roles=ROLES)
    assert mentions.find("@kim") == [small]
    assert mentions.find("@Kim") == [large]


def test_finding_takes_the_same_queries_for_many_names(django_assert_max_num_queries, db):
    for n in range(30):
        UserFactory(username=f"kollega{n}", roles=ROLES)
    text = " ".join(f"@kollega{n}" for n in range(30))
    with django_assert_max_num_queries(3):
        assert len(mentions.find(text)) == 30


# Letters


def test_each_colleague_is_told_once_in_their_own_language(mail_server, customer, kari, ida, jonas):
    note, said = written(customer, kari, "@ida.berg og @jonas: ring <Eva> & co.\n\n@jonas haster.")
    assert mail_server.to == ["ida@moment.example", "jonas@moment.example"]
    letters = {str(letter["To"]): letter for letter in mail_server.letters}
    plain = part(letters["jonas@moment.example"], "plain")
    assert letters["jonas@moment.example"]["Subject"] == (
        "Kari Lunde mentions you in a note on Fjell & Vidde AS"
    )
    assert "Fjell & Vidde AS (77)" in plain
    assert "ring <Eva> & co." in plain
    assert f"/customers/77/notes/{note.pk}/" in plain
    html = part(letters["jonas@moment.example"], "html")
    assert "ring &lt;Eva&gt; &amp; co." in html
    assert "Ida Berg &lt;b&gt;" in html
    assert '<html lang="nb">' in part(letters["ida@moment.example"], "html")
    assert said == ["Ida Berg <b> and Jonas Moe were told by e-mail."]
    assert not Mention.objects.filter(told_at=None).exists()


def test_editing_tells_only_those_who_are_new(mail_server, customer, kari, ida, jonas):
    note, _said = written(customer, kari, "Hei @jonas")
    for text in ("Hei @jonas og @ida.berg", "Hei alle", "Hei @jonas igjen"):
        note = notes.edit(note, text=text, version=note.version)
        mentions.tell(note)
    assert mail_server.to == ["ida@moment.example", "jonas@moment.example"]


def test_nobody_writes_to_themselves(mail_server, customer, jonas):
    _note, said = written(customer, jonas, "Jeg, @jonas, tar den")
    assert (mail_server.letters, said) == ([], [])


def test_who_may_not_see_customers_is_not_told_and_the_writer_knows(
    mail_server, customer, kari, ola
):
    _note, said = written(customer, kari, "@ola og @karii, altså @karii.")
    assert not mail_server.letters
    assert said == [
        "Ola Hansen may not see customers and was not told.",
        "There is nobody with the user name @karii.",
    ]


def test_who_has_no_address_is_not_told_and_the_writer_knows(mail_server, customer, kari, per):
    _note, said = written(customer, kari, "@per")
    assert said == ["There is no e-mail address on record for Per Haugen, so tell them yourself."]
    per.email = "per@moment.example"
    per.save()
    note = customer.notes.get()
    mentions.tell(notes.edit(note, text="@per nå?", version=1))
    assert mail_server.to == ["per@moment.example"]


def test_a_mail_server_that_is_down_keeps_the_note_and_the_writer_knows(
    as_kari, mail_server, customer, jonas
):
    mail_server.go_down()
    response = as_kari.post(URL + "notes/", {"text": "Hei @jonas"}, headers=HTMX)
    assert response.status_code == 200
    assert "The e-mail to Jonas Moe did not go out, so tell them yourself." in (
        response.content.decode()
    )
    assert customer.notes.get().text == "Hei @jonas"
    assert Mention.objects.get().told_at is None


def test_a_refused_address_stops_nobody_else(mail_server, customer, kari, ida, jonas):
    mail_server.refuses.add("ida@moment.example")
    _note, said = written(customer, kari, "@ida.berg @jonas")
    assert mail_server.to == ["jonas@moment.example"]
    assert said == [
        "Jonas Moe was told by e-mail.",
        "The e-mail to Ida Berg <b> did not go out, so tell them yourself.",
    ]


def test_a_slow_mail_server_does_not_hold_the_writer_for_each(
    mail_server, customer, kari, ida, jonas, monkeypatch
):
    monkeypatch.setattr(mentions, "PATIENCE", -1)
    _note, said = written(customer, kari, "@ida.berg @jonas")
    assert not mail_server.letters
    assert said[0].startswith("The e-mail to Ida Berg <b> and Jonas Moe did not go out")


def test_a_note_tells_no_crowd(mail_server, customer, kari, monkeypatch):
    monkeypatch.setattr(mentions, "MOST", 2)
    for n in range(4):
        UserFactory(username=f"k{n}", email=f"k{n}@moment.example", roles=ROLES)
    _note, said = written(customer, kari, "@k0 @k1 @k2 @k3")
    assert mail_server.to == ["k0@moment.example", "k1@moment.example"]
    assert said[-1] == "A note tells at most 2 colleagues; the rest were not told."


def test_without_a_fragment_the_writer_is_told_on_the_next_page(
    as_kari, mail_server, customer, jonas
):
    response = as_kari.post(URL + "notes/", {"text": "Hei @jonas"}, follow=True)
    assert "Jonas Moe was told by e-mail." in response.content.decode()


@pytest.mark.django_db(transaction=True)
def test_two_who_tell_of_the_same_note_send_one_letter(mail_server, customer, kari, jonas):
    note = notes.add(customer, text="@jonas", author=kari)
    told = at_once(4, lambda _person: len(mentions.tell(note).reached))
    assert sum(told) == 1
    assert mail_server.to == ["jonas@moment.example"]


# How it looks


def test_names_are_shown_in_full_and_escaped(ida, jonas):
    note = Note(text="<i>@ida.berg</i>, @jonas. @ukjent\n\nslutt")
    html = with_mentions(note.text, mentions.people_in([note]))
    assert html == (
        "<p>&lt;i&gt;"
        f'<b class="mention">{escape("Ida Berg <b>")}</b>'
        '&lt;/i&gt;, <b class="mention">Jonas Moe</b>. @ukjent</p>\n\n<p>slutt</p>'
    )


def test_notes_without_an_at_sign_ask_for_nobody(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert mentions.people_in([Note(text="Hei")]) == {}


# While typing


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("j", ["jonas"]),
        ("mo", ["jonas"]),
        ("ber", ["ida.berg"]),
        ("BERG", ["ida.berg"]),
        ("onas", []),
        ("<b", ["ida.berg"]),
    ],
)
def test_colleagues_are_offered_by_the_beginning_of_a_name(as_kari, ida, jonas, question, names):
    html = as_kari.get("/customers/mention/", {"q": question}).content.decode()
    assert [name for name in ("ida.berg", "jonas") if f'data-username="{name}"' in html] == names
    assert "Berg <b>" not in html


def test_at_once_the_first_few_are_offered_without_oneself(as_kari, db):
    for _n in range(20):
        UserFactory(roles=ROLES)
    html = as_kari.get("/customers/mention/").content.decode()
    assert html.count('role="option"') == mentions.SHOWN
    assert 'data-username="kari"' not in html


def test_who_may_write_no_note_is_offered_nobody(as_per):
    assert as_per.get("/customers/mention/", {"q": "k"}).status_code == 403


def test_the_help_says_how_to_mention_without_scripts(as_kari, customer):
    assert "Write @ and a user name" in as_kari.get(URL).content.decode()


def test_editing_over_the_web_tells_the_newly_mentioned(
    as_kari, kari, mail_server, customer, jonas
):
    note = NoteFactory(customer=customer, author=kari)
    data = {"text": "Se her, @jonas", "version": 1}
    html = as_kari.post(f"{URL}notes/{note.pk}/edit/", data, headers=HTMX).content.decode()
    assert "Jonas Moe was told by e-mail." in html
    assert mail_server.to == ["jonas@moment.example"]


def test_the_link_in_the_letter_asks_to_sign_in_and_leads_to_the_note(client, jonas, customer):
    note = NoteFactory(customer=customer, text="@jonas")
    address = f"{URL}notes/{note.pk}/"
    assert client.get(address)["Location"].endswith(f"?next={address}")
    assert b"Jonas Moe" in signed_in(jonas).get(address).content
