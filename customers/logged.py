"""The history of rows that are changed together: what saving each of them would have written."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from auditlog.cid import get_cid
from auditlog.context import auditlog_disabled
from auditlog.diff import model_instance_diff
from auditlog.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models.signals import pre_save
from django.utils import timezone

from customers.models import ChangeOf
from moment import bulk
from moment.models import User


def log_created(rows: Sequence[models.Model]) -> list[LogEntry]:
    """Write down that rows of one model are new: as `log_updates`, in two queries."""
    for row in rows:
        # Nothing points at them yet: the log would ask of each.
        for relation in row._meta.related_objects:
            if relation.one_to_one:
                relation.set_cached_value(row, None)
    return _log([(None, row) for row in rows], LogEntry.Action.CREATE)


def log_updates(changed: Sequence[tuple[models.Model, models.Model]]) -> list[LogEntry]:
    """Write down how rows of one model, each as it was and as it is, were changed, in two queries.

    Of one without a change nothing is written. The rows name whom it concerns as they do when they
    are saved (`get_additional_data`), and who did it is who is signed in.
    """
    return _log(changed, LogEntry.Action.UPDATE)


def _log(
    changed: Sequence[tuple[models.Model | None, models.Model]], action: int
) -> list[LogEntry]:
    if not changed or auditlog_disabled.get():
        return []
    about, cid = ContentType.objects.get_for_model(changed[0][1]), get_cid()
    entries = []
    for before, after in changed:
        if changes := model_instance_diff(before, after):
            data = getattr(after, "get_additional_data", None)
            entry = LogEntry(
                content_type=about,
                object_pk=str(after.pk),
                object_id=after.pk,
                object_repr=str(after),
                action=action,
                changes=changes,
                additional_data=data() if data else None,
                cid=cid,
            )
            # What knows who is signed in listens to this, and is not asked by bulk_create.
            pre_save.send(sender=LogEntry, instance=entry, raw=False, using=None)
            entries.append(entry)
    made = LogEntry.objects.bulk_create(entries)
    # As `customers.apps` does for one that is saved.
    ChangeOf.objects.bulk_create(
        ChangeOf(entry=entry, customer_id=key)
        for entry in made
        for key in (entry.additional_data or {}).get("concerns", [])
    )
    return made


def log_many(
    model: type[models.Model],
    action: int,
    by: User,
    rows: Iterable[tuple[int, str, Mapping[str, Any]]],
) -> None:
    """Write down what happened to very many rows of one model that concern nobody else.

    Each by its key, what it is called, and the changes as the log has them. One statement.
    """
    if auditlog_disabled.get():
        return
    about, cid, now = ContentType.objects.get_for_model(model), get_cid(), timezone.now()
    told = LogEntry(actor=by, actor_email=by.email)
    # What knows the address somebody comes from listens to this.
    pre_save.send(sender=LogEntry, instance=told, raw=False, using=None)
    same = {
        "content_type_id": about.pk, "action": action, "changes_text": "", "actor_id": by.pk,
        "actor_email": told.actor_email, "cid": cid, "remote_addr": told.remote_addr,
        "remote_port": told.remote_port, "timestamp": bulk.moment(now),
    }  # fmt: skip
    bulk.insert(
        LogEntry,
        [*same, "object_pk", "object_id", "object_repr", "changes"],
        (
            (*same.values(), str(pk), pk, text, json.dumps(changes, ensure_ascii=False))
            for pk, text, changes in rows
        ),
    )
