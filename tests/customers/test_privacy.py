"""A person's data, handed over and erased, with what had to be kept said."""

import json
from datetime import date, timedelta

import pytest
from auditlog.models import LogEntry
from django.db import connection
from django.utils import timezone

from customers import contacts, privacy
from customers.contacts import Details, Post
from customers.models import (
    ChangeOf,
    Contact,
    Customer,
    InvoiceRecipient,
    MailingList,
    Person,
    PersonEmail,
)
from tests.conftest import signed_in
from tests.factories import (
    ContactFactory,
    ContactTagFactory,
    CustomerFactory,
    InvoiceRecipientFactory,
    NoteFactory,
    PersonFactory,
    UserFactory,
)
from tests.together import at_once

pytestmark = pytest.mark.django_db

# What the base must not know of the person any more.
SECRETS = [
    "Kvassheim",
    "Ungkarsnavn",
    "zvonimir@",
    "zvoni.old@",
    "930 11 222",
    "55 66 77 88",
    "44 33 22 11",
    "Kaptein",
    "Skrivebordsplass",
]


def url(person: Person, page: str = "") -> str:
    return f"/customers/contacts/{person.pk}/{page}"


@pytest.fixture
def zvonimir(kari) -> Person:
    """Somebody with a past: another name and address, a post that was removed, one that ended."""
    here, there, past = (CustomerFactory(name=f"{word} AS") for word in ("Her", "Der", "Før"))
    tag = ContactTagFactory(name="Skrivebordsplass")
    first = Details("Zvonimir Ungkarsnavn", ["zvoni.old@x.example"], "55 66 77 88", "930 11 222")
    post = contacts.add_new(here, first, Post("Kaptein", "zvonimir@her.example", tags=[tag]))
    person = post.person
    other = contacts.add_existing(there, person, Post("Kaptein", phone="44 33 22 11"))
    gone = contacts.add_existing(past, person, Post("Kaptein", email="zvonimir@past.example"))
    InvoiceRecipient.objects.create(customer=past, contact=gone)
    contacts.remove(gone)
    now = Details("Zvonimir Kvassheim", ["zvonimir@x.example"], "", "930 11 222")
    contacts.save(
        post, Person.objects.get(pk=person.pk).version, now, Post("", "zvonimir@her.example")
    )
    contacts.end(other, date(2024, 1, 31))
    InvoiceRecipient.objects.create(customer=here, contact=post)
    InvoiceRecipient.objects.create(customer=there, email="ZVONIMIR@x.example")
    plain = InvoiceRecipient.objects.create(customer=there, email="zvoni.old@X.example")
    plain.email = "someone@else.example"
    plain.save()
    here.invoice_contact = post
    here.save()
    MailingList.objects.create(name="Jul", created_by=kari).left_out.add(post)
    return Person.objects.get(pk=person.pk)


def texts_of_the_base() -> list[tuple[str, str]]:
    """Return every column of every table that can hold text, with all that stands there."""
    found = []
    quote = connection.ops.quote_name
    # SQLite keeps its search indexes in tables too, as bytes.
    text = "BLOB" if connection.vendor == "sqlite" else "TEXT"
    with connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor))
        if connection.vendor == "sqlite":
            # A virtual table has what the tables beneath it hold, which are among them.
            cursor.execute("SELECT name FROM sqlite_master WHERE sql LIKE 'CREATE VIRTUAL%'")
            tables -= {name for (name,) in cursor.fetchall()}
        for table in sorted(tables):
            # Not by introspection, which on SQLite cannot read every constraint.
            cursor.execute(f"SELECT * FROM {quote(table)} WHERE 1 = 0")
            for column in [described[0] for described in cursor.description]:
                name = quote(column)
                cursor.execute(f"SELECT DISTINCT CAST({name} AS {text}) FROM {quote(table)}")
                values = [value for (value,) in cursor.fetchall() if value is not None]
                texts = [v if isinstance(v, str) else v.decode(errors="replace") for v in values]
                found.append((f"{table}.{column}", "\n".join(texts)))
    return found


def places_of(secret: str) -> list[str]:
    secret = secret.lower()
    return [place for place, texts in texts_of_the_base() if secret in texts.lower()]


# Erasing


def test_nothing_that_tells_who_it_was_is_left_anywhere(zvonimir, anne):
    tag = "Skrivebordsplass"  # of the company's own list: it stays there
    # Each of them stands somewhere before, so that this can fail.
    assert [secret for secret in SECRETS if not places_of(secret)] == []
    privacy.erase(zvonimir, anne)
    left = {secret: places_of(secret) for secret in SECRETS}
    kept = left.pop(tag)
    assert {secret: where for secret, where in left.items() if where} == {}
    assert set(kept) <= {
        "customers_contacttag.name",
        "auditlog_logentry.object_repr",
        "auditlog_logentry.changes",
    }
    assert "kvassheim" not in Customer.objects.get(name="Her AS").search_text


