"""What a final invoice looks like is made once: later, and whoever asks, it is the same bytes."""

import io
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pypdf import PdfReader

from moment.ledger import document, documents
from moment.ledger.models import Invoice, InvoiceFile
from moment.models import CompanySettings, Content
from tests.factories import CustomerFactory
from tests.ledger import papers
from tests.ledger.making import draft, invoice
from tests.together import at_once

Kind = InvoiceFile.Kind


@pytest.mark.django_db
def test_it_is_made_once_and_is_for_the_archive(monkeypatch):
    made = invoice(CustomerFactory(language="en"), "1000")
    file = documents.ready(made)
    assert (file.kind, file.name) == (Kind.PDF, "Invoice 20001.pdf")
    content = papers.bytes_of(file)
    metadata = PdfReader(io.BytesIO(content)).xmp_metadata
    assert metadata is not None
    assert "<pdfaid:part>2</pdfaid:part>" in metadata.stream.get_data().decode()
    monkeypatch.setattr(document, "ready", None)
    CompanySettings(pk=1, name="Another AS").save()
    with CaptureQueriesContext(connection) as captured:
        again = documents.ready(Invoice.objects.get(pk=made.pk))
    assert (again.pk, papers.bytes_of(again)) == (file.pk, content)
    assert len(captured) == 2


@pytest.mark.django_db
def test_nothing_is_kept_of_a_draft():
    with pytest.raises(ValueError, match="draft"):
        documents.ready(draft())
    assert not InvoiceFile.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_several_who_ask_at_once_get_the_same():
    made = invoice(CustomerFactory(hours_specification="pdf"), "1000")
    found = at_once(4, lambda _n: documents.ready(Invoice.objects.get(pk=made.pk)))
    assert len({file.pk for file in found}) == 1
    assert {file.content_id for file in found} == {InvoiceFile.objects.get().content_id}
    assert papers.bytes_of(found[0]).startswith(b"%PDF")


@pytest.mark.django_db(transaction=True)
def test_what_dies_on_the_way_is_made_anew(monkeypatch):
    made = invoice(None, "1000")

    def dies(*args, **kwargs):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(documents, "in_turn", dies)
        with pytest.raises(KeyboardInterrupt):
            documents.ready(made)
    assert (Content.objects.count(), InvoiceFile.objects.count()) == (1, 0)
    Content.objects.update(unused_since=timezone.now() - timedelta(days=3))
    file = documents.ready(made)
    call_command("files_sweep")
    Content.objects.update(unused_since=timezone.now() - timedelta(days=3))
    call_command("files_sweep")
    assert Content.objects.get() == file.content
    assert documents.ready(made) == file
    assert papers.bytes_of(file).startswith(b"%PDF")


@pytest.mark.django_db(transaction=True)
def test_it_is_never_made_inside_a_transaction():
    made = invoice(None, "1000")
    with pytest.raises(RuntimeError), transaction.atomic():
        documents.ready(made)
    assert not InvoiceFile.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("act", ["change", "remove", "another"])
def test_the_database_keeps_it(act):
    file = documents.ready(invoice(None, "1000"))
    rows = InvoiceFile.objects.filter(pk=file.pk)
    again = InvoiceFile(invoice=file.invoice, kind=file.kind, name="x", content=file.content)
    acts = {"change": lambda: rows.update(name="x"), "remove": rows.delete, "another": again.save}
    with pytest.raises(IntegrityError), transaction.atomic():
        acts[act]()


# Pages


def body(response) -> bytes:
    return b"".join(response.streaming_content) if response.streaming else response.content


@pytest.mark.django_db
def test_it_is_shown_as_it_is_kept(as_kari):
    made = invoice(CustomerFactory(language="en"), "1000")
    response = as_kari.get("/invoices/20001/pdf/")
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"] == 'inline; filename="Invoice 20001.pdf"'
    assert "default-src 'none'" in response["Content-Security-Policy"]
    assert body(response) == papers.bytes_of(made.files.get())
    assert body(as_kari.get("/invoices/20001/pdf/")) == papers.bytes_of(made.files.get())
    again = as_kari.get("/invoices/20001/pdf/", headers={"if-none-match": response["ETag"]})
    assert again.status_code == 304
    assert as_kari.head("/invoices/20001/pdf/").status_code == 200


@pytest.mark.django_db
def test_a_draft_is_shown_as_it_is_now(as_kari):
    made = draft(CustomerFactory(language="en"), "1000")
    url = f"/invoices/drafts/{made.pk}/pdf/"
    response = as_kari.get(url)
    assert response["Content-Disposition"] == 'inline; filename="Invoice draft.pdf"'
    assert response["X-Frame-Options"] == "SAMEORIGIN"
    assert "no-store" in response["Cache-Control"]
    assert "1,250.00" in papers.pages(response.content)[0]
    made.lines.update(amount=2000)
    assert "2,500.00" in papers.pages(as_kari.get(url).content)[0]
    assert not InvoiceFile.objects.exists()


@pytest.mark.django_db
def test_who_may_see_no_invoices_sees_no_documents(as_per, as_ola):
    made, other = invoice(None, "1000"), draft()
    file = documents.ready(made)
    for client in (as_per, as_ola):
        for url in (
            "/invoices/20001/pdf/",
            f"/invoices/20001/files/{file.pk}/",
            f"/invoices/drafts/{other.pk}/pdf/",
        ):
            assert client.get(url).status_code == 403


@pytest.mark.django_db
def test_what_is_not_there_is_not_found(as_kari):
    made, other = invoice(None, "1000"), invoice(None, "5")
    file, unfinished = documents.ready(other), draft()
    for url in (
        "/invoices/99999/pdf/",
        f"/invoices/{made.number}/files/{file.pk}/",
        f"/invoices/drafts/{made.pk}/pdf/",
        f"/invoices/{unfinished.pk}0/pdf/",
        "/invoices/drafts/99999999999999999999999/pdf/",
    ):
        assert as_kari.get(url).status_code == 404, url


@pytest.mark.django_db
@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_they_are_only_looked_at(as_kari, method):
    made, other = invoice(None, "1000"), draft()
    for url in (f"/invoices/{made.number}/pdf/", f"/invoices/drafts/{other.pk}/pdf/"):
        assert getattr(as_kari, method)(url).status_code == 405
