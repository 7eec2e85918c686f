"""The hours behind an invoice, as its settings want them shown: as a table, and as a sheet of it.

Pure, as `customers.invoice_document` is: texts come in the language that is active.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from babel.dates import format_date
from babel.numbers import format_decimal
from django.utils.translation import get_language, to_locale
from django.utils.translation import gettext as _

from customers import invoice_lines
from customers.invoice_lines import Row, Work
from moment.invoice_settings.choices import HoursGrouping
from moment.invoice_settings.levels import Values
from moment.money import amount
from moment.tabular import Column

NOTHING = Decimal(0)


def table(work: Sequence[Work], settings: Values) -> dict[str, Any] | None:
    """Return the table that the templates set, None where there are no hours."""
    rows, with_rates = invoice_lines.hours(work, settings), settings.value("hours_rates")
    if not rows:
        return None
    by_day = any(row.day for row in rows)

    def cells(row: Row) -> list[str]:
        found = [*([_day(row.day)] if row.day else []), *row.cells, _hours(row.hours)]
        if with_rates:
            found += [amount(row.rate), amount(row.amount)]
        return found

    headings = [*([_("Date")] if by_day else []), *_headings(settings), _("Hours")]
    total = [_("Total"), *[""] * (len(headings) - 2)]
    total.append(_hours(sum((row.hours for row in rows), NOTHING)))
    if with_rates:
        headings += [_("Rate"), _("Amount")]
        total += ["", amount(sum((row.amount for row in rows), NOTHING))]
    return {
        "title": _("Hours specification"),
        "headings": headings,
        "numbers": 3 if with_rates else 1,
        "rows": [{"cells": cells(row)} for row in rows],
        "total": total,
    }


def sheet(work: Sequence[Work], settings: Values) -> tuple[list[Column], list[list[Any]]]:
    """Return the columns and rows of a spreadsheet, the same as the table's but for its total."""
    rows, with_rates = invoice_lines.hours(work, settings), settings.value("hours_rates")
    by_day = any(row.day for row in rows)
    columns = [*([Column(_("Date"), 12)] if by_day else [])]
    columns += [Column(heading, 50 if n else 32) for n, heading in enumerate(_headings(settings))]
    columns.append(Column(_("Hours"), 10))
    if with_rates:
        columns += [Column(_("Rate"), 14), Column(_("Amount"), 16)]
    return columns, [
        [
            *([row.day] if by_day else []),
            *row.cells,
            row.hours,
            *([row.rate, row.amount] if with_rates else []),
        ]
        for row in rows
    ]


def _headings(settings: Values) -> list[str]:
    """Return what stands above the texts of a row."""
    headings: Mapping[str, list[str]] = {
        HoursGrouping.ACTIVITY: [_("Activity")],
        HoursGrouping.ENTRY: [_("Employee"), _("What was done")],
    }
    return headings.get(settings.value("hours_grouping"), [_("Employee")])


def _day(day: date) -> str:
    return format_date(day, "medium", locale=to_locale(get_language() or "en"))


def _hours(hours: Decimal) -> str:
    return format_decimal(hours, "#,##0.0#", locale=to_locale(get_language() or "en"))
