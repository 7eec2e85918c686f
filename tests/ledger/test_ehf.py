"""An EHF passes the official rules, and says what the invoice says."""

import base64
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from customers import invoice_totals
from customers.models import Customer
from moment.ledger import checks, finalising
from moment.ledger.ehf import build, official, rules, ubl
from moment.ledger.ehf.build import Enclosure
from moment.ledger.models import Invoice, InvoiceLine
from moment.models import CompanySettings
from tests.factories import CustomerFactory, UserFactory
from tests.ledger.ehf_making import (
    OURS,
    THEIRS,
    buyer,
    ehf_credit_note,
    ehf_draft,
    ehf_invoice,
    line,
)

pytestmark = pytest.mark.django_db

HOURS = line("9600", kind="work", quantity="8", price="1200")
FILES = [
    Enclosure("Timer æøå.pdf", b"%PDF-1.7 hours", "application/pdf"),
    Enclosure("timer.csv", b"a;b", "text/csv"),
]


def xml_of(invoice, enclosures=()):
    return build.xml(invoice, list(invoice.lines.all()), enclosures)


def fatal(xml):
    assert official.is_present
    return [str(one) for one in official.check(xml) if not one.is_warning]


def values(xml, path):
    root = etree.fromstring(xml)
    return [found.text for found in root.xpath(path, namespaces=ubl.NAMES)]


def value(xml, path):
    found = values(xml, path)
    assert len(found) == 1, f"{path}: {found}"
    return found[0]


def abroad(country="SE", **columns):
    ways = {"endpoint_scheme": "0007", "endpoint_id": "5567321707"}
    return buyer(name="Fjäll AB", country=country, org_number="5567321707", **ways | columns)


def credited_by_another(registered):
    """Credit an invoice from before we came into the VAT register, or left it."""
    code = "6" if registered else "3"
    made = ehf_invoice(line("500", code), seller={"vat_registered": not registered})
    CompanySettings.objects.update(vat_registered=registered)
    return ehf_credit_note(made)


