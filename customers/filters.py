"""What the overview can be narrowed by."""

from functools import cached_property
from typing import Any, ClassVar

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django_countries import countries
from django_filters import CharFilter, ChoiceFilter, FilterSet, MultipleChoiceFilter

from customers import counts, search
from customers.models import Customer, Tag
from moment.models import User
from moment.names import sort_key

NOBODY = "nobody"


class CustomerFilter(FilterSet):
    """The overview's filters. Values that make no sense are dropped, and named in `dropped`."""

    q = CharFilter(label=_("Search"), method="by_words")
    tags = MultipleChoiceFilter(label=_("Tags"), method="by_tags")
    match = ChoiceFilter(
        label=_("Tags"),
        method="by_match",
        empty_label=None,
        null_label=None,
        choices=[("any", _("any of these")), ("all", _("all of these"))],
    )
    relation = MultipleChoiceFilter(
        label=_("Relation"), method="by_relation", choices=Customer.Relation
    )
    responsible = MultipleChoiceFilter(label=_("Responsible"), method="by_responsible")
    country = MultipleChoiceFilter(label=_("Country"), method="by_country")

    class Meta:
        model = Customer
        fields: ClassVar[list[str]] = []

    def __init__(self, data: QueryDict, queryset: QuerySet) -> None:
        super().__init__(data, queryset=queryset)
        self.tags = list(Tag.objects.all())
        # Those who have left too: whose customers are they now?
        people = User.objects.order_by("-is_active", *User.NAME_ORDER)
        self.filters["tags"].extra["choices"] = [(str(t.pk), t.name) for t in self.tags]
        self.filters["responsible"].extra["choices"] = [
            *((str(person.pk), str(person)) for person in people),
            (NOBODY, _("Nobody")),
        ]
        asked = set(data.getlist("country")) & set(dict(countries))
        self.filters["country"].extra["choices"] = sorted(
            ((code, str(countries.name(code))) for code in asked | counts.countries()),
            key=lambda choice: sort_key(choice[1]),
        )
        self.dropped = self._drop_nonsense(data)
        self.test_words = self.test_tags = False

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
        values = {name: value for name, value in self.form.cleaned_data.items() if value}
        if values.get("match") == "any" or len(values.get("tags", [])) < 2:
            values.pop("match", None)
        return values

    def found(self, *, walking: bool) -> QuerySet:
        """Return the customers that the filters let through, to be met in one of two ways.

        By index the cost follows the number of hits: for counting, and for few. Walking, each row
        is tested in the order of the page, which meets fifty of many at once.
        """
        self.test_words = walking or not self._words_first
        self.test_tags = walking or ("q" in self.params and self._words_first)
        return self.filter_queryset(self.queryset.all())

    @cached_property
    def _words_first(self) -> bool:
        """Tell whether the words find the rows and the tags are tested on them, as fewer fit."""
        if "q" not in self.params or "tags" not in self.params:
            return True
        tagged = Customer.tags.through.objects.filter(tag_id__in=self.params["tags"])
        tags = tagged[: counts.LIMIT].count()
        met = search.indexed(self.params["q"], at_most=tags + 1)
        return Customer.objects.filter(met).order_by()[: tags + 1].count() <= tags

    def by_words(self, customers: QuerySet, name: str, question: str) -> QuerySet:
        if not search.words_of(question):
            return customers.none()
        if self.test_words:
            return customers.filter(search.walked(question))
        alone = self.params.keys() == {"q"}
        met = search.indexed(question, at_most=counts.LIMIT + 1 if alone else None)
        return customers.filter(met)

    def by_tags(self, customers: QuerySet, name: str, tags: list[str]) -> QuerySet:
        together = self.form.cleaned_data.get("match") == "all"
        for n, group in enumerate([[tag] for tag in tags] if together else [tags]):
            tagged = Customer.tags.through.objects.filter(tag_id__in=group)
            if self.test_tags or n:
                customers = customers.filter(Exists(tagged.filter(customer_id=OuterRef("pk"))))
            else:
                customers = customers.filter(pk__in=tagged.values("customer_id"))
        return customers

    def by_match(self, customers: QuerySet, name: str, value: str) -> QuerySet:
        return customers  # read by by_tags

    def by_relation(self, customers: QuerySet, name: str, values: list[str]) -> QuerySet:
        return customers.filter(relation__in=values)

    def by_responsible(self, customers: QuerySet, name: str, values: list[str]) -> QuerySet:
        people = Q(responsible__in=[value for value in values if value != NOBODY])
        return customers.filter(people | Q(responsible=None) if NOBODY in values else people)

    def by_country(self, customers: QuerySet, name: str, values: list[str]) -> QuerySet:
        return customers.filter(country__in=values)
