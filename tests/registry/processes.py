"""Other processes on the test database."""

import os
from urllib.parse import quote

from django.db import connection


def environment() -> dict[str, str]:
    """Return the environment of a process that works on the test database."""
    of = connection.settings_dict
    if connection.vendor == "sqlite":
        url = f"sqlite:///{of['NAME']}"
    else:
        secret = f":{quote(of['PASSWORD'])}" if of["PASSWORD"] else ""
        url = f"postgres://{quote(of['USER'])}{secret}@{of['HOST']}:{of['PORT']}/{of['NAME']}"
    return os.environ | {
        "DATABASE_URL": url,
        "DJANGO_SETTINGS_MODULE": "moment.settings",
        "SECRET_KEY": "only-for-tests",
        "DEBUG": "true",
        "PYTHONUNBUFFERED": "1",
    }
