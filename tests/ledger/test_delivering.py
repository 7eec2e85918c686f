"""Invoices go out by EHF, e-mail or on paper, and what became of each time is known."""

import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from lxml import etree

from moment import mail
from moment.content.keeping import keep
from moment.invoice_settings.choices import InvoiceType
from moment.ledger import crediting, delivering, documents, finalising, parties
from moment.ledger.delivering import CannotDeliver, DeliveredMeanwhile
from moment.ledger.ehf import keeping, ubl
from moment.ledger.models import Delivery, Invoice, InvoiceFile
from moment.models import CompanySettings
from registry.models import Reachability
from tests.factories import CustomerFactory, UserFactory
from tests.ledger.ehf_making import buyer, ehf_credit_note, ehf_draft, ehf_invoice
from tests.standin.mail import part
from tests.together import at_once

pytestmark = pytest.mark.django_db
EHF, EMAIL, LETTER = InvoiceType.EHF, InvoiceType.EMAIL, InvoiceType.LETTER
BY_MAIL = {"settings": {"invoice_type": "email"}}


@pytest.fixture
def outbox(settings, tmp_path):
    settings.EHF_OUTBOX = str(tmp_path / "out")
    (tmp_path / "out").mkdir()
    return tmp_path / "out"


def attach(invoice, name, content, media_type):
    """Give a final invoice one more file, as finalising does."""
    kept = keep(io.BytesIO(content), media_type)
    return InvoiceFile.objects.create(
        invoice=invoice, kind=InvoiceFile.Kind.ATTACHMENT, name=name, content=kept, order=20
    )


# By EHF


def test_an_ehf_is_put_whole_into_the_outbox_with_its_attachments(kari, outbox):
    invoice = ehf_invoice()
    attach(invoice, "Kart.pdf", b"%PDF-1.4 map", "application/pdf")
    attach(invoice, "Tegning.dwg", b"AC1032", "image/vnd.dwg")
    made = delivering.deliver(invoice, EHF, by=kari)
    (file,) = outbox.iterdir()
    assert made.done_at
    assert made.to == "0192:974760673"
    root = etree.fromstring(file.read_bytes())
    assert root.xpath("string(cbc:ID)", namespaces=ubl.NAMES) == invoice.number
    found = root.xpath("//cbc:EmbeddedDocumentBinaryObject/@filename", namespaces=ubl.NAMES)
    assert found == ["Kart.pdf"]
    assert delivering.left_out(invoice) == ["Tegning.dwg"]


def test_sending_again_is_another_file_and_the_same_bytes(kari, outbox):
    invoice = ehf_invoice()
    delivering.deliver(invoice, EHF, by=kari)
    delivering.deliver(invoice, EHF, by=kari)
    one, two = outbox.iterdir()
    assert one.read_bytes() == two.read_bytes()
    assert invoice.files.filter(kind=InvoiceFile.Kind.EHF).count() == 1


def test_nothing_in_the_outbox_is_written_over(kari, outbox):
    invoice = ehf_invoice()
    last = Delivery.objects.create(invoice=invoice, way=LETTER, made_by=kari)
    taken = outbox / f"{invoice.number}-{last.pk + 1}.xml"
    taken.write_text("theirs")
    made = delivering.deliver(invoice, EHF, by=kari)
    assert made.failed_at
    assert taken.read_text() == "theirs"
    assert list(outbox.iterdir()) == [taken]


def test_an_outbox_that_is_away_is_a_failure_that_is_told(kari, settings, tmp_path):
    settings.EHF_OUTBOX = str(tmp_path / "gone")
    made = delivering.deliver(ehf_invoice(), EHF, by=kari)
    assert made.failed_at
    assert "No such file" in made.error


