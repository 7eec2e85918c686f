"""The day of delivery, sealed as all else of a final invoice is. Those from before have none."""

from importlib import import_module

from django.db import migrations, models

_sealed = import_module("moment.ledger.migrations.0002_sealed")


class Migration(migrations.Migration):
    dependencies = [("ledger", "0009_vat_codes")]

    operations = [
        migrations.RunPython(_sealed.unseal, _sealed.seal),
        migrations.AddField(
            model_name="invoice",
            name="delivered_on",
            field=models.DateField(blank=True, null=True, verbose_name="delivered"),
        ),
        migrations.RunPython(_sealed.seal, _sealed.unseal),
    ]
