"""The tab of a customer that this package adds."""

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.utils.translation import gettext_lazy as _

from customers.tabs import Tab

RIGHTS = ("customers.view_customer", "ledger.view_invoice", "projects.view_amounts")


class Statistics(Tab):
    name, title = "statistics:of_customer", _("Key statistics")

    def shown_to(self, user: AbstractBaseUser | AnonymousUser) -> bool:
        return bool(user.has_perms(RIGHTS))  # type: ignore[union-attr]
