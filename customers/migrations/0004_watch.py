"""Has the register's changes to the customers there are raise alerts from now on."""

from django.db import migrations


def watch(apps, schema_editor):
    using = schema_editor.connection.alias
    Customer = apps.get_model("customers", "Customer")
    Watch = apps.get_model("registry", "Watch")
    numbers = (
        Customer.objects.using(using)
        .filter(country="NO")
        .exclude(org_number="")
        .order_by("org_number")
        .values_list("org_number", flat=True)
        .distinct()
    )
    Watch.objects.using(using).bulk_create(
        (Watch(org_number=number) for number in numbers.iterator()),
        batch_size=1000,
        ignore_conflicts=True,
    )


class Migration(migrations.Migration):
    dependencies = [("customers", "0003_einvoicing"), ("registry", "0002_mirror")]

    operations = [migrations.RunPython(watch, migrations.RunPython.noop)]
