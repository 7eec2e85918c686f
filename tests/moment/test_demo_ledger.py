"""The demo's invoices: of every kind, paid in every way, in the ledger by the rules, made once."""

from collections import defaultdict
from datetime import timedelta
from decimal import Decimal
from io import StringIO

import pytest
from auditlog.models import LogEntry
from django.contrib.auth.models import Group
from django.core import mail
from django.core.management import call_command
from django.db.models import F
from django.utils import timezone

from customers.models import Customer
from moment.demo import bank, ledger, people
from moment.ledger import ageing, billing, ocr, to_invoice, unbilled
from moment.ledger.models import (
    AccountingExport,
    BilledExpense,
    BilledPeriod,
    BilledPlanItem,
    BilledTime,
    Delivery,
    Invoice,
    InvoiceFile,
    InvoiceLine,
    Match,
    OcrFile,
    OcrPayment,
    Payment,
    Statement,
)
from moment.models import User
from moment.projects.models import Project, TimeEntry
from moment.projects.pricing import Prices

pytestmark = pytest.mark.django_db
MODELS = (
    *(Invoice, InvoiceLine, BilledTime, BilledExpense, BilledPlanItem, BilledPeriod, Payment),
    *(Match, OcrFile, OcrPayment, Delivery, Statement, AccountingExport),
)


@pytest.fixture(autouse=True)
def debug(settings, tmp_path):
    settings.DEBUG = True
    settings.MEDIA_ROOT = str(tmp_path)


def demo(weeks=36, customers=45):
    said = StringIO()
    call_command("demo", customers=customers, entities=150, weeks=weeks, stdout=said)
    return said.getvalue()


def rows():
    return {model: list(model.objects.order_by("pk").values()) for model in MODELS}


def test_invoices_and_payments_of_every_kind_made_once():
    """One test for what takes long to make."""
    assert " invoices." in demo()
    for model in MODELS:
        assert model.objects.exists(), model
    numbers_have_no_gap_and_follow_the_dates()
    invoices_are_of_every_kind()
    the_last_months_wait_to_be_invoiced()
    customers_pay_in_every_way()
    every_balance_is_the_sum_of_its_rows()
    somebody_is_overdue_in_every_bucket()
    what_went_out_is_written_down()
    the_history_is_as_old_as_what_it_tells()
    assert (
        Group.objects.get(name="Administer invoices")
        in User.objects.get(username="kari").groups.all()
    )
    before = rows()
    assert "nothing to add" in demo()
    assert " invoices." in demo(customers=50)
    assert rows() == before


def numbers_have_no_gap_and_follow_the_dates():
    final = list(Invoice.objects.final().order_by("sort_number"))
    assert [int(one.number) for one in final] == list(
        range(int(final[0].number), int(final[0].number) + len(final))
    )
    days = [one.issued_on for one in final]
    assert days == sorted(days)
    assert all(timezone.localdate(one.finalised_at) == one.issued_on for one in final)
    assert days[-1] <= timezone.localdate()


def invoices_are_of_every_kind():
    final = Invoice.objects.final()
    assert set(InvoiceLine.objects.values_list("kind", flat=True)) >= {
        *("work", "plan", "subscription", "expense", "deduction", "share", "other")
    }
    notes = final.filter(kind=Invoice.Kind.CREDIT_NOTE)
    assert notes.filter(releases=True, gross=-F("credits__gross")).exists()
    assert notes.filter(releases=False, gross__gt=-F("credits__gross")).exists()
    assert not final.filter(kind="invoice", gross__lt=0).exists()
    euro = final.filter(currency="EUR")
    assert euro.exists()
    assert not euro.filter(rate__lt=10).exists()
    drafts = Invoice.objects.drafts()
    assert drafts.filter(part_of__in=drafts).exists()
    assert drafts.filter(currency="EUR", rate=None).exists()
    assert final.exclude(kid="").filter(currency="NOK").exists()
    assert final.exclude(buyer_endpoint="").exists()
    # Documents are made when somebody opens them.
    assert not InvoiceFile.objects.exclude(kind="attachment").exists()


def the_last_months_wait_to_be_invoiced():
    last = to_invoice.last_month().replace(day=1)
    billed = BilledTime.objects.filter(line__invoice__number__isnull=False)
    assert not billed.filter(entry__day__gte=last).exists()
    assert unbilled.ready_entries(to_invoice.last_month()).exists()
    found = unbilled.sums(Prices(list(Project.objects.select_related("customer"))))
    assert sum(bool(one.unpriced) for one in found.values()) == 1
    # All that is older is invoiced, but for what a credit note has set free and what is blocked.
    old = TimeEntry.objects.filter(day__lt=last, billable=True, price__gt=0)
    old = old.exclude(approved_at=None).exclude(billing.LedgerBilling().of_entries())
    freed = BilledTime.objects.exclude(released_by=None).values("entry")
    assert not old.exclude(pk__in=freed).exists()


