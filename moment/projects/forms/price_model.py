"""A price model in a form: how work is priced, who pays which part, and when amounts fall due."""

from typing import Any, ClassVar

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from customers.forms.fields import one_line
from customers.models import Customer
from moment.forms import AmountField
from moment.projects import price_models, sharing
from moment.projects.forms.days import sensible_day
from moment.projects.forms.plan import PlanRow, items_of, total, typed_plan
from moment.projects.forms.rows import BUTTON, Rows, rows_of
from moment.projects.forms.shares import Shares
from moment.projects.forms.versioned import VersionedForm
from moment.projects.models import PlanItem, PriceList, PriceModel
from moment.projects.percents import bare
from moment.projects.price_models import WITH_PLAN, Kind

Rates = PriceModel.Rates
# What belongs to one kind alone; with another it is emptied.
_OF_KIND = {
    Kind.HOURLY: ("rates_from", "price_list"),
    Kind.SUBSCRIPTION: ("amount", "interval", "starts_on", "ends_on"),
}
_NEEDED = {Kind.HOURLY: ("rates_from",), Kind.SUBSCRIPTION: ("amount", "interval", "starts_on")}


class PriceModelForm(VersionedForm):
    """What a price model is. Without `amounts` there is none to see, and none changes."""

    prefix_of_ids = "pm"

    kind = forms.ChoiceField(
        label=gettext_lazy("Price model"), choices=Kind, widget=forms.RadioSelect
    )
    rates_from = forms.ChoiceField(
        label=gettext_lazy("Rates from"), choices=Rates, required=False, initial=Rates.CUSTOMER
    )
    amount = AmountField(label=gettext_lazy("Amount a period"), required=False)
    interval = forms.TypedChoiceField(
        label=gettext_lazy("Interval"),
        choices=PriceModel.Interval,
        required=False,
        coerce=int,
        empty_value=None,
    )
    starts_on = sensible_day(
        label=gettext_lazy("From"),
        help_text=gettext_lazy("The first day of the first period, which is paid for then."),
    )
    ends_on = sensible_day(
        label=gettext_lazy("Until"), help_text=gettext_lazy("The last day. Empty: it goes on.")
    )

    class Meta:
        model = PriceModel
        fields: ClassVar = [
            "name", "kind", "rates_from", "price_list", "amount", "interval", "starts_on",
            "ends_on",
        ]  # fmt: skip

    def __init__(
        self, data: QueryDict | None, *, instance: PriceModel, currency: str, **kwargs: Any
    ) -> None:
        amounts, planned = kwargs.pop("amounts"), kwargs.pop("planned")
        self.currency = currency
        self.before = PriceModel(kind=instance.kind, price_list=instance.price_list)
        kwargs.setdefault("initial", {})
        super().__init__(data, instance=instance, **kwargs)
        if not instance.rates_from and "rates_from" not in kwargs["initial"]:
            self.initial["rates_from"] = Rates.CUSTOMER
        if not instance.interval and "interval" not in kwargs["initial"]:
            self.initial["interval"] = PriceModel.Interval.MONTH
        lists: Any = self.fields["price_list"]
        lists.queryset, lists.empty_label = PriceList.objects.all(), _("Choose…")
        self.fields["name"].help_text = _("Empty: it is called by its kind.")
        self.fields["amount"].label = _("Amount a period in %(currency)s") % {"currency": currency}
        self.fields["amount"].help_text = _("Excluding VAT.")
        if not amounts:
            self._without_amounts(planned)
        self.ready()

    def _without_amounts(self, planned: bool) -> None:
        """Leave amounts out, and let nothing be chosen that would need one or lose one."""
        del self.fields["amount"]
        kind: Any = self.fields["kind"]
        stored = self.instance.kind if self.instance.pk else Kind.HOURLY
        if planned or stored == Kind.SUBSCRIPTION:
            kind.disabled = True
            kind.choices = [choice for choice in Kind.choices if choice[0] == stored]
            kind.help_text = _("It has amounts, so only who may see them can change this.")
        else:
            kind.choices = [one for one in Kind.choices if one[0] != Kind.SUBSCRIPTION]

    def clean_name(self) -> str:
        return one_line(self.cleaned_data["name"])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        kind = data.get("kind")
        for other, names in _OF_KIND.items():
            if other != kind:
                self._empty(data, names)
        for name in _NEEDED.get(Kind(kind), ()) if kind else ():
            if name in self.fields and data.get(name) in (None, "") and name not in self.errors:
                self.add_error(name, _("This field is required."))
        if data.get("rates_from") != Rates.PRICE_LIST:
            self._empty(data, ("price_list",))
        elif kind == Kind.HOURLY:
            self._check_list(data.get("price_list"))
        first, last = data.get("starts_on"), data.get("ends_on")
        if first and last and last < first:
            self.add_error("ends_on", _("The last day is before the first."))
        return data

    def _empty(self, data: dict[str, Any], names: tuple[str, ...]) -> None:
        for name in names:
            self.errors.pop(name, None)
            if name in self.fields:
                data[name] = "" if name == "rates_from" else None

    def _check_list(self, chosen: PriceList | None) -> None:
        if "price_list" in self.errors:
            return
        if chosen is None:
            self.add_error("price_list", _("Choose a price list."))
        elif chosen.currency != self.currency and chosen != self.before.price_list:
            told = {"list": chosen.currency, "project": self.currency}
            text = _("This price list is in %(list)s, and the project in %(project)s.") % told
            self.add_error("price_list", text)


