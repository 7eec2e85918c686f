"""Readiness for electronic invoices: the numbers add up, and each opens its list."""

import re
from datetime import UTC, datetime
from io import BytesIO
from itertools import product
from random import Random
from urllib.parse import urlsplit

import openpyxl
import pytest
from django.http import QueryDict

from customers import counts
from customers.einvoicing import Standing
from customers.models import Customer
from customers.overview import Overview
from customers.readiness import BAR, Readiness, percent
from moment.models import CompanySettings
from registry.models import Reachability
from tests.factories import CustomerFactory, org_number
from tests.reaching import SMP, customer, kept

pytestmark = pytest.mark.django_db
URL = "/customers/einvoicing/"
STATUSES = Customer.Status.values
REACHES = ["yes", "no", "failed", "waiting", "never", "none", "elsewhere"]


def words(client, url: str = URL) -> str:
    """Return what stands on the page, with one blank between words."""
    html = client.get(url).content.decode()
    main = html[html.index('<main id="main"') : html.index("</main>")]
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())


def fill(seed: int) -> None:
    """Make customers of every kind that there can be, each some times."""
    times = Random(seed)
    customers, answers = [], []
    kinds = product(["NO", "SE"], STATUSES, ["", "ehf", "email", "letter"], REACHES)
    for country, status, kind, reach in kinds:
        for _ in range(times.randint(0, 3)):
            n = len(customers)
            number = "" if reach == "none" else org_number(n)
            if reach == "elsewhere":
                answers.append(kept(number, "yes", scheme="9908"))
            elif reach not in ("none", "never"):
                answers.append(kept(number, reach))
            customers.append(
                Customer(
                    number=str(n), name=f"Kunde {n}", country=country, status=status,
                    invoice_type=kind, org_number=number,
                )
            )  # fmt: skip
    Customer.objects.bulk_create(customers)
    Reachability.objects.bulk_create(answers)


def overview_of(url: str, user) -> Overview:
    return Overview(QueryDict(urlsplit(url).query), user)


def shown_by(overview: Overview) -> set[int]:
    """Return the keys of all that an overview shows."""
    found = overview.filter.found(walking=True)
    if overview.status != "all":
        found = found.filter(status=overview.status)
    return set(found.values_list("pk", flat=True))


# The numbers


@pytest.mark.parametrize("standard", ["ehf", "email", "letter"])
@pytest.mark.parametrize("seed", [1, 2])
def test_the_page_adds_up_and_each_number_opens_its_customers(kari, standard, seed):
    fill(seed)
    CompanySettings.objects.create(pk=1, invoice_type=standard)
    for status in ("all", *STATUSES):
        readiness = Readiness(QueryDict(f"status={status}"), kari)
        norwegian = Customer.objects.filter(country="NO")
        if status != "all":
            norwegian = norwegian.filter(status=status)
        seen: list[int] = []
        for group in readiness.groups:
            overview = overview_of(group.url, kari)
            assert overview.filter.dropped == []
            assert overview.total == group.count
            seen += shown_by(overview)
        assert sorted(seen) == sorted(norwegian.values_list("pk", flat=True))
        assert readiness.total == len(seen) == sum(group.count for group in readiness.groups)
        assert overview_of(readiness.receiving_url, kari).total == readiness.receiving
        warned = [group for group in readiness.groups if group.set_to_ehf]
        assert {group.standing for group in warned} <= {Standing.UNREACHABLE, Standing.NO_NUMBER}
        for group in warned:
            overview = overview_of(group.set_to_ehf_url, kari)
            assert overview.total == group.set_to_ehf
        assert len(readiness.page.rows) == min(readiness.switchable, 50)


@pytest.mark.parametrize("seed", [3, 4])
def test_the_bar_is_full_and_its_parts_follow_each_other(kari, seed):
    fill(seed)
    end = 0
    for group in Readiness(QueryDict("status=all"), kari).groups:
        assert int(group.start) == end
        end += int(group.width)
    assert end == BAR


def test_what_each_kind_of_customer_counts_as(kari):
    customer("yes", invoice_type="ehf")
    for reach in ("yes", "no", "failed", "waiting", "never", "none"):
        customer(reach, invoice_type="email")
    customer("no", invoice_type="ehf")
    CustomerFactory(country="SE")
    readiness = Readiness(QueryDict(), kari)
    assert {group.standing.value: group.count for group in readiness.groups} == {
        "gets": 1, "switchable": 1, "unreachable": 2, "unknown": 3, "no_number": 1,
    }  # fmt: skip
    assert readiness.total == 8
    assert readiness.receiving == 2
    assert readiness.failed == 1
    assert [group.set_to_ehf for group in readiness.groups] == [0, 0, 1, 0, 0]