MATRIX = {
    "one rate": lambda: ehf_invoice(HOURS),
    "every code at once": lambda: ehf_invoice(
        *(line("100.10", code) for code in ("3", "31", "33", "5", "52", "6", "7"))
    ),
    "exempt alone": lambda: ehf_invoice(line("500", "6")),
    "no VAT treatment alone": lambda: ehf_invoice(line("500", "7")),
    "zero rate": lambda: ehf_invoice(line("500", "5")),
    "export in euro": lambda: ehf_invoice(
        line("500", "52"), customer=abroad(), currency="EUR", rate=Decimal("11.4213"),
        settings={"endpoint_scheme": "0007", "endpoint_id": "5567321707"},
    ),
    "krona with VAT": lambda: ehf_invoice(
        line("333.33"), line("0.02", "33"), currency="SEK", rate=Decimal("1.037125")
    ),
    "yen, which have no cents": lambda: ehf_invoice(
        line("10001"), currency="JPY", rate=Decimal("0.069")
    ),
    "seller without VAT": lambda: ehf_invoice(
        line("500", "6"), line("-20", "6", kind="discount"), seller={"vat_registered": False}
    ),
    "discount and charge": lambda: ehf_invoice(
        HOURS, line("-960", kind="discount", text="Rabatt 10 %"),
        line("65", kind="charge", text="Gebyr"),
    ),
    "discount of two rates": lambda: ehf_invoice(
        HOURS, line("300", "33"), line("-960", kind="discount"),
        line("-30", "33", kind="discount"),
    ),
    "charge alone": lambda: ehf_invoice(line("65", kind="charge", text="Gebyr")),
    "split, what others pay taken off": lambda: ehf_invoice(
        HOURS, line("-2880", kind="deduction", text="Betales av andre, 30 %")
    ),
    "split, a share": lambda: ehf_invoice(line("2880", kind="share", text="Andel, 30 %")),
    "hours at several prices": lambda: ehf_invoice(
        line("31333.35", kind="work", quantity="37.25", price=None)
    ),
    "half of a hundredth": lambda: ehf_invoice(
        *(line("0.02", quantity="0.01", price="2.00") for _ in range(5)), line("0.10", "33")
    ),
    "units, periods, headings": lambda: ehf_invoice(
        line("450", kind="expense", quantity="100", unit="km", price="4.5", heading="Reise",
             first_day=date(2026, 3, 1), last_day=date(2026, 3, 31)),
        line("75", quantity="3", unit="stk", price="25", text="Ark\nA1, farge",
             first_day=date(2026, 2, 1), last_day=date(2026, 2, 28)),
    ),
    "a line of nothing": lambda: ehf_invoice(HOURS, line("0", quantity="4", price="0")),
    "all references": lambda: ehf_invoice(
        HOURS, contact="Åse Li",
        settings={
            "order_reference": "PO-1", "contract_reference": "RA-7", "invoice_text": "Hei\x0b",
        },
    ),
    "order reference alone": lambda: ehf_invoice(
        HOURS, settings={"your_reference": None, "order_reference": "PO-1"}
    ),
    "in English": lambda: ehf_invoice(line("9", "6"), settings={"language": "en"}),
    "a whole credit note": lambda: ehf_credit_note(
        ehf_invoice(HOURS, line("-960", kind="discount"), line("65", kind="charge"))
    ),
    "part of one": lambda: ehf_credit_note(
        ehf_invoice(HOURS, line("100", "33")), ("1.5", "1800")
    ),
    "a credit note of a split": lambda: ehf_credit_note(
        ehf_invoice(HOURS, line("-2880", kind="deduction"))
    ),
    "a credit note by who left the VAT register": lambda: credited_by_another(False),
    "a credit note by who came into the VAT register": lambda: credited_by_another(True),
    "a credit note in krona": lambda: ehf_credit_note(
        ehf_invoice(HOURS, currency="SEK", rate=Decimal("1.037125"))
    ),
}  # fmt: skip


@pytest.mark.parametrize("made", MATRIX.values(), ids=MATRIX)
def test_it_passes_all_rules_and_adds_up_to_the_invoice(made):
    invoice = made()
    xml = xml_of(invoice, FILES)
    assert fatal(xml) == []
    assert rules.broken(xml) == []
    sums = "cac:LegalMonetaryTotal/cbc:"
    assert Decimal(value(xml, f"{sums}TaxExclusiveAmount")) == invoice.sign * invoice.net
    assert Decimal(value(xml, f"{sums}PayableAmount")) == invoice.sign * invoice.gross
    ours = f"cac:TaxTotal/cbc:TaxAmount[@currencyID='{invoice.currency}']"
    assert Decimal(value(xml, ours)) == invoice.sign * invoice.vat
    if invoice.currency != "NOK":
        booked = Decimal(value(xml, "cac:TaxTotal/cbc:TaxAmount[@currencyID='NOK']"))
        assert abs(booked - invoice.sign * invoice.vat * invoice.rate) <= Decimal("0.005")


