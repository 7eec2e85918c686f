"""What the page of a project shows of its activities and of the people in it."""

from dataclasses import dataclass
from decimal import Decimal

from django.utils import timezone

from customers.models import ProjectRole
from moment.models import User
from moment.projects.figures import Figures
from moment.projects.models import Activity, PriceModel, ProjectMember
from moment.projects.pricing import Prices

BAR = 1000  # the width of a bar, in its own units


@dataclass(frozen=True)
class Line:
    """An activity and its hours. `model` is the price model in force, its own or the default."""

    activity: Activity
    hours: Decimal
    model: PriceModel | None

    @property
    def width(self) -> int | None:
        """Return how much of the bar is filled, of BAR; None where nothing is estimated."""
        estimated = self.activity.estimated_hours
        if not estimated:
            return None
        return min(BAR, int(self.hours / estimated * BAR))

    @property
    def is_over(self) -> bool:
        estimated = self.activity.estimated_hours
        return bool(estimated) and self.hours > (estimated or 0)

    @property
    def is_finished(self) -> bool:
        return self.activity.state == Activity.State.FINISHED

    @property
    def opposite(self) -> str:
        """Return the state that its button leads to."""
        return Activity.State.OPEN if self.is_finished else Activity.State.FINISHED


@dataclass(frozen=True)
class Colleague:
    """Somebody in a project: a member, its leader, or who has registered hours there."""

    user: User
    member: ProjectMember | None
    role: str
    # The role is the one by the terms, for lack of one here.
    by_terms: bool
    is_leader: bool
    hours: Decimal
    # How much of a bar its hours fill, beside those who have worked the most.
    width: int


def activities(prices: Prices, figures: Figures) -> list[Line]:
    """Return the activities of the only project of these prices in their order."""
    return [
        Line(
            activity,
            figures.by_activity.get(activity.pk, Decimal(0)),
            prices.model_of(activity),
        )
        for activity in prices.activities.values()
    ]


def people(prices: Prices, figures: Figures) -> list[Colleague]:
    """Return who is in the only project of these prices, who has worked the most first.

    Three queries, and what the prices have not read yet.
    """
    (project,) = prices.projects.values()
    members = {row.user_id: row for row in project.members.select_related("role")}
    keys = {*members, *figures.by_user, *([project.leader_id] if project.leader_id else [])}
    today = timezone.localdate()
    roles = {role.pk: role.name for role in ProjectRole.objects.all()}
    most = max(figures.by_user.values(), default=Decimal(0))
    found = []
    for user in User.objects.filter(pk__in=keys).order_by(*User.NAME_ORDER):
        member, hours = members.get(user.pk), figures.by_user.get(user.pk, Decimal(0))
        role = prices.role(project.pk, user.pk, today)
        found.append(
            Colleague(
                user,
                member,
                roles.get(role or 0, ""),
                member is None or member.role_id is None,
                user.pk == project.leader_id,
                hours,
                int(hours / most * BAR) if most else 0,
            )
        )
    return sorted(found, key=lambda one: (-one.hours, not one.is_leader))
