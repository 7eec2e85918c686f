"""Many drafts finalised together come out as each by itself would, to the row and its history."""

import json
from datetime import timedelta
from decimal import Decimal

import pytest
from auditlog.context import set_actor
from auditlog.models import LogEntry
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from customers import numbers
from customers.models import ChangeOf, Customer, NumberSeries
from moment.ledger import crediting, finalising
from moment.ledger.models import BilledTime, Invoice, InvoiceFile, InvoiceLine, Match
from moment.ledger.numbers import INVOICES
from tests.factories import CustomerFactory, ProjectFactory
from tests.ledger.ehf_making import SETTINGS, buyer, company
from tests.ledger.making import draft, invoice
from tests.ledger.test_attachments import put
from tests.ledger.work import approved, drafts, shared

pytestmark = pytest.mark.django_db

AT = timezone.now().replace(microsecond=0)
TODAY, LONG_AGO = timezone.localdate(AT), AT - timedelta(9999)
WRITTEN = [Invoice, InvoiceLine, InvoiceFile, BilledTime, Match]
# Keys of what is made, and when by the clock.
NOT_ALIKE = {"id", "made_at", "timestamp"}


def together(rows, by):
    done, failed = finalising.finalise_all(rows, by, AT)
    return [(one.pk, one.number) for one in done], [(one.draft.pk, one.texts) for one in failed]


def one_by_one(rows, by):
    """Finalise each in a transaction of its own, in the order in which numbers are to come."""
    done, failed, ours = [], [], finalising.Ours.now()
    for one in sorted(rows, key=lambda row: row.issued_on or TODAY):
        try:
            final = finalising.finalise(one, version=one.version, by=by, ours=ours, at=AT)
            done.append((final.pk, final.number))
        except finalising.CannotFinalise as error:
            failed.append((one.pk, [problem.text for problem in error.problems]))
        except finalising.ChangedMeanwhile:
            failed.append((one.pk, ["Somebody has changed it meanwhile."]))
        except ValidationError as error:
            failed.append((one.pk, error.messages))
    return done, failed


def rows_of(queryset):
    return [
        {name: value for name, value in row.items() if name not in NOT_ALIKE}
        for row in queryset.values()
    ]


def everything():
    """Return all rows as they are stored, their history, whom it concerns, who is active."""
    found = {model.__name__: rows_of(model._base_manager.order_by("pk")) for model in WRITTEN}
    found["series"] = rows_of(NumberSeries.objects.order_by("pk"))
    found["history"] = rows_of(LogEntry.objects.order_by("content_type", "object_id", "pk"))
    concerned = ChangeOf.objects.order_by("entry__object_id", "entry", "customer")
    found["concerned"] = list(concerned.values_list("entry__object_repr", "customer"))
    active = Customer.objects.exclude(last_activity_at=LONG_AGO).order_by("pk")
    found["active"] = list(active.values_list("pk", flat=True))
    return json.loads(json.dumps(found, default=str))


def both(rows, by):
    """Finalise drafts in either way from the same start; return what is told and what is there."""
    found = []
    shown = {one.pk: one.version for one in rows}
    for way in (one_by_one, together):
        with transaction.atomic():
            Customer.objects.update(last_activity_at=LONG_AGO)
            stored = Invoice.objects.select_related("customer", "project").in_bulk(shown)
            for key, version in shown.items():
                stored[key].version = version
            with set_actor(by):
                told = way([stored[key] for key in shown], by)
            found.append((told, everything()))
            transaction.set_rollback(True)
    return found


@pytest.fixture
def world(kari):
    """Return customers that get invoices in every way, and drafts of work, split too."""
    company()
    customers = [
        buyer(),
        CustomerFactory(name="Brev AS", postal_street="Gata 1", postal_postcode="0001"),
        CustomerFactory(name="Sperret AS", status=Customer.Status.BLOCKED),
        CustomerFactory(name="Lang AS", number="50000001"),  # too long for a KID
    ]
    put(customers[0], "Terms.txt")
    project = ProjectFactory(customer=customers[0], name="Bru")
    approved(project, 2, by=kari)
    split = shared((customers[1], 40), customer=customers[0], name="Delt")
    approved(split, 3, by=kari)
    work = [*drafts(project, by=kari), *drafts(split, by=kari)]
    credited = [invoice(customers[n % 2], "1000", "-100", by=kari) for n in range(2)]
    return customers, work, credited


