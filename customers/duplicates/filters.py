"""What the page of likely duplicates can be narrowed by."""

from functools import cached_property
from typing import Any, ClassVar

from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django_filters import CharFilter, MultipleChoiceFilter

from customers import search
from customers.filtering import Menu, PageFilter
from customers.models import Customer, DuplicatePair

MINE = "mine"
_EVIDENCE = [
    ("name", _("Name")),
    ("org_number", _("Company reg. no.")),
    ("email", _("E-mail")),
    ("phone", _("Phone")),
    ("bank", _("Bank account")),
    ("address", _("Address")),
]


class PairFilter(PageFilter):
    """Filters of pairs: by words and facts of either customer, and by what they share."""

    q = CharFilter(label=_("Search"), method="by_words")
    evidence = MultipleChoiceFilter(label=_("Shared"), method="by_evidence", choices=_EVIDENCE)
    status = MultipleChoiceFilter(label=_("Status"), method="by_status", choices=Customer.Status)
    responsible = MultipleChoiceFilter(label=_("Responsible"), method="by_responsible")

    class Meta:
        model = DuplicatePair
        fields: ClassVar[list[str]] = []

    def __init__(self, data: QueryDict, queryset: QuerySet, user: Any) -> None:
        self.user = user
        super().__init__(data, queryset)

    def offer(self, data: QueryDict) -> None:
        self.offer_people("responsible")
        people = self.filters["responsible"].extra["choices"]
        self.filters["responsible"].extra["choices"] = [(MINE, _("Mine")), *people[:-1]]

    @cached_property
    def menus(self) -> list[Menu]:
        return [self.menu(name) for name in ("evidence", "status", "responsible")]

    def by_words(self, found: QuerySet, name: str, question: str) -> QuerySet:
        if not search.words_of(question):
            return found.none()
        hits = Customer.objects.visible_to(self.user).filter(search.indexed(question))
        hits = hits.order_by().values("pk")
        return found.filter(Q(first__in=hits) | Q(second__in=hits))

    def by_evidence(self, found: QuerySet, name: str, kinds: list[str]) -> QuerySet:
        # As text, since not every engine looks into JSON.
        found = found.alias(said=Cast("evidence", TextField()))
        return found.filter(*(Q(said__contains=f'"{kind}"') for kind in kinds))

    def by_status(self, found: QuerySet, name: str, values: list[str]) -> QuerySet:
        return found.filter(Q(first__status__in=values) | Q(second__status__in=values))

    def by_responsible(self, found: QuerySet, name: str, values: list[str]) -> QuerySet:
        people = [self.user.pk if value == MINE else int(value) for value in values]
        return found.filter(Q(first__responsible__in=people) | Q(second__responsible__in=people))
