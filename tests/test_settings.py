"""The environment that settings read is the one that `.env.example` shows."""

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent


def environment(**changes: str) -> dict[str, str]:
    clean = {k: v for k, v in os.environ.items() if k not in ("DEBUG", "SECRET_KEY", "HTTPS")}
    return clean | {"DJANGO_SETTINGS_MODULE": "moment.settings"} | changes


def manage(*arguments: str, **changes: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=environment(**changes),
        capture_output=True,
        text=True,
    )


def test_the_example_names_every_variable_that_is_read():
    settings = (ROOT / "moment/settings.py").read_text()
    example = (ROOT / ".env.example").read_text()
    read = set(re.findall(r'env\.\w+\(\s*"([A-Z0-9_]+)"', settings))
    shown = set(re.findall(r"^#? ?([A-Z0-9_]+)=", example, re.MULTILINE))
    assert read == shown


def test_only_the_settings_read_the_environment():
    for folder in ("moment", "customers", "registry"):
        for path in (ROOT / folder).rglob("*.py"):
            if path.name != "settings.py":
                assert not re.search(r"\benv\.(str|bool|int|list)\(", path.read_text()), path


def test_without_debug_a_secret_key_is_demanded():
    result = manage("check", SECRET_KEY="")
    assert result.returncode != 0
    assert "SECRET_KEY" in result.stderr


def test_in_production_cookies_and_pages_go_over_https_only():
    code = (
        "from django.conf import settings as s;"
        "print(s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.SECURE_SSL_REDIRECT, s.DEBUG)"
    )
    result = manage("shell", "--no-imports", "-c", code, SECRET_KEY="x" * 60)
    assert result.stdout.split() == ["True", "True", "True", "False"]


def test_what_the_database_address_says_is_kept():
    code = "from django.conf import settings as s; print(s.DATABASES['default']['OPTIONS'])"
    url = "postgres://u:p@localhost/moment?sslmode=require"
    result = manage("shell", "--no-imports", "-c", code, SECRET_KEY="x" * 60, DATABASE_URL=url)
    assert "'sslmode': 'require'" in result.stdout
    assert "'pool'" in result.stdout


def test_links_in_letters_lead_to_the_port_of_make_run():
    asked = "from django.conf import settings as s; print(s.SITE_URL)"
    found = manage("shell", "--no-imports", "-c", asked, DEBUG="true", PORT="8077")
    assert found.stdout.strip() == "http://127.0.0.1:8077"
