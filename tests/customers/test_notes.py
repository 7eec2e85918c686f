"""Notes on a customer: written, edited by their author, pinned, deleted, all of them reachable."""

import re

import pytest

from customers import holding, notes
from customers.models import Note
from tests.conftest import ALL_ROLES, signed_in
from tests.factories import CustomerFactory, NoteFactory, UserFactory
from tests.together import at_once

pytestmark = pytest.mark.django_db
URL = "/customers/77/"
HTMX = {"HX-Request": "true"}


@pytest.fixture
def customer(db):
    return CustomerFactory(number="77", name="Fjell AS")


@pytest.fixture
def note(customer, kari):
    return NoteFactory(customer=customer, author=kari, text="Ring Eva.")


def path(note: Note, act: str = "") -> str:
    return f"{URL}notes/{note.pk}/" + (f"{act}/" if act else "")


def words(html: bytes) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html.decode()).split())


# Writing


def test_line_breaks_are_the_same_from_every_browser(as_kari, customer):
    as_kari.post(URL + "notes/", {"text": "En\r\n\r\nto\rtre"})
    assert customer.notes.get().text == "En\n\nto\ntre"


def test_who_may_only_look_writes_no_note_and_sees_no_form(as_per, customer):
    assert as_per.post(URL + "notes/", {"text": "Nei"}).status_code == 403
    assert not customer.notes.exists()
    for page in (URL, URL + "notes/"):
        assert b'name="text"' not in as_per.get(page).content


def test_a_note_written_on_the_page_of_all_notes_comes_back_to_it(as_kari, customer):
    response = as_kari.post(URL + "notes/", {"text": "Her", "back": "all"})
    assert response["Location"] == URL + "notes/#notes"
    fragment = as_kari.post(URL + "notes/", {"text": "To", "back": "all"}, headers=HTMX)
    assert fragment.status_code == 200
    assert b"<html" not in fragment.content
    assert b'value="all"' in fragment.content


# Reading


def test_the_profile_links_to_the_notes_it_does_not_show_and_all_are_reached(as_per, customer):
    for n in range(1, 131):
        NoteFactory(customer=customer, text=f"Notat {n}.")
    html = as_per.get(URL).content.decode()
    assert "Notat 130." in html
    assert "Notat 100." not in html
    page, seen = html, []
    while link := re.search(r'href="([^"]*notes/\?older=\d+)"', page):
        page = as_per.get(link[1]).content.decode()
        seen += re.findall(r"Notat (\d+)\.</p>", page)
    assert [int(n) for n in seen] == list(range(110, 0, -1))
    first = as_per.get(URL + "notes/").content.decode()
    assert re.findall(r"Notat (\d+)\.</p>", first)[:2] == ["130", "129"]


def test_the_page_after_a_pinned_note_goes_on_with_the_others(customer):
    old, *_rest = [NoteFactory(customer=customer, text=f"{n}") for n in range(4)]
    notes.pin(old, True)
    first = notes.of(customer, limit=2)
    second = notes.of(customer, older_than=str(first.older_than), limit=2)
    assert [note.text for note in first.notes + second.notes] == ["0", "3", "2", "1"]
    assert second.older_than is None


@pytest.mark.parametrize("older", ["x", "-1", "0", "9" * 30, "²", ""])
def test_a_page_that_makes_no_sense_is_the_first(as_per, customer, note, older):
    response = as_per.get(URL + "notes/", {"older": older})
    assert response.status_code == 200
    assert b"Ring Eva." in response.content


def test_a_note_of_another_customer_is_no_place_to_go_on_from(as_per, customer, note):
    other = NoteFactory(text="Andre")
    html = as_per.get(URL + "notes/", {"older": other.pk}).content.decode()
    assert "Ring Eva." in html


def test_letters_lead_to_the_one_note(as_per, note):
    text = words(as_per.get(path(note)).content)
    assert "Ring Eva." in text
    assert "All notes" in text


def test_notes_follow_a_number_that_moved(as_kari, customer):
    customer.number = "78"
    customer.save()
    assert as_kari.get("/customers/77/notes/")["Location"] == "/customers/78/notes/"


