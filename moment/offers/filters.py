"""What the list of offers can be narrowed by."""

from functools import cached_property
from typing import ClassVar

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django_filters import MultipleChoiceFilter

from customers.filtering import Menu
from moment.models import User
from moment.offers.models import Offer
from moment.projects.filtering import WorkFilter


class OfferFilter(WorkFilter):
    """Filters of offers: by what they are, who looks after them, and by the customer."""

    responsible = MultipleChoiceFilter(label=_("Responsible"), method="by_responsible")
    mine = MultipleChoiceFilter(
        label=_("My offers"), method="by_mine", choices=[("1", _("My offers"))]
    )

    class Meta:
        model = Offer
        fields: ClassVar[list[str]] = []

    named = ("responsible", "customer_tags")

    def offer(self, data: QueryDict) -> None:
        super().offer(data)
        # Those who have left too. Each offer has somebody.
        names = User.NAME_ORDER
        self.offer_rows("responsible", User.objects.order_by("-is_active", *names).only(*names))

    @cached_property
    def menus(self) -> list[Menu]:
        return [self.menu(name) for name in ("tags", "customer_tags", "responsible")]

    def by_responsible(self, offers: QuerySet, name: str, values: list[str]) -> QuerySet:
        return offers.filter(responsible__in=values)

    def by_mine(self, offers: QuerySet, name: str, values: list[str]) -> QuerySet:
        return offers.filter(responsible=self.user)
