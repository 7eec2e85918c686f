from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MomentConfig(AppConfig):
    """The floor: users, company settings and the small shared modules."""

    name = "moment"
    verbose_name = _("Company")
