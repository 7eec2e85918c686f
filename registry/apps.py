from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _

from registry import search


class RegistryConfig(AppConfig):
    """Norway's companies as the Brønnøysund register knows them."""

    name = "registry"
    verbose_name = _("Register")

    def ready(self) -> None:
        # Search needs more than models can say, and SQLite drops a table's triggers whenever a
        # migration rebuilds it: looked after at the end of every migrate.
        post_migrate.connect(search.install, sender=self)
