"""The company's own page: who it is, and two people who edit it at once."""

import pytest
from auditlog.models import LogEntry
from django.contrib.auth.models import Permission
from django.urls import reverse

from moment.models import CompanySettings
from registry.org_number import formatted
from tests.conftest import signed_in
from tests.factories import org_number
from tests.pages import fields_of
from tests.together import at_once

pytestmark = pytest.mark.django_db
URL = "/setup/"
NUMBER = org_number(1)
NAMES = [
    "setup", "setup_logo", "setup_logo_change", "setup_logo_remove", "setup_account_new",
    "setup_account_edit", "setup_account_delete", "setup_kid", "setup_invoicing",
]  # fmt: skip


def posted(client, **changes: str) -> dict[str, str]:
    """Return what a browser would post of the page as it is now, with these changes."""
    return fields_of(client.get(URL), "form.company") | changes


def company() -> CompanySettings:
    return CompanySettings.objects.get(pk=1)


def test_what_is_typed_is_kept(as_anne):
    data = posted(
        as_anne, name="  Fjordvik  Rådgivning AS ", org_number=formatted(NUMBER),
        street="Storgata 1", postcode="9008", city="Tromsø", email="post@fjordvik.example",
        phone="77001122",
        website="fjordvik.example", business_register="on",
    )  # fmt: skip
    response = as_anne.post(URL, data)
    assert (response.status_code, response["Location"]) == (302, URL)
    kept = company()
    assert (kept.name, kept.org_number) == ("Fjordvik Rådgivning AS", NUMBER)
    assert (kept.phone, kept.website) == ("77 00 11 22", "https://fjordvik.example")
    assert (kept.business_register, kept.vat_registered) == (True, True)
    assert as_anne.get(URL).content.count(b"Fjordvik R") >= 1


def test_an_unticked_box_is_off(as_anne):
    data = posted(as_anne)
    del data["vat_registered"]
    as_anne.post(URL, data)
    assert company().vat_registered is False


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("name", "   ", "This field is required"),
        ("org_number", "918212445", "its digits do not add up"),
        ("org_number", "12345", "nine digits"),
        ("postcode", "123", "four digits"),
        ("email", "no address", "valid e"),
        ("website", "javascript:alert(1)", "valid URL"),
        ("country", "XX", "Select a valid choice"),
    ],
)
def test_what_is_wrong_is_told_beside_the_field_and_kept(as_anne, field, value, says):
    response = as_anne.post(URL, posted(as_anne, phone="77001122", **{field: value}))
    assert response.status_code == 422
    html = response.content.decode()
    assert says in html
    assert "77001122" in html
    assert not CompanySettings.objects.exists()


def test_abroad_any_number_is_taken(as_anne):
    as_anne.post(URL, posted(as_anne, country="SE", org_number="556016-0680", postcode="114 55"))
    assert company().org_number == "556016-0680"


# Two people at once


def test_what_another_changed_meanwhile_is_shown_and_nothing_is_lost(as_anne):
    CompanySettings.objects.create(pk=1, name="Gammel AS", phone="77 00 11 22")
    seen = posted(as_anne)
    as_anne.post(URL, seen | {"name": "Først AS", "city": "Bodø"})
    response = as_anne.post(URL, seen | {"name": "Sist AS", "email": "post@sist.example"})
    assert response.status_code == 422
    html = response.content.decode()
    assert "Changed meanwhile by somebody else" in html
    assert "Changed meanwhile to “Først AS”" in html
    shown = fields_of(response, "form.company")
    assert (shown["name"], shown["city"]) == ("Sist AS", "Bodø")
    assert company().name == "Først AS"

    assert as_anne.post(URL, shown).status_code == 302
    kept = company()
    assert (kept.name, kept.city, kept.email) == ("Sist AS", "Bodø", "post@sist.example")


def test_a_form_opened_before_the_settings_of_invoices_changed_still_saves(as_anne):
    seen = posted(as_anne, name="Fjordvik AS")
    CompanySettings.objects.update_or_create(pk=1, defaults={"credit_terms": 14, "version": 9})
    assert as_anne.post(URL, seen).status_code == 302
    assert (company().name, company().credit_terms) == ("Fjordvik AS", 14)


def test_a_form_without_what_was_seen_overwrites_nothing(as_anne):
    CompanySettings.objects.create(pk=1, name="Gammel AS")
    response = as_anne.post(URL, posted(as_anne, name="Ny AS", seen="{"))
    assert response.status_code == 422
    assert company().name == "Gammel AS"


@pytest.mark.django_db(transaction=True)
def test_of_many_who_save_at_once_one_is_first_and_all_others_are_told(anne):
    client = signed_in(anne)
    seen = posted(client)

    def save(person: int) -> int:
        return signed_in(anne).post(URL, seen | {"name": f"Selskap {person} AS"}).status_code

    assert sorted(at_once(6, save)) == [302] + [422] * 5
    assert company().version == 2


# Who may, and what was changed


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("person", ["as_kari", "as_per", "as_ola"])
def test_only_those_with_the_right_come_in(request, person, method, name):
    args = [1] if name in ("setup_account_edit", "setup_account_delete") else []
    client = request.getfixturevalue(person)
    assert getattr(client, method)(reverse(name, args=args)).status_code == 403


def test_the_right_is_enough(kari, as_kari):
    kari.user_permissions.add(Permission.objects.get(codename="change_companysettings"))
    html = as_kari.get(URL).content.decode()
    assert 'href="/setup/" aria-current="true"' in html
    # The admin opens for staff only.
    assert "/admin/" not in html


def test_administrators_find_what_is_set_elsewhere(as_anne):
    html = as_anne.get(URL).content.decode()
    for name in ("setup_invoicing", "admin:customers_tag_changelist",
                 "admin:customers_contacttag_changelist", "admin:customers_projectrole_changelist",
                 "admin:customers_numberseries_changelist", "admin:moment_user_changelist",
                 "admin:auth_group_changelist"):  # fmt: skip
        assert f'href="{reverse(name)}"' in html
        assert as_anne.get(reverse(name)).status_code == 200


def test_the_last_changes_show_settings_as_their_page_does(as_anne):
    stored = CompanySettings.current()
    for terms, discount in ((30, "12.50"), (None, None)):
        stored.credit_terms, stored.discount = terms, discount
        stored.save()
    html = as_anne.get(URL).content.decode()
    changes = html[html.index('id="changes-title"') :]
    assert "30 days" in changes
    assert "12.5 %" in changes
    assert "→ Standard value" in changes


def test_the_last_changes_say_who_and_what(as_anne):
    as_anne.post(URL, posted(as_anne, name="Fjordvik AS", country="SE"))
    html = as_anne.get(URL).content.decode()
    changes = html[html.index('id="changes-title"') :]
    assert "Anne Dahl" in changes
    for text in ("Name", "Fjordvik AS", "Norway", "Sweden"):
        assert text in changes
    assert LogEntry.objects.filter(actor__username="anne").exists()


def test_a_change_of_a_field_that_is_no_more_is_passed_over(as_anne):
    as_anne.post(URL, posted(as_anne, name="Fjordvik AS"))
    entry = LogEntry.objects.filter(action=LogEntry.Action.UPDATE).latest("pk")
    entry.changes["long_gone"] = ["a", "b"]
    entry.save()
    assert as_anne.get(URL).status_code == 200
