"""What the list of offers can be narrowed by."""

from functools import cached_property
from typing import Any, ClassVar

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django_filters import CharFilter, ChoiceFilter, MultipleChoiceFilter

from customers import search
from customers.filtering import Menu, PageFilter
from customers.models import Customer, Tag
from moment.models import User
from moment.names import COMPANY_FORMS
from moment.offers.models import Offer, OfferTag

_ANY_OR_ALL = [("any", _("any of these")), ("all", _("all of these"))]


class OfferFilter(PageFilter):
    """Filters of offers: by what they are, who looks after them, and by the customer."""

    q = CharFilter(label=_("Search"), method="by_words")
    tags = MultipleChoiceFilter(label=_("Tags"), method="by_tags")
    match = ChoiceFilter(
        label=_("Tags"),
        method="by_match",
        empty_label=None,
        null_label=None,
        choices=_ANY_OR_ALL,
    )
    customer_tags = MultipleChoiceFilter(label=_("Customer tags"), method="by_customer_tags")
    customer_match = ChoiceFilter(
        label=_("Customer tags"),
        method="by_match",
        empty_label=None,
        null_label=None,
        choices=_ANY_OR_ALL,
    )
    responsible = MultipleChoiceFilter(label=_("Responsible"), method="by_responsible")
    mine = MultipleChoiceFilter(
        label=_("My offers"), method="by_mine", choices=[("1", _("My offers"))]
    )

    class Meta:
        model = Offer
        fields: ClassVar[list[str]] = []

    matched: ClassVar = {"tags": "match", "customer_tags": "customer_match"}
    named = ("responsible", "customer_tags")

    def __init__(self, data: QueryDict, queryset: QuerySet, user: Any) -> None:
        self.user = user
        super().__init__(data, queryset=queryset)

    def offer(self, data: QueryDict) -> None:
        self.offer_tags = list(OfferTag.objects.all())
        self.offer_rows("tags", self.offer_tags)
        self.offer_rows("customer_tags", Tag.objects.all())
        # Those who have left too. Each offer has somebody.
        names = User.NAME_ORDER
        self.offer_rows("responsible", User.objects.order_by("-is_active", *names).only(*names))

    @cached_property
    def menus(self) -> list[Menu]:
        return [self.menu(name) for name in ("tags", "customer_tags", "responsible")]

    def found(self) -> QuerySet:
        """Return the offers that the filters let through, in every state. No row twice."""
        return self.filter_queryset(self.queryset.all())

    def by_words(self, offers: QuerySet, name: str, question: str) -> QuerySet:
        """Keep those of which every word is in the name or number, or in the customer's."""
        words = search.words_of(question)
        # Nobody looks for the AS of a name, which the customers' keys leave out.
        words = [word for word in words if word not in COMPANY_FORMS] or words
        return offers.filter(*(_meets(word) for word in words)) if words else offers.none()

    def by_tags(self, offers: QuerySet, name: str, tags: list[str]) -> QuerySet:
        links = Offer.tags.through.objects.filter(offer_id=OuterRef("pk"))
        return offers.filter(*self._tagged(links, "offertag_id", tags, "match"))

    def by_customer_tags(self, offers: QuerySet, name: str, tags: list[str]) -> QuerySet:
        links = Customer.tags.through.objects.filter(customer_id=OuterRef("customer_id"))
        return offers.filter(*self._tagged(links, "tag_id", tags, "customer_match"))

    def _tagged(self, links: QuerySet, key: str, tags: list[str], switch: str) -> list[Exists]:
        together = self.form.cleaned_data.get(switch) == "all"
        groups = [[tag] for tag in tags] if together else [tags]
        return [Exists(links.filter(**{f"{key}__in": group})) for group in groups]

    def by_match(self, offers: QuerySet, name: str, value: str) -> QuerySet:
        return offers  # read by by_tags and by_customer_tags

    def by_responsible(self, offers: QuerySet, name: str, values: list[str]) -> QuerySet:
        return offers.filter(responsible__in=values)

    def by_mine(self, offers: QuerySet, name: str, values: list[str]) -> QuerySet:
        return offers.filter(responsible=self.user)


def _meets(word: str) -> Q:
    """Return the condition that a word is in an offer's name or number, or in its customer's.

    As in the search for customers: shorter than three letters only where a word begins.
    """
    name, beginning = "customer__name_key", f" {word}"
    if len(word) > 2:
        own, customers = Q(search_text__contains=word), Q(**{f"{name}__contains": word})
    else:
        own = Q(search_text__contains=beginning)
        customers = Q(**{f"{name}__startswith": word}) | Q(**{f"{name}__contains": beginning})
    return own | customers | Q(customer__number=word.upper())
