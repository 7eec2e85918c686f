"""Who pays which part of a price model: the project's own customer and further ones."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from customers.forms.choosing import CustomerField, in_words
from customers.models import Customer
from customers.models.customer import CustomerQuerySet
from moment.forms import AmountField
from moment.projects import sharing
from moment.projects.forms.rows import RowForm, Rows, rows_of
from moment.projects.forms.versioned import shown_in
from moment.projects.percents import bare
from moment.projects.sharing import WHOLE, Part


class PercentField(AmountField):
    """A percentage as people write it: 33,33 and 33.33 % for the same."""

    default_error_messages = {
        "invalid": gettext_lazy("Write a percentage with digits, such as %(example)s."),
        "negative": gettext_lazy("A share is above 0 and at most 100 per cent."),
        "too_large": gettext_lazy("A share is above 0 and at most 100 per cent."),
    }

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"label": gettext_lazy("Per cent")} | options)
        self.highest = WHOLE

    def prepare_value(self, value: Any) -> Any:
        return bare(value) if isinstance(value, Decimal) else value

    def to_python(self, value: Any) -> Any:
        text = value.strip().removesuffix("%") if isinstance(value, str) else value
        return super().to_python(text)


class OwnShareForm(forms.Form):
    """The part of the project's own customer."""

    percent = PercentField(required=False)


class ShareRow(RowForm):
    counted: ClassVar = ("customer", "percent")

    customer = CustomerField("price_model")
    percent = PercentField()

    def __init__(
        self, *args: Any, visible: CustomerQuerySet, chosen: Sequence[Customer], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["customer"]
        field.visible = visible
        typed = " ".join(self.texts()["customer"].split())
        meant = (one for one in chosen if typed in (in_words(one), one.number))
        field.stays = next(meant, None)

    def clean_percent(self) -> Decimal:
        value: Decimal = self.cleaned_data["percent"]
        if value == 0:
            raise ValidationError(_("A share is above 0 and at most 100 per cent."))
        return value


class Shares:
    """The parts of all who pay; together a hundred."""

    def __init__(
        self,
        owner: Customer,
        parts: Sequence[Part],
        visible: CustomerQuerySet,
        data: QueryDict | None = None,
        pressed: str = "",
    ) -> None:
        self.owner = owner
        own = next(part.percent for part in parts if part.is_own)
        others = [part for part in parts if not part.is_own]
        self.rows: Rows = rows_of(
            ShareRow,
            "share",
            data,
            stored=[{"customer": part.customer, "percent": part.percent} for part in others],
            pressed=pressed,
            visible=visible,
            chosen=[part.customer for part in others],
        )
        typed = {"percent": data.get("own-percent", "") if data is not None else own}
        if data is not None and pressed == "add-share" and typed["percent"] == bare(WHOLE):
            typed["percent"] = ""  # what they leave over
        bound = data if data is not None and not pressed else None
        self.own = OwnShareForm(bound, prefix="own", auto_id="pm_%s", initial=typed)
        self.further: Mapping[int, Decimal] = {}

    @property
    def texts(self) -> list[list[str]]:
        """Return who pays what, as a browser would post it."""
        own = str(self.own["percent"].value() or "")
        if not self.own.is_bound:
            own = shown_in(self.own, "percent") or ""
        return [[own.strip()], *(list(row.values()) for row in self.rows.texts)]

    def put(self, data: QueryDict) -> None:
        """Write these parts over those that stand in what was posted."""
        self.rows.put(data)
        data["own-percent"] = self.texts[0][0]

    def is_valid(self) -> bool:
        """Tell whether everybody is there once and all together pay a hundred per cent."""
        fine = all([self.rows.is_valid(), self.own.is_valid()])
        return self._each_once() and fine and self._whole()

    def refuse(self, customer: int, why: str) -> None:
        """Say beside a customer why it cannot be added."""
        for row in self.rows.filled:
            if row.cleaned_data.get("customer") and row.cleaned_data["customer"].pk == customer:
                row.add_error("customer", why)

    def together(self) -> Decimal:
        """Return the sum as it is typed, without what is no number."""
        typed = [_read(str(row["percent"].value() or "")) for row in self.rows.forms]
        own = str(self.own["percent"].value() or "").strip()
        return sum(typed, Decimal(0)) + _read(own) if own else max(WHOLE, sum(typed, Decimal(0)))

    def _each_once(self) -> bool:
        there, fine = {self.owner.pk}, True
        for row in self.rows.filled:
            customer = row.cleaned_data.get("customer")
            if customer is None:
                continue
            if customer.pk == self.owner.pk:
                row.add_error("customer", _("This is the project's own customer, named above."))
            elif customer.pk in there:
                row.add_error("customer", _("This customer is here already."))
            fine = fine and customer.pk not in there
            there.add(customer.pk)
        return fine

    def _whole(self) -> bool:
        self.further = {
            row.cleaned_data["customer"].pk: row.cleaned_data["percent"] for row in self.rows.filled
        }
        others = sum(self.further.values(), Decimal(0))
        own = self.own.cleaned_data["percent"]
        try:
            sharing.check([max(WHOLE - others, Decimal(0)) if own is None else own, others])
        except ValidationError as error:
            self.own.add_error("percent", error)
            return False
        return True


def _read(text: str) -> Decimal:
    try:
        return PercentField().to_python(text) or Decimal(0)
    except ValidationError:
        return Decimal(0)
