"""How the demo's invoices and statements went out: written down as if, nothing is sent."""

from datetime import datetime, timedelta

from moment.invoice_settings.choices import InvoiceType
from moment.ledger import delivering, sending_statements
from moment.ledger.models import Delivery, Invoice, Statement
from moment.models import User

_BOUNCED = "550 5.1.1 The email account that you tried to reach does not exist."
# The newest have not gone out yet, and one of those before came back.
_WAITING, _CAME_BACK = 2, 5


def load(now: datetime, colleagues: dict[str, User]) -> None:
    """Write down how all but the newest invoices were delivered, and send a statement."""
    _deliveries(now)
    _statement(now, colleagues["kari"])


def _deliveries(now: datetime) -> None:
    rows = Invoice.objects.final().select_related("customer", "project", "finalised_by")
    found, failed = [], False
    for place, plan in enumerate(delivering.plans(list(rows.order_by("-sort_number")))):
        if place < _WAITING:
            continue
        invoice, by_mail = plan.invoice, plan.way == InvoiceType.EMAIL
        assert invoice.finalised_at
        assert invoice.finalised_by
        made_at = min(now, invoice.finalised_at + timedelta(minutes=4))
        row = Delivery(
            invoice=invoice,
            way=plan.way,
            to=plan.receiver,
            copy_to=", ".join(plan.copy_to) if by_mail else "",
            message=delivering.greeting(invoice) if by_mail else "",
            made_at=made_at,
            made_by=invoice.finalised_by,
        )
        after = min(now, made_at + timedelta(seconds=6))
        if by_mail and not failed and place >= _CAME_BACK:
            failed, row.failed_at, row.error = True, after, _BOUNCED
        else:
            row.done_at = after
        found.append(row)
    Delivery.objects.bulk_create(reversed(found), batch_size=200)


def _statement(now: datetime, by: User) -> None:
    """Have a customer with something overdue have got a statement last week."""
    sent_at = now - timedelta(days=6, hours=2)
    overdue = Invoice.objects.overdue().select_related("customer").order_by("due_on", "pk")
    for invoice in overdue:
        plan = sending_statements.plan([invoice.customer], sent_at.date())
        if plan.reached:
            batch = sending_statements.new_batch()
            sending_statements.make(plan.reached, sent_at.date(), by=by, batch=batch)
            Statement.objects.filter(batch=batch).update(
                made_at=sent_at, begun_at=sent_at, sent_at=sent_at + timedelta(seconds=5)
            )
            return
