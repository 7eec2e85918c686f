"""The page that merges, given what makes no sense, or what changed meanwhile."""

import pytest
from django.urls import reverse

from customers import merging
from customers.merging import making
from customers.models import Customer, DuplicatePair, Merge, UsedNumber
from tests.conftest import signed_in
from tests.customers.test_merge_page import URL, page_fields, question, row, text_of, tree_of
from tests.factories import CustomerFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def town(db):
    return CustomerFactory(number="1040", name="Tromsø kommune", org_number="212345679")


@pytest.fixture
def works(db):
    return CustomerFactory(number="1028", name="Tromsø Kommune – Bygg", phone="77 00 00 00")


def ticked(response) -> list[str]:
    return tree_of(response).xpath("//input[@name='with'][@checked]/@value")


def offered(response) -> list[str]:
    return tree_of(response).xpath("//input[@name='with'][@type='checkbox']/@value")


# Whom


def test_without_another_one_chooses_whom_likely_duplicates_first(as_kari, town, works):
    other = CustomerFactory(number="1031", name="Tromsoe kommune")
    apart = CustomerFactory(number="1032", name="Tromsø kommunale")
    found = {"evidence": [["email", 100]]}
    DuplicatePair.objects.all().delete()
    DuplicatePair.objects.create(first=town, second=other, score=71, **found)
    DuplicatePair.objects.create(first=town, second=works, score=92, **found)
    DuplicatePair.objects.create(
        first=town, second=apart, score=99, dismissed_by=UserFactory(), dismissed_at=town.created_at
    )
    response = as_kari.get(URL)
    assert offered(response) == ["1028", "1031"]
    assert "92 same e-mail" in text_of(response)


@pytest.mark.parametrize("question", ["bygg", "1028", "tromsø bygg"])
def test_others_are_found_by_name_and_number(as_kari, town, works, question):
    assert offered(as_kari.get(URL, {"choose": "1", "q": question})) == ["1028"]


def test_others_are_found_by_their_reg_no(as_kari, town):
    CustomerFactory(number="1031", org_number="212345679")
    assert offered(as_kari.get(URL, {"choose": "1", "q": "212 345 679"})) == ["1031"]


def test_what_is_ticked_stays_so_while_one_searches(as_kari, town, works):
    CustomerFactory(number="1031", name="Vidde AS")
    asked = {"choose": "1", "q": "vidde", "with": "1028"}
    response = as_kari.get(URL, asked, headers={"HX-Request": "true"})
    assert b"<html" not in response.content
    assert (ticked(response), offered(response)) == (["1028"], ["1028", "1031"])


def test_a_search_that_finds_nothing_says_so(as_kari, town):
    assert "No other customer is found by “ukjent”." in text_of(as_kari.get(URL, {"q": "ukjent"}))


# Numbers that make no sense


@pytest.mark.parametrize("number", ["9999", "abc", "\x00", "' OR 1=1", "1" * 500, "１０２８", "-1"])
def test_a_number_of_nobody_is_said_and_left_out(as_kari, town, works, number):
    response = as_kari.get(URL, {"with": [number, "1028"]})
    assert response.status_code == 200
    assert "There is no customer with the number" in text_of(response)
    assert "Merge 1028 into 1040" in text_of(response)
    assert as_kari.get(URL, {"with": number}).status_code == 200


def test_the_same_number_twice_is_one_customer(as_kari, town, works):
    response = as_kari.get(URL, {"with": ["1028", "1028", " 1028 "]})
    assert "Merge 1028 into 1040" in text_of(response)


def test_a_customer_is_not_merged_with_itself(as_kari, town):
    UsedNumber.objects.create(number="1012", customer=town)
    for number, told in {
        "1040": "1040 Tromsø kommune cannot be merged with itself",
        "1012": "The number 1012 belongs to 1040 Tromsø kommune by now.",
    }.items():
        response = as_kari.get(URL, {"with": number})
        assert (response.status_code, offered(response)) == (200, [])
        assert told in text_of(response)
        posted = as_kari.post(URL, {"with": number, f"seen-{town.pk}": town.version})
        assert posted.status_code == 422
        assert told in text_of(posted)


