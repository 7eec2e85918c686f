from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate, post_save
from django.utils.translation import gettext_lazy as _

from customers import search


class CustomersConfig(AppConfig):
    """Who the customers are."""

    name = "customers"
    verbose_name = _("Customers")

    def ready(self) -> None:
        # SQLite drops a table's triggers whenever a migration rebuilds it, so the search index
        # is looked after at the end of every migrate, not by one migration.
        post_migrate.connect(search.install, sender=self)
        # Users stand below customers and know nothing of the key that sorts by their name.
        post_save.connect(self._keep_responsible_sorted, sender="moment.User")
        # So the change log tells of what is gone: an entry outlives the row it is about.
        post_save.connect(self._link_entry, sender="auditlog.LogEntry")

    def _link_entry(self, instance: Any, created: bool, raw: bool = False, **_: Any) -> None:
        """Link an entry to the customers that `get_additional_data` of its object named."""
        data = instance.additional_data
        customers = data.get("concerns", []) if isinstance(data, dict) else []
        if created and not raw and customers:
            change_of: Any = self.get_model("ChangeOf")
            change_of.objects.bulk_create(
                change_of(entry=instance, customer_id=pk) for pk in customers
            )

    def _keep_responsible_sorted(
        self, instance: Any, update_fields: Any = None, raw: bool = False, **_: Any
    ) -> None:
        # Signing in saves the user too, each time.
        named = update_fields is None or {"first_name", "last_name", "username"} & {*update_fields}
        if named and not raw:
            customers: Any = self.get_model("Customer")
            customers.with_merged.resort_responsible(instance)
