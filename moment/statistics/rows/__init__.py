"""The rows behind each figure, which add up to it."""

from collections.abc import Mapping

from moment.models import User
from moment.statistics.figures import Statistics
from moment.statistics.rows import invoices, work
from moment.statistics.rows.listing import Rows

ALL: Mapping[str, type[Rows]] = {
    one.name: one
    for one in (
        invoices.Invoices,
        invoices.Lines,
        invoices.BilledHours,
        invoices.Paid,
        work.Hours,
        work.Expenses,
        work.Offers,
        work.Waiting,
    )
}


def behind(statistics: Statistics, data: Mapping[str, str], user: User) -> Rows | None:
    """Return the rows behind the figure that is asked for; None where there is none for the user.

    `data` is what the query string says: `figure`, what is invoiced where it names none, and what
    else narrows the rows.
    """
    kind = ALL.get(data.get("figure", "invoiced"))
    return kind(statistics, data) if kind and user.has_perm(kind.permission) else None
