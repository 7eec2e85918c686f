"""An invoice on paper: what was made by the settings in force is what stands there."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from moment.ledger import crediting, documents, finalising
from moment.ledger.models import Invoice, InvoiceLine
from moment.models import BankAccount, CompanySettings
from moment.projects.models import Activity
from tests.factories import (
    CustomerFactory,
    ExpenseFactory,
    ProjectFactory,
    UserFactory,
    org_number,
)
from tests.ledger import papers
from tests.ledger.making import draft
from tests.ledger.papers import text
from tests.ledger.work import approved, drafts, shared

pytestmark = pytest.mark.django_db


@pytest.fixture
def company():
    return papers.company()


def final(made: Invoice) -> Invoice:
    by = UserFactory(is_superuser=True)
    return finalising.finalise(made, version=made.version, by=by)


def add_line(invoice: Invoice, amount: str, code: str = "3", rate: str = "25", **columns) -> None:
    values = {"text": "More", "order": 90, "kind": "other", "sales_account": "3000"}
    InvoiceLine.objects.create(
        invoice=invoice, amount=Decimal(amount), vat_code=code, vat_rate=Decimal(rate),
        **values | columns,
    )  # fmt: skip


def worked(**settings) -> Invoice:
    """Make a draft of two colleagues' hours on two activities, for a customer with settings."""
    project = ProjectFactory(customer=papers.customer(**settings), number="1001", name="Quay")
    design = project.activities.get()
    Activity.objects.filter(pk=design.pk).update(title="Design")
    survey = Activity.objects.create(project=project, number=2, title="Survey")
    nora, jonas = (UserFactory(first_name=name, last_name="Dahl") for name in ("Nora", "Jonas"))
    day = date(2026, 10, 5)
    approved(project, user=nora, day=day, hours=Decimal("7.5"), price=1000, comment="Sketches")
    approved(project, user=nora, day=day, hours=Decimal("0.5"), price=1000)
    later = day + timedelta(2)
    approved(project, user=jonas, day=later, hours=Decimal(4), price=800, activity=survey)
    [made] = drafts(project)
    return made


def test_it_says_who_for_what_and_how_to_pay(company):
    made = worked(
        your_reference="AVD-4410", order_reference="PO-118", contract_reference="R-2024/118",
        line_above_name="ATT.", line_below_name="c/o Accounts", invoice_text="As agreed.\nThanks!",
        invoice_footer="New account soon.", discount=Decimal(10), discount_text="Agreement",
        charge_amount=Decimal(65), charge_text="Fee", credit_terms=14,
    )  # fmt: skip
    made.contact = "Marit Olsen"
    made.issued_on = date(2026, 11, 20)
    made.save()
    found = text(final(made))
    for part in (
        "Fjordvik Rådgivning AS", "Storgata 14 9008 Tromsø NO 918 212 442 MVA, Foretaksregisteret",
        "ATT. Havn og Vei KF c/o Accounts Postboks 17 9291 Tromsø", "Invoice 20001",
        "Invoice date 20 Nov 2026", "Due date 4 Dec 2026", "Terms 14 days net",
        "Customer number 1040", "Your reference AVD-4410", "Order reference PO-118",
        "Contract reference R-2024/118", "Customer contact Marit Olsen", "As agreed. Thanks!",
        "1001 Quay Design 5 Oct 2026 8.0 1,000.00 8,000.00", "Survey 7 Oct 2026 4.0 800.00 3,200",
        "Agreement (10 %) −1,120.00", "Fee 65.00", "Sum excluding VAT 10,145.00",
        "VAT 25 % of 10,145.00 2,536.25", "To pay, NOK 12,681.25",
        "Account 8601.11.17947", "KID 0010400200019", "New account soon.", "Page 1 of 1",
    ):  # fmt: skip
        assert part in found, part
    assert "DRAFT" not in found
    for one in (org_number(2)[:3], org_number(2)[6:]):
        assert one in found