def customers_pay_in_every_way():
    assert set(Payment.objects.values_list("way", flat=True)) == {"manual", "ocr"}
    settled = Match.objects.filter(invoice__isnull=False, payment__isnull=False)
    late = [(one.matched_on - one.invoice.due_on).days for one in settled]
    assert min(late) < -3
    assert max(late) > 3
    assert 0 in late
    assert Payment.objects.filter(amount__lt=0, reverses=None).exists()
    assert Payment.objects.exclude(reverses=None).exists()
    assert Payment.objects.filter(remaining=F("amount"), is_open=True).exists()
    invoices = Invoice.objects.final().filter(kind="invoice")
    assert invoices.filter(is_open=True, remaining__lt=F("gross")).exists()
    assert OcrPayment.objects.filter(payment=None).count() == 1
    assert Payment.objects.filter(remaining__gt=0, remaining__lt=F("amount")).exists()
    assert not Payment.objects.filter(paid_on__gt=timezone.localdate()).exists()


def every_balance_is_the_sum_of_its_rows():
    today, sums = timezone.localdate(), defaultdict(Decimal)
    for customer, currency, gross in Invoice.objects.final().values_list(
        "customer", "currency", "gross"
    ):
        sums[customer, currency] += gross
    for customer, currency, amount in Payment.objects.values_list("customer", "currency", "amount"):
        sums[customer, currency] -= amount
    remaining = defaultdict(Decimal)
    for one in Invoice.objects.final():
        remaining[one.customer_id, one.currency] += one.remaining
    for one in Payment.objects.all():
        remaining[one.customer_id, one.currency] -= one.remaining
    assert {key: value for key, value in sums.items() if value} == {
        key: value for key, value in remaining.items() if value
    }
    aged = ageing.of_customers(None, today, "NOK")
    found = {
        (customer, one.currency): one.balance
        for customer, its in aged.items()
        for one in its.by_currency.values()
    }
    assert all(found.get(key, 0) == balance for key, balance in sums.items())


def somebody_is_overdue_in_every_bucket():
    today = timezone.localdate()
    late = [(today - one.due_on).days for one in Invoice.objects.overdue()]
    for low, high in ((1, 30), (31, 60), (61, 90), (91, 900)):
        assert any(low <= days <= high for days in late), (low, high)
    assert Invoice.objects.still_open().filter(due_on__gte=today).exists()


def what_went_out_is_written_down():
    assert mail.outbox == []
    assert set(Delivery.objects.values_list("way", flat=True)) == {"ehf", "email", "letter"}
    assert Delivery.objects.exclude(failed_at=None).exclude(error="").count() == 1
    assert not Delivery.objects.filter(made_at__lt=F("invoice__finalised_at")).exists()
    assert Statement.objects.exclude(sent_at=None).count() == 1
    assert Invoice.objects.final().filter(export=None).exists()
    assert Invoice.objects.exclude(export=None).exists()


def the_history_is_as_old_as_what_it_tells():
    first = Invoice.objects.final().earliest("issued_on", "pk")
    told = LogEntry.objects.get_for_object(first)
    assert {timezone.localdate(one.timestamp) for one in told} == {first.issued_on}
    paid = Payment.objects.earliest("paid_on", "pk")
    assert LogEntry.objects.get_for_object(paid).get().timestamp == paid.made_at
    quiet = Customer.objects.get(name="Studio Måke ENK")
    assert quiet.last_activity_at < timezone.now() - timedelta(days=60)


def test_where_people_have_begun_it_stays_away():
    now, colleagues = timezone.now(), people.load()
    assert ledger.load(now, colleagues) == 0
    demo(weeks=0, customers=3)
    assert not any(model.objects.exists() for model in MODELS)
    customer = Customer.objects.for_new_project().first()
    Invoice.objects.create(customer=customer, currency="NOK")
    assert "0 invoices." in demo(weeks=2, customers=4)
    assert Invoice.objects.count() == 1


def test_the_bank_writes_what_is_read():
    day = timezone.localdate()
    paid = [bank.Paid(day, Decimal("1234.50"), "0010010200017", "99901234567")] * 2
    found = ocr.parse(bank.write("99904112344", paid, 7, day))
    assert [one.amount for one in found.transactions] == [Decimal("1234.50")] * 2
    assert found.transactions[0].kid == "0010010200017"
    assert found.transactions[0].account == "99904112344"
