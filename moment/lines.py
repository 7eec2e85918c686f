"""The lines of a document as somebody types them, with the buttons between them."""

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any, ClassVar

from django import forms
from django.http import QueryDict
from django.utils.formats import number_format

from moment.keyset import is_key

COUNT = "lines"  # the field that says how many lines are posted
LONGEST = 500  # lines of one document


class Row:
    """One line: its texts as typed, and what is wrong with them once they are checked.

    `about` is what the lines of the document have in common.
    """

    form_class: ClassVar[type[forms.Form]]
    called_by: ClassVar[str]  # the field that a line is spoken of by

    def __init__(self, key: str, texts: Mapping[str, str], about: Any) -> None:
        self.key, self.texts, self.about = key, dict(texts), about
        self.errors: dict[str, list[str]] = {}
        self.notes: list[str] = []  # what somebody else did with the line
        self.focused = ""  # the field or button that comes to the fore

    @classmethod
    def labels(cls) -> dict[str, str]:
        fields = cls.form_class.base_fields
        return {name: str(field.label or name) for name, field in fields.items()}

    @property
    def said(self) -> list[tuple[str, str]]:
        """Return all that is to be said of the line, each with the field it is about."""
        labels = self.labels()
        errors = [(labels[name], text) for name, found in self.errors.items() for text in found]
        return errors + [("", note) for note in self.notes]

    @cached_property
    def form(self) -> forms.Form:
        return self.form_class(self.texts, use_required_attribute=False)

    def check(self) -> bool:
        """Find out what is wrong with the line; tell whether nothing is."""
        self.errors = {
            name: [str(one) for one in found] for name, found in self.form.errors.items()
        }
        return not self.errors

    def makes_sense_of(self, *names: str) -> bool:
        """Tell whether these fields make sense, whatever else does."""
        self.form.is_valid()
        return self.form.cleaned_data.keys() >= set(names)

    def in_words(self, name: str, text: str) -> str:
        """Return what stands in a field as people read it."""
        return text

    def line(self) -> Any:
        """Return the line as the fields that make sense say it."""
        raise NotImplementedError


class Lines:
    """The lines of a form, in their order. `problem` says what is wrong with all of them."""

    row_class: ClassVar[type[Row]]
    too_many: ClassVar[Any]  # with the count

    def __init__(self, rows: list[Any], about: Any) -> None:
        self.rows, self.about, self.problem = rows, about, ""

    @classmethod
    def read(cls, data: QueryDict, about: Any) -> Any:
        """Return the lines that were posted: one more than there can be at most, to be told of."""
        count = data.get(COUNT, "")
        length = int(count) if is_key(count) else 0
        rows, keys = [], {""}
        for n in range(min(length, LONGEST + 1)):
            key = data.get(f"lines-{n}-id", "")
            key = str(int(key)) if is_key(key) else ""
            if key in keys:
                key = ""  # a line that is not stored yet
            keys.add(key)
            texts = {
                name: data.get(f"lines-{n}-{name}", "")
                for name in cls.row_class.form_class.base_fields
            }
            rows.append(cls.row_class(key, texts, about))
        return cls(rows, about)

    def row(self, key: str, texts: Mapping[str, str]) -> Row:
        return self.row_class(key, texts, self.about)

    def new(self, kind: str) -> Row | None:
        """Return the row of a new line of a kind, None where there is no such kind."""
        raise NotImplementedError

    def is_valid(self) -> bool:
        """Check all lines, also those after one that is wrong."""
        if len(self.rows) > LONGEST:
            self.problem = self.too_many % {"count": LONGEST}
        fine = [row.check() for row in self.rows]
        return all(fine) and not self.problem

    @property
    def problems(self) -> list[tuple[int, str]]:
        """Return the lines that are wrong: the place of each, and what it is called as typed."""
        wrong = [(place, row) for place, row in enumerate(self.rows) if row.errors]
        called = self.row_class.called_by
        return [(place, row.texts[called].strip() or str(place + 1)) for place, row in wrong]

    def lines(self) -> list[Any]:
        return [row.line() for row in self.rows]

    def press(self, button: str) -> None:
        """Do what a button between the lines says: `add-hourly`, `drop-2`, `up-2`, `to-2-0`.

        Nothing is checked. What makes no sense does nothing.
        """
        act, _dash, of = button.partition("-")
        if act == "add":
            self._add(of)
            return
        places = [int(one) for one in of.split("-") if is_key(one) and int(one) < len(self.rows)]
        if len(places) != (2 if act == "to" else 1):
            return
        place = places[0]
        if act == "drop":
            del self.rows[place]
            if self.rows:
                self.rows[min(place, len(self.rows) - 1)].focused = "drop"
        elif act == "to":
            self.rows.insert(places[1], self.rows.pop(place))
        elif act in ("up", "down"):
            row = self.rows.pop(place)
            place = max(place - 1, 0) if act == "up" else min(place + 1, len(self.rows))
            self.rows.insert(place, row)
            at_end = place in (0, len(self.rows) - 1)
            # A button that can go no further gives way to the other one.
            stuck = at_end and act == ("up" if place == 0 else "down")
            row.focused = {"up": "down", "down": "up"}[act] if stuck else act

    def _add(self, kind: str) -> None:
        row = self.new(kind)
        if row is None:
            return
        if len(self.rows) >= LONGEST:
            self.problem = self.too_many % {"count": LONGEST}
            return
        row.focused = self.row_class.called_by
        self.rows.append(row)


def store(rows: Any, lines: Iterable[Any]) -> None:
    """Have a document have exactly these lines, in this order; those it has keep their keys.

    `rows` are those that it has: the manager of its own lines.
    """
    lines = list(lines)
    document = rows.field.name
    rows.exclude(pk__in=[line.pk for line in lines if line.pk]).delete()
    for place, line in enumerate(lines):
        setattr(line, document, rows.instance)
        line.order = place
    columns = [f.name for f in rows.model._meta.concrete_fields if f.name not in ("id", document)]
    there = set(rows.values_list("pk", flat=True))
    rows.model.objects.bulk_update([line for line in lines if line.pk in there], columns)
    new = [line for line in lines if line.pk not in there]
    for line in new:
        line.pk = None
    rows.model.objects.bulk_create(new)


def plain(value: Any) -> str:
    """Return a number as people write it, without needless zeros: 7.5, 160."""
    return number_format(f"{value.normalize():f}", use_l10n=True, force_grouping=False)
