from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RegistryConfig(AppConfig):
    """Norway's companies as the Brønnøysund register knows them."""

    name = "registry"
    verbose_name = _("Register")
