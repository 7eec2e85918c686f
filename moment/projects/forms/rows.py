"""Rows that are added and taken away with buttons that post, so without JavaScript too."""

import re
from typing import Any, ClassVar, cast

from django import forms
from django.http import QueryDict

from moment.projects.forms.versioned import shown_in

# The name of the buttons, and what they say: `add-plan`, `drop-plan-2`, `up-plan-2`.
BUTTON = "rows"
_SAID = re.compile(r"(add|drop|up|down)-([a-z]+)(?:-(\d{1,3}))?\Z", re.ASCII)
MOST = 100


class RowForm(forms.Form):
    """One row. Where nothing is typed in the fields that count, it is as if it were not there."""

    counted: ClassVar[tuple[str, ...]]

    def has_changed(self) -> bool:
        return any(str(self.data.get(self.add_prefix(name), "")).strip() for name in self.counted)

    def texts(self) -> dict[str, str]:
        """Return what was typed, as it was typed; before that what is shown."""
        if not self.is_bound:
            return {name: _text(shown_in(self, name)) for name in self.fields}
        return {name: str(self.data.get(self.add_prefix(name), "")) for name in self.fields}


class Rows(forms.BaseFormSet):
    """The rows of a form. All that are posted may be empty, whether they were stored before."""

    def initial_form_count(self) -> int:
        return 0 if self.is_bound else super().initial_form_count()

    @property
    def filled(self) -> list[Any]:
        """Return the rows in which something is typed, of rows that are valid."""
        return [form for form in self.forms if form.cleaned_data]

    @property
    def texts(self) -> list[dict[str, str]]:
        """Return what stands in the rows that are not empty, as a browser would post it."""
        return [
            {name: text.strip() for name, text in texts.items()}
            for form in self.forms
            if any((texts := form.texts())[name].strip() for name in form.counted)
        ]

    def put(self, data: QueryDict) -> None:
        """Write these rows over those that stand in what was posted."""
        for name in [name for name in data if name.startswith(f"{self.prefix}-")]:
            del data[name]
        data[f"{self.prefix}-TOTAL_FORMS"] = str(len(self.texts))
        data[f"{self.prefix}-INITIAL_FORMS"] = "0"
        for n, texts in enumerate(self.texts):
            for name, text in texts.items():
                data[f"{self.prefix}-{n}-{name}"] = text

    def retyped(self, pressed: str) -> tuple[list[dict[str, str]], int | None]:
        """Return what was typed in the rows after a button, and the row that comes to the fore."""
        texts = [form.texts() for form in self.forms]
        said = _SAID.match(pressed)
        if said is None or said[2] != self.prefix:
            return texts, None
        place = int(said[3] or 0)
        if said[1] == "add":
            if len(texts) < MOST:
                texts.append({})
            return texts, len(texts) - 1
        if place >= len(texts):
            return texts, None
        row = texts.pop(place)
        if said[1] == "drop":
            return texts, None
        place = max(0, place - 1) if said[1] == "up" else min(len(texts), place + 1)
        texts.insert(place, row)
        return texts, place


def _text(value: Any) -> str:
    one = value[0] if isinstance(value, (list, tuple)) and value else value
    return "" if one is None or one == [] else str(one)


def rows_of(
    form: type[RowForm],
    prefix: str,
    data: QueryDict | None,
    *,
    stored: list[dict[str, Any]],
    pressed: str = "",
    **form_kwargs: Any,
) -> Rows:
    """Return rows as they are stored or were posted; where a button was pressed, as it wants them.

    Then they are not checked yet, and keep all that was typed.
    """
    kind = forms.formset_factory(form, formset=Rows, extra=0, max_num=MOST, absolute_max=MOST)
    options: dict[str, Any] = {
        "prefix": prefix,
        "auto_id": "pm_%s",
        "form_kwargs": form_kwargs,
    }
    rows: Any = kind(data, initial=stored if data is None else None, **options)
    if data is None or not pressed:
        return cast(Rows, rows)
    texts, fore = rows.retyped(pressed)
    rows = kind(initial=texts, **options)
    if fore is not None:
        form = rows.forms[fore]
        form.fields[form.counted[0]].widget.attrs["autofocus"] = True
    return cast(Rows, rows)
