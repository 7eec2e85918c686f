"""The roles that come with the product, and the series that customer numbers come from."""

from django.db import migrations

ROLES = {
    "View customers": [("customer", "view")],
    "Administer customer details": [
        ("customer", "view"),
        ("customer", "add"),
        ("customer", "change"),
        ("note", "add"),
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
        for model, verb in rights:
            content_type, _ = ContentType.objects.using(using).get_or_create(
                app_label="customers", model=model
            )
            permission, _ = Permission.objects.using(using).get_or_create(
                content_type=content_type,
                codename=f"{verb}_{model}",
                defaults={"name": f"Can {verb} {model}"},
            )
            group.permissions.add(permission)
    apps.get_model("customers", "NumberSeries").objects.using(using).get_or_create(
        kind="customer", defaults={"first": 1000, "last": 9999, "next": 1000}
    )


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0001_initial"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [migrations.RunPython(create, migrations.RunPython.noop)]
