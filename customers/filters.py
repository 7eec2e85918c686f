"""What the overview can be narrowed by."""

from functools import cached_property, reduce
from operator import or_
from typing import ClassVar

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db.models import Exists, OuterRef, Q, QuerySet, Value
from django.db.models.functions import StrIndex
from django.db.models.lookups import GreaterThan
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django_filters import CharFilter, MultipleChoiceFilter

from customers import counts, further_filters, search
from customers.alerting import has_open_alert
from customers.einvoicing import Reach, invoice_type_is, reach_is
from customers.filtering import NOBODY, Menu, PageFilter, any_or_all
from customers.models import Customer, Tag
from moment.models import InvoiceType
from registry.models import Alert

# No index finds customers by these: every customer is tested.
TESTED = {"ehf", "invoice_type"}
# An index finds the few customers that fit these.
INDEXED = {"q", "tags", "responsible", "alert"}
# Those that stand together in one menu, since they are asked for less often.
RARER = ("ehf", "invoice_type", "alert")


def _reaches() -> list[tuple[str, str]]:
    briefly = {Reach.YES: _("Yes"), Reach.NO: _("No")}
    return [(reach.value, str(briefly.get(reach, reach.label))) for reach in Reach]


def _alerts() -> list[tuple[str, str]]:
    return [("1", str(_("Has register alert")))]


class CustomerFilter(PageFilter):
    """The overview's filters."""

    q = CharFilter(label=_("Search"), method="by_words")
    tags = MultipleChoiceFilter(label=_("Tags"), method="by_tags")
    match = any_or_all(_("Tags"))
    relation = MultipleChoiceFilter(
        label=_("Relation"), method="by_relation", choices=Customer.Relation
    )
    responsible = MultipleChoiceFilter(label=_("Responsible"), method="by_responsible")
    country = MultipleChoiceFilter(label=_("Country"), method="by_country")
    ehf = MultipleChoiceFilter(label=_("EHF"), method="by_ehf", choices=_reaches)
    invoice_type = MultipleChoiceFilter(
        label=_("Invoice type"), method="by_invoice_type", choices=InvoiceType
    )
    alert = MultipleChoiceFilter(label=_("Register alerts"), method="by_alert", choices=_alerts)

    class Meta:
        model = Customer
        fields: ClassVar[list[str]] = []

    named = ("ehf", "invoice_type")

    def __init__(
        self,
        data: QueryDict,
        queryset: QuerySet,
        user: AbstractBaseUser | AnonymousUser | None = None,
    ) -> None:
        # Those from above, as far as the user may use them; without a user there are none.
        self.further = {one.name: one for one in further_filters.available(user)}
        super().__init__(data, queryset=queryset)
        self.test_words = self.test_tags = self.test_rest = False

    def offer(self, data: QueryDict) -> None:
        for name, one in self.further.items():
            self.filters[name] = MultipleChoiceFilter(
                label=one.label, method=self.by_further, choices=[("1", one.words)], field_name=name
            )
            self.filters[name].parent, self.filters[name].model = self, Customer
        self.tags = list(Tag.objects.all())
        self.offer_rows("tags", self.tags)
        self.people = self.offer_people("responsible")
        self.offer_countries("country", data)

    @cached_property
    def menus(self) -> list[Menu]:
        return [self.menu(name) for name in ("tags", "relation", "responsible", "country")]

    @cached_property
    def rarer_menus(self) -> list[Menu]:
        return [self.menu(name) for name in (*RARER, *self.further)]

    @property
    def tests_all(self) -> bool:
        """Tell whether nothing spares testing every customer, so that it pays to stop early."""
        abroad = "country" in self.params and "NO" not in self.params["country"]
        indexed = INDEXED | self.further.keys()
        return not (TESTED.isdisjoint(self.params) or self.params.keys() & indexed or abroad)

    @property
    def is_slow_to_count(self) -> bool:
        """Tell whether counting may test many customers; words differ with every letter typed."""
        return not TESTED.isdisjoint(self.params) and "q" not in self.params

    def found(self, *, walking: bool) -> QuerySet:
        """Return the customers that the filters let through, to be met in one of two ways.

        By index the cost follows the number of hits: for counting, and for few. Walking, each row
        is tested in the order of the page, which meets fifty of many at once.
        """
        self.test_words = walking or not self._words_first
        self.test_rest = walking
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

    def by_relation(self, customers: QuerySet, name: str, values: list[str]) -> QuerySet:
        return customers.filter(relation__in=values)

    def by_responsible(self, customers: QuerySet, name: str, values: list[str]) -> QuerySet:
        people = Q(responsible__in=[value for value in values if value != NOBODY])
        return customers.filter(people | Q(responsible=None) if NOBODY in values else people)

    def by_country(self, customers: QuerySet, name: str, values: list[str]) -> QuerySet:
        if self.test_rest:
            is_any = (Q(GreaterThan(StrIndex("country", Value(code)), 0)) for code in values)
            return customers.filter(reduce(or_, is_any))
        return customers.filter(country__in=values)

    def by_ehf(self, customers: QuerySet, name: str, values: list[str]) -> QuerySet:
        return customers.filter(reach_is(values, walking=self.test_rest))

    def by_invoice_type(self, customers: QuerySet, name: str, values: list[str]) -> QuerySet:
        return customers.filter(self._invoice_type)

    @cached_property
    def _invoice_type(self) -> Q:
        return invoice_type_is(self.params["invoice_type"])

    def by_alert(self, customers: QuerySet, name: str, values: list[str]) -> QuerySet:
        if self.test_rest:
            return customers.filter(has_open_alert())
        waiting = Alert.objects.open().order_by().values("org_number")
        return customers.filter(org_number__in=waiting, country="NO")

    def by_further(self, customers: QuerySet, name: str, values: list[str]) -> QuerySet:
        return customers.filter(self.further[name].condition(walking=self.test_rest))
