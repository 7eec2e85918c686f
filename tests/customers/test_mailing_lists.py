"""Mailing lists: copying addresses, keeping filters under a name, and whom a list reaches."""

import re
from datetime import timedelta
from io import BytesIO

import pytest
from django.utils import timezone
from openpyxl import load_workbook

from customers import mailing_lists
from customers.forms.mailing_list import MailingListForm
from customers.models import Contact, MailingList, Person
from tests.conftest import signed_in
from tests.factories import (
    ContactFactory,
    ContactTagFactory,
    CustomerFactory,
    PersonFactory,
    TagFactory,
)
from tests.together import at_once

pytestmark = pytest.mark.django_db
REPORT = "/customers/contacts/"
LISTS = "/customers/contacts/lists/"
YESTERDAY = timezone.localdate() - timedelta(days=1)


def named(name: str, *emails: str, **post) -> Contact:
    return ContactFactory(person__name=name, person__emails=list(emails), **post)


def kept(kari, query: str = "", name: str = "Newsletter") -> MailingList:
    return MailingList.objects.create(name=name, query=query, created_by=kari)


def addresses(client, path: str) -> list[str]:
    """Return what stands in the field to copy from."""
    content = client.get(path).content.decode()
    field = re.search(r"<textarea[^>]*>(.*?)</textarea>", content, re.DOTALL)
    return field[1].split("; ") if field else []


def url(mailing_list: MailingList, page: str = "") -> str:
    return f"{LISTS}{mailing_list.pk}/{page}"


# Copying


def test_each_address_is_there_once_whatever_its_case(as_kari):
    person = PersonFactory(name="Kari", emails=["Kari@x.example", "second@x.example"])
    ContactFactory(person=person)
    ContactFactory(person=person)
    named("Ola", "kari@X.example")
    named("Per", "per@x.example", email="per@here.example")
    assert addresses(as_kari, REPORT + "addresses/") == ["Kari@x.example", "per@here.example"]
    content = as_kari.get(REPORT + "addresses/").content.decode()
    assert "2 contacts share an address with another one" in content
    assert "Paste into Bcc" in content


def test_one_per_line(as_kari):
    named("Kari", "kari@x.example")
    named("Ola", "ola@x.example")
    content = as_kari.get(REPORT + "addresses/?lines=1").content.decode()
    assert "kari@x.example&#10;ola@x.example</textarea>" in content


def test_who_has_no_address_is_named(as_kari):
    named("Kari", "kari@x.example")
    without = named("Ola Uten", customer__name="Fjord AS")
    content = as_kari.get(REPORT + "addresses/").content.decode()
    assert "1 has no e-mail address" in content
    assert f'href="/customers/contacts/{without.person_id}/">Ola Uten</a> (Fjord AS)' in content


def test_only_some_of_many_without_an_address_are_named(as_kari):
    for n in range(14):
        named(f"Navn {n:02}")
    content = as_kari.get(REPORT + "addresses/").content.decode()
    assert "14 have no e-mail address" in content
    assert "Navn 09" in content
    assert "Navn 10" not in content
    assert "and 4 more" in content


@pytest.mark.parametrize("who", ["current", "former", "all", "none"])
def test_nobody_who_has_left_or_is_erased_is_written_to(as_kari, who):
    named("now", "now@x.example")
    named("gone", "gone@x.example", employed_until=YESTERDAY)
    erased = named("erased", "erased@x.example")
    Person.objects.filter(pk=erased.person_id).update(erased_at=timezone.now())
    reached = ["now@x.example"] if who in ("current", "all") else []
    assert addresses(as_kari, f"{REPORT}addresses/?who={who}") == reached


def test_who_does_not_work_there_today_is_told(as_kari):
    named("now", "now@x.example")
    named("gone", "gone@x.example", employed_until=YESTERDAY)
    content = as_kari.get(REPORT + "addresses/?who=all").content.decode()
    assert "1 who does not work there today is left out." in content


def test_an_address_is_text_and_nothing_else(as_kari):
    contact = named("Kari")
    contact.person.emails.create(address='"</textarea><script>"@x.example')
    content = as_kari.get(REPORT + "addresses/").content.decode()
    assert "<script>" not in content
    assert "&lt;/textarea&gt;" in content


# Keeping


