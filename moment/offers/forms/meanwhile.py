"""Two people who edit the same offer: what each of them has done, so that nothing is lost.

The page carries, in `seen`, marks of all that it showed. Against them, what somebody typed is told
from what they left alone; against what is stored now, what somebody else has changed.
"""

import json
from collections.abc import Sequence
from hashlib import blake2b
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from moment.offers.forms.line import FIELDS, LineForm, Lines, Roles, Row, texts_of
from moment.offers.forms.offer import OfferForm
from moment.offers.models import Offer, OfferLine


def kept(value: str) -> str:
    """Say what somebody else has saved in a field in which something else is typed here."""
    words = _("Changed meanwhile to “%(value)s”. Save again to keep what is here.")
    return words % {"value": value or _("empty")}


def seen(form: OfferForm, lines: Sequence[OfferLine]) -> str:
    """Return the marks of an offer as it is stored; `form` is one over it that is not bound."""
    offer = form.instance
    return json.dumps(
        {
            "offer": offer.pk,
            "version": offer.version,
            "values": {name: _mark(values) for name, values in shown(form).items()},
            "lines": {str(line.pk): _marks(texts_of(line)) for line in lines},
        },
        separators=(",", ":"),
    )


def version(data: QueryDict, offer: Offer) -> int:
    """Return the version of the offer that was shown; 0 when that is unclear."""
    found = _read(data)
    number = found.get("version")
    return number if found.get("offer") == offer.pk and isinstance(number, int) else 0


def shown(form: OfferForm) -> dict[str, list[str]]:
    """Return the values of a form as a browser would post them."""
    found = {}
    for name in form.Meta.fields:
        value: Any = form[name].value()
        values = value if isinstance(value, list) else [value]
        texts = [_text(getattr(one, "pk", one)) for one in values]
        found[name] = sorted(texts) if isinstance(value, list) else texts
    return found


def merged(
    data: QueryDict, stored: OfferForm, lines: Sequence[OfferLine]
) -> tuple[QueryDict, dict[str, str]]:
    """Return what was typed over what is stored now, and what is to be said beside fields.

    Fields that were left alone take what is stored. `stored` is a form over that, not bound.
    """
    marks = _read(data).get("values", {})
    marks = marks if isinstance(marks, dict) else {}
    merged, said = data.copy(), {}
    for name, now in shown(stored).items():
        typed = sorted(data.getlist(name))
        if _mark(typed) == marks.get(name):
            merged.setlist(name, now)
        elif _mark(now) not in (marks.get(name), _mark(typed)):
            said[name] = kept(_words(stored, name, now))
    merged["seen"] = seen(stored, lines)
    return merged, said


def merged_lines(data: QueryDict, lines: Sequence[OfferLine], roles: Roles) -> Lines:
    """Return the lines as typed over those that are stored now, each with what is to be said."""
    marks = _read(data).get("lines", {})
    marks = marks if isinstance(marks, dict) else {}
    now = {str(line.pk): texts_of(line) for line in lines}
    typed = Lines.posted(data, roles)
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
        row = Row(key, texts, roles)
        is_new = key not in marks
        row.notes.append(
            _("Somebody has added this line.")
            if is_new
            else _("You removed this line, and somebody has changed it. Remove it again if so.")
        )
        rows.append(row)
    return Lines(rows, roles)


def _merge(row: Row, known: Any, now: dict[str, str]) -> None:
    known = known if isinstance(known, list) and len(known) == len(FIELDS) else [""] * len(FIELDS)
    for name, mark in zip(FIELDS, known, strict=True):
        typed, theirs = _mark([row.texts[name]]), _mark([now[name]])
        if typed == mark:
            if theirs != mark:
                field = LineForm.base_fields[name].label or name
                row.notes.append(
                    _("%(field)s: changed meanwhile by somebody else.") % {"field": field}
                )
            row.texts[name] = now[name]
        elif theirs not in (mark, typed):
            words = now[name]
            if name == "role":
                words = dict(row.roles).get(words, words)
            if name == "optional":
                words = _("yes") if words else _("no")
            row.errors[name] = [kept(words)]


def _words(form: OfferForm, name: str, values: list[str]) -> str:
    """Return values of a field as people read them."""
    field: Any = form.fields[name]
    labels = {str(key): str(label) for key, label in getattr(field, "choices", ())}
    return ", ".join(labels.get(one, one) for one in values if one)


def _marks(texts: dict[str, str]) -> list[str]:
    return [_mark([texts[name]]) for name in FIELDS]


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
