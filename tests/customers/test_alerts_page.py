"""The page of alerts, the banners on the profile, and the bell in the rail."""

import re
from datetime import date, timedelta

import pytest
from django.utils import timezone

from customers import alerting
from customers.models import Customer
from moment.templatetags.moment import short_date
from registry.models import Alert, Mirror, Watch
from tests.customers.alert_pages import ANSWER, BLOCK, URL, answer, page, plain, rows, text
from tests.customers.telling import DAY, MOVED, customer_of, tell
from tests.factories import CustomerFactory, EntityFactory

pytestmark = pytest.mark.django_db

# What it shows


def test_a_change_is_told_with_customer_old_and_new_value_and_dates(as_kari):
    old = {"postal_address": "Postboks 6", "postal_postcode": "9251", "postal_city": "TROMSØ"}
    customer = customer_of(EntityFactory(**old), number="77", name="Fjell AS", status="potential")
    tell(customer, postal_address="Postboks 17", postal_postcode="9008")
    (row,) = rows(page(as_kari))
    told = timezone.localtime(Alert.objects.get().raised_at)
    assert f"Fjell AS 77 · {plain(customer.formatted_org_number)} Potential" in row
    assert "Postal address Postboks 6, 9251 Tromsø is now Postboks 17, 9008 Tromsø" in row
    assert f"{short_date(DAY)} told today {told:%H:%M}" in row


@pytest.mark.parametrize(
    ("before", "now", "told"),
    [
        ({}, {"bankrupt": True, "bankrupt_on": date(2026, 11, 19)}, "Bankrupt since 19 Nov"),
        ({"bankrupt": True}, {"bankrupt": False}, "No longer bankrupt"),
        ({}, {"compulsory_dissolution": True}, "Compulsory dissolution since 20 Nov"),
        ({"compulsory_dissolution": True}, {"compulsory_dissolution": False}, "No longer being"),
        ({}, {"winding_up": True}, "Being wound up since 20 Nov"),
        ({}, {"deleted_on": date(2026, 11, 18)}, "Deleted from the register 18 Nov"),
        ({"deleted_on": date(2026, 1, 2)}, {"deleted_on": None}, "In the register again"),
        ({}, {"merger": "Overdragende i fusjon"}, "Merger Overdragende i fusjon"),
        ({"name": "FJELL AS"}, {"name": "VIDDE AS"}, "Name Fjell AS is now Vidde AS"),
        ({"form_code": "AS"}, {"form_code": "ASA"}, "AS is now ASA"),
        ({}, {"vat_registered": True}, "Registered for VAT"),
        (MOVED, dict.fromkeys(MOVED, ""), "Postboks 17, 9008 Tromsø is now none"),
        (
            {"industry_code": "71.121"},
            {"industry_code": "71.129", "industry_name": "Annen konsulent"},
            "Industry 71.121 is now 71.129 Annen konsulent",
        ),
    ],
)
def test_each_kind_in_words(as_kari, before, now, told):
    customer = customer_of(EntityFactory(**before))
    (alert,) = tell(customer, **now)
    Alert.objects.update(changed_on=alert.changed_on.replace(year=timezone.localdate().year))
    assert told in rows(page(as_kari))[0]


def test_a_new_owner_is_told_by_name(as_kari):
    owner, buyer = EntityFactory(name="FJELL AS"), EntityFactory(name="VIDDE AS")
    shop = EntityFactory(kind="sub", parent_org_number=owner.org_number)
    tell(customer_of(shop), parent_org_number=buyer.org_number)
    (row,) = rows(page(as_kari))
    before, now = plain(owner.formatted_number), plain(buyer.formatted_number)
    assert f"Fjell AS {before} is now Vidde AS {now}" in row


def test_only_open_alerts_of_customers_are_shown_the_newest_first(as_kari, kari):
    for n, name in enumerate(("Først AS", "Sist AS")):
        (alert,) = tell(customer_of(name=name), vat_registered=True)
        Alert.objects.filter(pk=alert.pk).update(raised_at=timezone.now() - timedelta(hours=5 - n))
    Alert.objects.create(org_number="999999999", kind="vat", new="1", changed_on="2026-11-20")
    answer(as_kari, "note", tell(customer_of(name="Ferdig AS"), vat_registered=True)[0])
    shown = rows(page(as_kari))
    assert [name for row in shown for name in ("Først", "Sist", "Ferdig") if name in row] == [
        "Sist",
        "Først",
    ]


