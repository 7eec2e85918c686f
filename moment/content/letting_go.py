"""Letting go of what nothing holds any more: the rows first, then their bytes.

A content that nothing refers to is marked with the time, and removed when it still is so much
later. Until then an upload of the same bytes takes the mark anew (see `keeping`), which is why
nobody who has just received a content can lose it.
"""

import logging
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Exists, ForeignObjectRel, OuterRef, QuerySet
from django.utils import timezone

from moment.content.keeping import remove
from moment.models import Content
from moment.turns import in_turn

logger = logging.getLogger(__name__)

A_DAY = timedelta(days=1)
BATCH = 500
_FOLDER = re.compile(r"[0-9a-f]{2}")
_FILE = re.compile(r"[0-9a-f]{64}-[0-9a-f]{8}")


def release(content: Content) -> None:
    """Mark the content as unused, when nothing refers to it any more.

    To be called after the row that did is deleted or changed, best in the same transaction.
    """
    with transaction.atomic():
        # Not the key: whoever refers to it meanwhile need not wait, and nobody waits in a circle.
        row = Content.objects.select_for_update(no_key=True).get(pk=content.pk)
        if _unused().filter(pk=row.pk).exists():
            row.unused_since = timezone.now()
            row.save(update_fields=["unused_since"])


class Swept(NamedTuple):
    """How many contents a sweep has removed, and how many bytes that never got a row."""

    contents: int
    strays: int


def sweep(older_than: timedelta = A_DAY) -> Swept:
    """Remove what nothing has referred to for so long, and bytes without a row for a day.

    Never inside a transaction. Safe beside uploads, and beside another sweep.
    """
    before = timezone.now() - older_than
    unused = _unused().values("pk")
    # Each content is marked from when it is received; those in use need the mark no longer. What
    # was let go without a word counts from now on.
    Content.objects.filter(unused_since__lte=before).exclude(pk__in=unused).update(
        unused_since=None
    )
    Content.objects.filter(unused_since=None, pk__in=unused).update(unused_since=timezone.now())
    removed = sum(map(_remove_unused, Content.objects.filter(unused_since__lte=before)))
    return Swept(removed, _remove_strays())


def _remove_unused(content: Content) -> bool:
    """Remove the content, unless an upload has taken it up, or a row refers to it, meanwhile."""
    with in_turn(), transaction.atomic(durable=True):
        rows = _unused().filter(pk=content.pk, unused_since=content.unused_since)
        if not (
            Content.objects.select_for_update().filter(pk=content.pk).exists() and rows.exists()
        ):
            return False
        rows.delete()
    remove(content.path)
    return True


def _unused() -> QuerySet[Content]:
    """Return the contents that no row of any model refers to, those of later apps included."""
    unused = Content.objects.all()
    for relation in Content._meta.get_fields(include_hidden=True):
        if isinstance(relation, ForeignObjectRel):
            rows = relation.related_model._base_manager
            unused = unused.exclude(Exists(rows.filter(**{relation.field.name: OuterRef("pk")})))
    return unused


def _remove_strays() -> int:
    """Remove bytes that have had no row for a day: of writings that were cut off."""
    before = timezone.now() - A_DAY
    removed = 0
    for paths in _batches():
        known = set(Content.objects.filter(path__in=paths).values_list("path", flat=True))
        for path in paths:
            if path not in known and _is_older(path, before):
                remove(path)
                removed += 1
    return removed


def _batches() -> Iterator[list[str]]:
    """Yield the paths of all that the storage holds of ours, some hundreds at a time."""
    batch: list[str] = []
    for path in _paths():
        batch.append(path)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _paths() -> Iterator[str]:
    for outer in _folders(""):
        for inner in _folders(outer):
            for name in default_storage.listdir(inner)[1]:
                # What else lies there is none of ours.
                if _FILE.fullmatch(name):
                    yield f"{inner}/{name}"


def _folders(parent: str) -> list[str]:
    try:
        names = default_storage.listdir(parent)[0]
    except FileNotFoundError:  # nothing was ever kept
        return []
    return [f"{parent}/{name}".lstrip("/") for name in names if _FOLDER.fullmatch(name)]


def _is_older(path: str, before: datetime) -> bool:
    try:
        return default_storage.get_modified_time(path) < before
    except OSError:  # gone already
        return False
