"""How far the demo has come, written down in the change log.

Nothing of a customer itself would do: people rename, renumber and merge them.
"""

from datetime import datetime
from typing import Any

from auditlog.models import LogEntry
from django.contrib.contenttypes.models import ContentType

from customers.models import NumberSeries


def reached(mark: str) -> int:
    """Return the number of customers that the demo has come to with this, 0 at first."""
    newest = _newest(mark)
    return newest.additional_data["customers"] if newest else 0


def reached_at(mark: str) -> datetime | None:
    """Return when that was, None for never."""
    newest = _newest(mark)
    return newest.timestamp if newest else None


def reach(mark: str, customers: int, series: NumberSeries, changes: dict[str, Any]) -> None:
    """Write down beside the series of numbers that the demo has come so far with this."""
    LogEntry.objects.create(
        content_type=ContentType.objects.get_for_model(NumberSeries),
        object_pk=str(series.pk),
        object_id=series.pk,
        object_repr=str(series),
        action=LogEntry.Action.UPDATE,
        changes=changes,
        cid=mark,
        additional_data={"customers": customers},
    )


def _newest(mark: str) -> LogEntry | None:
    series = ContentType.objects.get_for_model(NumberSeries)
    return LogEntry.objects.filter(content_type=series, cid=mark).order_by("-pk").first()