def test_customers_who_share_a_number_stand_in_one_row(as_kari):
    customer = customer_of(number="10", name="Fjell AS")
    CustomerFactory(number="9", org_number=customer.org_number, name="Fjell AS avd. Nord")
    CustomerFactory(number="11", org_number=customer.org_number, name="Svensk AB", country="SE")
    tell(customer, vat_registered=True)
    (row,) = rows(page(as_kari))
    assert row.index("Fjell AS avd. Nord") < row.index("10 ·")
    assert "Svensk" not in row


def test_names_are_only_text(as_kari):
    customer = customer_of(number="77", name="<script>alert(1)</script>")
    tell(customer, name="<img src=x onerror=alert(2)>", bankrupt=True)
    for url in (URL, "/customers/77/"):
        html = page(as_kari, url)
        assert "<script>alert(1)" not in html
        assert "<img src=x" not in html
        assert "&lt;img src=x onerror=alert(2)&gt;" in html
    bankrupt = Alert.objects.get(kind="bankrupt")
    assert "&lt;script&gt;" in page(as_kari, f"{BLOCK}?alert={alerting.name_of(bankrupt)}")


# Narrowing, and page by page


def test_kinds_are_counted_and_chosen(as_kari):
    tell(customer_of(name="Fjell AS"), name="VIDDE AS", bankrupt=True)
    tell(customer_of(name="Dal AS"), bankrupt=True)
    html = page(as_kari)
    kinds = text(html[html.index('class="kinds"') : html.index('class="card')])
    assert "All Bankruptcy 2 Name 1" in kinds
    html = page(as_kari, f"{URL}?kind=name")
    assert len(rows(html)) == 1
    assert f'action="{ANSWER}?kind=name"' in html


@pytest.mark.parametrize("query", ["kind=x", "state=x", "older=x", "older=" + "9" * 30, "older=0"])
def test_parameters_that_make_no_sense_are_left_out(as_kari, query):
    tell(customer_of(), vat_registered=True)
    assert len(rows(page(as_kari, f"{URL}?{query}"))) == 1