def test_what_it_says_is_what_the_invoice_says():
    work = line("9600", kind="work", quantity="8", price="1200", heading="5001 Bru",
                first_day=date(2026, 3, 2), last_day=date(2026, 3, 6))  # fmt: skip
    said = {"order_reference": "PO-1", "contract_reference": "RA-7", "invoice_text": "Takk"}
    invoice = ehf_invoice(work, line("-960", kind="discount", text="Rabatt"), settings=said,
                          contact="Åse Li", issued_on=date(2026, 3, 31))  # fmt: skip
    xml = xml_of(invoice, FILES)
    root = etree.fromstring(xml)
    assert root.tag == f"{{{ubl.INVOICE}}}Invoice"
    seller, buys = (
        "cac:AccountingSupplierParty/cac:Party/",
        "cac:AccountingCustomerParty/cac:Party/",
    )
    for path, expected in {
        "cbc:CustomizationID": build.CUSTOMIZATION,
        "cbc:ProfileID": build.PROFILE,
        "cbc:ID": invoice.number,
        "cbc:IssueDate": "2026-03-31",
        "cbc:DueDate": "2026-04-30",
        "cbc:InvoiceTypeCode": "380",
        "cbc:Note": "Takk",
        "cbc:DocumentCurrencyCode": "NOK",
        "cbc:BuyerReference": "AVD-4410",
        "cac:OrderReference/cbc:ID": "PO-1",
        "cac:ContractDocumentReference/cbc:ID": "RA-7",
        "cac:InvoicePeriod/cbc:StartDate": "2026-03-02",
        f"{seller}cbc:EndpointID[@schemeID='0192']": OURS,
        f"{seller}cac:PartyTaxScheme[cac:TaxScheme/cbc:ID='VAT']/cbc:CompanyID": f"NO{OURS}MVA",
        f"{seller}cac:PartyTaxScheme[cac:TaxScheme/cbc:ID='TAX']/cbc:CompanyID":
            "Foretaksregisteret",
        f"{seller}cac:PartyLegalEntity/cbc:RegistrationName": "Moment Rådgivning AS",
        f"{buys}cbc:EndpointID[@schemeID='0192']": THEIRS,
        f"{buys}cac:PostalAddress/cbc:StreetName": "Torget 2",
        f"{buys}cac:PostalAddress/cbc:AdditionalStreetName": "Rom 4",
        f"{buys}cac:PostalAddress/cbc:CityName": "Bodø",
        f"{buys}cac:PostalAddress/cbc:PostalZone": "8001",
        f"{buys}cac:PostalAddress/cac:Country/cbc:IdentificationCode": "NO",
        f"{buys}cac:PartyLegalEntity/cbc:RegistrationName": "Storfjell kommune",
        f"{buys}cac:PartyLegalEntity/cbc:CompanyID[@schemeID='0192']": THEIRS,
        f"{buys}cac:Contact/cbc:Name": "Åse Li",
        "cac:PaymentMeans/cbc:PaymentMeansCode": "30",
        "cac:PaymentMeans/cbc:PaymentID": invoice.kid,
        "cac:PaymentMeans/cac:PayeeFinancialAccount/cbc:ID": "15032080119",
        "cac:PaymentMeans//cac:FinancialInstitutionBranch/cbc:ID": "DNBANOKK",
        "cac:AllowanceCharge/cbc:ChargeIndicator": "false",
        "cac:AllowanceCharge/cbc:AllowanceChargeReason": "Rabatt",
        "cac:AllowanceCharge/cbc:Amount": "960.00",
        "cac:TaxTotal/cac:TaxSubtotal/cbc:TaxableAmount": "8640.00",
        "cac:TaxTotal/cac:TaxSubtotal/cac:TaxCategory/cbc:Percent": "25",
        "cac:InvoiceLine/cbc:Note": "5001 Bru",
        "cac:InvoiceLine/cbc:InvoicedQuantity[@unitCode='HUR']": "8",
        "cac:InvoiceLine/cbc:LineExtensionAmount": "9600.00",
        "cac:InvoiceLine/cac:InvoicePeriod/cbc:EndDate": "2026-03-06",
        "cac:InvoiceLine/cac:Item/cbc:Name": "Prosjektering",
        "cac:InvoiceLine/cac:Price/cbc:PriceAmount": "1200",
    }.items():  # fmt: skip
        assert value(xml, path) == expected, path
    files = root.xpath("//cbc:EmbeddedDocumentBinaryObject", namespaces=ubl.NAMES)
    assert [(f.get("filename"), f.get("mimeCode"), base64.b64decode(f.text)) for f in files] == [
        (one.name, one.media_type, one.content) for one in FILES
    ]


