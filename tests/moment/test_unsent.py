"""What is sent by somebody signed out, or from before they signed in anew, is not lost."""

import re

import pytest
from django.test import Client
from lxml import html

from tests.factories import CustomerFactory

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
OURS = {"Sec-Fetch-Site": "same-origin"}
NOTES = "/customers/77/notes/"
TEXT = 'Første "linje"\r\n<b>andre</b> & siste'


@pytest.fixture(autouse=True)
def customer(db):
    return CustomerFactory(number="77")


@pytest.fixture
def strict():
    """A browser as the server meets it: without a token it gets nowhere."""
    return Client(enforce_csrf_checks=True)


def kept_in(response) -> tuple[str, dict[str, list[str]]]:
    """Return where the page would send it, and what."""
    (form,) = html.fromstring(response.content.decode()).forms
    fields: dict[str, list[str]] = {}
    for name, value in form.form_values():
        fields.setdefault(name, []).append(value)
    return form.action, fields


def token_in(response) -> str:
    return re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', response.content.decode())[1]


# With htmx


@pytest.mark.parametrize("method", ["get", "post"])
def test_the_page_stays_as_it_is_and_offers_to_sign_in_beside_it(client, method):
    response = getattr(client, method)("/customers/new/", headers=HTMX)
    assert response.status_code == 401
    assert "HX-Redirect" not in response
    assert response["HX-Reswap"] == "beforeend"
    (toast,) = html.fragments_fromstring(response.content.decode().strip())
    assert toast.get("role") == "alert"
    (link,) = toast.xpath(".//a")
    assert (link.get("target"), link.get("rel")) == ("_blank", "noopener")
    assert link.get("href") == "/accounts/login/?next=/signed-in/"


def test_an_answer_without_signing_in_does_not_repeat_what_was_sent(client):
    response = client.post(NOTES, {"text": "Hemmelig"}, headers=HTMX)
    assert b"Hemmelig" not in response.content
    assert not client.session.keys()


def test_the_waiting_page_learns_who_has_signed_in_and_gets_a_token_that_holds(strict, kari):
    strict.get("/accounts/login/")
    waiting = strict.get("/signed-in/", headers=HTMX).content.decode()
    assert "You are signed out." in waiting
    assert 'hx-trigger="focus from:window"' in waiting
    strict.force_login(kari)
    response = strict.get("/signed-in/", headers=HTMX)
    assert "You are signed in as Kari Lunde." in response.content.decode()
    assert "hx-trigger" not in response.content.decode()
    assert 'hx-swap-oob="outerHTML:[name=csrfmiddlewaretoken]"' in response.content.decode()
    sent = {"text": TEXT, "csrfmiddlewaretoken": token_in(response)}
    assert strict.post(NOTES, sent, headers=HTMX).status_code == 200


def test_an_old_token_is_answered_with_a_new_one(strict, kari, customer):
    strict.force_login(kari)
    strict.get("/customers/")
    old = {"text": TEXT, "csrfmiddlewaretoken": "a" * 64}
    response = strict.post(NOTES, old, headers=HTMX)
    assert response.status_code == 401
    assert "You are signed in as Kari Lunde." in response.content.decode()
    assert not customer.notes.exists()
    new = old | {"csrfmiddlewaretoken": token_in(response)}
    assert strict.post(NOTES, new, headers=HTMX).status_code == 200
    assert customer.notes.get().text == TEXT.replace("\r\n", "\n")


# Without htmx


def test_a_page_is_asked_for_again_after_the_login(client):
    response = client.get("/customers/77/?x=1")
    assert response["Location"] == "/accounts/login/?next=/customers/77/%3Fx%3D1"


def test_a_plain_form_comes_back_in_a_page_with_all_that_was_sent(client, kari, customer):
    sent = {"text": TEXT, "back": "all", "tags": ["1", "2"]}
    response = client.post(NOTES + "?older=3", sent)
    assert response.status_code == 401
    action, fields = kept_in(response)
    assert action == NOTES + "?older=3"
    assert token_in(response) == fields.pop("csrfmiddlewaretoken")[0]
    # Browsers send a line break as two letters, and hold one.
    assert fields == {"text": [TEXT.replace("\r\n", "\n")], "back": ["all"], "tags": ["1", "2"]}
    assert b"<b>andre" not in response.content
    assert not client.session.keys()
    client.force_login(kari)
    client.post(action, fields)
    assert customer.notes.get().text == TEXT.replace("\r\n", "\n")


def test_files_are_to_be_chosen_again(client):
    words = b"Files have to be chosen again."
    assert words in client.post("/customers/77/files/add/", {"files": []}).content
    plain = "application/x-www-form-urlencoded"
    assert words not in client.post(NOTES, "text=a", content_type=plain).content


@pytest.mark.parametrize(
    "address", ["/accounts/password/change/", "/admin/moment/user/add/", "/customers/77/edit/"]
)
def test_no_page_ever_holds_a_password(client, address):
    response = client.post(address, {"username": "eva", "oldpassword": "riktig hest", "x": "1"})
    assert response.status_code == 302
    assert response["Location"] == f"/accounts/login/?next={address}"
    assert not client.session.keys()


def test_our_own_page_with_an_old_token_comes_back_with_a_new_one(strict, kari, customer):
    strict.force_login(kari)
    strict.get("/customers/")
    response = strict.post(NOTES, {"text": TEXT, "csrfmiddlewaretoken": "a" * 64}, headers=OURS)
    assert response.status_code == 401
    action, fields = kept_in(response)
    strict.post(action, fields)
    assert customer.notes.get().text == TEXT.replace("\r\n", "\n")


@pytest.mark.parametrize("site", ["cross-site", "same-site", "none", ""])
def test_what_another_site_sends_is_never_offered_to_be_sent_again(strict, kari, site):
    strict.force_login(kari)
    strict.get("/customers/")
    response = strict.post(NOTES, {"text": "Lurt"}, headers={"Sec-Fetch-Site": site})
    assert response.status_code == 403
    assert b"Lurt" not in response.content
    assert b"The page was open for too long" in response.content


def test_a_password_with_an_old_token_is_typed_again(strict):
    sent = {"login": "kari", "password": "riktig hest"}
    response = strict.post("/accounts/login/", sent, headers=OURS)
    assert response.status_code == 403
    assert b"riktig hest" not in response.content


def test_the_tab_one_signs_in_in_leads_back_to_the_other(client, kari):
    kari.set_password("riktig hest batteri")
    kari.save()
    sent = {"login": "kari", "password": "riktig hest batteri", "next": "/signed-in/"}
    page = client.post("/accounts/login/", sent, follow=True)
    assert "waits in the other tab" in page.content.decode()
