"""Somebody's week as a browser sends it."""

from decimal import Decimal
from typing import Any

from tests.pages import fields_of

PAGE = "/projects/hours/"
WEEK = "2026-W45"  # 2 to 8 November
URL = f"{PAGE}?week={WEEK}"


def opened(client: Any, url: str = URL) -> dict[str, Any]:
    """Return what the page would send, left as it is."""
    response = client.get(url)
    assert response.status_code == 200
    return sendable(response)


def sendable(response: Any) -> dict[str, Any]:
    fields = fields_of(response, "form.week-form")
    rows = [name for name in fields if name == "row"]
    tree_rows = response.context["grid"].rows
    if rows:
        fields["row"] = [str(row.activity.pk) for row in tree_rows]
    fields.pop("do", None)
    return fields


def send(client: Any, fields: dict[str, Any], url: str = URL, **cells: str) -> Any:
    """Send the week with other texts in some cells."""
    return client.post(url, fields | cells)


def cell(activity: Any, place: int = 0) -> str:
    return f"h-{activity.pk}-{place}"


def note(activity: Any, place: int = 0) -> str:
    return f"c-{activity.pk}-{place}"


def stored(rows: Any) -> list[tuple[int, Decimal, str]]:
    """Return day of the month, hours and comment of each entry, in order."""
    return [(row.day.day, row.hours, row.comment) for row in rows.order_by("day", "pk")]
