"""Likely duplicates on their page and on profiles: shown, narrowed, told apart, put back."""

import pytest
from lxml import html

from customers.duplicates import finding, listing, pairs
from customers.models import Customer, DuplicatePair
from tests.conftest import said
from tests.factories import CustomerFactory, EntityFactory

pytestmark = pytest.mark.django_db
URL = "/customers/duplicates/"
HTMX = {"HX-Request": "true"}


def pair(first: Customer, second: Customer, score: int = 90, evidence=None) -> DuplicatePair:
    first, second = sorted((first, second), key=lambda customer: customer.pk)
    return DuplicatePair.objects.create(
        first=first, second=second, score=score, evidence=evidence or [["name", 94]]
    )


def shown(client, query: str = "") -> list[list[str]]:
    """Return the numbers of the customers in each group, as the page has them."""
    tree = html.fromstring(client.get(f"{URL}{query}").content.decode())
    groups = tree.xpath("//section[contains(@class, 'duplicate')]")
    return [
        [cell.text for cell in group.xpath(".//td[contains(@class, 'no ')]")] for group in groups
    ]


@pytest.fixture
def two():
    """Two customers that are likely one, of whom the younger would be kept."""
    old = CustomerFactory(
        number="1028", name="Tromsø Kommune – Bygg", email="post@tromso.example", status="inactive"
    )
    kept = CustomerFactory(number="1040", name="Tromsø kommune", email="Post@tromso.example")
    pair(old, kept, 88, [["email", 100], ["name", 94]])
    return old, kept


# What is shown


def test_a_pair_is_shown_with_its_score_and_why(as_kari, two):
    text = as_kari.get(URL).content.decode()
    tree = html.fromstring(text)
    (group,) = tree.xpath("//section[contains(@class, 'duplicate')]")
    assert "88" in group.xpath("string(.//*[@class='score'])")
    assert group.xpath("string(.//h2)").startswith("same e-mail, name 94\u00a0%")
    # What both have stands out.
    assert [e.text for e in group.xpath(".//*[@class='same']")] == [
        "Post@tromso.example", "post@tromso.example",
    ]  # fmt: skip


def test_merging_leads_to_the_active_one_with_the_other(as_kari, two):
    tree = html.fromstring(as_kari.get(URL).content.decode())
    assert tree.xpath("//a[contains(@href, '/merge/')]/@href") == [
        "/customers/1040/merge/?with=1028"
    ]
    assert shown(as_kari) == [["1040", "1028"]]


def test_customers_in_trouble_are_marked_and_not_proposed_to_be_kept(as_kari):
    bankrupt = EntityFactory(bankrupt=True)
    one = CustomerFactory(number="1", org_number=bankrupt.org_number)
    pair(one, CustomerFactory(number="2"))
    assert "Bankrupt" in as_kari.get(URL).content.decode()
    assert shown(as_kari) == [["2", "1"]]


def test_pairs_that_hang_together_are_one_group(as_kari):
    a, b, c, d, e = (CustomerFactory(number=n) for n in "12345")
    pair(a, b, 70)
    pair(b, c, 80)
    pair(d, e, 75)
    assert shown(as_kari) == [["1", "2", "3"], ["4", "5"]]
    tree = html.fromstring(as_kari.get(URL).content.decode())
    ticks = tree.xpath("//input[@name='with']")
    assert [tick.get("value") for tick in ticks] == ["1", "2", "3"]
    assert all(tick.get("checked") is not None for tick in ticks)
    (form,) = tree.xpath(f"//form[@id='{ticks[0].get('form')}']")
    assert (form.get("method"), form.get("action")) == ("get", "/customers/merge/")


def test_no_group_shows_more_than_can_be_merged_at_once(as_kari):
    first, *others = CustomerFactory.create_batch(14)
    for other in others:
        pair(first, other)
    (group,) = shown(as_kari)
    assert len(group) == 10
    assert "And 4 more" in as_kari.get(URL).content.decode()


