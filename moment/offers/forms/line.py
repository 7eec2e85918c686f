"""The lines of an offer as somebody types them."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from functools import cached_property
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from customers.forms.fields import one_line
from customers.invoice_lines import HUNDRED
from moment import money
from moment.forms import AmountField
from moment.keyset import is_key
from moment.offers import totals
from moment.offers.editing import LONGEST
from moment.offers.models import OfferLine

COUNT = "lines"  # the field that says how many lines are posted
HIGHEST_RATE = Decimal("99999999.99")  # of an hour
Roles = Sequence[tuple[str, str]]


class DiscountField(AmountField):
    """Per cents to take off; empty for none."""

    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, max_digits=5, **options)

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, Decimal):
            return plain(value) if value else ""
        return value

    def to_python(self, value: Any) -> Any:
        found = super().to_python(str(value or "").replace("%", ""))
        if found is not None and found > HUNDRED:
            raise ValidationError(_("A discount is between 0 and 100 per cent."), code="percent")
        return found or Decimal(0)


class LineForm(forms.Form):
    """A line, which takes no more than what an activity and a plan can hold."""

    kind = forms.ChoiceField(choices=OfferLine.Kind)
    title = forms.CharField(label=gettext_lazy("Activity"), max_length=200)
    text = forms.CharField(label=gettext_lazy("Description"), max_length=2000, required=False)
    role = forms.ChoiceField(label=gettext_lazy("Project role"), required=False)
    quantity = AmountField(label=gettext_lazy("Quantity"), max_digits=8)
    unit = forms.CharField(label=gettext_lazy("Unit"), max_length=20, required=False)
    price = AmountField(label=pgettext_lazy("price of one", "Rate"), max_digits=12)
    discount = DiscountField(label=gettext_lazy("Discount"))
    optional = forms.BooleanField(label=gettext_lazy("Optional"), required=False)

    def clean_title(self) -> str:
        title = one_line(self.cleaned_data["title"])
        if not title:
            raise ValidationError(self.fields["title"].error_messages["required"], "required")
        return title

    def clean_unit(self) -> str:
        return one_line(self.cleaned_data["unit"])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("kind") == OfferLine.Kind.HOURLY:
            data["unit"] = ""  # what is hourly is counted in hours
            if data.get("price", 0) > HIGHEST_RATE:
                words = self.fields["price"].error_messages["too_large"]
                told = {"highest": money.amount(HIGHEST_RATE)}
                self.add_error("price", ValidationError(words, "too_large", told))
        return data


FIELDS = list(LineForm.base_fields)


class Row:
    """One line: its texts as typed, and what is wrong with them once they are checked."""

    def __init__(self, key: str, texts: Mapping[str, str], roles: Roles) -> None:
        self.key, self.texts = key, dict(texts)
        self.roles = roles
        self.errors: dict[str, list[str]] = {}
        self.notes: list[str] = []  # what somebody else did with the line
        self.focused = ""  # the field or button that comes to the fore

    @property
    def said(self) -> list[tuple[str, str]]:
        """Return all that is to be said of the line, each with the field it is about."""
        labels = {name: str(field.label or name) for name, field in LineForm.base_fields.items()}
        errors = [(labels[name], text) for name, found in self.errors.items() for text in found]
        return errors + [("", note) for note in self.notes]

    @property
    def is_hourly(self) -> bool:
        return self.texts.get("kind") == OfferLine.Kind.HOURLY

    @cached_property
    def form(self) -> LineForm:
        form = LineForm(self.texts, use_required_attribute=False)
        role: Any = form.fields["role"]
        role.choices = [("", ""), *self.roles]
        return form

    def check(self) -> bool:
        """Find out what is wrong with the line; tell whether nothing is."""
        self.errors = {
            name: [str(one) for one in found] for name, found in self.form.errors.items()
        }
        return not self.errors

    def line(self) -> OfferLine:
        """Return the line as the fields that make sense say it; the others are as in a new one."""
        self.form.is_valid()
        found = dict(self.form.cleaned_data)
        if (role := found.pop("role", "")) and self.is_hourly:
            found["role_id"] = int(role)
        return OfferLine(pk=int(self.key) if self.key else None, **found)

    def amounts_to_something(self) -> bool:
        """Tell whether quantity, rate and discount make sense, whatever else does."""
        self.form.is_valid()
        return {"quantity", "price", "discount"} <= self.form.cleaned_data.keys()

    def amount(self, currency: str) -> str:
        """Return what the line comes to; empty while that makes no sense."""
        if not self.amounts_to_something():
            return ""
        return money.amount(totals.of_line(self.line(), currency))


class Lines:
    """The lines of a form, in their order. `problem` says what is wrong with all of them."""

    def __init__(self, rows: list[Row], roles: Roles) -> None:
        self.rows, self.roles, self.problem = rows, roles, ""

    @classmethod
    def stored(cls, lines: Iterable[OfferLine], roles: Roles) -> "Lines":
        return cls([Row(str(line.pk), texts_of(line), roles) for line in lines], roles)

    @classmethod
    def posted(cls, data: QueryDict, roles: Roles) -> "Lines":
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
            texts = {name: data.get(f"lines-{n}-{name}", "") for name in FIELDS}
            rows.append(Row(key, texts, roles))
        return cls(rows, roles)

    def is_valid(self) -> bool:
        """Check all lines, also those after one that is wrong."""
        if len(self.rows) > LONGEST:
            self.problem = _("An offer has at most %(count)s lines.") % {"count": LONGEST}
        fine = [row.check() for row in self.rows]
        return all(fine) and not self.problem

    @property
    def problems(self) -> list[tuple[int, str]]:
        """Return the lines that are wrong: the place of each, and its title as typed."""
        wrong = [(place, row) for place, row in enumerate(self.rows) if row.errors]
        return [(place, row.texts["title"].strip() or str(place + 1)) for place, row in wrong]

    def lines(self) -> list[OfferLine]:
        return [row.line() for row in self.rows]

    def countable(self) -> list[OfferLine]:
        """Return the lines as far as they come to something already."""
        return [row.line() for row in self.rows if row.amounts_to_something()]

    def press(self, button: str) -> None:
        """Do what a button between the lines says: `add-hourly`, `drop-2`, `up-2`, `to-2-0`.

        Nothing is checked. What makes no sense does nothing.
        """
        act, _dash, of = button.partition("-")
        if act == "add" and of in OfferLine.Kind.values:
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
        if len(self.rows) >= LONGEST:
            self.problem = _("An offer has at most %(count)s lines.") % {"count": LONGEST}
            return
        texts = dict.fromkeys(FIELDS, "") | {"kind": kind}
        if kind == OfferLine.Kind.FIXED:
            texts["quantity"] = "1"
        row = Row("", texts, self.roles)
        row.focused = "title"
        self.rows.append(row)


def texts_of(line: OfferLine) -> dict[str, str]:
    """Return a line as its fields show it, and as a browser would post it."""
    return {
        "kind": line.kind,
        "title": line.title,
        "text": "\r\n".join(line.text.splitlines()),
        "role": str(line.role_id or ""),
        "quantity": plain(line.quantity),
        "unit": line.unit,
        "price": money.amount(line.price),
        "discount": plain(line.discount) if line.discount else "",
        "optional": "on" if line.optional else "",
    }


def plain(value: Decimal) -> str:
    """Return a number as people write it, without needless zeros: 7.5, 160."""
    return number_format(f"{value.normalize():f}", use_l10n=True, force_grouping=False)