def test_filters_are_kept_under_a_name(as_kari, kari):
    tag = ContactTagFactory(name="Newsletter")
    asked = f"?q=kari&tags={tag.pk}&who=all&sort=-customer&after=7"
    content = as_kari.get(LISTS + "new/" + asked).content.decode()
    query = re.search(r'name="query" value="([^"]*)"', content)[1].replace("&amp;", "&")
    response = as_kari.post(LISTS + "new/", {"name": "  Jule \t kort ", "query": query})
    made = MailingList.objects.get()
    assert response["Location"] == url(made)
    assert (made.name, made.query, made.created_by) == ("Jule kort", f"q=kari&tags={tag.pk}", kari)


@pytest.mark.parametrize("name", ["", "   ", "newsletter", "x" * 101])
def test_a_name_that_will_not_do_is_said_beside_the_field(as_kari, kari, name):
    kept(kari)
    response = as_kari.post(LISTS + "new/", {"name": name, "query": "email=yes"})
    content = response.content.decode()
    assert response.status_code == 422
    assert "errorlist" in content.split('data-field="name"')[1].split("<dl")[0]
    assert 'name="query" value="email=yes"' in content
    assert MailingList.objects.count() == 1


def test_nonsense_is_not_kept(as_kari):
    as_kari.post(LISTS + "new/", {"name": "A", "query": "tags=99&status=gone&x=y&who=former"})
    assert MailingList.objects.get().query == ""


@pytest.mark.django_db(transaction=True)
def test_of_two_who_keep_the_same_name_at_once_one_is_told(kari):
    clients = [signed_in(kari), signed_in(kari)]

    def keep(n: int) -> int:
        return clients[n].post(LISTS + "new/", {"name": "Jul", "query": ""}).status_code

    assert sorted(at_once(2, keep)) == [302, 422]
    assert MailingList.objects.count() == 1


# What a list is


def test_a_list_asks_its_filters_anew(as_kari, kari):
    letter = ContactTagFactory()
    first = named("first", "first@x.example", tags=[letter])
    made = kept(kari, f"tags={letter.pk}")
    assert addresses(as_kari, url(made, "addresses/")) == ["first@x.example"]
    named("second", "second@x.example", tags=[letter])
    first.employed_until = YESTERDAY
    first.save()
    assert addresses(as_kari, url(made, "addresses/")) == ["second@x.example"]
    content = as_kari.get(url(made)).content.decode()
    assert "second@x.example" in content
    assert "first@x.example" not in content


def test_single_contacts_are_left_out_and_taken_back(as_kari, kari):
    one, _two = named("one", "one@x.example"), named("two", "two@x.example")
    made = kept(kari)
    as_kari.post(url(made, "leave-out/"), {"contact": one.pk})
    as_kari.post(url(made, "leave-out/"), {"contact": one.pk})
    assert addresses(as_kari, url(made, "addresses/")) == ["two@x.example"]
    content = as_kari.get(url(made)).content.decode()
    assert "2 contacts, 1 left out" in " ".join(content.split()).replace(" ,", ",")
    assert content.count("Take back") == 1
    as_kari.post(url(made, "leave-out/"), {"contact": one.pk, "back": "1"})
    assert addresses(as_kari, url(made, "addresses/")) == ["one@x.example", "two@x.example"]


def test_who_is_left_out_at_one_customer_is_reached_at_another(as_kari, kari):
    person = PersonFactory(name="Kari")
    here = ContactFactory(person=person, email="here@x.example")
    ContactFactory(person=person, email="there@x.example")
    made = kept(kari)
    mailing_lists.leave_out(made.pk, here)
    assert addresses(as_kari, url(made, "addresses/")) == ["there@x.example"]


@pytest.mark.parametrize("contact", ["", "x", "0", "-1", "9" * 30, "٣"])
def test_leaving_out_nobody_is_not_found(as_kari, kari, contact):
    path = url(kept(kari), "leave-out/")
    assert as_kari.post(path, {"contact": contact}).status_code == 404


def test_leaving_out_comes_back_to_the_same_page_of_this_site_alone(as_kari, kari):
    contact = named("one")
    made = kept(kari)
    response = as_kari.post(
        url(made, "leave-out/"), {"contact": contact.pk, "page": "after=3&sort=-person"}
    )
    assert response["Location"] == url(made) + "?after=3&sort=-person"
    response = as_kari.post(
        url(made, "leave-out/"), {"contact": contact.pk, "page": "//evil.example\r\nX: y"}
    )
    assert response["Location"].startswith(url(made) + "?")


