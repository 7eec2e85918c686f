"""What the filters of a page have in common: their values come from its address."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.forms import ChoiceField, MultipleChoiceField
from django.http import QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_countries import countries
from django_filters import ChoiceFilter, FilterSet

from customers import counts
from moment.models import User
from moment.names import sort_key

NOBODY = "nobody"


@dataclass(frozen=True)
class Menu:
    """The choices of a filter, each as its value, its words and whether it is chosen."""

    name: str
    label: str
    choices: list[tuple[str, str, bool]]
    switch: list[tuple[str, str, bool]]  # between any and all of them
    is_single: bool = False  # one choice shuts out the others
    switched_by: str = ""  # the parameter of the switch


def any_or_all(label: Any) -> ChoiceFilter:
    """Return the switch of a filter in `matched`: is any value enough, or are all asked for?"""
    return ChoiceFilter(
        label=label,
        method="by_match",
        empty_label=None,
        null_label=None,
        choices=[("any", _("any of these")), ("all", _("all of these"))],
    )


class PageFilter(FilterSet):
    """Filters of a page. Values that make no sense are dropped, and named in `dropped`."""

    # The filters of which any value is enough or all are asked for, and the parameters that say so.
    matched: ClassVar[Mapping[str, str]] = {"tags": "match"}
    # Values that read well only behind the name of their filter: `EHF: Yes`.
    named: ClassVar[Iterable[str]] = ()
    # The filter that offers countries, if there is one.
    _of_countries = ""

    def __init__(self, data: QueryDict, queryset: QuerySet) -> None:
        super().__init__(data, queryset=queryset)
        self.offer(data)
        self.dropped = self._drop_nonsense(data)

    def offer(self, data: QueryDict) -> None:
        """Give the filters the choices that the base has for them."""
        raise NotImplementedError

    def offer_rows(self, name: str, rows: Iterable[Any]) -> None:
        self.filters[name].extra["choices"] = [(str(row.pk), str(row)) for row in rows]

    def offer_people(self, name: str) -> dict[int, str]:
        """Offer all colleagues and nobody; return the colleagues' names by their keys."""
        # Those who have left too: whose customers are they now?
        users = User.objects.order_by("-is_active", *User.NAME_ORDER).only(*User.NAME_ORDER)
        people = {user.pk: str(user) for user in users}
        self.filters[name].extra["choices"] = [
            *((str(pk), person) for pk, person in people.items()),
            (NOBODY, _("Nobody")),
        ]
        return people

    def offer_countries(self, name: str, data: QueryDict) -> None:
        """Offer the countries of customers, and those asked for."""
        self._of_countries = name
        asked = {code for code in data.getlist(name) if code in countries.countries}
        self.filters[name].extra["choices"] = sorted(
            ((code, str(countries.name(code))) for code in asked | counts.countries()),
            key=lambda choice: sort_key(choice[1]),
        )

    def by_match(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows  # read by the filter that it switches

    def _drop_nonsense(self, data: QueryDict) -> list[str]:
        """Take invalid values out of the data; return the labels of the filters they were for."""
        wrong = {name: self.form.fields[name] for name in self.form.errors}
        if not wrong:
            return []
        self.data = data.copy()
        for name, field in wrong.items():
            known = {str(value) for value, _label in getattr(field, "choices", [])}
            self.data.setlist(name, [v for v in data.getlist(name) if v in known])
        del self._form
        self.form.is_valid()
        return [str(field.label) for field in wrong.values()]

    @cached_property
    def params(self) -> dict[str, Any]:
        """Return the filters in use by name, without the empty ones."""
        return self._in_use(self.form.cleaned_data)

    def params_of(self, data: QueryDict) -> dict[str, Any]:
        """Return the same of another address, by the choices there are here. No query."""
        values: dict[str, Any] = {}
        for name, known in self._known.items():
            values[name] = [value for value in data.getlist(name) if value in known]
            if not isinstance(self.form.fields[name], MultipleChoiceField):
                values[name] = next(iter(values[name]), "")
        return self._in_use({"q": data.get("q", "").strip()} | values)

    def asked_of(self, data: QueryDict) -> dict[str, Any]:
        """Return the same with values that make no sense: what there is a filter for here."""
        return {name: data.getlist(name) for name in self.form.fields if data.get(name)}

    @cached_property
    def _known(self) -> dict[str, set[str]]:
        """The values that each filter offers."""
        known = {
            name: {str(value) for value, _label in field.choices}  # type: ignore[misc, union-attr]
            for name, field in self.form.fields.items()
            if isinstance(field, ChoiceField)
        }
        if self._of_countries:
            # Any can be asked for, whether there are customers in it or not.
            known[self._of_countries] = set(countries.countries)
        return known

    def _in_use(self, values: Mapping[str, Any]) -> dict[str, Any]:
        used = {name: value for name, value in values.items() if value}
        for name, switch in self.matched.items():
            if used.get(switch) == "any" or len(used.get(name, [])) < 2:
                used.pop(switch, None)
        return used

    def words(self, name: str, value: str) -> str:
        """Return a chosen value as it reads by itself: `EHF: Yes`."""
        field = self.form.fields[name]
        words = str(dict(field.choices)[value])
        return f"{field.label}: {words}" if name in self.named else words

    def chips(
        self, url: Callable[..., str], *, of: Mapping[str, Any] | None = None
    ) -> list[tuple[str, str]]:
        """Return each filter in use as words and the address without it.

        `url` makes the page's address with other parameters; `of` are the filters, if not all.
        """
        chips = []
        for name, value in (self.params if of is None else of).items():
            if name in self.matched.values():
                continue
            if name == "q":
                chips.append((gettext("“%(text)s”") % {"text": value}, url(q=None)))
                continue
            values = [value] if isinstance(value, str) else value
            chips += [
                (self.words(name, one), url(**{name: [v for v in values if v != one]}))
                for one in values
            ]
        return chips

    @property
    def question(self) -> str:
        """Return what is searched for, as typed."""
        return str(self.data.get("q", ""))

    def menu(self, name: str) -> Menu:
        """Return the choices of a filter with what is chosen now."""
        fields, field = self.form.fields, self.form.fields[name]
        is_single = not isinstance(field, MultipleChoiceField)
        chosen = [self.params.get(name, "")] if is_single else self.params.get(name, [])
        switch = self.matched.get(name, "")
        how = self.form.cleaned_data.get(switch) or "any"
        return Menu(
            name,
            str(field.label),
            [(value, str(label), value in chosen) for value, label in field.choices],
            [
                (value, str(label), value == how)
                for value, label in (fields[switch].choices if switch else ())
            ],
            is_single,
            switch,
        )
