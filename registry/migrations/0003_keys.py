"""Fills what the type-ahead finds and orders by, for the copies there are."""

from django.db import migrations

from registry import keys

BATCH = 1000


class _Ranked:
    """A row as `keys.rank` wants it: historical models come without properties."""

    def __init__(self, row):
        self.org_number, self.name = row.org_number, row.name
        self.employees, self.has_employees = row.employees, row.has_employees
        self.deleted_on, self.is_sub_entity = row.deleted_on, row.kind == "sub"
        self.in_trouble = bool(
            row.bankrupt or row.winding_up or row.compulsory_dissolution or row.deleted_on
        )


def fill(apps, schema_editor):
    entities = apps.get_model("registry", "Entity").objects.using(schema_editor.connection.alias)
    numbers = list(entities.order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(numbers), BATCH):
        rows = list(entities.filter(pk__in=numbers[start : start + BATCH]))
        for row in rows:
            row.name_key = keys.search_key(row.name)[:300]
            row.words = keys.search_words([row.name])[:1000]
            row.rank = keys.rank(_Ranked(row))
        entities.bulk_update(rows, ["name_key", "words", "rank"])


class Migration(migrations.Migration):
    dependencies = [("registry", "0002_mirror")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
