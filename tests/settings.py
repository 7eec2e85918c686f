"""The only settings that differ while testing."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

os.environ.setdefault("SECRET_KEY", "only-for-tests")
os.environ.setdefault("HTTPS", "false")

from moment.settings import *  # noqa: F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
STORAGES["staticfiles"] = {  # noqa: F405
    "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
}
# Nothing listens here: a test that asks the register names a stand-in.
REGISTRY_URL = "http://127.0.0.1:9"
PEPPOL_DNS = "127.0.0.1:9"

MEDIA_ROOT = tempfile.mkdtemp()
atexit.register(shutil.rmtree, MEDIA_ROOT, ignore_errors=True)

if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":  # noqa: F405
    # A file, as in production: in memory, threads that write fail at once instead of waiting.
    _ram = Path("/dev/shm")  # noqa: S108
    _folder = tempfile.mkdtemp(dir=_ram if os.access(_ram, os.W_OK) else None)
    atexit.register(shutil.rmtree, _folder, ignore_errors=True)
    DATABASES["default"]["TEST"] = {"NAME": f"{_folder}/test.sqlite3"}  # noqa: F405