def test_without_an_outbox_it_is_downloaded_and_marked(as_kari):
    invoice = ehf_invoice()
    page = f"/invoices/{invoice.number}/"
    response = as_kari.get(f"{page}ehf/")
    assert f"Faktura {invoice.number}.xml" in response["Content-Disposition"]
    assert b"urn:fdc:peppol.eu:2017:poacc:billing:3.0" in b"".join(response.streaming_content)
    assert not invoice.deliveries.exists()
    html = as_kari.get(f"{page}deliver/").content.decode()
    assert "Download the EHF" in html
    assert f"Send invoice {invoice.number}<" in html
    response = as_kari.post(f"{page}deliver/", {"way": "ehf", "seen": "0"}, follow=True)
    assert "Marked as handed over." in response.content.decode()
    assert invoice.deliveries.get().done_at


def test_what_breaks_a_rule_does_not_leave(kari, outbox, as_kari):
    invoice = ehf_invoice(settings={"your_reference": None, "invoice_type": "email"})
    with pytest.raises(CannotDeliver, match="Neither your reference nor order reference") as error:
        delivering.deliver(invoice, EHF, by=kari)
    assert "(rule PEPPOL-EN16931-R003)" in error.value.texts[0]
    assert list(outbox.iterdir()) == []
    assert not Delivery.objects.exists()
    response = as_kari.get(f"/invoices/{invoice.number}/ehf/")
    assert response.status_code == 422
    assert "(rule PEPPOL-EN16931-R003)" in response.content.decode()


def test_a_wrong_vat_breakdown_does_not_leave(monkeypatch):
    xml = keeping.build.xml
    invoice = ehf_invoice()
    monkeypatch.setattr(
        keeping.build, "xml", lambda *a: xml(*a).replace(b">250.00</cbc:Tax", b">251.00</cbc:Tax")
    )
    told = r"VAT of 25 % of 1000.00 is not 251.00\. \(rule BR-CO-17\)"
    with pytest.raises(keeping.BreaksRules, match=told):
        keeping.file_of(invoice)


def test_who_takes_no_credit_notes_by_ehf_gets_them_another_way():
    customer = buyer(email="post@fjell.example")
    Reachability.objects.create(
        scheme="0192", identifier=customer.org_number, invoice=True, credit_note=False
    )
    invoice = ehf_invoice(customer=customer)
    note = ehf_credit_note(invoice)
    plan = delivering.plan(note)
    assert (plan.way, plan.preferred) == (EMAIL, EHF)
    assert plan.instead == "Invoices go by e-mail instead."
    assert "but no credit notes" in plan.problems[0]
    assert delivering.plan(invoice).way == EHF


# By e-mail


def test_an_e_mail_has_the_pdf_the_attachments_and_all_to_know(kari, mail_server):
    invoice = ehf_invoice(**BY_MAIL)
    attach(invoice, "Kart.pdf", b"%PDF-1.4 map", "application/pdf")
    made = delivering.deliver(
        invoice, EMAIL, by=kari, to=["a@fjell.example", "b@fjell.example"],
        copy_to=["c@fjell.example"], message="Hei, her er den.",
    )  # fmt: skip
    assert (made.done_at is not None, made.error) == (True, "")
    assert len(mail_server.letters) == 3
    letter = mail_server.letters[0]
    assert letter["To"] == "a@fjell.example, b@fjell.example"
    assert letter["Cc"] == "c@fjell.example"
    assert letter["Subject"].startswith(f"Faktura {invoice.number} ")
    assert letter["Message-ID"] == made.message_id
    assert letter["Reply-To"] == "post@moment.example"
    names = [one.get_filename() for one in letter.iter_attachments()]
    assert names == [f"Faktura {invoice.number}.pdf", "Kart.pdf"]
    for kind in ("plain", "html"):
        text = part(letter, kind)
        assert "Hei, her er den." in text
        assert invoice.kid in text
        assert "1 250,00" in text.replace("\xa0", " ")