def many(count: int) -> None:
    customer_of(name="Fjell AS", org_number="999999999")
    Watch.objects.get_or_create(pk="999999999")
    Alert.objects.bulk_create(
        Alert(
            org_number="999999999", kind="vat", new="1", changed_on="2026-11-20",
            handled_at=timezone.now() - timedelta(hours=n // 3), answer="noted",
        )
        for n in range(count)
    )  # fmt: skip


def test_all_alerts_are_met_once_page_by_page(as_kari):
    many(120)
    seen, url = [], f"{URL}?state=handled"
    while url:
        shown = as_kari.get(url).context["alerts"]
        seen += [row.alert.pk for row in shown.rows]
        url = shown.older_url
    assert len(seen) == len(set(seen)) == 120
    times = dict(Alert.objects.values_list("pk", "handled_at"))
    assert seen == sorted(seen, key=lambda pk: (times[pk], pk), reverse=True)


def test_behind_the_last_there_is_a_way_back(as_kari):
    many(2)
    last = Alert.objects.earliest("handled_at", "pk")
    html = page(as_kari, f"{URL}?state=handled&older={last.pk}")
    assert "No older ones" in html
    assert f'href="{URL}?state=handled"' in html


def test_handled_ones_say_who_when_and_how(as_kari, kari):
    customer = customer_of(name="Fjell AS")
    for alert, act in zip(
        tell(customer, name="VIDDE AS", bankrupt=True, **MOVED), ("block", "take", "keep"),
        strict=True,
    ):  # fmt: skip
        answer(as_kari, act, alert)
    last, middle, first = rows(page(as_kari, f"{URL}?state=handled"))
    assert "Ours kept Kari Lunde Today" in last
    assert "New value taken Kari Lunde" in middle
    assert "Status changed Kari Lunde" in first


def test_with_nothing_open_it_says_what_would_be_here_and_since_when(as_kari):
    html = text(page(as_kari))
    assert "Nothing new in the register" in html
    assert "No customer has a Norwegian reg. no. to watch yet." in html
    assert "The register's changes have not been read yet." in html.replace("&#x27;", "'")
    customer_of()
    Mirror.objects.create(kind="legal", updated_at=timezone.now() - timedelta(days=1))
    html = text(page(as_kari))
    assert "watched since today" in html
    assert "The register was last read yesterday at" in html


# The profile


def banners(html: str) -> str:
    start = html.index('id="alerts"')
    return html[start : html.index('class="profile"', start)]


def test_the_profile_shows_what_is_open_the_gravest_first(as_kari):
    customer = customer_of(number="77", name="Fjell AS")
    tell(customer, **MOVED)
    (alert, _bankrupt) = tell(customer, bankrupt=True)
    shown = banners(page(as_kari, "/customers/77/"))
    said = text(shown)
    assert said.index("Bankrupt since") < said.index("Postal address is now")
    assert shown.count("banner--bad") == 1
    assert "Postboks 17, 9008 Tromsø" in said
    assert "Use the new address" in said
    assert "Keep ours" in said
    assert "Block the customer…" in said
    response = answer(as_kari, "take", alert, "customer=77")
    assert response["Location"] == "/customers/77/"
    assert "Postal" not in banners(page(as_kari, "/customers/77/"))


def test_others_of_the_same_company_are_named(as_kari):
    customer = customer_of(number="77", name="Fjell AS")
    CustomerFactory(number="78", name="Fjell AS avd. Nord", org_number=customer.org_number)
    tell(customer, **MOVED)
    assert "78 Fjell AS avd. Nord" in text(banners(page(as_kari, "/customers/77/")))


def test_a_foreign_customer_with_the_same_digits_has_no_banner(as_kari):
    customer = customer_of(number="77")
    CustomerFactory(number="78", org_number=customer.org_number, country="SE")
    tell(customer, **MOVED)
    assert "banner" not in banners(page(as_kari, "/customers/78/")).replace("banners", "")


def test_the_way_back_leads_to_a_customer_one_may_see(as_kari):
    assert as_kari.post(f"{ANSWER}?customer=78", {}).status_code == 404


# Rights


def test_who_may_look_sees_all_of_it_and_no_buttons(as_per):
    customer = customer_of(number="77", name="Fjell AS")
    (bankrupt, _name) = tell(customer, name="VIDDE AS", bankrupt=True)
    for url in (URL, "/customers/77/", f"{URL}?state=handled"):
        html = page(as_per, url)
        assert 'name="do"' not in html
        assert BLOCK not in html
        assert 'type="checkbox"' not in html
    assert "Bankrupt since" in page(as_per)
    assert "Bankrupt since" in banners(page(as_per, "/customers/77/"))
    assert answer(as_per, "block", bankrupt).status_code == 403
    assert as_per.get(f"{BLOCK}?alert={alerting.name_of(bankrupt)}").status_code == 403
    assert Alert.objects.open().count() == 2
    assert Customer.objects.get().status == "active"


# The rail


def rail(html: str) -> str:
    link = html[html.index('id="rail-alerts"') :]
    return text(link[link.index(">") + 1 : link.index("</a>")])


def test_the_rail_counts_open_alerts_on_every_page(as_kari):
    tell(customer_of(number="77"), name="VIDDE AS", bankrupt=True)
    for url in (URL, "/customers/", "/customers/77/", "/customers/new/"):
        assert rail(page(as_kari, url)) == "Alerts 2"


def test_with_none_open_the_rail_counts_nothing_and_marks_where_one_is(as_kari):
    html = page(as_kari)
    assert rail(html) == "Alerts"
    assert re.search(r'id="rail-alerts" aria-current="page"', html)
    assert html.count("aria-current") == 3  # the rail, the state, and the language
    elsewhere = page(as_kari, "/customers/")
    assert not re.search(r'id="rail-alerts" aria-current', elsewhere)


def test_without_the_right_to_see_customers_there_is_no_bell(as_ola):
    response = as_ola.get("/customers/")
    assert response.status_code == 403
    assert b"rail-alerts" not in response.content
