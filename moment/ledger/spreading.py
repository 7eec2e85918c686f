"""How much of an invoice each piece of work comes to, once discounts and the like are off.

What the lines of one price model come to is spread over the work on them: discounts over the hours,
surcharges over the expenses, and what others pay over all of it. The sums are exact.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal

from moment.ledger.models import BILLED, BilledTime, Invoice, InvoiceLine
from moment.money import rounded

Kind = InvoiceLine.Kind
# What is spread over the work of which kinds of lines.
_OVER = {
    Kind.DISCOUNT: (Kind.WORK,),
    Kind.SURCHARGE: (Kind.EXPENSE,),
    Kind.DEDUCTION: (Kind.WORK, Kind.PLAN, Kind.SUBSCRIPTION, Kind.EXPENSE),
}
_BATCH = 500


def parts(amount: Decimal, weights: Sequence[Decimal], currency: str) -> list[Decimal]:
    """Return an amount in parts by their weights, each in whole coins; together they are it.

    What rounding leaves over goes from one to the next. Without any weight all weigh the same.
    """
    sizes = [abs(weight) for weight in weights]
    if not any(sizes):
        sizes = [Decimal(1)] * len(weights)
    whole, so_far, given = sum(sizes, Decimal(0)), Decimal(0), Decimal(0)
    found = []
    for size in sizes:
        so_far += size
        upto = amount if so_far == whole else rounded(amount * so_far / whole, currency)
        found.append(upto - given)
        given = upto
    return found


def spread(invoice: Invoice) -> None:
    """Write down how much of a draft's lines each piece of work on them comes to.

    For whoever has the draft locked, after its lines have changed. At most a dozen queries, and
    one for each five hundred pieces.
    """
    lines = list(invoice.lines.all())
    amounts = _net(lines, invoice.currency)
    for model in BILLED:
        rows = list(model.objects.filter(line__invoice=invoice).order_by("line", "pk"))
        by_line = defaultdict(list)
        for row in rows:
            by_line[row.line_id].append(row)
        values = _values(invoice) if model is BilledTime and rows else {}
        for line, on_it in by_line.items():
            amount = amounts.get(line, Decimal(0))
            if invoice.part_of_id and model is BilledTime:
                amount = _of_work(invoice, line, amount, lines)
            weights = [values.get(row.pk, Decimal(1)) for row in on_it]
            for row, part in zip(on_it, parts(amount, weights, invoice.currency), strict=True):
                row.amount = part
        model.objects.bulk_update(rows, ["amount"], batch_size=_BATCH)


def _net(lines: Sequence[InvoiceLine], currency: str) -> dict[int, Decimal]:
    """Return what each line comes to, by key, with what is spread over it."""
    found = {line.pk: line.amount for line in lines}
    for kind, over in _OVER.items():
        for line in lines:
            if line.kind != kind:
                continue
            meant = _meant(line, [one for one in lines if one.kind in over])
            if not meant:
                continue
            weights = [found[one.pk] for one in meant]
            found[line.pk] = Decimal(0)
            for one, part in zip(meant, parts(line.amount, weights, currency), strict=True):
                found[one.pk] += part
    return found


def _meant(line: InvoiceLine, others: Iterable[InvoiceLine]) -> list[InvoiceLine]:
    """Return those of the same price model; of all of them for a line that is of none."""
    if line.price_model_id is None and line.project_id is None:
        return list(others)
    mine = line.project_id, line.price_model_id
    return [one for one in others if (one.project_id, one.price_model_id) == mine]


def _values(invoice: Invoice) -> dict[int, Decimal]:
    """Return what hours on an invoice cost, by what says that they are on it. One query."""
    rows = BilledTime.objects.filter(line__invoice=invoice).order_by()
    found = rows.values_list("pk", "entry__price", "entry__hours")
    return {row: (price or Decimal(0)) * hours for row, price, hours in found}


def _of_work(invoice: Invoice, line: int, amount: Decimal, lines: Sequence[InvoiceLine]) -> Decimal:
    """Return how much of a share is for hours, by what they are of the work that is shared."""
    share = next(one for one in lines if one.pk == line)
    rows = InvoiceLine.objects.filter(
        invoice=invoice.part_of_id, project=share.project_id, price_model=share.price_model_id
    )
    shared = [one for one in rows if one.kind != Kind.DEDUCTION]
    whole = sum((one.amount for one in shared), Decimal(0))
    net = _net(shared, invoice.currency)
    hours = sum((net[one.pk] for one in shared if one.kind == Kind.WORK), Decimal(0))
    return rounded(amount * hours / whole, invoice.currency) if whole else amount