def test_in_english_to_those_who_read_that(kari, mail_server):
    invoice = ehf_invoice(settings={"invoice_type": "email", "language": "en"})
    delivering.deliver(invoice, EMAIL, by=kari, to=["a@fjell.example"])
    letter = mail_server.letters[0]
    assert letter["Subject"] == f"Invoice {invoice.number} from Moment Rådgivning AS"
    assert "To pay: NOK 1,250.00" in part(letter, "plain")
    assert delivering.greeting(invoice).startswith("Hello,")


def test_who_is_refused_is_told_and_the_others_get_it(kari, mail_server):
    mail_server.refuses = {"b@fjell.example"}
    to = ["a@fjell.example", "b@fjell.example", "c@fjell.example"]
    made = delivering.deliver(ehf_invoice(**BY_MAIL), EMAIL, by=kari, to=to)
    assert made.failed_at
    assert "b@fjell.example" in made.error
    assert "550" in made.error
    assert "a@fjell.example" not in made.error
    assert len(mail_server.letters) == 2


def test_a_mail_server_that_is_down_is_told_and_it_can_be_sent_again(as_kari, mail_server):
    invoice = ehf_invoice(**BY_MAIL)
    mail_server.go_down()
    page = f"/invoices/{invoice.number}/deliver/"
    form = {"way": "email", "to": "a@fjell.example", "seen": "0"}
    html = as_kari.post(page, form, follow=True).content.decode()
    assert "It did not go out" in html
    failed = invoice.deliveries.get()
    assert failed.failed_at
    assert 'data-state="failed"' in html
    response = as_kari.post(page, form)
    assert response.status_code == 422
    assert "It was sent meanwhile" in response.content.decode()


def test_what_is_typed_wrong_is_kept_and_told(as_kari):
    page = f"/invoices/{ehf_invoice(**BY_MAIL).number}/deliver/"
    response = as_kari.post(page, {"way": "email", "to": "nobody", "seen": "0", "message": "Mine"})
    html = response.content.decode()
    assert response.status_code == 422
    assert "This is no e-mail address: nobody" in html
    assert "Mine" in html
    assert as_kari.post(page, {"way": "email", "to": "", "seen": "0"}).status_code == 422
    assert not Delivery.objects.exists()


def test_more_than_mail_servers_take_is_told_in_words(kari, monkeypatch):
    monkeypatch.setitem(delivering.LARGEST, EMAIL, 1000)
    with pytest.raises(CannotDeliver, match="is what receivers take this way"):
        delivering.deliver(ehf_invoice(**BY_MAIL), EMAIL, by=kari, to=["a@fjell.example"])
    assert not Delivery.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_the_letter_goes_outside_any_transaction_and_is_written_down_first(
    kari, mail_server, monkeypatch
):
    seen = []
    real = mail.send

    def looking(*args, **kwargs):
        seen.append((connection.in_atomic_block, Delivery.objects.filter(done_at=None).count()))
        return real(*args, **kwargs)

    monkeypatch.setattr(mail, "send", looking)
    delivering.deliver(ehf_invoice(**BY_MAIL), EMAIL, by=kari, to=["a@fjell.example"])
    assert seen == [(False, 1)]


@pytest.mark.django_db(transaction=True)
def test_two_who_press_at_once_send_it_once(mail_server):
    invoice, people = ehf_invoice(**BY_MAIL), [UserFactory() for _ in range(4)]
    documents.files(invoice)

    def press(person):
        mine = Invoice.objects.select_related("customer", "project").get(pk=invoice.pk)
        try:
            return delivering.deliver(
                mine, EMAIL, by=people[person], seen=0, to=["a@fjell.example"]
            ).done_at
        except DeliveredMeanwhile:
            return None

    assert len([done for done in at_once(4, press) if done]) == 1
    assert len(mail_server.letters) == 1


# On paper


