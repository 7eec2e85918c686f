from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ProjectsConfig(AppConfig):
    """What is done for customers, by whom, and how it is priced."""

    name = "moment.projects"
    label = "projects"
    verbose_name = _("Projects")
