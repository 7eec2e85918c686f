"""The history of rows that are changed together: what saving each of them would have written."""

from collections.abc import Sequence

from auditlog.cid import get_cid
from auditlog.context import auditlog_disabled
from auditlog.diff import model_instance_diff
from auditlog.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models.signals import pre_save

from customers.models import ChangeOf


def log_updates(changed: Sequence[tuple[models.Model, models.Model]]) -> list[LogEntry]:
    """Write down how rows of one model, each as it was and as it is, were changed, in two queries.

    Of one without a change nothing is written. The rows name whom it concerns as they do when they
    are saved (`get_additional_data`), and who did it is who is signed in.
    """
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
                action=LogEntry.Action.UPDATE,
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