def test_a_note_is_found_through_its_own_customer_only(as_anne, note):
    CustomerFactory(number="78")
    for act in ("", "edit/", "delete/"):
        assert as_anne.get(f"/customers/78/notes/{note.pk}/{act}").status_code == 404
    assert as_anne.post(f"/customers/78/notes/{note.pk}/pin/").status_code == 404


# Editing


def test_the_author_edits_and_the_time_is_told(as_kari, as_per, note):
    form = as_kari.get(path(note, "edit")).content.decode()
    assert "Ring Eva.</textarea>" in form
    response = as_kari.post(path(note, "edit"), {"text": "Ring Ida.", "version": 1})
    assert response["Location"] == f"{URL}#note-{note.pk}"
    note.refresh_from_db()
    assert (note.text, note.version) == ("Ring Ida.", 2)
    assert "edited today" in words(as_per.get(URL).content)


def test_nothing_changed_is_no_edit(as_kari, note):
    as_kari.post(path(note, "edit"), {"text": "Ring Eva.", "version": 1})
    note.refresh_from_db()
    assert (note.version, note.edited_at) == (1, None)


def test_a_fragment_brings_the_note_alone(as_kari, note):
    data = {"text": "Ring Ida.", "version": 1}
    html = as_kari.post(path(note, "edit"), data, headers=HTMX).content.decode()
    assert html.strip().startswith("<article")
    assert "Ring Ida." in html
    given_up = as_kari.get(path(note), headers=HTMX).content.decode()
    assert given_up.strip().startswith("<article")


@pytest.mark.parametrize("method", ["get", "post"])
def test_nobody_edits_what_another_wrote_not_even_an_administrator(as_anne, note, method):
    response = getattr(as_anne, method)(path(note, "edit"), {"text": "Ha!", "version": 1})
    assert response.status_code == 403
    assert "Edit" not in words(as_anne.get(URL + "notes/").content).partition("Ring Eva.")[2]
    note.refresh_from_db()
    assert note.text == "Ring Eva."


def test_an_author_who_may_no_longer_change_notes_may_not(note, kari):
    kari.groups.clear()
    kari.groups.add(*UserFactory(roles=["View customers"]).groups.all())
    data = {"text": "Ha!", "version": 1}
    assert signed_in(kari).post(path(note, "edit"), data).status_code == 403


@pytest.mark.parametrize(
    ("text", "told"),
    [("  ", "This field is required."), ("a" * 5001, "at most 5000 characters")],
)
@pytest.mark.parametrize("headers", [None, HTMX])
def test_wrong_input_is_told_and_kept(as_kari, note, text, told, headers):
    response = as_kari.post(path(note, "edit"), {"text": text, "version": 1}, headers=headers)
    assert response.status_code == 422
    assert told in response.content.decode()
    assert text in response.content.decode()


@pytest.mark.parametrize("version", ["", "x", "-1"])
def test_a_form_that_does_not_say_what_it_saw_overwrites_nothing(as_kari, note, version):
    response = as_kari.post(path(note, "edit"), {"text": "Ha!", "version": version})
    assert response.status_code == 422
    assert b"Ha!" in response.content
    note.refresh_from_db()
    assert note.text == "Ring Eva."


@pytest.mark.parametrize("headers", [None, HTMX])
def test_two_windows_meet_with_both_texts(as_kari, note, headers):
    as_kari.post(path(note, "edit"), {"text": "Fra det andre vinduet", "version": 1})
    response = as_kari.post(
        path(note, "edit"), {"text": "Fra dette", "version": 1}, headers=headers
    )
    assert response.status_code == 422
    html = response.content.decode()
    assert "Changed meanwhile in another window" in html
    assert "Fra det andre vinduet" in html
    assert "Fra dette</textarea>" in html
    again = {"text": "Fra dette", "version": re.search(r'name="version" value="(\d)"', html)[1]}
    as_kari.post(path(note, "edit"), again)
    note.refresh_from_db()
    assert (note.text, note.version) == ("Fra dette", 3)


