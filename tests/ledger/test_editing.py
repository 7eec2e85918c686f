"""Making drafts by hand and changing drafts: what is stored, and what is refused."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from moment.ledger import discarding, editing, finalising
from moment.ledger.models import BilledExpense, BilledTime, Invoice, InvoiceLine
from moment.models import CompanySettings
from moment.projects.models import Activity
from tests.factories import ContactFactory, CustomerFactory, ExpenseFactory, ProjectFactory
from tests.ledger import work
from tests.ledger.making import draft, invoice

pytestmark = pytest.mark.django_db
WORK = InvoiceLine.Kind.WORK


def line(text="New", amount="10", **columns) -> InvoiceLine:
    values = {"vat_code": "3", "vat_rate": 25, "sales_account": "3000"} | columns
    return InvoiceLine(text=text, amount=Decimal(amount), **values)


def save(made: Invoice, lines, **columns):
    for name, value in columns.items():
        setattr(made, name, value)
    return editing.save(made, lines, version=made.version)


def drafted(*, count=3, price=1000) -> Invoice:
    """Make a draft with so many hours on it, of one activity each, and an expense."""
    project = ProjectFactory()
    for n in range(count):
        activity = Activity.objects.create(project=project, number=10 + n, title=f"Part {n}")
        work.approved(project, price=price, activity=activity)
    ExpenseFactory(project=project)
    (made,) = work.drafts(project)
    return made


def test_a_draft_has_exactly_these_lines_in_this_order_with_their_keys_and_its_sums():
    made = draft(None, "100", "200", "300")
    first, second, third = made.lines.all()
    third.text = "Third"
    save(made, [third, line(quantity=Decimal("2.5"), price=Decimal("100.10"), amount="1"), first])
    found = list(made.lines.all())
    assert [one.text for one in found] == ["Third", "New", first.text]
    assert [found[0].pk, found[2].pk] == [third.pk, first.pk]
    assert not InvoiceLine.objects.filter(pk=second.pk).exists()
    # Quantity by price, whatever was said beside them.
    assert found[1].amount == Decimal("250.25")
    stored = Invoice.objects.get(pk=made.pk)
    assert (stored.net, stored.vat, stored.gross) == (
        Decimal("650.25"), Decimal("162.56"), Decimal("812.81"),
    )  # fmt: skip
    assert stored.version == 2


def test_the_head_is_saved_and_nothing_else_of_the_invoice():
    made = draft(None, "100")
    other = CustomerFactory()
    save(
        made, list(made.lines.all()), contact="Nina", issued_on=date(2026, 11, 1),
        invoice_settings=made.invoice_settings | {"credit_terms": 14}, kid="999",
        kind="credit_note",
    )  # fmt: skip
    stored = Invoice.objects.get(pk=made.pk)
    assert (stored.contact, str(stored.issued_on), stored.kid) == ("Nina", "2026-11-01", "")
    assert (stored.written.value("credit_terms"), stored.kind) == (14, "invoice")
    assert stored.customer != other


def test_a_line_of_another_invoice_is_copied_and_not_moved():
    made, other = draft(None, "1"), draft(None, "2")
    theirs = other.lines.get()
    save(made, [line("Mine", pk=theirs.pk)])
    theirs.refresh_from_db()
    assert (theirs.invoice, theirs.text) == (other, "Line 0")
    assert made.lines.get().text == "Mine"


def test_work_on_a_line_that_is_gone_is_free_and_told_of():
    made = drafted()
    lines = list(made.lines.all())
    kept = [one for one in lines if one.kind == WORK][1:]
    freed = save(made, kept)
    assert (freed.hours, freed.expenses) == (1, 1)
    assert str(freed) == "Free to be invoiced again: 1 h, 1 expense."
    assert BilledTime.objects.count() == 2
    assert not BilledExpense.objects.exists()
    project = kept[0].project
    assert sum(len(one.hours) for one in work.of(project)) == 1
    assert not save(Invoice.objects.get(pk=made.pk), kept)


def test_what_is_billed_follows_the_amounts():
    made = drafted(count=2)
    first, *rest = made.lines.all()
    first.price, first.quantity = Decimal(700), Decimal(1)
    save(made, [first, *rest])
    assert BilledTime.objects.get(line=first).amount == 700
    assert BilledTime.objects.exclude(line=first).get().amount == 1000


@pytest.mark.parametrize("gone", [WORK, InvoiceLine.Kind.DEDUCTION])
def test_lines_that_others_pay_a_part_of_stay(gone):
    project = work.shared((CustomerFactory(), 40))
    work.approved(project, 2)
    whole, _part = work.drafts(project)
    lines = [one for one in whole.lines.all() if one.kind != gone]
    with pytest.raises(ValidationError, match="Several customers pay for this work"):
        save(whole, lines)
    assert whole.lines.filter(kind=gone).exists()
    assert BilledTime.objects.filter(holds=True).count() == 2
    # Lines by hand come and go.
    save(whole, [*whole.lines.all(), line()])
    whole.refresh_from_db()
    save(whole, [one for one in whole.lines.all() if one.kind != "other"])


@pytest.mark.parametrize("kind", [WORK, *(InvoiceLine.Kind[n] for n in ("DISCOUNT", "DEDUCTION"))])
@pytest.mark.parametrize("is_gone", [False, True], ids=["another amount", "gone"])
def test_what_others_pay_a_part_of_comes_to_what_it_did(kind, is_gone):
    """Else their drafts would say another part than they pay."""
    project = work.shared((CustomerFactory(), 40), discount=10)
    work.approved(project, 2)
    whole, part = work.drafts(project)
    before = work.amounts(whole)

    def changed(made: Invoice, kind: str) -> list[InvoiceLine]:
        lines = list(made.lines.all())
        for one in lines:
            if one.kind == kind:
                one.quantity, one.amount = None, one.amount * 2
        return [one for one in lines if not (is_gone and one.kind == kind)]

    for made, of in ((whole, kind), (part, "share")):
        with pytest.raises(ValidationError, match="Several customers pay for this work"):
            save(made, changed(made, of))
    assert (work.amounts(whole), part.lines.get().amount) == (before, Decimal(720))
    # What it is called, and how it comes to that, is free; so is the work of one customer.
    lines = list(whole.lines.all())
    lines[0].text, lines[0].quantity, lines[0].price = "Half of it", Decimal(1), Decimal(2000)
    save(whole, [*lines, line()])
    assert whole.lines.first().text == "Half of it"


def test_work_beside_what_is_shared_can_be_changed():
    project = work.shared((CustomerFactory(), 40))
    own = ProjectFactory(customer=project.customer)
    for one in (project, own):
        work.approved(one)
    whole, _part = work.drafts(project, own, together=True)
    lines = list(whole.lines.all())
    for one in lines:
        if one.project_id == own.pk:
            one.quantity, one.amount = None, Decimal(700)
    save(whole, lines)
    whole.refresh_from_db()
    assert whole.net == Decimal(1000 - 400 + 700)


def test_the_share_of_one_who_pays_a_part_stays():
    project = work.shared((CustomerFactory(), 40))
    work.approved(project, 2)
    _whole, part = work.drafts(project)
    with pytest.raises(ValidationError, match="Several customers pay"):
        save(part, [])


def test_who_saves_on_top_of_another_is_told():
    made = draft(None, "1")
    mine, hers = (Invoice.objects.get(pk=made.pk) for _nth in range(2))
    save(hers, [line("Hers")])
    with pytest.raises(editing.ChangedMeanwhile) as told:
        save(mine, [line("Mine")])
    assert told.value.stored.version == 2
    assert made.lines.get().text == "Hers"


def test_what_is_final_or_discarded_meanwhile_is_told_of_and_stays(kari):
    made, gone = draft(None, "1"), draft(None, "2")
    finalising.finalise(made, version=1, by=kari)
    with pytest.raises(editing.ChangedMeanwhile) as told:
        save(Invoice.objects.get(pk=made.pk), [line()])
    assert told.value.stored.is_final
    discarding.discard(Invoice.objects.get(pk=gone.pk), version=1)
    with pytest.raises(editing.ChangedMeanwhile) as told:
        save(gone, [line()])
    assert told.value.stored is None
    assert made.lines.get().text == "Line 0"


def test_more_lines_or_money_than_there_is_room_for_are_refused():
    made = draft(None, "1")
    save(made, [line(f"Line {n}") for n in range(500)])
    made.refresh_from_db()
    with pytest.raises(ValidationError, match="At most 500 lines"):
        save(made, [line() for _nth in range(501)])
    most = Decimal("9999999999.99")
    for lines in (
        [line(quantity=most, price=most)],
        [line(amount="999999999999.99")] * 2,
        [line(amount="-999999999999.99"), line(amount="-999999999999.99")],
        [line(amount="999999999999.99")],  # with its VAT
    ):
        with pytest.raises(ValidationError, match="more than Moment can write"):
            save(made, [line(**{"text": "x"}) if one is None else one for one in lines])
    assert made.lines.count() == 500
    save(made, [line(amount="700000000000.00")])


def test_amounts_are_in_whole_coins_of_their_currency():
    made = draft(None, "1", currency="JPY")
    save(made, [line(amount="10.50"), line(quantity=Decimal("1.5"), price=Decimal(33))])
    assert list(made.lines.values_list("amount", flat=True)) == [11, 50]


def test_the_currency_is_given_once_there_is_work():
    by_hand, of_work = draft(None, "1"), drafted(count=1)
    charge = [line(kind="charge")]
    assert not editing.is_from_work(by_hand, [*by_hand.lines.all(), *charge])
    assert editing.is_from_work(of_work, list(of_work.lines.all()))
    note = Invoice(kind="credit_note", credits=invoice(None, "1"))
    assert editing.is_from_work(note, [])


# By hand


def test_a_draft_by_hand_has_the_settings_of_now_and_no_charge():
    customer = CustomerFactory(charge_amount=50, credit_terms=14, currency="SEK", language="en")
    contact = ContactFactory(customer=customer, person__name="Nina Dahl")
    customer.invoice_contact = contact
    customer.save()
    CompanySettings.objects.update(invoice_footer="Thanks")
    made = editing.create(customer)
    customer.language = "nb"
    customer.save()
    stored = Invoice.objects.get(pk=made.pk)
    assert (stored.currency, stored.contact, stored.lines.count()) == ("SEK", "Nina Dahl", 0)
    assert (stored.written.value("credit_terms"), stored.written.value("language")) == (14, "en")
    assert stored.project is None


def test_a_projects_settings_go_before_the_customers():
    project = ProjectFactory(customer=CustomerFactory(your_reference="A"), your_reference="B")
    made = editing.create(project.customer, project)
    assert (made.project, made.written.value("your_reference")) == (project, "B")


def test_nobody_is_invoiced_for_the_project_of_another_or_while_blocked():
    with pytest.raises(ValidationError, match="not the customer's"):
        editing.create(CustomerFactory(), ProjectFactory())
    with pytest.raises(ValidationError, match="is blocked, so it cannot be invoiced"):
        editing.create(CustomerFactory(status="blocked"))
    assert not Invoice.objects.exists()
