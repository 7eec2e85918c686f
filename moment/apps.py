from pathlib import Path
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.utils.translation import gettext_lazy as _


class MomentConfig(AppConfig):
    """The floor: users, company settings and the small shared modules."""

    name = "moment"
    verbose_name = _("Company")

    def ready(self) -> None:
        register(uploads_are_not_served)


def uploads_are_not_served(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Fail the check when what people upload would lie where static files are served from."""
    uploads = Path(settings.MEDIA_ROOT).resolve()
    served = [settings.STATIC_ROOT, *settings.STATICFILES_DIRS]
    return [
        Error(
            f"FILES_FOLDER ({uploads}) lies in {folder}, which is served to anybody.",
            hint="Choose a folder that no web server serves.",
            id="moment.E001",
        )
        for folder in (Path(path).resolve() for path in served if path)
        if uploads == folder or folder in uploads.parents
    ]