@pytest.mark.parametrize("kind", ["tags", "customer_tags"])
def test_a_filter_that_is_gone_lets_nobody_through(as_kari, kari, kind):
    tag = ContactTagFactory() if kind == "tags" else TagFactory()
    named("Kari", "kari@x.example")
    made = kept(kari, f"{kind}={tag.pk}")
    tag.delete()
    content = as_kari.get(url(made)).content.decode()
    assert "A filter of this list is gone, so nobody is on it." in content
    assert "kari@x.example" not in content
    assert addresses(as_kari, url(made, "addresses/")) == []
    assert len(list(rows(as_kari, made))) == 1


def test_the_pages_of_a_list_keep_its_filters_to_themselves(as_kari, kari):
    for n in range(60):
        named(f"Navn {n:02}", customer__status="blocked")
    made = kept(kari, "status=blocked")
    content = as_kari.get(url(made)).content.decode()
    following = re.search(r'href="([^"]+)" rel="next"', content)[1].replace("&amp;", "&")
    assert following.startswith(url(made) + "?after=")
    assert "status" not in following
    content = as_kari.get(following).content.decode()
    assert "Navn 59" in content
    assert "Navn 10" not in content
    # What stands in the address of a list's page is no filter of it.
    assert "Navn 10" in as_kari.get(url(made) + "?q=nobody&who=former").content.decode()


def rows(client, made: MailingList):
    response = client.get(url(made, "export/"))
    book = load_workbook(BytesIO(b"".join(response.streaming_content)))
    return book.active.iter_rows(values_only=True)


def test_the_spreadsheet_has_whom_the_list_reaches(as_kari, kari):
    out = named("=out")
    named("=in", "in@x.example", customer=CustomerFactory(name="Fjord AS"))
    made = kept(kari, name="Jul: [2026]/*")
    mailing_lists.leave_out(made.pk, out)
    heading, row = rows(as_kari, made)
    assert heading[0] == "Person"
    assert (row[0], row[3], row[5]) == ("=in", "Fjord AS", "in@x.example")


# Renaming and deleting


def test_a_list_is_renamed(as_kari, kari):
    kept(kari, name="Other")
    made = kept(kari)
    assert as_kari.post(url(made, "rename/"), {"name": "OTHER"}).status_code == 422
    assert as_kari.post(url(made, "rename/"), {"name": "NEWSLETTER"}).status_code == 302
    made.refresh_from_db()
    assert made.name == "NEWSLETTER"


def test_a_list_is_deleted_after_a_question_and_its_contacts_stay(as_kari, kari):
    contact = named("Kari")
    made = kept(kari)
    mailing_lists.leave_out(made.pk, contact)
    content = as_kari.get(url(made, "delete/")).content.decode()
    assert "The mailing list Newsletter is deleted for everybody." in content
    assert MailingList.objects.exists()
    assert as_kari.post(url(made, "delete/")).status_code == 302
    assert not MailingList.objects.exists()
    assert Contact.objects.get() == contact
    assert as_kari.get(url(made)).status_code == 404
    assert as_kari.post(url(made, "leave-out/"), {"contact": contact.pk}).status_code == 404


def test_lists_are_listed_by_name(as_kari, kari):
    kept(kari, name="beta")
    kept(kari, name="Alfa")
    content = as_kari.get(LISTS).content.decode()
    assert content.index("Alfa") < content.index("beta")
    assert "Kari Lunde" in content


def test_no_list_yet_says_how_one_is_made(as_kari):
    assert "No mailing lists yet" in as_kari.get(LISTS).content.decode()


def test_two_lists_differ_by_more_than_case_in_norwegian_too(as_kari, kari):
    MailingList.objects.create(name="Åpen", created_by=kari)
    response = as_kari.post("/customers/contacts/lists/new/", {"name": "åpen", "query": ""})
    assert response.status_code == 422
    assert MailingList.objects.count() == 1


def test_a_list_deleted_meanwhile_is_not_made_again_by_renaming_it(kari):
    kept = MailingList.objects.create(name="Nyhetsbrev", created_by=kari)
    form = MailingListForm({"name": "Julekort"}, instance=MailingList.objects.get())
    assert form.is_valid()
    kept.delete()
    assert not form.try_to_save()
    assert "deleted" in str(form.errors["name"])
    assert not MailingList.objects.exists()


def test_a_contact_removed_meanwhile_is_not_left_out(kari):
    kept = MailingList.objects.create(name="Nyhetsbrev", created_by=kari)
    contact = ContactFactory()
    Contact.objects.all().delete()
    with pytest.raises(Contact.DoesNotExist):
        mailing_lists.leave_out(kept.pk, contact)
