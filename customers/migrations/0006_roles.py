"""The roles around contacts and money, what the first ones may besides, and a few project roles."""

from django.db import migrations

ROLES = {
    "Administer customer details": [
        *((model, verb) for model in ("file", "note") for verb in ("add", "change", "delete")),
        *(
            (model, verb)
            for model in ("hourlyrate", "invoicerecipient", "otheraddress")
            for verb in ("add", "change", "delete")
        ),
    ],
    "Administer customer contacts": [
        ("customer", "view"),
        *(
            (model, verb)
            for model in ("contact", "mailinglist")
            for verb in ("add", "change", "delete")
        ),
        ("person", "add"),
        ("person", "change"),
    ],
    "View customer economy": [("customer", "view"), ("hourlyrate", "view")],
}
PROJECT_ROLES = ["Project leader", "Senior adviser", "Adviser", "Draughtsman"]


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
    ProjectRole = apps.get_model("customers", "ProjectRole")
    for order, name in enumerate(PROJECT_ROLES):
        ProjectRole.objects.using(using).get_or_create(name=name, defaults={"order": order})


def link_notes(apps, schema_editor):
    """Have the history find the entries about notes the way it finds all that hangs on a customer.

    Entries of customers that are gone, and of notes that were, stay as they are.
    """
    using = schema_editor.connection.alias
    ContentType = apps.get_model("contenttypes", "ContentType")
    kind = ContentType.objects.using(using).filter(app_label="customers", model="note").first()
    if kind is None:
        return
    LogEntry = apps.get_model("auditlog", "LogEntry")
    ChangeOf = apps.get_model("customers", "ChangeOf")
    customers = dict(
        apps.get_model("customers", "Note").objects.using(using).values_list("pk", "customer_id")
    )
    entries = LogEntry.objects.using(using).filter(content_type=kind)
    links = (
        ChangeOf(entry_id=pk, customer_id=customers[note])
        for pk, note in entries.values_list("pk", "object_id").iterator(2000)
        if note in customers
    )
    ChangeOf.objects.using(using).bulk_create(list(links), batch_size=500, ignore_conflicts=True)


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0005_profile"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("auditlog", "__first__"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [
        migrations.RunPython(create, migrations.RunPython.noop),
        migrations.RunPython(link_notes, migrations.RunPython.noop),
    ]
