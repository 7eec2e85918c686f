"""Files kept with a customer: added, replaced, renamed, deleted, by two people at once too.

Every function is one transaction that takes the customer's row first, then the file's. What a file
holds is received before, outside of it (see `moment.content`).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from auditlog.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from customers import file_names
from customers.holding import ChangedMeanwhile, held
from customers.models import ChangeOf, Customer, File, FileVersion
from moment import content as contents
from moment.content.names import clean_name
from moment.models import Content, User

EDITABLE = ("name", "note", "is_invoice_attachment")
_NOT_SEEN = object()


class Gone(Exception):
    """Somebody deleted the file meanwhile."""


class NameTaken(Exception):
    """Another file of the customer has this name."""


@dataclass
class Taken:
    """What became of the files of an upload: those added, and why the others were not."""

    added: list[File] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)  # name, reason


def take_in(customer: Customer, uploads: Iterable[UploadedFile], by: User) -> Taken:
    """Receive each upload by itself and keep it: one that is refused takes none of the others."""
    taken = Taken()
    for upload in uploads:
        name = upload.name or ""
        try:
            content = contents.receive(upload)
        except contents.Refused as refusal:
            taken.refused.append((clean_name(name) or _("file"), str(refusal)))
        else:
            taken.added.append(add(customer, content, name, by))
    return taken


def add(customer: Customer, content: Content, name: str, by: User, note: str = "") -> File:
    """Return a new file, named as `file_names.named` does and `name (2)` where that is taken."""
    with held(customer):
        taken = customer.files.values_list("name", flat=True)
        name = file_names.free(file_names.named(name, content), taken)
        return File.objects.create(
            customer=customer,
            name=name,
            note=note,
            content=content,
            uploaded_by=by,
        )


def replace(file: File, content: Content, name: str, by: User) -> File:
    """Return the file with a new version, the one it had kept as an older.

    The name is the new version's, with a number where another file has it. The same content as
    before makes no version. Raises Gone.
    """
    with held(file.customer):
        stored = _locked(file)
        if stored.content_id == content.pk:
            return stored
        FileVersion.objects.create(
            file=stored,
            number=stored.version,
            name=stored.name,
            content=stored.content,
            uploaded_by=stored.uploaded_by,
            uploaded_at=stored.uploaded_at,
        )
        stored.name = file_names.free(file_names.named(name, content), _names_beside(stored))
        stored.content, stored.uploaded_by = content, by
        stored.uploaded_at, stored.version = timezone.now(), stored.version + 1
        stored.save()
        return stored


def edit(file: File, values: Mapping[str, Any], seen: Mapping[str, Any]) -> File:
    """Return the file with those of EDITABLE that differ from what the person had `seen`.

    A name without an extension keeps the one it had. Raises Gone, NameTaken, or ChangedMeanwhile
    where somebody else changed one of the same fields; then nothing is saved.
    """
    with held(file.customer):
        stored = _locked(file)
        mine = {name: values[name] for name in EDITABLE if values[name] != seen.get(name)}
        if any(
            getattr(stored, name) not in (value, seen.get(name, _NOT_SEEN))
            for name, value in mine.items()
        ):
            raise ChangedMeanwhile(stored)
        if "name" in mine:
            mine["name"] = file_names.renamed(mine["name"], stored)
            if file_names.free(mine["name"], _names_beside(stored)) != mine["name"]:
                raise NameTaken
        for name, value in mine.items():
            setattr(stored, name, value)
        stored.save()
        return stored


def delete(file: File, seen_version: int) -> None:
    """Delete the file with all its versions; its history stays.

    Raises Gone, or ChangedMeanwhile where it is at another version than the person had seen: nobody
    deletes what they do not know of.
    """
    with held(file.customer):
        stored = _locked(file)
        if stored.version != seen_version:
            raise ChangedMeanwhile(stored)
        held_by = Q(files=stored) | Q(versions__file=stored)
        were_held = list(Content.objects.filter(held_by).distinct().order_by("pk"))
        stored.delete()
        for content in were_held:
            contents.release(content)


def restore_version(file: File, number: int, by: User) -> File:
    """Return the file holding what it held at this version again, as a version of its own.

    Raises Gone, also when there is no such version.
    """
    old = file.versions.select_related("content").filter(number=number).first()
    if old is None:
        raise Gone
    return replace(file, old.content, file_names.ending_as(file.name, old.name), by)


def versions_of(file: File) -> list[FileVersion]:
    """Return every version, newest first: the file's own, not stored as one, and the older."""
    own = FileVersion(
        file=file,
        number=file.version,
        name=file.name,
        content=file.content,
        uploaded_by=file.uploaded_by,
        uploaded_at=file.uploaded_at,
    )
    return [own, *file.versions.select_related("content", "uploaded_by")]


def told_gone(customer: Customer, pk: int) -> str:
    """Return who deleted which file of the customer, in words; empty if there never was one."""
    entry = (
        LogEntry.objects.filter(
            content_type=ContentType.objects.get_for_model(File),
            object_pk=str(pk),
            action=LogEntry.Action.DELETE,
            pk__in=ChangeOf.objects.filter(customer=customer).values("entry"),
        )
        .select_related("actor")
        .first()
    )
    if entry is None:
        return ""
    told = {"name": entry.object_repr, "person": entry.actor or _("Moment")}
    return _("“%(name)s” was deleted meanwhile by %(person)s.") % told


def _locked(file: File) -> File:
    """Return the file as it is stored now, held until the end of the transaction."""
    rows = File.objects.select_for_update(of=("self",)).select_related("content", "uploaded_by")
    stored = rows.filter(pk=file.pk, customer=file.customer_id).first()
    if stored is None:
        raise Gone
    return stored


def _names_beside(file: File) -> list[str]:
    beside = File.objects.filter(customer=file.customer_id).exclude(pk=file.pk)
    return list(beside.values_list("name", flat=True))
