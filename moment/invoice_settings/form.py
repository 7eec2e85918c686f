"""The form of one level's invoice settings, made from the declared list."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from django import forms
from django.http import QueryDict
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from moment.invoice_settings.choices import Group, Kind, Level
from moment.invoice_settings.declared import Label, Setting, on
from moment.invoice_settings.fields import UNTOUCHED, SettingField, field_for, kept, typed
from moment.invoice_settings.levels import Effective, InForce, own
from moment.invoice_settings.words import number_words, show, words

# What decides where an invoice goes stands first, in a card of its own.
DELIVERY = (
    "invoice_type",
    "endpoint_scheme",
    "endpoint_id",
    "your_reference",
    "order_reference",
    "external_receiver",
)
# The company itself has always one of each.
_NEVER_EMPTY = {Level.COMPANY: ("invoice_type", "currency")}


@dataclass(frozen=True)
class Row:
    """One setting on the page: its field, the value in force, and where that comes from."""

    name: str
    setting: Setting
    widget: SafeString
    id_for_label: str
    errors: forms.utils.ErrorList
    warnings: list[str]
    # Whether this level has a value of its own that can be given up for what is above.
    can_reset: bool
    reset_label: str
    in_force: str  # in words, empty for no value
    origin: Level
    above: str  # in words: what would hold without a value of this level
    # What a reset changes on the page beside the row, as CSS selectors.
    beside: str


@dataclass(frozen=True)
class Card:
    key: str
    title: Label
    rows: list[Row] = field(default_factory=list)


class InvoiceSettingsForm(forms.Form):
    """The settings of one level: empty means *inherit*, 0 is a value.

    `seen` carries the values that the person was shown. Against it, what they changed is told from
    what somebody else changed meanwhile. `contacts` are those to choose among, by key; `without`
    are settings that make no sense here, which are neither shown nor changed.
    """

    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        level: Level,
        effective: Effective,
        contacts: Mapping[int, str] | None = None,
        without: Collection[str] = (),
        typed_before: Mapping[str, str] | None = None,
        seen: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(data)
        self.level, self.effective = level, effective
        self.contacts, self.without = contacts or {}, without
        owner = effective.owner(level)
        self.settings = {one.name: one for one in on(level) if one.name not in without}
        self.present = {
            name: kept(own(one, owner)) if owner is not None else ""
            for name, one in self.settings.items()
        }
        self.shown = self._posted_seen() if data is not None else dict(seen or self.present)
        self.fields["seen"].initial = json.dumps(self.shown)
        self.said: dict[str, str] = {}
        self.focus = ""
        for name, setting in self.settings.items():
            self.fields[name] = self._field(setting)
            text = typed(setting, self.present[name])
            self.initial[name] = (typed_before or {}).get(name, text)

    # What a person changed

    @property
    def changes(self) -> dict[str, Any]:
        """Return what the person changed, by name; None to inherit. Only of a form that is bound.

        Fields that are wrong are not among them, nor are those that were not posted at all.
        """
        cleaned = getattr(self, "cleaned_data", {})
        return {
            name: value
            for name, value in cleaned.items()
            if name in self.settings
            and name in self.data
            and value is not UNTOUCHED
            and kept(value) != self.shown.get(name)
        }

    def after_change_by_others(
        self, effective: Effective, both: Collection[str]
    ) -> "InvoiceSettingsForm":
        """Return the form anew over what is stored now.

        What the person typed stays. Fields they left alone take the stored value. Where both
        changed a field, the stored value is said beside it.
        """
        form = self._anew(effective)
        data, changes = cast(QueryDict, self.data).copy(), self.changes
        for name, setting in self.settings.items():
            if name not in changes:
                data[name] = typed(setting, form.present[name])
        data["seen"] = json.dumps(form.present)
        form = self._anew(effective, data)
        for name in both:
            form.add_error(name, form.told(name))
        return form

    def after_reset(
        self, name: str, effective: Effective, *, refused: bool = False
    ) -> "InvoiceSettingsForm":
        """Return the form with one setting as it is stored now and all else as it was typed.

        `refused`: somebody else has changed the setting meanwhile, which is said beside it.
        """
        texts = {key: str(self.data[key]) for key in self.settings if key in self.data}
        texts.pop(name, None)
        now = self._anew(effective).present[name]
        form = self._anew(effective, typed_before=texts, seen={**self.shown, name: now})
        form.focus = name
        if refused:
            form.said[name] = form.told(name)
        return form

    def told(self, name: str) -> str:
        """Return what to say of a setting that somebody else has changed meanwhile."""
        setting = self.settings[name]
        value = own(setting, self.effective.owner(self.level))
        return _("Changed meanwhile to “%(value)s”. Save again to keep what is here.") % {
            "value": show(setting, value, level=self.level, contacts=self.contacts)
        }

    # What the page shows

    def cards(self, warnings: Mapping[str, list[str]] | None = None) -> list[Card]:
        """Return the settings in the groups of the page, with warnings beside their fields."""
        cards = {"delivery": Card("delivery", gettext_lazy("Delivery"))}
        cards |= {group.value: Card(group.value, group.label) for group in Group}
        names = [name for name in DELIVERY if name in self.settings]
        names += [name for name in self.settings if name not in DELIVERY]
        for name in names:
            key = "delivery" if name in DELIVERY else self.settings[name].group
            cards[key].rows.append(self._row(name, (warnings or {}).get(name, [])))
        return [card for card in cards.values() if card.rows]

    def _row(self, name: str, warnings: list[str]) -> Row:
        setting, bound = self.settings[name], self[name]
        in_force, above = self.effective[name], self.effective.inherited(name, self.level)
        errors = forms.utils.ErrorList(bound.errors, error_class="errorlist")
        if name in self.said:
            errors.append(self.said[name])
        described = [f"origin-{name}", f"warning-{name}"]
        described += [f"help-{name}"] if setting.help else []
        described += [f"error-{name}"] if errors else []
        attrs: dict[str, Any] = {"aria-describedby": " ".join(described)}
        if errors:
            attrs["aria-invalid"] = "true"
        if self.focus == name:
            attrs["autofocus"] = True
        return Row(
            name=name,
            setting=setting,
            widget=bound.as_widget(attrs=attrs),
            id_for_label=bound.id_for_label,
            errors=errors,
            warnings=warnings,
            can_reset=bool(self.present[name]) and not self.never_empty(name),
            reset_label=_reset_label(above),
            in_force=self._words(in_force),
            origin=in_force.origin,
            above=self._words(above),
            beside=",".join(
                ["#id_seen"]
                + [f"#warning-{one}" for one in DELIVERY if one in self.settings and one != name]
            ),
        )

    def _words(self, found: InForce) -> str:
        return words(found.setting, found.value, contacts=self.contacts)

    # Making it

    def _field(self, setting: Setting) -> SettingField:
        above = self.effective.inherited(setting.name, self.level)
        in_words = self._words(above)
        number = setting.kind in (Kind.PERCENT, Kind.AMOUNT) and above.value is not None
        contacts = [(str(key), name) for key, name in self.contacts.items()]
        return field_for(
            setting,
            shown=self.shown.get(setting.name),
            present=self.present[setting.name],
            inherit=None if self.never_empty(setting.name) else _inherit_label(in_words, above),
            placeholder=_placeholder(setting, above, in_words, number),
            contacts=contacts,
        )

    def never_empty(self, name: str) -> bool:
        """Tell whether the level must have a value of its own."""
        return name in _NEVER_EMPTY.get(self.level, ())

    def _anew(
        self, effective: Effective, data: QueryDict | None = None, **more: Any
    ) -> "InvoiceSettingsForm":
        return InvoiceSettingsForm(
            data,
            level=self.level,
            effective=effective,
            contacts=self.contacts,
            without=self.without,
            **more,
        )

    def _posted_seen(self) -> dict[str, str]:
        try:
            seen = json.loads(self.data.get("seen", ""))
        except (ValueError, RecursionError):
            return {}
        if not isinstance(seen, dict):
            return {}
        return {
            name: text
            for name, text in seen.items()
            if name in self.settings and isinstance(text, str)
        }


def _inherit_label(in_words: str, above: InForce) -> str:
    """Return the choice that stands for *inherit*: `EHF – company standard`."""
    if not in_words:
        return _("None")
    if above.origin == Level.CUSTOMER:
        return _("%(value)s – from the customer") % {"value": in_words}
    if above.origin == Level.COMPANY:
        return _("%(value)s – company standard") % {"value": in_words}
    return _("%(value)s – standard") % {"value": in_words}


def _placeholder(setting: Setting, above: InForce, in_words: str, number: bool) -> str:
    if setting.kind == Kind.WHOLE and above.value is not None:
        return str(above.value)  # its unit stands beside the field
    return number_words(setting, above.value) if number else in_words or _("None")


def _reset_label(above: InForce) -> str:
    if above.origin == Level.CUSTOMER:
        return _("Use customer value")
    if above.origin == Level.COMPANY:
        return _("Use company value")
    return _("Use standard value") if above.value is not None else _("Remove value")
