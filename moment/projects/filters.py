"""What the list of projects can be narrowed by."""

from collections.abc import Iterable
from functools import cached_property
from typing import Any, ClassVar

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django_filters import ChoiceFilter, MultipleChoiceFilter

from customers.filtering import NOBODY, Menu
from customers.models import Customer, UsedNumber
from customers.models.number_series import can_be_number
from moment.models import User
from moment.projects.filtering import WorkFilter
from moment.projects.models import Project, ProjectMember


class ProjectFilter(WorkFilter):
    """Filters of projects: by what they are, by who works there, and by the customer."""

    leader = MultipleChoiceFilter(label=_("Leader"), method="by_leader")
    mine = MultipleChoiceFilter(
        label=_("My projects"), method="by_mine", choices=[("1", _("My projects"))]
    )
    customer = ChoiceFilter(
        label=_("Customer"), method="by_customer", empty_label=None, null_label=None
    )
    customer_status = MultipleChoiceFilter(
        label=_("Customer status"), method="by_customer_status", choices=Customer.Status
    )

    class Meta:
        model = Project
        fields: ClassVar[list[str]] = []

    named: ClassVar[Iterable[str]] = ("leader", "customer", "customer_tags", "customer_status")

    def __init__(self, data: QueryDict, queryset: QuerySet, user: Any) -> None:
        self.chosen_customer: Customer | None = None
        super().__init__(data, queryset, user)

    def offer(self, data: QueryDict) -> None:
        super().offer(data)
        self.offer_people("leader")
        asked = data.get("customer", "").strip().upper()
        self.chosen_customer = self._visible_customer(asked)
        if (customer := self.chosen_customer) is not None:
            words = f"{customer.number} {customer.name}"
            # By a number that it had before too.
            choices = dict.fromkeys((data["customer"], customer.number), words)
            self.filters["customer"].extra["choices"] = list(choices.items())

    def _visible_customer(self, number: str) -> Customer | None:
        """Return the customer that has the number, or had it; None where it makes no sense."""
        if not can_be_number(number):
            return None
        used = UsedNumber.objects.filter(number=number).order_by().values("customer")
        visible = Customer.objects.visible_to(self.user)
        return visible.filter(Q(number=number) | Q(pk__in=used)).first()

    @cached_property
    def menus(self) -> list[Menu]:
        names = ("tags", "leader", "customer_tags", "customer_status")
        return [self.menu(name) for name in names]

    def by_leader(self, projects: QuerySet, name: str, values: list[str]) -> QuerySet:
        people = Q(leader__in=[value for value in values if value != NOBODY])
        return projects.filter(people | Q(leader=None) if NOBODY in values else people)

    def by_mine(self, projects: QuerySet, name: str, values: list[str]) -> QuerySet:
        return projects.filter(is_of(self.user))

    def by_customer(self, projects: QuerySet, name: str, number: str) -> QuerySet:
        return projects.of_customer(self.chosen_customer)  # type: ignore[attr-defined]

    def by_customer_status(self, projects: QuerySet, name: str, values: list[str]) -> QuerySet:
        return projects.filter(customer__status__in=values)


def is_of(user: User) -> Q:
    """Return the condition that somebody leads a project or works in it."""
    members = ProjectMember.objects.filter(project_id=OuterRef("pk"), user=user)
    return Q(leader=user) | Q(Exists(members))