def test_a_credit_note_names_what_it_credits_and_its_amounts_are_positive():
    credited = ehf_invoice(HOURS, issued_on=date(2026, 1, 31))
    xml = xml_of(ehf_credit_note(credited))
    reference = "cac:BillingReference/cac:InvoiceDocumentReference/cbc:"
    assert value(xml, "cbc:CreditNoteTypeCode") == "381"
    assert value(xml, f"{reference}ID") == credited.number
    assert value(xml, f"{reference}IssueDate") == "2026-01-31"
    assert value(xml, "cac:CreditNoteLine/cbc:CreditedQuantity") == "8"
    assert value(xml, "cac:CreditNoteLine/cbc:LineExtensionAmount") == "9600.00"
    assert values(xml, "cac:PaymentMeans") == []


def test_less_than_nothing_is_a_quantity_below_nothing():
    xml = xml_of(ehf_invoice(HOURS, line("-2880", kind="deduction")))
    assert values(xml, "cac:InvoiceLine/cbc:InvoicedQuantity") == ["8", "-1"]
    assert values(xml, "cac:InvoiceLine/cac:Price/cbc:PriceAmount") == ["1200", "2880"]


def test_it_stays_as_it_was_when_the_customer_and_we_change():
    invoice = ehf_invoice(HOURS)
    before = xml_of(invoice)
    invoice.customer.name, invoice.customer.org_number = "Other", ""
    invoice.customer.save()
    type(invoice.customer).objects.update(country="SE")
    from_now = Invoice.objects.get(pk=invoice.pk)
    assert xml_of(from_now) == before


def test_a_buyer_who_became_reachable_later_is_found_by_the_reg_no():
    invoice = ehf_invoice(HOURS, settings={"invoice_type": "letter"})
    assert invoice.buyer_endpoint == ""
    assert fatal(xml_of(invoice)) == []


# What is wrong


def test_a_draft_that_breaks_a_rule_gets_no_number_and_says_which():
    made = ehf_draft(HOURS, settings={"your_reference": None})
    lines = list(made.lines.all())
    (problem,) = checks.of(made, lines, CompanySettings.current())
    assert problem.field == "your_reference"
    assert "(rule PEPPOL-EN16931-R003)" in problem.text
    assert (made.buyer_name, made.seller) == ("", {})
    with pytest.raises(finalising.CannotFinalise, match="R003"):
        finalising.finalise(made, version=1, by=UserFactory())
    assert not Invoice.objects.final().exists()
    # One who cannot be reached by EHF is written to in another way, which needs no reference.
    Customer.objects.update(org_number="")
    assert finalising.finalise(made, version=1, by=UserFactory()).buyer_endpoint == ""


def test_without_a_reference_the_rule_is_named_in_words():
    invoice = ehf_invoice(HOURS, settings={"your_reference": None, "invoice_type": "email"})
    xml = xml_of(invoice)
    (problem,) = rules.broken(xml)
    assert "Neither your reference nor order reference is set" in str(problem)
    assert problem.rule == "PEPPOL-EN16931-R003"
    assert any(problem.rule in one for one in fatal(xml))


def test_without_an_address_in_the_network_the_rule_is_named():
    customer = CustomerFactory(name="Fjell AS")
    xml = xml_of(ehf_invoice(HOURS, customer=customer, settings={"invoice_type": "email"}))
    assert [one.rule for one in rules.broken(xml)] == ["PEPPOL-EN16931-R010"]
    assert any("PEPPOL-EN16931-R010" in one for one in fatal(xml))


def test_what_is_wrong_with_ourselves_is_told():
    made = ehf_invoice(HOURS)
    made.seller["org_number"] = "918212445"
    xml = xml_of(made)
    assert [one.rule for one in rules.broken(xml)] == ["PEPPOL-COMMON-R041", "NO-R-001"]
    told = "".join(fatal(xml))
    assert "PEPPOL-COMMON-R041" in told
    assert "NO-R-001" in told