def test_the_row_stays_without_a_name_and_posts_end(zvonimir, anne):
    privacy.erase(zvonimir, anne)
    person = Person.objects.get(pk=zvonimir.pk)
    assert (person.name, person.phone, person.mobile) == ("Erased person", "", "")
    assert person.erased_at is not None
    assert person.search_text == " erased person"
    assert person.version == zvonimir.version + 1
    assert not PersonEmail.objects.exists()
    yesterday = timezone.localdate() - timedelta(days=1)
    ends = set(person.contacts.values_list("customer__name", "employed_until"))
    assert ends == {("Her AS", yesterday), ("Der AS", date(2024, 1, 31))}
    assert not Contact.objects.current().exists()
    assert not Contact.tags.through.objects.exists()
    assert not MailingList.left_out.through.objects.exists()
    here = Customer.objects.get(name="Her AS")
    assert here.invoice_contact is None
    assert [str(recipient) for recipient in InvoiceRecipient.objects.all()] == [
        "someone@else.example"
    ]


def test_somebody_who_would_begin_later_does_not(anne):
    soon = timezone.localdate() + timedelta(days=30)
    contact = ContactFactory(employed_from=soon, employed_until=soon)
    privacy.erase(contact.person, anne)
    contact.refresh_from_db()
    assert contact.employed_from is None
    assert contact.is_former()


def test_an_entry_says_who_did_it_and_when_but_not_about_whom(zvonimir, anne, as_anne):
    privacy.erase(zvonimir, anne)
    entry = LogEntry.objects.order_by("-pk").first()
    assert entry.actor == anne
    assert entry.object_repr == "Erased person"
    assert list(entry.changes) == ["erased_at"]
    told = Customer.objects.filter(pk__in=ChangeOf.objects.filter(entry=entry).values("customer"))
    assert {customer.name for customer in told} == {"Her AS", "Der AS"}
    history = as_anne.get(f"/customers/{told[0].number}/history/").content.decode()
    assert "Anne Dahl" in history
    assert "Kvassheim" not in history


def test_the_history_of_everybody_else_is_left_alone(zvonimir, anne):
    namesake = ContactFactory(person__name="Zvonimir Kvassheim", title="Styrmann")
    InvoiceRecipientFactory(customer=namesake.customer, contact=namesake, email="")
    other = InvoiceRecipientFactory(email="other@x.example")
    before = {
        entry.pk: (entry.object_repr, entry.changes)
        for entry in LogEntry.objects.filter(object_repr__in=["Zvonimir Kvassheim", str(other)])
        if entry.object_id in (namesake.pk, namesake.person_id, other.pk)
        and (entry.changes or {}).get("title", ["", "Styrmann"])[1] == "Styrmann"
    }
    privacy.erase(zvonimir, anne)
    namesake.person.refresh_from_db()
    assert namesake.person.name == "Zvonimir Kvassheim"
    own = LogEntry.objects.get_for_object(namesake.person)
    assert own.get().changes["name"] == ["None", "Zvonimir Kvassheim"]
    assert LogEntry.objects.get_for_object(namesake).get().changes["title"][1] == "Styrmann"
    assert LogEntry.objects.get_for_object(other).get().changes["email"][1] == "other@x.example"
    assert before


def test_an_address_that_others_have_too_is_theirs(anne):
    shared = "post@firma.example"
    contact = ContactFactory(email=shared)
    ContactFactory(email=shared.upper(), customer=contact.customer)
    own = InvoiceRecipientFactory(email=shared)
    customers_own = CustomerFactory(invoice_email="faktura@firma.example")
    contact.person.emails.create(address="Faktura@firma.example")
    theirs = InvoiceRecipientFactory(customer=customers_own, email="faktura@firma.example")
    privacy.erase(contact.person, anne)
    assert set(InvoiceRecipient.objects.all()) == {own, theirs}
    assert LogEntry.objects.get_for_object(own).get().changes["email"][1] == shared


def test_free_text_is_kept_and_told(zvonimir, anne, as_anne):
    customer = CustomerFactory(number="77", name="Fjord AS", your_reference="zvonimir kvassheim")
    note = NoteFactory(customer=customer, text="Zvonimir Kvassheim ringte om fredag.")
    NoteFactory(customer=customer, text="Ingen kjente.")
    MailingList.objects.create(name="A", query="q=zvonimir+kvassheim", created_by=anne)
    asked = as_anne.get(url(zvonimir, "erase/")).content.decode()
    as_anne.post(url(zvonimir, "erase/"))
    page = as_anne.get(url(zvonimir)).content.decode()
    for content in (asked, page):
        assert "Notes with the name, an address or a phone number in the text: 1." in content
        assert f'href="/customers/77/notes/{note.pk}/">77 Fjord AS</a>' in content
        assert 'href="/customers/77/edit/">77 Fjord AS</a>' in content
        assert "Mailing lists with the name" in content
        assert "bookkeeping law" in content
    note.refresh_from_db()
    assert note.text == "Zvonimir Kvassheim ringte om fredag."


def test_the_question_says_what_goes(zvonimir, as_anne):
    content = as_anne.get(url(zvonimir, "erase/")).content.decode()
    assert "Everything that tells who Zvonimir Kvassheim is goes for good." in content
    assert "Her AS" in content
    assert "Invoices no longer go to the person by e-mail" in content
    assert Person.objects.get(pk=zvonimir.pk).erased_at is None


