"""Pages that start after a row, not at an offset: page 2,000 is as quick as page 1."""

from collections.abc import Sequence
from typing import Any

from django.db.models import BooleanField, Func, Value


def is_key(text: str) -> bool:
    """Tell whether a text from an address or a form can be the primary key of a row."""
    return text.isascii() and text.isdigit() and len(text) < 19


class _RowComparison(Func):
    """SQL row value comparison, `(a, b) > (x, y)`, which one index range serves on both engines."""

    output_field = BooleanField()

    def __init__(self, fields: Sequence[str], values: Sequence[Any], operator: str) -> None:
        super().__init__(*fields, *(Value(value) for value in values))
        self.width, self.operator = len(fields), operator

    def as_sql(self, compiler: Any, connection: Any, **_: Any) -> tuple[str, list[Any]]:  # type: ignore[override]
        parts, params = [], []
        for expression in self.get_source_expressions():
            sql, expression_params = compiler.compile(expression)
            parts.append(sql)
            params.extend(expression_params)
        left, right = parts[: self.width], parts[self.width :]
        return f"({', '.join(left)}) {self.operator} ({', '.join(right)})", params


def beyond(fields: Sequence[str], values: Sequence[Any], *, descending: bool) -> Func:
    """Return the condition that a row's fields come after these values in the given direction."""
    return _RowComparison(fields, values, "<" if descending else ">")