class PriceModelSheet:
    """The whole dialog: the price model, the shares, and the plan."""

    def __init__(
        self,
        model: PriceModel,
        user: Any,
        currency: str,
        data: QueryDict | None = None,
    ) -> None:
        self.model, self.user, self.currency = model, user, currency
        self.amounts = user.has_perm("projects.view_amounts")
        self.pressed = data.get(BUTTON, "") if data is not None else ""
        stored = list(model.plan.all()) if model.pk else []
        self.stored_plan: list[PlanItem] = stored
        self.main = self._main(data)
        owner = model.project.customer
        shares = model.shares.select_related("customer") if model.pk else []
        visible = Customer.objects.visible_to(user)
        parts = sharing.parts(owner, shares)
        self.shares = Shares(owner, parts, visible, data, self.pressed)
        self.plan: Rows | None = None
        if self.amounts:
            self.plan = rows_of(
                PlanRow, "plan", data, stored=typed_plan(stored) or [{}], pressed=self.pressed
            )
        if data is None and model.pk:
            self.main.fields["seen"].initial = self.seen

    def _main(self, data: QueryDict | None) -> PriceModelForm:
        options: dict[str, Any] = {
            "instance": self.model,
            "currency": self.currency,
            "amounts": self.amounts,
            "planned": bool(self.stored_plan),
        }
        if data is None or not self.pressed:
            return PriceModelForm(data, **options)
        names = PriceModelForm.base_fields
        typed = {name: data[name] for name in names if name in data}
        return PriceModelForm(None, initial=typed, **options)

    def is_valid(self) -> bool:
        main, shares = self.main.is_valid(), self.shares.is_valid()
        return all([main, shares, self.plan is None or not self.planned or self.plan.is_valid()])

    @property
    def planned(self) -> bool:
        """Tell whether what was posted has a plan."""
        return self.main.cleaned_data.get("kind") in WITH_PLAN

    @property
    def items(self) -> list[PlanItem] | None:
        """Return the plan of a valid form, None where it is not shown."""
        if self.plan is None:
            return None
        return items_of(self.plan) if self.planned else []

    @property
    def total(self) -> Any:
        return total(self.plan) if self.plan is not None else None

    @property
    def together(self) -> str:
        return bare(self.shares.together())

    @property
    def is_whole(self) -> bool:
        return self.shares.together() == sharing.WHOLE

    def save(self) -> list[str]:
        """Save what is valid; see `price_models.save` for what it returns and raises."""
        return price_models.save(
            self.main.instance,
            version=self.main.version,
            further=self.shares.further,
            plan=self.items,
        )

    def refuse(self, field: str | int, why: str) -> None:
        """Say beside a field, or the row of the plan at a place, why it has to stay."""
        if isinstance(field, int) and self.plan is not None:
            self.plan.filled[field].add_error("amount", why)
        elif field in self.main.fields:
            self.main.add_error(str(field), why)
        else:
            self.main.add_error(None, f"{_('Payment plan')}: {why}" if field == "plan" else why)

    def after_change_by_others(self, stored: PriceModel | None) -> "PriceModelSheet":
        """Return the dialog over what is stored now, and say what somebody else did meanwhile.

        What the person changed stays as they typed it; what they left alone is as it is stored.
        """
        if stored is None:
            self.main.add_error(None, _("Somebody has removed this meanwhile. Nothing was saved."))
            return self
        stored.project = self.model.project
        words = price_models.in_words(stored, self.currency if self.amounts else None)
        now, shown = PriceModelSheet(stored, self.user, self.currency), self.main.shown
        data, both = self.main.merged(stored.version, now.main.shown_values())
        for name, part in now.parts.items():
            typed, before = self.parts[name].texts, shown.get(name)
            if typed == before:
                part.put(data)
            elif part.texts not in (before, typed):
                both.append(name)
        data["seen"] = now.seen
        sheet = PriceModelSheet(stored, self.user, self.currency, data)
        sheet.is_valid()
        told = _("Changed meanwhile to “%(value)s”. What you had not changed follows that.")
        if both:
            told = _("Changed meanwhile to “%(value)s”. Save again to keep what is here.")
        sheet.main.add_error(None, told % {"value": words})
        return sheet

    @property
    def parts(self) -> dict[str, "Shares | Rows"]:
        """The parts that are rows, by what they are called in `seen`."""
        return {"shares": self.shares, **({"plan": self.plan} if self.plan is not None else {})}

    @property
    def seen(self) -> str:
        """What the dialog shows of what is stored, for sending it back."""
        values: dict[str, Any] = dict(self.main.shown_values())
        values |= {name: part.texts for name, part in self.parts.items()}
        return self.main.seen_now(self.model.version, values)
