"""The roles around offers, and the series of offer numbers."""

from django.db import migrations

ROLES = {
    "View customer economy": [("offers", "offer", "view")],
    "Administer offers": [
        ("customers", "customer", "view"),
        *(("offers", "offer", verb) for verb in ("view", "add", "change")),
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
        kind="offer", defaults={"first": 7000, "last": 9999, "next": 7000}
    )


class Migration(migrations.Migration):
    dependencies = [
        ("offers", "0001_initial"),
        ("customers", "0006_roles"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [migrations.RunPython(create, migrations.RunPython.noop)]