def test_a_former_number_means_the_customer_that_it_leads_to(as_kari, kari, town, works):
    old = CustomerFactory(number="1007")
    merging.merge(works.pk, [old.pk], by=kari)
    response = as_kari.get(URL, {"with": ["1007", "1028"]})
    assert "The number 1007 belongs to 1028" in text_of(response)
    assert "Merge 1028 into 1040" in text_of(response)


def test_the_page_of_a_former_number_leads_on_with_all_that_was_chosen(as_kari, town, works):
    UsedNumber.objects.create(number="1012", customer=town)
    response = as_kari.get("/customers/1012/merge/?with=1028&chosen-name=7")
    assert response["Location"] == f"{URL}?with=1028&chosen-name=7"
    assert as_kari.get("/customers/1012/merge/")["Location"] == URL


@pytest.mark.parametrize(
    "junk",
    [
        {"chosen-name": "x"},
        {"chosen-name": "9" * 30},
        {"chosen-nothing": "1", "decided-nothing": "1"},
        {"seen-x": "1", "seen-1": "x", "since": "x", "since-": ""},
        {"since": "9" * 30},
        {"ask": "", "choose": ""},
    ],
)
def test_choices_that_make_no_sense_are_left_out(as_kari, town, works, junk):
    assert as_kari.get(URL, {"with": "1028"} | junk).status_code == 200
    assert as_kari.get(URL, {"with": "1028", "ask": "1"} | junk).status_code == 200
    assert as_kari.post(URL, {"with": "1028"} | junk).status_code == 422
    assert not Merge.objects.exists()


def test_posting_nothing_merges_nothing(as_kari, town):
    response = as_kari.post(URL)
    assert response.status_code == 422
    assert "Choose from 2 to 10 customers." in text_of(response)


# Too many


def test_more_than_ten_are_not_cut_but_asked_about(as_kari, town):
    numbers = [CustomerFactory().number for _n in range(50)]
    response = as_kari.get(URL, {"with": numbers})
    assert (offered(response), ticked(response)) == (numbers, [])
    assert "You selected 51, and nothing is merged." in text_of(response)
    asked = as_kari.get(URL, {"with": numbers, "ask": "1"}, follow=True)
    assert offered(asked) == numbers
    posted = as_kari.post(URL, {"with": numbers})
    assert (posted.status_code, offered(posted)) == (422, numbers)
    selected = as_kari.get("/customers/merge/", {"with": numbers})
    assert len(offered(selected)) == 49
    assert "Choose from 2 to 10 customers." in text_of(selected)


def test_ten_are_merged_at_once(as_kari, town):
    numbers = [CustomerFactory().number for _n in range(9)]
    assert as_kari.post(URL, question(as_kari, *numbers)).status_code == 302
    assert Customer.objects.count() == 1


# From a list


def test_a_selection_leads_to_the_page_of_one_of_them(as_kari, works, town):
    CustomerFactory(number="1031", org_number="310000006", status="inactive")
    response = as_kari.get("/customers/merge/", {"with": ["1031", "1028", "1040"]})
    assert response["Location"] == f"{URL}?with=1031&with=1028"


@pytest.mark.parametrize("numbers", [[], ["1040"], ["1040", "1040"], ["1040", "9999"], ["x", ""]])
def test_a_selection_of_fewer_than_two_leads_back(as_kari, town, numbers):
    response = as_kari.get("/customers/merge/", {"with": numbers}, follow=True)
    assert response.redirect_chain == [("/customers/", 302)]
    assert "Select two or more customers to merge them." in response.content.decode()


# Others at the same time


