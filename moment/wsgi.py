"""The WSGI application: `gunicorn moment.wsgi`."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "moment.settings")

application = get_wsgi_application()
