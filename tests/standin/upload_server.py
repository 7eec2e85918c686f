"""Moment behind gunicorn with the addresses of tests/moment/content_urls.py: `python -m` this.

Serves on a port of the system's choice, which it prints; one worker, whose memory can be looked at.
"""

import os
import sys
from typing import Any

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from gunicorn.app.base import BaseApplication


class Server(BaseApplication):
    def load_config(self) -> None:
        for name, value in {
            "bind": "127.0.0.1:0",
            "workers": 1,
            "worker_class": "gthread",
            "threads": 2,
            "timeout": 120,
            "post_worker_init": self.ready,
            "loglevel": "warning",
        }.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        settings.ROOT_URLCONF = "tests.moment.content_urls"
        return get_wsgi_application()

    @staticmethod
    def ready(worker: Any) -> None:
        print(worker.pid, worker.sockets[0].getsockname()[1], flush=True)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "moment.settings")
    sys.argv = sys.argv[:1]
    Server().run()
