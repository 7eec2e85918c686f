"""Which project an address means, and which row of it."""

from typing import Any

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.http import Http404

from moment.projects.models import Project


def visible_project(user: AbstractBaseUser | AnonymousUser, number: str) -> Project:
    """Return the project with this number and its customer. 404 when the user may not know of it.

    Of a project whose customer was merged meanwhile, the customer is the one that was kept.
    """
    rows = Project.objects.visible_to(user).numbered(number)
    project = rows.select_related("customer", "leader").first()
    if project is None:
        raise Http404
    return project


def row_of(rows: Any, pk: int) -> Any:
    """Return the row with this key, of these rows of a project; 404 where there is none."""
    found = rows.filter(pk=pk).first()
    if found is None:
        raise Http404
    return found
