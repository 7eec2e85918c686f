"""What the tests of `registry_update` share: a mirror of the stand-in register."""

from datetime import UTC, datetime
from io import StringIO

from django.core.management import call_command
from django.utils import timezone

from registry import brreg, copies, feed
from registry.models import Entity, Mirror
from tests.standin.register import Register

LEGAL, SUB = Entity.Kind.LEGAL, Entity.Kind.SUB
READ_FROM = datetime(2020, 1, 1, tzinfo=UTC)


def load(register: Register) -> None:
    """Make our copies what the register says now, as a full load leaves them."""
    for row in list(register.entities.values()):
        kind = SUB if row["organisasjonsform"]["kode"] == "BEDR" else LEGAL
        copies.keep([brreg.to_entity(row, kind)])
    for kind in Entity.Kind:
        Mirror.objects.update_or_create(
            kind=kind,
            defaults={
                "loaded_at": timezone.now(),
                "read_from": READ_FROM,
                "last_event": None,
            },
        )


def run() -> str:
    out = StringIO()
    call_command("registry_update", stdout=out)
    return out.getvalue()


def names() -> dict[str, str]:
    return dict(Entity.objects.values_list("pk", "name"))


def rows() -> list[dict]:
    return [
        {field: value for field, value in row.items() if field != "fetched_at"}
        for row in Entity.objects.order_by("pk").values()
    ]


def cursor(kind=LEGAL) -> int | None:
    return Mirror.objects.get(pk=kind).last_event


def pages(kind=LEGAL) -> list[feed.Outcome]:
    return list(feed.update(kind))


def questions(register: Register) -> list[dict[str, str]]:
    return [r.query for r in register.requests if r.path == "oppdateringer/enheter"]
