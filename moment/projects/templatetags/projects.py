"""Tags of the project pages."""

from django import template

from moment.projects import project_tabs
from moment.projects.models import Project

register = template.Library()


@register.simple_tag
def tabs_of_project(project: Project) -> list[project_tabs.Shown]:
    """Return the tabs of a project, counted in one query."""
    return project_tabs.of(project)


@register.simple_tag
def project_states() -> list[tuple[str, str]]:
    """Return the states that a project can be set to, in their order."""
    return [(str(value), str(label)) for value, label in Project.State.choices]