@pytest.mark.parametrize(
    ("language", "says"),
    [
        ("nb", "Faktura 20001|Fakturadato 20. nov. 2026|Sum uten mva. 11 200,00|14 000,00"),
        ("en", "Invoice 20001|Invoice date 20 Nov 2026|Sum excluding VAT 11,200.00|14,000.00"),
    ],
)
def test_it_speaks_the_customers_language_whoever_looks(company, language, says):
    made = worked(language=language)
    made.issued_on = date(2026, 11, 20)
    made.save()
    made = final(made)
    for reader in ("nb", "en-gb"):
        with translation.override(reader):
            found = text(made)
        assert all(one in found for one in says.split("|"))


@pytest.mark.parametrize(
    ("currency", "rate", "amounts", "says"),
    [
        # 25 % of 0.02 is 0.005, 15 % of 0.10 is 0.015, 12 % of 1.125 is 0.135.
        ("NOK", "1", ["0.02", "0.10", "1.13"],
         "VAT 25 % of 0.02 0.01|VAT 15 % of 0.10 0.02|VAT 12 % of 1.13 0.14|To pay, NOK 1.42"),
        ("EUR", "11.5", ["0.10", "0.30", "100.25"],
         "VAT 25 % of 0.10 0.03|VAT 15 % of 0.30 0.05|VAT 12 % of 100.25 12.03|To pay, EUR 112.76|"
         "VAT in NOK 139.27|1 EUR = 11.50 NOK"),
        ("JPY", "0.0689", ["2", "10", "1004"],
         "VAT 25 % of 2.00 1.00|VAT 15 % of 10.00 2.00|VAT 12 % of 1,004.00 120.00|"
         "To pay, JPY 1,139.00|VAT in NOK 8.47|1 JPY = 0.0689 NOK"),
    ],
)  # fmt: skip
def test_each_rate_of_vat_has_its_row_rounded_once(company, currency, rate, amounts, says):
    made = draft(papers.customer(), amounts[0], currency=currency, rate=Decimal(rate))
    add_line(made, amounts[1], "31", "15")
    add_line(made, amounts[2], "33", "12")
    add_line(made, "0", "5", "0")
    made = final(made)
    found = text(made)
    for one in says.split("|"):
        assert one in found
    assert "VAT 0 %: exempt within the VAT Act, of 0.00 0.00" in found
    assert ("VAT in" in found) == (currency != "NOK")
    assert f"{made.gross:,.2f}" in found


def test_a_foreign_customer_pays_to_the_iban_without_vat(company):
    where = {"country": "SE", "postal_postcode": "114 55", "postal_city": "Stockholm"}
    made = draft(papers.customer(**where), "1000", vat_code="52", currency="EUR", rate=11)
    found = text(final(made))
    for part in ("114 55 Stockholm Sweden", "NO93 8601 1117 947", "DNBANOKK",
                 "VAT 0 %: export 0.00", "To pay, EUR 1,000.00", "1 EUR = 11.00 NOK"):  # fmt: skip
        assert part in found
    assert "VAT in NOK" not in found


def test_a_company_without_vat_says_so():
    papers.company(vat_registered=False)
    made = draft(papers.customer())
    made.lines.update(vat_rate=0)
    found = text(final(made))
    assert "No VAT: the seller is not in the VAT register 0.00 To pay, NOK 1,000.00" in found
    assert "MVA" not in found


# Credit notes


def test_a_credit_note_names_its_invoice_and_prints_what_is_given_back(company):
    credited = final(worked(invoice_text=""))
    note = Invoice.objects.create(
        kind="credit_note", customer=credited.customer, credits=credited,
        invoice_settings=credited.invoice_settings | {"hours_specification": "invoice"},
        currency="NOK",
    )  # fmt: skip
    for line in credited.lines.all():
        add_line(note, str(-line.amount), text=line.text, quantity=-line.quantity, kind="work",
                 price=line.price, order=line.order, credited=line)  # fmt: skip
    assert "Credits invoice 20001" in text(note)
    found = text(final(note))
    for part in (
        "Credit note 20002", "Credits invoice 20001", "Design 8.0 1,000.00 8,000.00",
        "Sum excluding VAT 11,200.00", "VAT 25 % of 11,200.00 2,800.00",
        "To your credit, NOK 14,000.00",
    ):  # fmt: skip
        assert part in found
    for part in ("KID", "8601", "To pay", "Due date", "Terms", "-", "Hours specification"):
        assert part not in found.replace("Credit note date", "")