ONE = st.fixed_dictionaries(
    {
        "customer": st.integers(0, 3),
        "amounts": st.lists(st.sampled_from(["100", "0.01", "-40", "33.33"]), max_size=2),
        "days": st.none() | st.integers(-40, 40),
        "currency": st.sampled_from(["NOK", "NOK", "EUR"]),
        "rate": st.sampled_from([None, "11.5"]),
        "way": st.sampled_from(["ehf", "ehf", "email"]),
        "reference": st.booleans(),
        "is_old": st.booleans(),
    }
)


def made(one, customers):
    """Make the draft that is described; without amounts there is nothing on it."""
    columns = {"currency": one["currency"], "rate": one["rate"]}
    if one["days"] is not None:
        columns["issued_on"] = TODAY + timedelta(one["days"])
    row = draft(customers[one["customer"]], *one["amounts"] or ["1"], **columns)
    if not one["amounts"]:
        row.lines.all().delete()
    reference = SETTINGS["your_reference"] if one["reference"] else None
    row.invoice_settings |= {"invoice_type": one["way"], "your_reference": reference}
    row.save()
    return row


@settings(
    max_examples=10, deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
@given(
    plain=st.lists(ONE, min_size=1, max_size=5),
    notes=st.lists(st.tuples(st.integers(0, 1), st.sampled_from(["600", "1000"])), max_size=3),
    works=st.booleans(),
    shuffled=st.randoms(use_true_random=False),
)
def test_together_is_as_one_by_one(world, kari, plain, notes, works, shuffled):
    customers, work, credited = world
    with transaction.atomic():
        rows = [made(one, customers) for one in plain]
        for one, row in zip(plain, rows, strict=True):
            if one["is_old"]:
                Invoice.objects.filter(pk=row.pk).update(version=7)
        for which, amount in notes:  # together more than there is
            line = credited[which].lines.first()
            note = Invoice.objects.create(
                kind="credit_note", credits=credited[which], customer=credited[which].customer,
                invoice_settings=credited[which].invoice_settings, currency="NOK", rate=1,
                releases=True,
            )  # fmt: skip
            InvoiceLine.objects.create(
                invoice=note, text="Back", amount=-Decimal(amount), credited=line, vat_code="5",
                vat_rate=0, sales_account="3000",
            )  # fmt: skip
            rows.append(note)
        rows += work if works else []
        shuffled.shuffle(rows)
        singly, in_bulk = both(rows, kari)
        assert in_bulk[0] == singly[0]
        for name, stored in singly[1].items():
            assert in_bulk[1][name] == stored, name
        transaction.set_rollback(True)


def test_what_is_compared_is_there(world, kari):
    """So that the test before cannot hold for want of rows."""
    customers, work, credited = world
    note = crediting.draft_credit(credited[0], parts=None, release=True, by=kari)
    _, (told, stored) = both([*work, draft(customers[3], "1"), note], kari)
    assert [number for _key, number in told[0]] == ["20003", "20004", "20005", "20006"]
    assert "No KID" in told[1][0][1][0]
    assert stored["InvoiceFile"]
    assert stored["Match"]
    names = {f"Invoice {20003 + n}" for n in range(3)} | {"Credit note 20006"}
    final = [row for row in stored["history"] if row["object_repr"] in names]
    assert [row["actor_id"] for row in final] == [kari.pk] * 4
    assert all(row["additional_data"]["concerns"] for row in final)


def test_numbers_follow_the_dates_then_the_order_given(kari, monkeypatch):
    monkeypatch.setattr(finalising, "CHUNK", 3)
    customer, days = CustomerFactory(), [0, -3, None, -9, -3, 0, -1]
    rows = [
        draft(customer, issued_on=None if day is None else TODAY + timedelta(day)) for day in days
    ]
    given_order = [rows[n] for n in (6, 5, 4, 3, 2, 1, 0)]
    done, failed = finalising.finalise_all(given_order, kari, AT)
    assert not failed
    assert [one.number for one in done] == [str(20001 + n) for n in range(7)]
    assert [rows.index(one) for one in done] == [3, 4, 1, 6, 5, 2, 0]


def test_a_series_that_is_used_up_half_way_serves_the_first(kari):
    NumberSeries.objects.filter(kind="invoice").update(last=20004)
    customer = CustomerFactory()
    Invoice.objects.filter(pk=invoice(customer).pk)
    rows = [draft(customer) for _n in range(5)]
    done, failed = finalising.finalise_all(rows, kari)
    assert [one.number for one in done] == ["20002", "20003", "20004"]
    assert [one.draft for one in failed] == rows[3:]
    assert "used up" in failed[0].texts[0]
    assert NumberSeries.objects.get(kind="invoice").next == 20005
    for row in failed:
        row.draft.refresh_from_db()
        assert (row.draft.number, row.draft.issued_on, row.draft.buyer_name) == (None, None, "")


@pytest.mark.parametrize("error", [IntegrityError("on purpose"), KeyError("a mistake of ours")])
def test_whatever_fails_keeps_no_other_back(kari, monkeypatch, error):
    real = finalising.attaching.attach

    def attach(invoices):
        if any(one.contact == "bad" for one in invoices):
            raise error
        return real(invoices)

    monkeypatch.setattr(finalising.attaching, "attach", attach)
    customer = CustomerFactory()
    rows = [draft(customer, contact="bad" if n == 2 else "") for n in range(4)]
    done, failed = finalising.finalise_all(rows, kari)
    assert [one.number for one in done] == ["20001", "20002", "20003"]
    assert [(one.draft, one.texts) for one in failed] == [
        (rows[2], ["Something went wrong. Nothing of it was saved."])
    ]
    assert not Invoice.objects.get(pk=rows[2].pk).number


def test_one_given_twice_or_final_already_is_neither(kari):
    rows = [draft(), draft()]
    finalising.finalise(Invoice.objects.get(pk=rows[0].pk), version=1, by=kari)
    done, failed = finalising.finalise_all([*rows, *rows], kari)
    assert ([one.pk for one in done], failed) == ([rows[1].pk], [])
    rows[1].refresh_from_db()
    assert finalising.finalise_all(rows, kari) == ([], [])


def test_fifty_take_hardly_more_queries_than_one(kari, django_assert_max_num_queries):
    company()
    customers = [buyer(), CustomerFactory()]
    rows = [draft(customers[n % 2]) for n in range(50)]
    for one in rows:
        one.invoice_settings |= SETTINGS
    Invoice.objects.bulk_update(rows, ["invoice_settings"])
    finalising.finalise(draft(), version=1, by=kari)
    with django_assert_max_num_queries(26):
        done, _failed = finalising.finalise_all(rows, kari)
    assert len(done) == 50
    assert {one.buyer_endpoint for one in done} == {"0192:974760673", ""}


def test_numbers_in_a_block_step_over_used_ones(kari):
    for number in ("20002", "20003", "20006"):
        Invoice.objects.filter(pk=invoice().pk).exists()
        NumberSeries.objects.filter(kind="invoice").update(next=int(number))
    assert numbers.allocate_many(3, INVOICES) == ["20006", "20007", "20008"]
    assert numbers.allocate_many(0, INVOICES) == []
    assert numbers.block(5, INVOICES).take(2) == ["20009", "20010"]
    assert numbers.propose(INVOICES).number == "20011"
    NumberSeries.objects.filter(kind="invoice").update(next=20001)
    assert numbers.allocate_many(4, INVOICES) == ["20004", "20005", "20006", "20007"]
