"""The folder from which an access point fetches EHF, where `EHF_OUTBOX` names one."""

import os
import shutil
from pathlib import Path

from django.conf import settings

from moment.content import open_content
from moment.ledger.models import InvoiceFile


def is_there() -> bool:
    """Tell whether there is a folder; else EHF are downloaded and handed over by hand."""
    return bool(settings.EHF_OUTBOX)


def put(file: InvoiceFile, name: str) -> None:
    """Put a file into the folder, whole or not at all, and never over another one.

    Who watches the folder sees it when all of it is on the disk; what begins with a full stop is
    on its way. Raises OSError.
    """
    folder = Path(settings.EHF_OUTBOX)
    waiting = folder / f".{name}.part"
    try:
        with open_content(file.content) as source, waiting.open("wb") as target:
            shutil.copyfileobj(source, target)
            target.flush()
            os.fsync(target.fileno())
        # Unlike renaming, this fails where there is one of that name.
        os.link(waiting, folder / name)
    finally:
        waiting.unlink(missing_ok=True)
