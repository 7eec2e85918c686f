"""The roles around invoices, and the series of invoice numbers."""

from django.db import migrations

ROLES = {
    "View customer economy": [("ledger", "invoice", "view"), ("ledger", "payment", "view")],
    "Administer invoices": [
        ("customers", "customer", "view"),
        ("projects", "project", "view"),
        ("projects", "project", "view_amounts"),
        *(("ledger", "invoice", verb) for verb in ("view", "add", "change")),
        *(("ledger", "payment", verb) for verb in ("view", "add")),
    ],
}


def create(apps, schema_editor):
    using = schema_editor.connection.alias
    Group = apps.get_model("auth", "Group")
    Permission = apps.get_model("auth", "Permission")
    ContentType = apps.get_model("contenttypes", "ContentType")
    # Django makes permissions after the last migration; these are the same rows, only earlier.
    for role, rights in ROLES.items():
        group, _ = Group.objects.using(using).get_or_create(name=role)
        for app, model, verb in rights:
            content_type, _ = ContentType.objects.using(using).get_or_create(
                app_label=app, model=model
            )
            permission, _ = Permission.objects.using(using).get_or_create(
                content_type=content_type,
                codename=verb if "_" in verb else f"{verb}_{model}",
                defaults={"name": f"Can {verb} {model}".replace("_", " ")},
            )
            group.permissions.add(permission)
    apps.get_model("customers", "NumberSeries").objects.using(using).get_or_create(
        kind="invoice", defaults={"first": 20001, "last": 99999, "next": 20001}
    )


class Migration(migrations.Migration):
    dependencies = [
        ("ledger", "0002_sealed"),
        ("projects", "0002_roles"),
        ("offers", "0002_roles"),
        ("customers", "0006_roles"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [migrations.RunPython(create, migrations.RunPython.noop)]
