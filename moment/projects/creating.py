"""New projects."""

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from customers import holding
from customers.numbers import allocate
from customers.places import PLACES
from moment.projects.models import Activity, PriceModel, Project, ProjectTag
from moment.projects.numbers import PROJECTS
from moment.turns import in_turn


def create(
    project: Project,
    model: PriceModel,
    *,
    activities: Iterable[Activity] = (),
    tags: Iterable[ProjectTag] = (),
    wanted: str = "",
) -> Project:
    """Save a new project with its first price model and return it.

    Without activities it gets one, so that hours can be registered at once. The number is the one
    wanted, or the next of the series. Raises NumberTaken or SeriesUsedUp for the number,
    MergedMeanwhile, and ValidationError where the customer cannot be chosen any more.
    """
    with in_turn(), transaction.atomic():
        with holding.held(project.customer) as customer:
            if problem := PLACES["project"].why_not(customer):
                raise ValidationError({"customer": problem})
        project.number = allocate(wanted, PROJECTS)
        project.save()
        project.tags.add(*tags)
        model.project = project
        model.save()
        first = [Activity(title=_("Project work"))]
        for number, activity in enumerate(list(activities) or first, start=1):
            activity.project, activity.number = project, number
            activity.save()
    return project
