"""The house keeps its shape: imports and foreign keys point down, modules stay short."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from django.apps import apps
from django.db.models import PROTECT, ForeignKey

from customers.models import Customer

ROOT = Path(__file__).parent.parent
PYTHON = [
    path
    for folder in ("moment", "customers", "registry", "tests")
    for path in (ROOT / folder).rglob("*.py")
    if "migrations" not in path.parts
]
LEVELS = {
    "moment": 1,
    "registry": 2,
    "customers": 3,
    "projects": 4,
    "offers": 5,
    "ledger": 6,
}
COMPOSITION = {"settings", "urls", "wsgi", "demo", "management", "migrations"}


def test_imports_point_down():
    lint = Path(sys.executable).with_name("lint-imports")
    result = subprocess.run([lint, "--no-cache"], cwd=ROOT, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout


def test_every_shared_module_stands_in_the_level_rule():
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    listed = set(re.findall(r"moment\.(\w+)", str(contracts["contracts"][0]["layers"])))
    modules = {path.stem for path in (ROOT / "moment").glob("*.py")} | {
        path.parent.name for path in (ROOT / "moment").glob("*/__init__.py")
    }
    assert modules - COMPOSITION - {"__init__"} <= listed


def test_foreign_keys_point_down():
    for model in apps.get_models():
        for field in model._meta.get_fields():
            target = getattr(field, "related_model", None)
            if field.auto_created or target is None:
                continue
            ours, theirs = model._meta.app_label, target._meta.app_label
            if ours in LEVELS and theirs in LEVELS:
                assert LEVELS[theirs] <= LEVELS[ours], f"{model}.{field.name} points up"


def test_what_points_to_a_customer_protects_it():
    pointing = [
        field.remote_field
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if isinstance(field, ForeignKey)
        and field.related_model is Customer
        and not model._meta.auto_created
    ]
    assert pointing
    assert all(relation.on_delete is PROTECT for relation in pointing)


@pytest.mark.parametrize("path", PYTHON, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_module_is_longer_than_400_lines(path):
    assert len(path.read_text().splitlines()) <= 400


def test_the_behaviours_stay_small():
    lines = sum(len(path.read_text().splitlines()) for path in (ROOT / "static/js").glob("*.js"))
    assert lines <= 300