def test_what_somebody_saved_meanwhile_is_told_and_the_choices_are_kept(
    as_kari, per, town, works, kari
):
    post = question(as_kari, "1028", **{"chosen-name": [str(works.pk)]})
    clerk = UserFactory(
        first_name="Nora", last_name="Vik", roles=["View customers", "Administer customer details"]
    )
    as_clerk = signed_in(clerk)
    edit = page_fields_of_edit(as_clerk, works) | {"phone": "77 11 11 11"}
    assert as_clerk.post("/customers/1028/edit/", edit).status_code == 302
    response = as_kari.post(URL, post)
    assert response.status_code == 422
    told = text_of(response)
    assert "Changed meanwhile by somebody else, so nothing is merged yet." in told
    assert "1028 Tromsø Kommune – Bygg: Customer changed, Nora Vik, Today" in told
    assert "Phone: 77 00 00 00 → 77 11 11 11" in told
    assert row(response, "Name")[1] == ("Tromsø Kommune – Bygg", True)
    (changed,) = tree_of(response).xpath("//td[@data-changed]")
    assert "77 11 11 11" in changed.text_content()
    assert not Merge.objects.exists()
    # Having seen it, one merges.
    asked = as_kari.get(URL, page_fields(response) | {"ask": "1"})
    (form,) = tree_of(asked).xpath("//main//form[contains(@class, 'dialog')]")
    fields: dict = {}
    for name, value in form.form_values():
        fields.setdefault(name, []).append(value)
    assert as_kari.post(URL, fields).status_code == 302
    assert Customer.objects.get().phone == "77 11 11 11"


def page_fields_of_edit(client, customer: Customer) -> dict:
    html = client.get(reverse("customers:edit", args=[customer.number]))
    (form,) = tree_of(html).xpath("//form[contains(@class, 'edit')]")
    return dict(form.form_values())


def test_one_that_became_part_of_another_meanwhile_is_not_merged_unseen(
    as_kari, per, town, works, kari
):
    post = question(as_kari, "1028")
    third = CustomerFactory(number="1031", name="Nordlys AS")
    merging.merge(third.pk, [works.pk], by=kari)
    response = as_kari.post(URL, post)
    assert response.status_code == 422
    assert "The customers are not those that you saw." in text_of(response)
    assert "The number 1028 belongs to 1031 Nordlys AS by now." in text_of(response)
    assert Merge.objects.count() == 1


def test_who_comes_second_is_told_that_they_are_one_already(as_kari, anne, town, works):
    post = question(as_kari, "1028")
    other_way = question(as_kari, "1040", url="/customers/1028/merge/")
    made = merging.merge(town.pk, [works.pk], by=anne)
    for url, fields in ((URL, post), ("/customers/1028/merge/", other_way)):
        response = as_kari.post(url, fields)
        assert response.status_code == 422
        assert "They are one customer already. Anne Dahl merged them today" in text_of(response)
        links = tree_of(response).xpath("//main//*[@role='alert']//a/@href")
        assert links == ["/customers/1040/", f"/customers/merges/{made.pk}/"]
    assert Merge.objects.count() == 1


def test_after_an_undo_the_same_page_merges_again_when_it_was_seen_anew(as_kari, kari, town, works):
    post = question(as_kari, "1028")
    merging.undo(merging.merge(town.pk, [works.pk], by=kari).pk, by=kari)
    assert as_kari.post(URL, post).status_code == 422
    assert as_kari.post(URL, question(as_kari, "1028")).status_code == 302


# Rights


def test_who_may_not_merge_some_of_the_rows_is_told_and_has_no_button(
    as_kari, town, works, monkeypatch
):
    refuse = lambda *_args: ["Your role does not allow it: there are 3 invoices."]  # noqa: E731
    rule = next(rule for _label, rule, _column in making.applied())
    post = question(as_kari, "1028")
    monkeypatch.setattr(type(rule), "refusals", refuse)
    response = as_kari.get(URL, {"with": "1028"})
    assert "there are 3 invoices" in text_of(response)
    assert not tree_of(response).xpath("//button[@name='ask']")
    asked = as_kari.get(URL, {"with": "1028", "ask": "1"})
    assert asked["Location"] == f"{URL}?with=1028"
    posted = as_kari.post(URL, post)
    assert posted.status_code == 422
    assert "Nothing is merged. Your role does not allow it" in text_of(posted)


def test_who_may_look_has_no_link_and_no_page(as_per, as_kari, town, works):
    assert b'/customers/1040/merge/"' in as_kari.get("/customers/1040/").content
    assert b'/customers/1040/merge/"' not in as_per.get("/customers/1040/").content
    for url in (URL, f"{URL}?with=1028", "/customers/merge/?with=1040&with=1028"):
        assert as_per.get(url).status_code == 403
        assert as_per.post(url).status_code == 403