def test_who_has_no_choice_follows_the_company(kari):
    customer("yes", invoice_type="")
    assert Readiness(QueryDict(), kari).switchable == 1
    CompanySettings.objects.create(pk=1, invoice_type="ehf")
    assert Readiness(QueryDict(), kari).getting == 1


def test_a_certain_answer_stands_though_an_attempt_failed_since(kari):
    one = customer("yes")
    Reachability.objects.filter(identifier=one.org_number).update(
        failed_at=datetime(2026, 11, 1, tzinfo=UTC)
    )
    readiness = Readiness(QueryDict(), kari)
    assert (readiness.switchable, readiness.failed) == (1, 0)


def test_shares_are_never_rounded_to_none_or_all():
    assert [percent(*of) for of in ((0, 0), (0, 9), (1, 1000), (1, 2), (999, 1000), (7, 7))] == [
        0, 0, 1, 50, 99, 100,
    ]  # fmt: skip


def test_with_many_customers_the_numbers_are_kept_for_a_moment_and_switching_renews_them(
    kari, as_kari, monkeypatch, django_capture_on_commit_callbacks
):
    monkeypatch.setattr(counts, "LIMIT", 2)
    for _ in range(3):
        customer("yes")
    assert Readiness(QueryDict(), kari).switchable == 3
    Customer.objects.filter(pk=Customer.objects.first().pk).update(invoice_type="ehf")
    assert Readiness(QueryDict(), kari).switchable == 3
    with django_capture_on_commit_callbacks(execute=True):
        as_kari.post(f"{URL}switch/", {"all": "1"})
    assert Readiness(QueryDict(), kari).getting == 3


# The page


def test_the_page_says_how_it_stands_and_why_it_matters(as_kari):
    customer("yes", invoice_type="ehf")
    customer("yes", invoice_type="letter", name="Fjell AS")
    customer("no", invoice_type="ehf")
    customer("never")
    text = words(as_kari)
    assert "From 1 January 2027" in text
    assert "2 of 4 Norwegian customers can receive EHF" in text
    assert "Get EHF today 1 25%" in text
    assert "Could be switched now 1 25%" in text
    assert "Cannot receive EHF 1 25%" in text
    assert "1 is set to EHF, which would not arrive" in text
    assert "Not known yet 1 25%" in text
    assert "No reg. no. 0 0%" in text
    assert re.search(
        r"Fjell AS \d{3} \d{3} \d{3} Letter smp\.vardefjord\.example checked today", text
    )


def test_the_tabs_show_other_statuses(as_kari):
    customer("yes")
    customer("no", status="blocked")
    assert "All 2 Active 1 Potential 0 Inactive 0 Blocked 1" in words(as_kari)
    assert "Cannot receive EHF 1 100%" in words(as_kari, f"{URL}?status=blocked")
    assert words(as_kari, f"{URL}?status=nonsense") == words(as_kari)


def test_the_list_is_turned_page_by_page(as_kari):
    for n in range(120):
        customer("yes", name=f"Kunde {n:03}")
    names, url = [], URL
    while url:
        page = as_kari.get(url).context["readiness"].page
        names.append([row["name"] for row in page.rows])
        before, url = page.previous_url, page.next_url
    assert [len(some) for some in names] == [50, 50, 20]
    assert [name for some in names for name in some] == [f"Kunde {n:03}" for n in range(120)]
    page = as_kari.get(before).context["readiness"].page
    assert [row["name"] for row in page.rows] == names[1]
    first = as_kari.get(page.previous_url).context["readiness"].page
    assert [row["name"] for row in first.rows] == names[0]
    assert (first.previous_url, first.first_url) == ("", "")


@pytest.mark.parametrize("after", ["99999", "nothing", "x" * 400, "'", ""])
def test_a_page_after_nobody_is_the_first(as_kari, after):
    customer("yes", name="Fjell AS")
    page = as_kari.get(URL, {"after": after}).context["readiness"].page
    assert [row["name"] for row in page.rows] == ["Fjell AS"]


def test_who_may_only_look_sees_no_way_to_switch(as_kari, as_per, as_ola):
    customer("yes", name="Fjell AS")
    for client, may in ((as_kari, True), (as_per, False)):
        html = client.get(URL).content.decode()
        assert "Fjell AS" in html
        assert ("Switch all" in html) is may
        assert ("Switch selected" in html) is may
        assert ('type="checkbox"' in html) is may
    assert as_ola.get(URL).status_code == 403
    assert as_ola.get(f"{URL}export/").status_code == 403


def test_names_are_escaped(as_kari):
    customer("yes", name="<script>alert(1)</script>")
    for url in (URL, f"{URL}switch/?all=1"):
        assert "<script>alert" not in as_kari.get(url).content.decode()


def test_numbers_from_a_thousand_are_grouped(as_kari):
    Customer.objects.bulk_create(Customer(number=str(n), name=f"K {n}") for n in range(1234))
    assert "No reg. no. 1,234 100%" in words(as_kari)