def test_a_letter_is_marked(as_kari):
    customer = buyer()
    invoice = ehf_invoice(customer=customer, settings={"invoice_type": "letter"})
    page = f"/invoices/{invoice.number}/deliver/"
    assert "To Torget 2, Rom 4, 8001 Bodø." in as_kari.get(page).content.decode()
    as_kari.post(page, {"way": "letter", "seen": "0"})
    made = invoice.deliveries.get()
    assert (made.way, made.to) == ("letter", "Torget 2, Rom 4, 8001 Bodø")
    assert made.done_at


def test_who_is_blocked_by_now_still_gets_what_was_invoiced():
    invoice = ehf_invoice(customer=buyer(email="a@fjell.example"))
    invoice.customer.status = "blocked"
    invoice.customer.save()
    assert delivering.plan(invoice).way == EMAIL


def test_who_is_blocked_still_gets_credit_notes_and_is_not_told_otherwise(as_kari, kari):
    customer = buyer(email="a@fjell.example")
    invoice = ehf_invoice(customer=customer)
    customer.status = "blocked"
    customer.save()
    note = crediting.draft_credit(invoice, parts=None, release=False, by=kari)
    pages = [f"/invoices/drafts/{note.pk}/", f"/invoices/drafts/{note.pk}/finalise/"]
    told = [as_kari.get(page).content.decode() for page in pages]
    note = finalising.finalise(note, version=note.version, by=kari)
    told.append(as_kari.get(f"/invoices/{note.number}/deliver/").content.decode())
    for page in told:
        assert "blocked" not in page
        assert "it cannot be sent" not in page
        assert f"0192:{customer.org_number}" in page
    assert delivering.plan(note).way == EHF
    assert note.buyer_endpoint == f"0192:{customer.org_number}"


def test_an_invoice_of_who_is_blocked_is_said_to_go_nowhere(as_kari):
    made = ehf_draft(customer=buyer(status="blocked", email="a@fjell.example"))
    (there,) = parties.destinations_of([made], CompanySettings.current())
    assert (there.way, there.codes) == (None, ["blocked"])


# Many at once


def several():
    mails = [
        ehf_invoice(customer=CustomerFactory(name=f"M{n}", email=f"m{n}@fjell.example"), **BY_MAIL)
        for n in range(3)
    ]
    return [*mails, ehf_invoice(), ehf_invoice(settings={"invoice_type": "letter"})]


def test_many_go_out_each_once_and_those_for_hands_are_named(as_kari, mail_server, outbox):
    invoices = several()
    mail_server.refuses = {"m1@fjell.example"}
    named = {"invoice": [one.number for one in invoices]}
    html = as_kari.get("/invoices/deliver/", named).content.decode()
    assert "Send 4" in html
    assert not Delivery.objects.exists()
    html = as_kari.post("/invoices/deliver/", named).content.decode()
    assert "3 of 4 are sent." in html
    assert "1 failed." in html
    assert "1 takes your hands" in html
    assert mail_server.to == ["m0@fjell.example", "m2@fjell.example"]
    assert len(list(outbox.iterdir())) == 1
    as_kari.post("/invoices/deliver/", named)
    assert Delivery.objects.count() == 4


def test_what_is_not_reached_in_time_waits_for_the_next_press(as_kari, mail_server, monkeypatch):
    monkeypatch.setattr("moment.ledger.delivering_all.PATIENCE", 0)
    named = {"invoice": [one.number for one in several()[:3]]}
    for done in (1, 2, 3):
        html = as_kari.post("/invoices/deliver/", named).content.decode()
        assert f"{done} of 3 are sent." in html
        assert ("Go on" in html) == (done < 3)
    assert len(mail_server.letters) == 3


def test_more_invoices_take_no_more_queries(as_kari):
    counts = []
    for _ in range(2):
        several()
        named = {"invoice": list(Invoice.objects.values_list("number", flat=True))}
        as_kari.get("/invoices/deliver/", named)
        with CaptureQueriesContext(connection) as found:
            as_kari.get("/invoices/deliver/", named)
        counts.append(len(found))
    assert counts[0] == counts[1]
