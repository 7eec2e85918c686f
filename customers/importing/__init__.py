"""Customers from a file: CSV or XLSX, looked through first, then imported all together.

made = take_in(upload, by)        # outside any transaction; raises Refused or NotReadable
plan = Plan(rows_of(table_of(made)), by)
carry_out(made, by)               # once, however often it is asked for
forget_old()                      # now and then; `files_sweep` does it
"""

from customers.importing.checking import rows_of
from customers.importing.headings import COLUMNS
from customers.importing.making import (
    ACCEPTED,
    MOST_COMPARED,
    carry_out,
    forget_old,
    table_of,
    take_in,
    told,
)
from customers.importing.planning import Plan
from customers.importing.reading import MOST_BYTES, MOST_ROWS, Table

__all__ = [
    "ACCEPTED",
    "COLUMNS",
    "MOST_BYTES",
    "MOST_COMPARED",
    "MOST_ROWS",
    "Plan",
    "Table",
    "carry_out",
    "forget_old",
    "rows_of",
    "table_of",
    "take_in",
    "told",
]
