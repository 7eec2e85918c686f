"""Checks that every text has its Norwegian: `python -m tests.translations`.

Extracts the texts anew with gettext's tools into a scratch copy and compares. Exits 1 when the
catalogue misses a text, keeps one that is gone, or has one empty or marked fuzzy.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from babel.messages.pofile import read_po

ROOT = Path(__file__).parent.parent
CATALOGUE = Path("moment/locale/nb/LC_MESSAGES/django.po")


def extracted() -> set[tuple]:
    """Return the message ids that the sources hold now."""
    with tempfile.TemporaryDirectory() as scratch:
        for name in ("moment", "customers", "registry", "templates", "manage.py"):
            source = ROOT / name
            copy = shutil.copytree if source.is_dir() else shutil.copy
            copy(source, Path(scratch) / name)
        subprocess.run(
            [sys.executable, "manage.py", "makemessages", "--locale", "nb", "--no-obsolete"],
            cwd=scratch,
            env=os.environ | {"DEBUG": "true"},
            check=True,
            capture_output=True,
        )
        return ids(Path(scratch) / CATALOGUE)


def ids(path: Path) -> set[tuple]:
    return {(m.context, m.id) for m in read_po(path.open("rb"), locale="nb") if m.id}


def main() -> int:
    catalogue = read_po((ROOT / CATALOGUE).open("rb"), locale="nb")
    faults = []
    for message in catalogue:
        strings = message.string if isinstance(message.string, tuple) else (message.string,)
        if message.id and (message.fuzzy or not all(strings)):
            faults.append(f"not translated: {message.id!r}")
    if shutil.which("xgettext"):
        there, needed = ids(ROOT / CATALOGUE), extracted()
        faults += [f"missing, run make messages: {m[1]!r}" for m in needed - there]
        faults += [f"gone, run make messages: {m[1]!r}" for m in there - needed]
    else:
        print("gettext is not installed (apt-get install gettext): new texts were not looked for.")
    print("\n".join(faults) or f"Norwegian is complete: {len(catalogue)} texts.")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
