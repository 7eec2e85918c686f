"""The numbers of projects, from their series."""

from customers.models import NumberSeries
from customers.numbers import Numbered
from moment.projects.models import Project

PROJECTS = Numbered(NumberSeries.Kind.PROJECT, Project)