# When there is little to show


def test_without_customers_the_page_says_what_it_will_tell(as_kari):
    CustomerFactory(country="SE")
    text = words(as_kari)
    assert "No Norwegian customers here" in text
    assert "XLSX" not in text


def test_customers_of_another_status_are_pointed_to(as_kari):
    customer("yes", status="potential")
    assert "But there are some elsewhere: 1 potential" in words(as_kari)


def test_before_the_first_check_the_page_says_who_waits_for_what(as_kari):
    customer("never")
    customer("waiting")
    text = words(as_kari)
    assert "No reg. no. has been checked yet." in text
    assert "manage.py registry_peppol" in text
    assert "2 customers wait for an answer." in text
    customer("no")
    assert "has been checked yet" not in words(as_kari)


def test_attempts_in_vain_are_told_apart_from_waiting(as_kari):
    customer("yes")
    customer("failed")
    customer("never")
    assert "1 was asked for in vain; the rest wait for the nightly check." in words(as_kari)


def test_when_all_who_can_receive_ehf_get_it_there_is_nobody_to_switch(as_kari):
    customer("yes", invoice_type="ehf")
    text = words(as_kari)
    assert "Nobody to switch Everyone who can receive EHF gets it." in text
    assert "Switch all" not in text


# The spreadsheet


def sheet_of(client, query: str = "") -> tuple:
    response = client.get(f"{URL}export/{query}")
    assert response.status_code == 200
    content = b"".join(response.streaming_content)
    return response, openpyxl.load_workbook(BytesIO(content)).active


def test_the_spreadsheet_holds_every_norwegian_customer_of_the_status(as_kari):
    Customer.objects.bulk_create(
        Customer(number=str(n), name=f"Kunde {n}", org_number="") for n in range(2100)
    )
    customer("yes", status="blocked")
    CustomerFactory(country="SE")
    _response, sheet = sheet_of(as_kari)
    assert [row[0] for row in sheet.iter_rows(min_row=2, values_only=True)] == [
        str(n) for n in range(2100)
    ]
    assert sheet_of(as_kari, "?status=all")[1].max_row == 2102
    assert sheet_of(as_kari, "?status=blocked")[1].max_row == 2


def test_a_row_tells_what_is_known(as_kari):
    at = datetime(2026, 11, 19, 5, 30, 12, tzinfo=UTC)
    CustomerFactory(
        number="7", name="=HYPERLINK(1)", org_number="211111118", email="a@fjell.example",
        invoice_email="faktura@fjell.example", invoice_type="letter",
    )  # fmt: skip
    kept("211111118", "yes", credit_note=False, checked_at=at).save()
    CustomerFactory(number="8", name="Vidde AS", org_number="", email="b@vidde.example")
    customer("failed", number="9", name="Ås AS", invoice_type="ehf")
    _response, sheet = sheet_of(as_kari)
    headings, first, second, third = sheet.iter_rows(values_only=True)
    assert headings == (
        "Number", "Name", "Company reg. no.", "Status", "E-mail for invoices", "Invoice type",
        "Can receive EHF invoice", "Can receive EHF credit note", "SMP", "Checked", "Group",
    )  # fmt: skip
    assert first == (
        "7", "=HYPERLINK(1)", "211111118", "Active", "faktura@fjell.example", "Letter",
        "Yes", "No", SMP, datetime(2026, 11, 19, 6, 30, 12), "Could be switched now",
    )  # fmt: skip
    assert second == (
        "8", "Vidde AS", None, "Active", "b@vidde.example", "E-mail",
        None, None, None, None, "No reg. no.",
    )  # fmt: skip
    assert third[5:] == ("EHF", "Not known", "Not known", None, None, "Not known yet")
    assert [sheet[cell].data_type for cell in ("A2", "B2", "C2")] == ["s"] * 3
    assert sheet["J2"].is_date


def test_the_groups_of_the_spreadsheet_are_those_of_the_page(as_kari, kari):
    fill(5)
    _response, sheet = sheet_of(as_kari, "?status=all")
    listed = [row[-1] for row in sheet.iter_rows(min_row=2, values_only=True)]
    for group in Readiness(QueryDict("status=all"), kari).groups:
        assert listed.count(group.label) == group.count


def test_the_spreadsheet_is_a_download_that_no_browser_takes_for_a_page(as_kari):
    response, sheet = sheet_of(as_kari, "?status=blocked")
    assert re.fullmatch(
        r'attachment; filename="e-invoicing-blocked-\d{4}-\d\d-\d\d\.xlsx"',
        response["Content-Disposition"],
    )
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Type"].endswith("spreadsheetml.sheet")
    assert sheet.freeze_panes == "A2"
    assert sheet.max_row == 1
