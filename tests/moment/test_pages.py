"""Signing in, language, errors, health."""

import pytest
from django.core import mail
from django.test import Client

from moment.models import User
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
LOGIN = "/accounts/login/"


@pytest.fixture
def anna():
    user = UserFactory(username="anna", email="anna@moment.example", is_superuser=True)
    user.set_password("riktig hest batteri")
    user.save()
    return user


@pytest.mark.parametrize("name", ["anna", "anna@moment.example"])
def test_one_signs_in_by_user_name_or_e_mail(client, anna, name):
    response = client.post(LOGIN, {"login": name, "password": "riktig hest batteri"})
    assert (response.status_code, response["Location"]) == (302, "/customers/")


def test_one_comes_back_to_where_one_was(client, anna):
    response = client.post(
        LOGIN, {"login": "anna", "password": "riktig hest batteri", "next": "/customers/?q=a"}
    )
    assert response["Location"] == "/customers/?q=a"


def test_nobody_is_sent_to_another_site(client, anna):
    response = client.post(
        LOGIN, {"login": "anna", "password": "riktig hest batteri", "next": "//evil.example/"}
    )
    assert response["Location"] == "/customers/"


def test_guessing_passwords_is_stopped(client, anna):
    for _ in range(12):
        response = client.post(LOGIN, {"login": "anna", "password": "feil"})
    right = client.post(LOGIN, {"login": "anna", "password": "riktig hest batteri"})
    assert right.status_code != 302, response.content[:200]


def test_nobody_signs_up(client):
    assert client.get("/accounts/signup/").status_code == 404


def test_signing_out_needs_a_post(as_kari):
    assert as_kari.get("/accounts/logout/").status_code == 200
    assert as_kari.get("/customers/").status_code == 200
    as_kari.post("/accounts/logout/")
    assert as_kari.get("/customers/").status_code == 302


def test_the_password_can_be_changed(client, anna):
    client.force_login(anna)
    response = client.post(
        "/accounts/password/change/",
        {
            "oldpassword": "riktig hest batteri",
            "password1": "en annen lang setning",
            "password2": "en annen lang setning",
        },
    )
    assert response.status_code == 302
    assert User.objects.get(username="anna").check_password("en annen lang setning")


def test_a_forgotten_password_is_chosen_anew_by_e_mail(client, anna):
    client.post("/accounts/password/reset/", {"email": "anna@moment.example"})
    link = next(w for w in mail.outbox[0].body.split() if "/password/reset/key/" in w)
    page = client.get(link, follow=True)
    response = client.post(
        page.request["PATH_INFO"],
        {
            "password1": "helt ny lang setning",
            "password2": "helt ny lang setning",
        },
    )
    assert response.status_code == 302
    assert User.objects.get(username="anna").check_password("helt ny lang setning")


def test_a_forgotten_password_tells_strangers_nothing(client):
    known = client.post("/accounts/password/reset/", {"email": "nobody@moment.example"})
    assert known.status_code == 302


# Language


def test_the_browser_decides_until_one_chooses(client):
    assert b"Sign in" in client.get(LOGIN).content
    norwegian = client.get(LOGIN, headers={"Accept-Language": "nb-NO,nb;q=0.9,no;q=0.8"})
    assert "Logg inn" in norwegian.content.decode()


def test_the_choice_is_kept_for_the_user_on_any_machine(kari):
    first, second = Client(), Client()
    first.force_login(kari)
    response = first.post("/language/", {"language": "nb", "next": "/customers/?q=a"})
    assert response["Location"] == "/customers/?q=a"
    second.force_login(User.objects.get(pk=kari.pk))
    html = second.get("/customers/").content.decode()
    assert 'lang="nb"' in html
    assert "Kunder" in html


def test_no_other_language_and_no_other_site(as_kari, kari):
    response = as_kari.post("/language/", {"language": "xx", "next": "https://evil.example/"})
    assert response["Location"] == "/"
    kari.refresh_from_db()
    assert kari.language == ""


# Errors and health


def test_what_is_not_there_says_so_in_the_house(as_kari):
    response = as_kari.get("/nowhere/")
    assert response.status_code == 404
    assert b"There is nothing here" in response.content


def test_a_fault_shows_a_calm_page(as_kari, monkeypatch):
    as_kari.raise_request_exception = False
    monkeypatch.setattr("customers.overview.Overview.page", property(lambda self: 1 / 0))
    response = as_kari.get("/customers/")
    assert response.status_code == 500
    assert b"Something broke on our side" in response.content


def test_health(client):
    assert client.get("/healthz").content == b"ok"


def test_pages_come_with_strict_headers(as_kari):
    response = as_kari.get("/customers/")
    policy = response["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert response["X-Frame-Options"] == "DENY"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert b"<style" not in response.content
    assert b" style=" not in response.content


def test_the_root_leads_to_the_overview(as_kari):
    assert as_kari.get("/")["Location"] == "/customers/"


# Administration


@pytest.mark.parametrize(
    "page",
    [
        "",
        "customers/tag/",
        "customers/tag/add/",
        "customers/numberseries/",
        "moment/user/",
        "auth/group/",
    ],
)
def test_administrators_reach_what_they_look_after(client, anna, page):
    User.objects.update(is_staff=True)
    client.force_login(anna)
    assert client.get(f"/admin/{page}").status_code == 200


def test_the_way_into_the_admin_is_the_same_login(client):
    assert client.get("/admin/", follow=True).redirect_chain[-1][0].startswith("/accounts/login/")