def test_pairs_of_merged_customers_are_not_shown(as_kari, two):
    old, kept = two
    Customer.with_merged.filter(pk=old.pk).update(merged_into=kept)
    assert shown(as_kari) == []
    assert pairs.of_customer(kept, as_kari.get(URL).wsgi_request.user) == []


def test_who_may_look_sees_no_actions(as_per, as_ola, two):
    text = as_per.get(URL).content.decode()
    assert "same e-mail, name 94\u00a0%" in text
    assert "Not the same:" not in text
    assert "/merge/" not in text
    assert "/merge/" not in as_per.get("/customers/1040/").content.decode()
    assert as_ola.get(URL).status_code == 403


def test_who_sees_no_customers_sees_no_pairs(ola, two):
    assert list(pairs.visible_to(ola)) == []


def test_an_empty_page_says_what_belongs_there(as_kari):
    text = as_kari.get(URL).content.decode()
    assert "No likely duplicates" in text
    CustomerFactory()
    text = as_kari.get(URL).content.decode()
    assert "1 customer has not been compared" in text
    assert "manage.py find_duplicates" in text
    finding.scan()
    assert "find_duplicates" not in as_kari.get(URL).content.decode()


# Narrowed


@pytest.mark.parametrize(
    ("query", "groups"),
    [
        ("?q=tromso", [["1040", "1028"]]),
        ("?q=1028", [["1040", "1028"]]),
        ("?q=nobody", []),
        ("?evidence=email", [["1040", "1028"]]),
        ("?evidence=bank", [["1", "2"]]),
        ("?evidence=email&evidence=bank", []),
        ("?status=inactive", [["1040", "1028"]]),
        ("?responsible=mine", [["1", "2"]]),
        ("?status=nonsense&page=x&evidence=__&state=%00", [["1040", "1028"], ["1", "2"]]),
        ("?page=99", [["1040", "1028"], ["1", "2"]]),
    ],
)
def test_pairs_are_narrowed_by_their_address(as_kari, kari, two, query, groups):
    mine = CustomerFactory(number="1", responsible=kari)
    pair(mine, CustomerFactory(number="2"), 70, [["bank", 100]])
    assert shown(as_kari, query) == groups
    page = as_kari.get(f"{URL}{query}").content.decode()
    assert ("unknown value ignored" in page) == ("nonsense" in query)


def test_pages_follow_each_other(as_kari, monkeypatch):
    monkeypatch.setattr(listing, "PAGE_SIZE", 2)
    for n in range(5):
        pair(CustomerFactory(number=f"1{n}"), CustomerFactory(number=f"2{n}"), 90 - n)
    assert shown(as_kari) == [["10", "20"], ["11", "21"]]
    assert shown(as_kari, "?page=3") == [["14", "24"]]
    text = as_kari.get(f"{URL}?page=2").content.decode()
    assert 'href="/customers/duplicates/?page=3" rel="next"' in text
    assert "3–4 of 5" in text


def test_too_many_are_cut_and_it_says_so(as_kari, monkeypatch):
    monkeypatch.setattr(listing, "LOOKED_AT", 2)
    for n in range(3):
        pair(CustomerFactory(), CustomerFactory(), 90 - n)
    assert len(shown(as_kari)) == 2
    text = as_kari.get(URL).content.decode()
    assert "the likeliest 2 pairs" in text
    assert "1–2 of 2+" in text


# Told apart, and put back


def test_not_the_same_is_remembered_with_who_and_when(as_kari, kari, two):
    row = DuplicatePair.objects.get()
    response = as_kari.post(f"{URL}{row.pk}/dismiss/?evidence=email")
    assert response["Location"] == f"{URL}?evidence=email"
    assert "1028 and 1040 are told apart" in said(response)
    row.refresh_from_db()
    assert (row.dismissed_by, row.dismissed_at is not None) == (kari, True)
    assert shown(as_kari) == []
    assert shown(as_kari, "?state=dismissed") == [["1040", "1028"]]
    assert "Kari Lunde, today" in as_kari.get(f"{URL}?state=dismissed").content.decode()