def test_a_credit_note_as_people_make_it_says_the_same(company, kari):
    credited = final(worked())
    made = crediting.draft_credit(credited, parts=None, release=True, by=kari)
    found = text(made)
    assert "Credits invoice 20001" in found
    assert "To your credit, NOK 14,000.00" in found


@pytest.mark.parametrize("then", [True, False])
def test_a_credit_note_has_the_vat_registration_of_its_invoice_as_a_draft_too(kari, then):
    """It came into the VAT register, or left it, since what is credited was invoiced."""
    company = papers.company(vat_registered=then)
    made = draft(papers.customer())
    made.lines.update(vat_rate=25 if then else 0)
    credited = final(made)
    company.vat_registered = not then
    company.save()
    note = crediting.draft_credit(credited, parts=None, release=False, by=kari)
    previewed = text(note)
    for found in (previewed, text(final(note))):
        assert ("918 212 442 MVA" in found) is then
        assert ("the seller is not in the VAT register" in found) is not then
    assert ("918 212 442 MVA" in text(draft(made.customer))) is not then


# Drafts


def test_a_draft_is_marked_on_every_page_and_has_no_number_yet(company):
    made = draft(papers.customer(hours_specification="invoice"), *["10"] * 80)
    found = papers.pages(documents.preview(made))
    assert len(found) > 1
    assert all("DRAFT, not sent. It can still change." in page for page in found)
    assert "KID" not in " ".join(found)
    assert "8601.11.17947" in " ".join(found)
    day = timezone.localdate()
    assert f"Invoice date {day.day} {day:%b %Y}" in found[0]


@pytest.mark.parametrize(("kind", "name"), [("pdf", "PDF"), ("xlsx", "XLSX")])
def test_a_draft_shows_the_hours_that_would_be_attached(company, kind, name):
    made = worked(hours_specification=kind, hours_grouping="entry")
    first, second = papers.pages(documents.preview(made))
    assert f"Attachments • Hours specification, attached as {name}" in first
    assert f"Hours specification, attached as {name} Date Employee" in second
    assert "5 Oct 2026 Nora Dahl Design: Sketches 7.5" in second


def test_a_draft_follows_customer_and_company_and_a_final_one_does_not(company):
    made = draft(papers.customer())
    customer = made.customer
    customer.name, customer.postal_city = "Nytt Navn KF", "Bodø"
    customer.save()
    company.name, company.city = "Nye Fjordvik AS", "Narvik"
    company.save()
    made = Invoice.objects.get(pk=made.pk)
    assert "Nytt Navn KF Postboks 17 9291 Bodø" in text(made)
    made = final(made)
    before = text(made)
    customer.name = "Enda et navn"
    customer.save()
    company.name = "Noe annet AS"
    company.save()
    BankAccount.objects.update(number="15034012341", kid_check="none")
    assert text(Invoice.objects.get(pk=made.pk)) == before
    assert "Nye Fjordvik AS" in before


def test_what_is_missing_is_said_on_a_draft_alone():
    CompanySettings(pk=1, org_number="").save()
    made = draft(papers.customer())
    found = text(made)
    assert "There is no bank account to pay to." in found
    assert "The company's own reg. no. is missing." in found
    CompanySettings.objects.update(org_number="918212442")
    assert "bank account" not in text(final(made))


# Settings


@pytest.mark.parametrize(
    ("grouping", "says"),
    [
        ("project", "1001 Quay 5–7 Oct 2026 12.0 11,200.00"),
        ("activity", "1001 Quay Design 5 Oct 2026 8.0 1,000.00 8,000.00 Survey 7 Oct 2026 4.0"),
        ("employee", "1001 Quay Nora Dahl 5 Oct 2026 8.0 1,000.00 8,000.00 Jonas Dahl 7 Oct 2026"),
        ("role", "1001 Quay Without a role 5–7 Oct 2026 12.0 11,200.00"),
        ("entry", "Nora Dahl, Design: Sketches 5 Oct 2026 7.5 1,000.00 7,500.00"),
    ],
)
def test_lines_are_grouped_as_set(company, grouping, says):
    assert says in text(worked(line_grouping=grouping)).replace("\xa0", " ")


