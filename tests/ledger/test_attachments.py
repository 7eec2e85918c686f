"""What goes with an invoice as its settings want it: the customer's files, receipts, the hours."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.utils import timezone
from openpyxl import load_workbook

from customers import files as customer_files
from customers.models import File
from moment.content import open_content, receive
from moment.ledger import crediting, documents, finalising
from moment.ledger.models import Invoice, InvoiceFile
from moment.models import Content
from tests.factories import ExpenseFactory, ProjectFactory, UserFactory
from tests.ledger import papers
from tests.ledger.making import draft
from tests.ledger.work import approved, drafts
from tests.moment.samples import picture, upload

pytestmark = pytest.mark.django_db
Kind = InvoiceFile.Kind


def held(name: str, text: str = "") -> Content:
    return receive(ContentFile((text or name).encode(), name=f"{name.split('.')[0]}.txt"))


def put(customer, name: str, text: str = "", *, marked: bool = True) -> File:
    return File.objects.create(
        customer=customer, name=name, content=held(name, text), uploaded_by=UserFactory(),
        is_invoice_attachment=marked,
    )  # fmt: skip


def final(made: Invoice) -> Invoice:
    return finalising.finalise(made, version=made.version, by=UserFactory(is_superuser=True))


def names(made: Invoice) -> list[str]:
    return [file.name for file in documents.files(made)]


def test_files_that_are_marked_go_with_it_and_stand_on_it():
    customer = papers.customer()
    put(customer, "Terms.txt")
    put(customer, "Internal.txt", marked=False)
    made = draft(customer)
    assert "Attachments • Terms.txt" in papers.text(made)
    made = final(made)
    assert names(made) == ["Invoice 20001.pdf", "Terms.txt"]
    found = papers.text(made)
    assert "Attachments • Terms.txt" in found
    assert "Internal" not in found


def test_nothing_goes_with_it_where_that_is_not_wanted():
    customer = papers.customer(attach_files=False)
    put(customer, "Terms.txt")
    project = ProjectFactory(customer=customer)
    ExpenseFactory(project=project, receipt=held("Ticket.txt"), receipt_name="Ticket.txt")
    [made] = drafts(project)
    assert "Attachments" not in papers.text(made)
    assert names(final(made)) == ["Invoice 20001.pdf"]


def test_receipts_of_its_expenses_go_with_it():
    project = ProjectFactory(customer=papers.customer(attach_receipts=True))
    ExpenseFactory(project=project, receipt=held("Ticket.txt"), receipt_name="Ticket.txt")
    ExpenseFactory(project=project, text="Without")
    ExpenseFactory(project=project, receipt=held("Own.txt"), receipt_name="Own.txt", billable=False)
    [made] = drafts(project)
    assert names(final(made)) == ["Invoice 20001.pdf", "Ticket.txt"]


def test_no_two_have_the_same_name_and_no_file_goes_twice():
    customer = papers.customer(attach_receipts=True)
    put(customer, "a.txt", "one")
    put(customer, "A.TXT", "two")
    put(customer, "Invoice 20001.pdf", "three")
    project = ProjectFactory(customer=customer)
    for name, text in (("a.txt", "four"), ("again.txt", "one"), ("", "five")):
        ExpenseFactory(project=project, receipt=held("x.txt", text), receipt_name=name)
    [made] = drafts(project)
    made = final(made)
    kept = made.files.filter(kind=Kind.ATTACHMENT)
    assert sorted(file.name.casefold() for file in kept) == [
        "a (2).txt", "a (3).txt", "a.txt", "file", "invoice 20001.pdf",
    ]  # fmt: skip
    assert len({file.content_id for file in kept}) == 5


def test_the_document_gives_way_to_a_file_with_its_name():
    customer = papers.customer()
    put(customer, "invoice 20001.PDF")
    assert names(final(draft(customer))) == ["Invoice 20001 (2).pdf", "invoice 20001.PDF"]


def test_it_stays_as_it_was_whatever_becomes_of_the_customers_files():
    customer = papers.customer()
    file = put(customer, "Terms.txt", "As agreed")
    made = final(draft(customer))
    put(customer, "Later.txt")
    customer_files.delete(file, file.version)
    Content.objects.update(unused_since=timezone.now() - timedelta(days=3))
    call_command("files_sweep")
    assert names(made) == ["Invoice 20001.pdf", "Terms.txt"]
    with open_content(made.files.get(kind=Kind.ATTACHMENT).content) as opened:
        assert opened.read() == b"As agreed"


def test_credit_notes_go_alone(kari):
    customer = papers.customer(hours_specification="pdf", attach_receipts=True)
    put(customer, "Terms.txt")
    project = ProjectFactory(customer=customer)
    approved(project)
    [made] = drafts(project)
    made = final(made)
    note = crediting.draft_credit(made, parts=None, release=True, by=kari)
    note.invoice_settings = made.invoice_settings
    note.save()
    note = final(note)
    assert names(note) == ["Credit note 20002.pdf"]
    assert "Attachments" not in papers.text(note)
    assert documents.hours(note) is None
    # What was set free stands on the invoice as it did.
    assert "Hours specification 20001.pdf" in papers.text(made)


# Hours


def worked(**settings) -> Invoice:
    customer = papers.customer(**{"hours_grouping": "entry", "language": "en"} | settings)
    project = ProjectFactory(customer=customer, number="1001", name="Quay")
    for nth, name in enumerate(("Nora", "Jonas")):
        approved(
            project, user=UserFactory(first_name=name, last_name="Dahl"),
            day=date(2026, 10, 5) + timedelta(nth), hours=Decimal("7.25"), price=1000,
            comment="=1+1 Sketches",
        )  # fmt: skip
    project.activities.update(title="Design")
    [made] = drafts(project)
    return made


@pytest.mark.parametrize(
    ("language", "name", "says"),
    [
        ("en", "Hours specification 20001.pdf",
         "Invoice 20001|5 Oct 2026 Nora Dahl Design: =1+1 Sketches 7.25 1,000.00 7,250.00|"
         "Total 14.5 14,500.00|Customer Havn og Vei KF"),
        ("nb", "Timespesifikasjon 20001.pdf",
         "Faktura 20001|5. okt. 2026 Nora Dahl|7,25 1 000,00 7 250,00|14,5 14 500,00"),
    ],
)  # fmt: skip
def test_hours_are_a_document_of_their_own(language, name, says):
    made = final(worked(hours_specification="pdf", hours_rates=True, language=language))
    documents.ready(made)
    assert made.files.filter(kind=Kind.HOURS_PDF).exists()
    pdf, hours = documents.files(made)
    assert (hours.kind, hours.name, hours.order > pdf.order) == (Kind.HOURS_PDF, name, True)
    [page] = papers.pages(papers.bytes_of(hours))
    for one in says.split("|"):
        assert one in page
    assert "DRAFT" not in page
    [first] = papers.pages(papers.bytes_of(pdf))
    assert f"• {name}" in first
    assert documents.hours(made) == hours


@pytest.mark.parametrize(
    ("grouping", "rates", "rows"),
    [
        ("entry", True, [
            ("Date", "Employee", "What was done", "Hours", "Rate", "Amount"),
            (date(2026, 10, 5), "Nora Dahl", "Design: =1+1 Sketches", 7.25, 1000, 7250),
            (date(2026, 10, 6), "Jonas Dahl", "Design: =1+1 Sketches", 7.25, 1000, 7250),
        ]),
        ("activity", False, [("Activity", "Hours"), ("Design", 14.5)]),
        ("employee", False, [("Employee", "Hours"), ("Nora Dahl", 7.25), ("Jonas Dahl", 7.25)]),
        ("employee_day", True, [
            ("Date", "Employee", "Hours", "Rate", "Amount"),
            (date(2026, 10, 6), "Jonas Dahl", 7.25, 1000, 7250),
            (date(2026, 10, 5), "Nora Dahl", 7.25, 1000, 7250),
        ]),
    ],
)  # fmt: skip
def test_hours_are_a_spreadsheet(grouping, rates, rows):
    made = final(worked(hours_specification="xlsx", hours_grouping=grouping, hours_rates=rates))
    _pdf, hours = documents.files(made)
    assert (hours.kind, hours.name) == (Kind.HOURS_XLSX, "Hours specification 20001.xlsx")
    with open_content(hours.content) as opened:
        sheet = load_workbook(opened).active
        assert sheet.title == "Hours specification"
        found = [tuple(_plain(cell.value) for cell in row) for row in sheet.iter_rows()]
    assert found == rows
    assert documents.hours(made) == hours


def _plain(value):
    return value.date() if hasattr(value, "date") else value


def test_without_hours_nothing_of_them_goes_with_it():
    made = final(draft(papers.customer(hours_specification="xlsx")))
    assert names(made) == ["Invoice 20001.pdf"]
    assert "Attachments" not in papers.text(made)


# Pages


def test_an_attachment_is_shown_only_where_that_is_safe(as_kari):
    customer = papers.customer()
    kinds = {
        "a.png": receive(upload("a.png", picture("PNG"))),
        "b.html.txt": held("b.txt", "Hei"),
    }
    for name, content in kinds.items():
        File.objects.create(
            customer=customer, name=name, content=content, uploaded_by=UserFactory(),
            is_invoice_attachment=True,
        )  # fmt: skip
    made = final(draft(customer))
    answers = {
        file.name: as_kari.get(f"/invoices/20001/files/{file.pk}/")
        for file in made.files.filter(kind=Kind.ATTACHMENT)
    }
    assert answers["a.png"]["Content-Disposition"] == 'inline; filename="a.png"'
    assert answers["a.png"]["Content-Type"] == "image/png"
    text = answers["b.html.txt"]
    assert text["Content-Disposition"] == 'attachment; filename="b.html.txt"'
    assert text["Content-Type"] == "application/octet-stream"
    for answer in answers.values():
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in answer["Content-Security-Policy"]