def test_it_holds_until_either_changes(as_kari, two):
    finding.scan()
    row = DuplicatePair.objects.get()
    as_kari.post(f"{URL}{row.pk}/dismiss/")
    finding.scan()
    assert shown(as_kari) == []
    old, _kept = two
    old.phone = "77 00 00 01"
    old.save()
    finding.refresh([old.pk])
    assert shown(as_kari) == [["1040", "1028"]]


def test_it_can_be_put_back(as_kari, two):
    row = DuplicatePair.objects.get()
    as_kari.post(f"{URL}{row.pk}/dismiss/")
    response = as_kari.post(f"{URL}{row.pk}/put-back/?state=dismissed")
    assert response["Location"] == f"{URL}?state=dismissed"
    assert shown(as_kari) == [["1040", "1028"]]
    row.refresh_from_db()
    assert (row.dismissed_by, row.dismissed_at, row.dismissed_as) == (None, None, "")


def test_the_first_who_said_so_is_remembered(as_kari, as_anne, kari, two):
    row = DuplicatePair.objects.get()
    for client in (as_kari, as_anne):
        client.post(f"{URL}{row.pk}/dismiss/")
    row.refresh_from_db()
    assert row.dismissed_by == kari


def test_what_is_gone_meanwhile_is_said(as_kari, two):
    row = DuplicatePair.objects.get()
    old, kept = two
    Customer.with_merged.filter(pk=old.pk).update(merged_into=kept)
    for pk in (row.pk, 999_999, 10**18):
        for answer in ("dismiss", "put-back"):
            response = as_kari.post(f"{URL}{pk}/{answer}/")
            assert response.status_code == 302
            assert "no longer likely duplicates" in said(response)
    row.refresh_from_db()
    assert row.dismissed_at is None


def test_only_posting_changes_anything(as_kari, as_per, two):
    row = DuplicatePair.objects.get()
    assert as_kari.get(f"{URL}{row.pk}/dismiss/")["Location"] == URL
    assert as_per.post(f"{URL}{row.pk}/dismiss/").status_code == 403
    row.refresh_from_db()
    assert row.dismissed_at is None


# On the profile


def test_a_profile_hints_at_the_likeliest_three(as_kari, two):
    old, kept = two
    for n, score in enumerate((95, 60, 70)):
        pair(kept, CustomerFactory(number=f"7{n}"), score)
    tree = html.fromstring(as_kari.get("/customers/1040/").content.decode())
    hints = tree.xpath("//div[@class='alike-hint']")
    assert [hint.xpath("string(.//p/a)").split()[0] for hint in hints] == ["70", "1028", "72"]
    assert hints[1].xpath(".//a[contains(@href, 'merge')]/@href") == [
        "/customers/1040/merge/?with=1028"
    ]
    row = DuplicatePair.objects.get(first=old)
    response = as_kari.post(hints[1].xpath(".//button/@formaction")[0])
    assert response["Location"] == "/customers/1040/"
    row.refresh_from_db()
    assert row.dismissed_at is not None


def test_names_are_shown_as_text(as_kari, two):
    Customer.objects.filter(number="1028").update(name="<script>alert(1)</script>")
    for url in (URL, "/customers/1040/"):
        assert "<script>alert" not in as_kari.get(url).content.decode()


@pytest.mark.parametrize(
    ("evidence", "words"),
    [
        ([["email", 100], ["name", 94]], "same e-mail, name 94\u00a0%"),
        ([["org_number", 100], ["name", 100], ["phone", 100]], "same reg. no., name, phone"),
        (
            [["email", 100], ["name", 80], ["address", 100]],
            "same e-mail, name 80\u00a0%, same address",
        ),
        ([["telepathy", 100]], ""),
        ([], ""),
    ],
)
def test_evidence_is_told_in_words(evidence, words):
    assert pairs.reasons_in_words(evidence) == words
