"""Two people who edit the same document: what each of them has done, so that nothing is lost.

The page carries, in `seen`, marks of all that it showed. Against them, what somebody typed is told
from what they left alone; against what is stored now, what somebody else has changed.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from hashlib import blake2b
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from moment.lines import Lines, Row

Values = Mapping[str, list[str]]


def kept(value: str) -> str:
    """Say what somebody else has saved in a field in which something else is typed here."""
    words = _("Changed meanwhile to “%(value)s”. Save again to keep what is here.")
    return words % {"value": value or _("empty")}


def seen(row: Any, values: Values, lines: Mapping[str, Mapping[str, str]]) -> str:
    """Return the marks of a document as it is stored: its fields, and its lines by key."""
    return json.dumps(
        {
            "of": row.pk,
            "version": row.version,
            "values": {name: _mark(texts) for name, texts in values.items()},
            "lines": {key: _marks(texts) for key, texts in lines.items()},
        },
        separators=(",", ":"),
    )


def version(data: QueryDict, row: Any) -> int:
    """Return the version of the document that was shown; 0 when that is unclear."""
    found = _read(data)
    number = found.get("version")
    return number if found.get("of") == row.pk and isinstance(number, int) else 0


def shown(form: Any, names: Sequence[str]) -> dict[str, list[str]]:
    """Return the values of these fields of a form as a browser would post them."""
    found = {}
    for name in names:
        value: Any = form[name].value()
        values = value if isinstance(value, list) else [value]
        texts = [_text(getattr(one, "pk", one)) for one in values]
        found[name] = sorted(texts) if isinstance(value, list) else texts
    return found


def merged(
    data: QueryDict, now: Values, words: Callable[[str, list[str]], str]
) -> tuple[QueryDict, dict[str, str]]:
    """Return what was typed over what is stored `now`, and what is to be said beside fields.

    Fields that were left alone take what is stored. `words` are those for a field's values.
    """
    marks = _read(data).get("values", {})
    marks = marks if isinstance(marks, dict) else {}
    merged, said = data.copy(), {}
    for name, stored in now.items():
        typed = sorted(data.getlist(name))
        if _mark(typed) == marks.get(name):
            merged.setlist(name, stored)
        elif _mark(stored) not in (marks.get(name), _mark(typed)):
            said[name] = kept(words(name, stored))
    return merged, said


def in_words(form: Any, name: str, values: list[str]) -> str:
    """Return values of a form's field as people read them."""
    labels = {str(key): str(label) for key, label in getattr(form.fields[name], "choices", ())}
    return ", ".join(labels.get(one, one) for one in values if one)


def merge_lines(data: QueryDict, typed: Lines, now: Mapping[str, Mapping[str, str]]) -> Lines:
    """Lay typed lines over those that are stored `now`, each with what is to be said of it."""
    marks = _read(data).get("lines", {})
    marks = marks if isinstance(marks, dict) else {}
    rows = []
    for row in typed.rows:
        known = marks.get(row.key)
        if row.key and row.key not in now:
            # Somebody removed it. What was typed since comes back, all else does not.
            if _marks(row.texts) == known:
                continue
            row.key = ""
            row.notes.append(_("Somebody has removed this line. Save again to keep it."))
        elif row.key:
            _merge(row, known, now[row.key])
        rows.append(row)
    there = {row.key for row in typed.rows}
    for key, texts in now.items():
        if key in there or marks.get(key) == _marks(texts):
            continue  # what was removed here, and nobody has touched
        row = typed.row(key, texts)
        row.notes.append(
            _("Somebody has added this line.")
            if key not in marks
            else _("You removed this line, and somebody has changed it. Remove it again if so.")
        )
        rows.append(row)
    typed.rows = rows
    return typed


def _merge(row: Row, known: Any, now: Mapping[str, str]) -> None:
    names = list(row.texts)
    known = known if isinstance(known, list) and len(known) == len(names) else [""] * len(names)
    labels = row.labels()
    for name, mark in zip(names, known, strict=True):
        typed, theirs = _mark([row.texts[name]]), _mark([now[name]])
        if typed == mark:
            if theirs != mark:
                said = _("%(field)s: changed meanwhile by somebody else.")
                row.notes.append(said % {"field": labels[name]})
            row.texts[name] = now[name]
        elif theirs not in (mark, typed):
            row.errors[name] = [kept(row.in_words(name, now[name]))]


def _marks(texts: Mapping[str, str]) -> list[str]:
    return [_mark([text]) for text in texts.values()]


def _mark(values: Sequence[str]) -> str:
    """Return a short mark of values, alike for those that are typed alike."""
    bare = [_text(value).strip() for value in values] or [""]
    return blake2b(json.dumps(bare).encode(), digest_size=6).hexdigest()


def _text(value: Any) -> str:
    return "\n".join(str("" if value is None else value).splitlines())


def _read(data: QueryDict) -> dict[str, Any]:
    try:
        found = json.loads(data.get("seen", ""))
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
