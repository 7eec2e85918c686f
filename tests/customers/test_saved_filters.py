"""Filters of the overview under a name: kept, shared, marked, and never more than one may see."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.http import QueryDict
from django.utils import timezone

from customers import saved_filters, traces
from customers.models import Customer, SavedFilter
from customers.overview import Overview
from tests.conftest import signed_in
from tests.factories import CustomerFactory, PersonFactory, TagFactory, UserFactory
from tests.hidden import somebody
from tests.ledger.making import invoice
from tests.together import at_once

pytestmark = pytest.mark.django_db
URL = "/customers/filters/"
HTMX = {"HX-Request": "true"}


def kept(owner, query="q=fjell", name="Fjell", **columns) -> SavedFilter:
    return SavedFilter.objects.create(owner=owner, query=query, name=name, **columns)


def menu(user, query="") -> list[saved_filters.Shown]:
    return saved_filters.menu(user, Overview(QueryDict(query), user)).rows


def save(client, query, name="Mine", **more):
    return client.post(f"{URL}new/", {"query": query, "name": name, **more})


# Keeping


def test_the_shortest_query_that_shows_the_same_is_kept(as_kari, kari):
    tag = TagFactory()
    asked = f"status=active&sort=-number&tags={tag.pk}&match=all&q=+fjell+&after=7&nonsense=1"
    response = save(as_kari, asked)
    assert response["Location"] == f"/customers/?q=fjell&tags={tag.pk}"
    made = SavedFilter.objects.get()
    assert (made.owner, made.shared, made.page) == (kari, False, "customers")
    assert made.query == f"q=fjell&tags={tag.pk}"


def test_status_order_and_columns_are_part_of_it(as_kari):
    save(as_kari, "status=all&sort=name&columns=in_progress&columns=nonsense", shared="on")
    made = SavedFilter.objects.get()
    assert made.shared
    assert made.query == "status=all&sort=name&columns=in_progress"


def test_the_dialog_says_what_is_kept_and_is_a_page_too(as_kari):
    TagFactory(name="Kommune", pk=7)
    for headers in (None, HTMX):
        page = as_kari.get(f"{URL}new/?tags=7", headers=headers).content.decode()
        assert 'name="query" value="tags=7"' in page
        assert "Kommune" in page
    assert "<html" in as_kari.get(f"{URL}new/?tags=7").content.decode()


@pytest.mark.parametrize("name", ["", "   ", "x" * 101])
def test_a_name_is_asked_for_and_what_was_typed_stays(as_kari, name):
    response = save(as_kari, "q=fjell", name, shared="on")
    assert response.status_code == 422
    page = response.content.decode()
    assert 'value="q=fjell"' in page
    assert "checked" in page
    assert not SavedFilter.objects.exists()


@pytest.mark.parametrize("again", ["Årets", "årets", "  ÅRETS "])
def test_a_name_is_taken_whatever_its_case_but_only_for_its_owner(as_kari, kari, again):
    kept(kari, name="Årets")
    response = save(as_kari, "q=x", again)
    assert response.status_code == 422
    assert "You have a filter with this name already." in response.content.decode()
    kept(UserFactory(), name="Årets")
    with pytest.raises(IntegrityError), transaction.atomic():
        kept(kari, name=again.strip())


def test_what_is_too_long_for_an_address_is_refused(as_kari):
    response = save(as_kari, f"q={'x' * 2100}")
    assert response.status_code == 422
    assert "too long" in response.content.decode()


@pytest.mark.django_db(transaction=True)
def test_two_windows_that_save_one_name_at_once_keep_one(kari):
    clients = [signed_in(kari), signed_in(kari)]
    answers = at_once(2, lambda n: save(clients[n], "q=x", "Samme").status_code)
    assert sorted(answers) == [302, 422]
    assert SavedFilter.objects.count() == 1


# Using


def test_own_ones_come_first_then_shared_ones_with_their_owner(kari, per):
    kept(kari, name="Åsane")
    kept(kari, name="bergen", shared=True)
    kept(per, name="Alta", shared=True)
    kept(per, name="Hemmelig")
    found = [(one.name, one.owner, one.shared) for one in menu(kari)]
    assert found == [
        ("bergen", "", True), ("Åsane", "", False), ("Alta", "Per Haugen", True),
    ]  # fmt: skip
    assert [one.name for one in menu(per)] == ["Alta", "Hemmelig", "bergen"]


def test_the_one_that_the_address_shows_is_marked(as_kari, kari):
    one, two = TagFactory(), TagFactory()
    kept(kari, f"tags={one.pk}&tags={two.pk}", name="Begge")
    kept(kari, "status=all", name="Alle")

    def marked(query):
        return [one.name for one in menu(kari, query) if one.is_current]

    assert marked(f"tags={two.pk}&tags={one.pk}") == ["Begge"]
    assert marked(f"tags={two.pk}&tags={one.pk}&after=1&row=51") == ["Begge"]
    assert marked(f"tags={two.pk}&tags={one.pk}&match=all") == []
    assert marked("status=all") == ["Alle"]
    assert marked("") == []
    CustomerFactory()
    page = as_kari.get("/customers/?status=all").content.decode()
    assert "<strong>Alle</strong>" in page


def test_the_menu_follows_what_htmx_asks_for(as_kari, kari):
    kept(kari, "q=fjell", name="Fjellene")
    CustomerFactory(name="Fjell AS")
    fragment = as_kari.get("/customers/?q=fjell", headers=HTMX).content.decode()
    assert 'hx-swap-oob="innerHTML:#saved"' in fragment
    assert "<strong>Fjellene</strong>" in fragment


def test_a_removed_tag_is_left_out_as_the_overview_does(as_kari, kari):
    tag = TagFactory()
    kept(kari, f"q=fjell&tags={tag.pk}", name="Med etikett")
    tag.delete()
    [one] = menu(kari, "q=fjell")
    assert one.is_current
    CustomerFactory(name="Fjell AS")
    page = as_kari.get(one.url).content.decode()
    assert "Fjell AS" in page
    assert "Tags: unknown value ignored" in page


def test_a_country_without_customers_makes_sense_all_the_same(kari):
    kept(kari, "country=IS", name="Island")
    [one] = menu(kari, "country=IS")
    assert one.is_current


@pytest.mark.parametrize("query", ["%00%ff", "tags=x&tags=%F0%9F", "status=&sort=%27", "q=%00"])
def test_nonsense_that_was_kept_breaks_nothing(as_kari, kari, query):
    kept(kari, query)
    assert as_kari.get("/customers/").status_code == 200


# Rights


def test_nobody_but_the_owner_changes_it(as_kari, kari, per):
    others = kept(per, name="Hans", shared=True)
    for page in ("", "remove/"):
        url = f"{URL}{others.pk}/{page}"
        assert as_kari.get(url).status_code == 404
        assert as_kari.post(url, {"name": "Min"}).status_code == 404
    CustomerFactory()
    page = as_kari.get("/customers/").content.decode()
    assert "shared by Per Haugen" in page
    assert "Rename Hans" not in page
    others.refresh_from_db()
    assert others.name == "Hans"


def test_the_owner_renames_shares_and_removes(as_kari, kari):
    mine = kept(kari, name="Gammel")
    kept(kari, name="Annen")
    url = f"{URL}{mine.pk}/"
    assert as_kari.post(url, {"name": "annen"}).status_code == 422
    assert as_kari.post(url, {"name": "gammel", "shared": "on"}).status_code == 302
    mine.refresh_from_db()
    assert (mine.name, mine.shared, mine.query) == ("gammel", True, "q=fjell")
    assert "removed for everybody" in as_kari.get(f"{url}remove/").content.decode()
    assert SavedFilter.objects.filter(pk=mine.pk).exists()
    assert as_kari.post(f"{url}remove/").status_code == 302
    assert not SavedFilter.objects.filter(pk=mine.pk).exists()
    assert as_kari.post(url, {"name": "x"}).status_code == 404


def test_who_may_only_look_keeps_filters_too(as_per, per):
    assert save(as_per, "q=fjell").status_code == 302
    assert SavedFilter.objects.get().owner == per


def test_who_may_not_see_money_is_shown_nothing_of_it(as_per, per, kari):
    kept(kari, "status=all&overdue=1&columns=outstanding&columns=in_progress", shared=True)
    owing = CustomerFactory(name="Skylder AS")
    invoice(owing, "100", issued_on=timezone.localdate() - timedelta(days=90))
    CustomerFactory(name="Skylder intet AS")
    [one] = menu(per)
    assert one.url == "/customers/?status=all&columns=in_progress"
    page = as_per.get("/customers/").content.decode()
    for word in ("overdue", "outstanding"):
        assert word not in page.lower()
    assert "Skylder intet AS" in as_per.get(one.url).content.decode()
    [hers] = menu(kari)
    assert "overdue=1" in hers.url
    assert save(as_per, "overdue=1&q=x").status_code == 302
    assert SavedFilter.objects.get(owner=per).query == "q=x"


def test_the_right_to_invoices_brings_its_parameters_back(kari):
    row = kept(kari, "overdue=1", shared=True)
    assert "overdue" not in menu(somebody(without="view_invoice"))[0].url
    row.refresh_from_db()
    assert row.query == "overdue=1"


def test_admins_look_after_all_of_them(kari, anne, as_anne):
    row = kept(kari, name="Kari sin")
    kept(kari, name="Opptatt")
    url = f"/admin/customers/savedfilter/{row.pk}/change/"
    assert as_anne.get("/admin/customers/savedfilter/").status_code == 200
    assert as_anne.post(url, {"name": "OPPTATT"}).status_code == 200
    assert as_anne.post(url, {"name": "Ny"}).status_code == 302
    row.refresh_from_db()
    assert (row.name, row.name_key, row.owner) == ("Ny", "ny", kari)


def test_what_searches_for_a_person_is_told_of(kari):
    person = PersonFactory(name="Åse Ørland")
    row = kept(kari, "q=%C3%A5se+%C3%B8rland", name="x")
    kept(kari, "q=fjell", name="y")
    found = traces.in_free_text(traces.known_of(person))
    assert found["filters"] == [row.pk]
    [told] = traces.mentions(found)
    assert told.places == [("Filter of Kari Lunde", f"/customers/?{row.query}")]


def test_many_saved_filters_take_one_query(kari, django_assert_num_queries):
    for n in range(20):
        kept(UserFactory(), f"q=x{n}", shared=True)
    shown = Overview(QueryDict("tags=1"), kari)
    assert shown.params is not None
    assert Customer.objects.count() == 0
    kari.has_perm("customers.view_customer")
    with django_assert_num_queries(1):
        assert len(saved_filters.menu(kari, shown).rows) == 20
