"""The tab of a customer that this app adds."""

from django.utils.translation import gettext_lazy as _

from customers.models import Customer
from customers.tabs import Tab
from moment.projects.models import Project
from moment.projects.models.project import ProjectQuerySet


class Projects(Tab):
    name, title = "projects:of_customer", _("Projects")
    permission = "projects.view_project"

    def rows(self, customer: Customer) -> ProjectQuerySet:
        return Project.objects.of_customer(customer)