@pytest.mark.parametrize(
    ("path", "becomes", "rule"),
    [
        ("cac:TaxTotal/cac:TaxSubtotal/cbc:TaxableAmount", "9000.00", "BR-S-08"),
        ("cac:TaxTotal/cac:TaxSubtotal/cbc:TaxAmount", "2300.00", "BR-CO-17"),
        ("cac:InvoiceLine/cac:Price/cbc:PriceAmount", "1201", "PEPPOL-EN16931-R120"),
        ("cac:LegalMonetaryTotal/cbc:TaxInclusiveAmount", "1.00", "BR-CO-15"),
        (f"//cbc:EndpointID[.='{THEIRS}']", "974760674", "PEPPOL-COMMON-R041"),
    ],
)
def test_what_is_tampered_with_is_found_here_and_by_the_official_rules(path, becomes, rule):
    root = etree.fromstring(xml_of(ehf_invoice(HOURS)))
    root.xpath(path, namespaces=ubl.NAMES)[0].text = becomes
    xml = etree.tostring(root)
    assert rule in [one.rule for one in rules.broken(xml)]
    assert any(rule in one for one in fatal(xml))


def test_what_is_outside_vat_is_exempt_with_or_without_treatment():
    xml = xml_of(ehf_invoice(line("100", "6"), line("20", "7")))
    (part,) = etree.fromstring(xml).xpath("//cac:TaxSubtotal", namespaces=ubl.NAMES)
    found = [part.xpath(f"string({path})", namespaces=ubl.NAMES) for path in (
        "cbc:TaxableAmount", "cac:TaxCategory/cbc:ID", "cac:TaxCategory/cbc:Percent",
        "cac:TaxCategory/cbc:TaxExemptionReason",
    )]  # fmt: skip
    assert found == ["120.00", "E", "0", "Utenfor merverdiavgiftsloven"]


def test_vat_of_who_is_not_registered_is_told_once():
    lines = [InvoiceLine(**line("100", vat_rate=Decimal(25)))]
    invoice = ehf_invoice(HOURS)
    invoice.seller["org_number"] = ""
    found = [one.rule for one in rules.broken(build.xml(invoice, lines))]
    assert found == ["PEPPOL-EN16931-R020", "BR-S-02"]


# Sums


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["3", "31", "33", "5", "52", "6", "7"]),
            st.decimals("-99999", "99999", places=2),
            st.one_of(st.none(), st.decimals("0.01", "500", places=2)),
            st.sampled_from(["work", "discount", "charge", "expense"]),
        ),
        min_size=1,
        max_size=12,
    ),
    st.sampled_from(["NOK", "JPY", "EUR"]),
    st.booleans(),
)
def test_whatever_the_lines_are_the_sums_are_theirs(found, currency, is_credit):
    rates = {"3": 25, "31": 15, "33": 12}
    lines = [
        InvoiceLine(text="x", vat_code=code, vat_rate=Decimal(rates.get(code, 0)), amount=amount,
                    quantity=quantity, kind=kind)
        for code, amount, quantity, kind in found
    ]  # fmt: skip
    totals = invoice_totals.of([(x.vat_code, x.vat_rate, x.amount) for x in lines], currency)
    seller = {"country": "NO", "org_number": OURS, "vat_registered": True, "name": "Vi",
              "business_register": True, "street": "", "postcode": "", "city": "", "phone": "",
              "email": "", "currency": "NOK"}  # fmt: skip
    invoice = Invoice(
        kind="credit_note" if is_credit else "invoice", number="1", currency=currency,
        rate=Decimal(2), seller=seller, account={}, buyer_name="De", buyer_country="NO",
        buyer_endpoint=f"0192:{THEIRS}", invoice_settings={"your_reference": "x"},
        net=totals.net, vat=totals.vat, gross=totals.gross,
    )  # fmt: skip
    xml = build.xml(invoice, lines)
    assert rules.broken(xml) == []
    payable = Decimal(value(xml, "cac:LegalMonetaryTotal/cbc:PayableAmount"))
    assert payable == invoice.sign * totals.gross