def test_periods_are_left_out_where_they_are_not_wanted(company):
    found = text(worked(line_period=False))
    assert "Design 8.0 1,000.00" in found
    assert "Oct 2026" not in found


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"summary": "project"}, "Summary Hours Amount 1001 Quay 12.0 11,200.00"),
        ({"summary": "activity"}, "Summary Hours Amount Design 8.0 8,000.00 Survey 4.0 3,200.00"),
        ({"summary": "employee", "summary_hours": False},
         "Summary Amount Nora Dahl 8,000.00 Jonas Dahl 3,200.00"),
    ],
)  # fmt: skip
def test_the_work_is_summed_up_as_set(company, values, says):
    assert says in text(final(worked(**values)))


def test_without_a_summary_there_is_none(company):
    assert "Summary" not in text(worked())


@pytest.mark.parametrize(
    ("grouping", "rates", "says"),
    [
        ("activity", False, "Activity Hours Design 8.0 Survey 4.0 Total 12.0"),
        ("employee", True, "Employee Hours Rate Amount Nora Dahl 8.0 1,000.00 8,000.00 Jonas Dahl"),
        ("employee_day", False, "7 Oct 2026 Jonas Dahl 4.0 5 Oct 2026 Nora Dahl 8.0 Total 12.0"),
        ("entry", True, "5 Oct 2026 Nora Dahl Design: Sketches 7.5 1,000.00 7,500.00 5 Oct 2026"),
    ],
)
def test_hours_stand_on_the_invoice_as_set(company, grouping, rates, says):
    made = final(worked(hours_specification="invoice", hours_grouping=grouping, hours_rates=rates))
    found = papers.pages(documents.preview(made))
    assert len(found) == 2
    assert says in found[1]


def test_expenses_with_their_surcharge_stand_under_their_heading(company):
    customer = papers.customer(expense_surcharge=Decimal(5))
    project = ProjectFactory(customer=customer, number="1001")
    ExpenseFactory(project=project, text="Train", cost=Decimal("864.10"))
    [made] = drafts(project)
    found = text(final(made))
    assert "Expenses Train 2 Nov 2026 864.10 Surcharge on expenses (5 %) 43.21" in found


def test_who_pays_a_part_sees_amounts_and_no_hours(company):
    settings = {"hours_specification": "invoice", "summary": "project", "language": "en"}
    own = papers.customer(**settings)
    other = CustomerFactory(name="Utbygger AS", **settings)
    project = shared((other, 40), customer=own, number="1001", name="Quay")
    approved(project, 2, hours=Decimal("1.5"), price=Decimal("333.33"))
    found = {one.customer_id: text(one) for one in drafts(project)}
    assert "Hours specification" in found[own.pk]
    assert "Paid by Utbygger AS (40 %) −400.00" in found[own.pk]
    assert "Sum excluding VAT 599.99" in found[own.pk]
    assert "Sum excluding VAT 400.00" in found[other.pk]
    assert "Hours" not in found[other.pk]
    assert "Summary" not in found[other.pk]


@pytest.mark.parametrize("is_final", [True, False])
def test_a_fixed_number_of_queries(company, is_final):
    counts = []
    for count in (1, 30):
        settings = {"hours_specification": "invoice", "line_grouping": "entry"}
        project = ProjectFactory(customer=CustomerFactory(language="en", **settings))
        approved(project, count)
        [made] = drafts(project)
        made = Invoice.objects.select_related("customer", "credits").get(
            pk=final(made).pk if is_final else made.pk
        )
        with CaptureQueriesContext(connection) as captured:
            documents.preview(made)
        counts.append(len(captured))
    assert counts[0] == counts[1] <= 8
