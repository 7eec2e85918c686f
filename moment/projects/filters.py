"""What the list of projects can be narrowed by."""

from functools import cached_property
from typing import Any, ClassVar

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django_filters import CharFilter, ChoiceFilter, MultipleChoiceFilter

from customers import search
from customers.filtering import NOBODY, Menu, PageFilter
from customers.models import Customer, Tag, UsedNumber
from customers.models.number_series import can_be_number
from moment.models import User
from moment.names import COMPANY_FORMS
from moment.projects.models import Project, ProjectMember, ProjectTag

_ANY_OR_ALL = [("any", _("any of these")), ("all", _("all of these"))]


class ProjectFilter(PageFilter):
    """Filters of projects: by what they are, by who works there, and by the customer."""

    q = CharFilter(label=_("Search"), method="by_words")
    tags = MultipleChoiceFilter(label=_("Tags"), method="by_tags")
    match = ChoiceFilter(
        label=_("Tags"),
        method="by_match",
        empty_label=None,
        null_label=None,
        choices=_ANY_OR_ALL,
    )
    leader = MultipleChoiceFilter(label=_("Leader"), method="by_leader")
    mine = MultipleChoiceFilter(
        label=_("My projects"), method="by_mine", choices=[("1", _("My projects"))]
    )
    customer = ChoiceFilter(
        label=_("Customer"), method="by_customer", empty_label=None, null_label=None
    )
    customer_tags = MultipleChoiceFilter(label=_("Customer tags"), method="by_customer_tags")
    customer_match = ChoiceFilter(
        label=_("Customer tags"),
        method="by_match",
        empty_label=None,
        null_label=None,
        choices=_ANY_OR_ALL,
    )
    customer_status = MultipleChoiceFilter(
        label=_("Customer status"), method="by_customer_status", choices=Customer.Status
    )

    class Meta:
        model = Project
        fields: ClassVar[list[str]] = []

    matched: ClassVar = {"tags": "match", "customer_tags": "customer_match"}
    named = ("leader", "customer", "customer_tags", "customer_status")

    def __init__(self, data: QueryDict, queryset: QuerySet, user: Any) -> None:
        self.user = user
        self.chosen_customer: Customer | None = None
        super().__init__(data, queryset=queryset)

    def offer(self, data: QueryDict) -> None:
        self.project_tags = list(ProjectTag.objects.all())
        self.offer_rows("tags", self.project_tags)
        self.offer_rows("customer_tags", Tag.objects.all())
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

    def found(self) -> QuerySet:
        """Return the projects that the filters let through, in every state. No row twice."""
        return self.filter_queryset(self.queryset.all())

    def by_words(self, projects: QuerySet, name: str, question: str) -> QuerySet:
        """Keep those of which every word is in the name or number, or in the customer's."""
        words = search.words_of(question)
        # Nobody looks for the AS of a name, which the customers' keys leave out.
        words = [word for word in words if word not in COMPANY_FORMS] or words
        if not words:
            return projects.none()
        return projects.filter(*(_meets(word) for word in words))

    def by_tags(self, projects: QuerySet, name: str, tags: list[str]) -> QuerySet:
        links = Project.tags.through.objects.filter(project_id=OuterRef("pk"))
        return projects.filter(*self._tagged(links, "projecttag_id", tags, "match"))

    def by_customer_tags(self, projects: QuerySet, name: str, tags: list[str]) -> QuerySet:
        links = Customer.tags.through.objects.filter(customer_id=OuterRef("customer_id"))
        return projects.filter(*self._tagged(links, "tag_id", tags, "customer_match"))

    def _tagged(self, links: QuerySet, key: str, tags: list[str], switch: str) -> list[Exists]:
        together = self.form.cleaned_data.get(switch) == "all"
        groups = [[tag] for tag in tags] if together else [tags]
        return [Exists(links.filter(**{f"{key}__in": group})) for group in groups]

    def by_match(self, projects: QuerySet, name: str, value: str) -> QuerySet:
        return projects  # read by by_tags and by_customer_tags

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


def _meets(word: str) -> Q:
    """Return the condition that a word is in a project's name or number, or in its customer's.

    As in the search for customers: shorter than three letters only where a word begins.
    """
    name, beginning = "customer__name_key", f" {word}"
    if len(word) > 2:
        own, customers = Q(search_text__contains=word), Q(**{f"{name}__contains": word})
    else:
        own = Q(search_text__contains=beginning)
        customers = Q(**{f"{name}__startswith": word}) | Q(**{f"{name}__contains": beginning})
    return own | customers | Q(customer__number=word.upper())
