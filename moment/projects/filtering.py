"""What the filters of projects and of offers have in common: their words, and all their tags."""

from typing import Any, ClassVar

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django_filters import CharFilter, MultipleChoiceFilter

from customers import search
from customers.filtering import PageFilter, any_or_all
from customers.models import Customer, Tag
from moment.names import COMPANY_FORMS


class WorkFilter(PageFilter):
    """Filters of rows that are a customer's, and have a name, a number and tags of their own."""

    q = CharFilter(label=_("Search"), method="by_words")
    tags = MultipleChoiceFilter(label=_("Tags"), method="by_tags")
    match = any_or_all(_("Tags"))
    customer_tags = MultipleChoiceFilter(label=_("Customer tags"), method="by_customer_tags")
    customer_match = any_or_all(_("Customer tags"))

    matched: ClassVar = {"tags": "match", "customer_tags": "customer_match"}

    def __init__(self, data: QueryDict, queryset: QuerySet, user: Any) -> None:
        self.user = user
        super().__init__(data, queryset=queryset)

    def offer(self, data: QueryDict) -> None:
        self.own_tags = list(self._tags.related_model.objects.all())
        self.offer_rows("tags", self.own_tags)
        self.offer_rows("customer_tags", Tag.objects.all())

    def found(self) -> QuerySet:
        """Return the rows that the filters let through, in every state. No row twice."""
        return self.filter_queryset(self.queryset.all())

    def by_words(self, rows: QuerySet, name: str, question: str) -> QuerySet:
        """Keep those of which every word is in the name or number, or in the customer's."""
        words = search.words_of(question)
        # Nobody looks for the AS of a name, which the customers' keys leave out.
        words = [word for word in words if word not in COMPANY_FORMS] or words
        return rows.filter(*(_meets(word) for word in words)) if words else rows.none()

    def by_tags(self, rows: QuerySet, name: str, tags: list[str]) -> QuerySet:
        field = self._tags
        its = {f"{field.m2m_field_name()}_id": OuterRef("pk")}
        links = field.remote_field.through.objects.filter(**its)
        return rows.filter(
            *self._tagged(links, f"{field.m2m_reverse_field_name()}_id", tags, "match")
        )

    def by_customer_tags(self, rows: QuerySet, name: str, tags: list[str]) -> QuerySet:
        links = Customer.tags.through.objects.filter(customer_id=OuterRef("customer_id"))
        return rows.filter(*self._tagged(links, "tag_id", tags, "customer_match"))

    def _tagged(self, links: QuerySet, key: str, tags: list[str], switch: str) -> list[Exists]:
        together = self.form.cleaned_data.get(switch) == "all"
        groups = [[tag] for tag in tags] if together else [tags]
        return [Exists(links.filter(**{f"{key}__in": group})) for group in groups]

    @property
    def _tags(self) -> Any:
        return self._meta.model._meta.get_field("tags")


def _meets(word: str) -> Q:
    """Return the condition that a word is in a row's name or number, or in its customer's.

    As in the search for customers: shorter than three letters only where a word begins.
    """
    name, beginning = "customer__name_key", f" {word}"
    if len(word) > 2:
        own, customers = Q(search_text__contains=word), Q(**{f"{name}__contains": word})
    else:
        own = Q(search_text__contains=beginning)
        customers = Q(**{f"{name}__startswith": word}) | Q(**{f"{name}__contains": beginning})
    return own | customers | Q(customer__number=word.upper())