def test_once_erased_the_page_says_so_and_there_is_nothing_to_erase(zvonimir, as_anne, as_per):
    assert as_anne.post(url(zvonimir, "erase/"))["Location"] == url(zvonimir)
    content = as_anne.get(url(zvonimir)).content.decode()
    assert "The data of this person were erased today." in content
    assert "What is kept" in content
    assert as_anne.post(url(zvonimir, "erase/"))["Location"] == url(zvonimir)
    assert LogEntry.objects.filter(changes__has_key="erased_at").count() == 1
    content = as_per.get(url(zvonimir)).content.decode()
    assert "were erased today" in content
    assert "What is kept" not in content


@pytest.mark.django_db(transaction=True)
def test_of_two_who_erase_at_once_one_does(anne):
    person = ContactFactory(person__name="Zvonimir Kvassheim").person
    clients = [signed_in(anne), signed_in(UserFactory(is_superuser=True))]
    answers = at_once(2, lambda n: clients[n].post(url(person, "erase/")).status_code)
    assert answers == [302, 302]
    assert LogEntry.objects.filter(changes__has_key="erased_at").count() == 1
    assert places_of("Kvassheim") == []


@pytest.mark.django_db(transaction=True)
def test_who_is_edited_and_added_elsewhere_while_being_erased_is_erased_all_the_same(anne):
    contact = ContactFactory(person__name="Zvonimir Kvassheim", customer__name="Her AS")
    elsewhere = CustomerFactory()
    person = contact.person

    def act(n: int) -> None:
        try:
            if n == 0:
                privacy.erase(person, anne)
            elif n == 1:
                contacts.add_existing(elsewhere, person, Post("Kvassheim"))
            else:
                details = Details("Zvonimir Kvassheim", ["z@kvassheim.example"])
                contacts.save(contact, person.version, details, Post("Kvassheim"))
        except (Person.DoesNotExist, contacts.ChangedMeanwhile):
            pass

    at_once(3, act)
    assert places_of("Kvassheim") == []


# Handing over


def test_everything_kept_is_handed_over(zvonimir, as_anne):
    NoteFactory(customer__number="78", text="Zvonimir Kvassheim var her.")
    response = as_anne.get(url(zvonimir, "export/"))
    assert response["Content-Disposition"] == (f'attachment; filename="person-{zvonimir.pk}.json"')
    data = json.loads(response.content)
    assert data["person"]["name"] == "Zvonimir Kvassheim"
    assert data["email_addresses"] == ["zvonimir@x.example"]
    her, der = data["contact_of"]
    assert (her["customer"], her["email"]) == ("Her AS", "zvonimir@her.example")
    assert her["customer_contact_on_invoices"] is True
    assert (der["title"], der["phone"], der["employed_until"]) == (
        "Kaptein",
        "44 33 22 11",
        "2024-01-31",
    )
    recipient = {(r["customer"], r["address"]) for r in data["invoice_recipient"]}
    assert recipient == {("Her AS", ""), ("Der AS", "ZVONIMIR@x.example")}
    assert data["left_out_of_mailing_lists"] == ["Jul"]
    history = json.dumps(data["history"])
    for secret in ("Ungkarsnavn", "zvoni.old@x.example", "55 66 77 88", "zvonimir@past.example"):
        assert secret in history
    free = data["free_text_that_may_be_about_the_person"]
    assert free["places"][0]["kind"] == "Notes"
    assert "var her" not in response.content.decode()


def test_only_an_administrator_exports_and_erases(as_kari, as_per):
    person = PersonFactory(name="Kari Åsgård", emails=["kari@x.example"])
    for client in (as_kari, as_per):
        for page in ("export/", "erase/"):
            assert client.get(url(person, page)).status_code == 403
            assert client.post(url(person, page)).status_code == 403
        content = client.get(url(person)).content.decode()
        assert "kari@x.example" in content
        assert "Export data" not in content
    assert Person.objects.get().erased_at is None


# The person's page


def test_the_page_tells_what_the_person_is_where(as_kari, as_per):
    person = PersonFactory(name="Kari Åsgård", mobile="900 12 345", emails=["kari@x.example"])
    here = ContactFactory(
        person=person, customer=CustomerFactory(number="77", name="Her AS"), title="Leder"
    )
    ContactFactory(person=person, customer__name="Der AS", email="kari@der.example")
    content = as_kari.get(url(person)).content.decode()
    for text in ("Her AS", "Der AS", "Leder", "kari@x.example", "kari@der.example", "900 12 345"):
        assert text in content
    assert f'href="/customers/77/contacts/{here.pk}/"' in content
    assert (
        f'href="/customers/77/contacts/{here.pk}/"' not in as_per.get(url(person)).content.decode()
    )


@pytest.mark.parametrize("pk", [0, 7, 10**30])
def test_nobody_is_not_found(as_anne, pk):
    for page in ("", "export/", "erase/"):
        assert as_anne.get(f"/customers/contacts/{pk}/{page}").status_code == 404