@pytest.mark.parametrize("headers", [None, HTMX])
def test_what_was_typed_into_a_deleted_note_is_offered_as_a_new_one(as_kari, note, headers):
    address = path(note, "edit")
    holding.delete(note)
    response = as_kari.post(address, {"text": "Langt svar", "version": 1}, headers=headers)
    assert response.status_code == 422
    html = response.content.decode()
    assert "The note was deleted meanwhile." in html
    assert "Langt svar</textarea>" in html
    assert 'action="/customers/77/notes/"' in html
    assert as_kari.get(address).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_of_eight_who_save_the_same_note_one_wins(note):
    def save(person: int) -> bool:
        try:
            notes.edit(note, text=f"Tekst {person}", version=1)
        except notes.ChangedMeanwhile:
            return False
        return True

    assert sorted(at_once(8, save)) == [False] * 7 + [True]
    note.refresh_from_db()
    assert note.version == 2


# Pinning


def test_a_colleague_pins_a_note_and_it_stands_first(as_anne, as_per, customer, note):
    newer = NoteFactory(customer=customer, text="Nyere.")
    assert as_anne.post(path(note, "pin"), {"pinned": "1"})["Location"] == f"{URL}#note-{note.pk}"
    text = words(as_per.get(URL).content)
    assert text.index("Ring Eva.") < text.index("Nyere.")
    assert "Pinned" in text
    as_anne.post(path(note, "pin"), {"back": "all"})
    note.refresh_from_db()
    assert not note.pinned
    assert list(customer.notes.all()) == [newer, note]


def test_pinning_takes_the_right_to_change_notes(as_per, note):
    assert as_per.post(path(note, "pin"), {"pinned": "1"}).status_code == 403


def test_asking_for_the_address_alone_pins_nothing(as_kari, note):
    assert as_kari.get(path(note, "pin") + "?pinned=1").status_code == 302
    note.refresh_from_db()
    assert not note.pinned


def test_pinning_a_note_does_not_disturb_its_author(as_kari, note):
    notes.pin(note, True)
    as_kari.post(path(note, "edit"), {"text": "Ring Ida.", "version": 1})
    note.refresh_from_db()
    assert (note.text, note.pinned) == ("Ring Ida.", True)


# Deleting


def test_deleting_asks_first_and_its_text_stays_in_the_history(as_kari, note):
    asked = as_kari.get(path(note, "delete")).content.decode()
    assert "Ring Eva." in asked
    assert "stays in the customer's history" in asked
    assert Note.objects.filter(pk=note.pk).exists()
    assert as_kari.post(path(note, "delete"))["Location"] == f"{URL}#notes"
    assert not Note.objects.filter(pk=note.pk).exists()
    history = words(as_kari.get(URL + "history/").content)
    assert "Note deleted" in history
    assert "Ring Eva." in history


def test_an_administrator_deletes_any_note_and_colleagues_only_their_own(as_anne, note, customer):
    ida = UserFactory(username="ida", roles=ALL_ROLES)
    assert signed_in(ida).get(path(note, "delete")).status_code == 403
    assert signed_in(ida).post(path(note, "delete")).status_code == 403
    assert f"notes/{note.pk}/delete/" not in signed_in(ida).get(URL).content.decode()
    assert f"notes/{note.pk}/delete/" in as_anne.get(URL).content.decode()
    assert as_anne.post(path(note, "delete")).status_code == 302
    assert not customer.notes.exists()


def test_the_dialog_is_a_fragment_to_htmx(as_kari, note):
    html = as_kari.get(path(note, "delete"), headers=HTMX).content.decode()
    assert "<html" not in html
    gone = as_kari.post(path(note, "delete"), {"back": "all"}, headers=HTMX)
    assert gone["HX-Redirect"] == f"{URL}notes/"


def test_deleting_counts_as_activity(as_kari, note, customer):
    before = customer.last_activity_at
    as_kari.post(path(note, "delete"))
    customer.refresh_from_db()
    assert customer.last_activity_at > before
